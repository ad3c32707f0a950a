"""What a case opens of the conversation: what was said until it ended, and nothing of cases that one may not see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desk_browser import Browser, post, text
from sqlalchemy import insert, update

from bot.handoff.desk import open_case
from bot.messages import Opening
from bot.store import cases as stored
from bot.store import conversations, people, thread
from bot.store.tables import cases, stations
from tests.house import House

CLOSE = {"outcome": "已解决", "note": "说好了"}


@pytest.fixture
async def places(house: House) -> tuple[int, int]:
    """Two stations."""
    async with house.app_engine.begin() as conn:
        made = []
        for slug, name in (("tianning", "天宁站"), ("zhonglou", "钟楼站")):
            row = insert(stations).values(slug=slug, name=name, hours="all 00:00-00:00").returning(stations.c.id)
            made.append((await conn.execute(row)).scalar_one())
    return made[0], made[1]


async def colleague(house: House, login: str, name: str, station: int) -> Browser:
    client = await house.staff(login, name)
    async with house.app_engine.begin() as conn:
        found = await people.credentials(conn, login)
        assert found is not None
        await conn.execute(update(people.staff).where(people.staff.c.id == found[0].id).values(station_id=station))
    return client


async def moved(house: House, case_id: int, station: int) -> None:
    async with house.app_engine.begin() as conn:
        await conn.execute(update(cases).where(cases.c.id == case_id).values(station_id=station))


async def test_a_closed_talk_shows_nothing_of_what_came_later(house: House, places: tuple[int, int]) -> None:
    zhou = await colleague(house, "zhou", "周老师", places[0])
    await house.say("我想找老师聊聊")
    await moved(house, 1, places[0])
    assert (await post(zhou, "/desk/cases/1/claim"))[0] == 303
    await house.say("孩子最近不爱说话")
    assert (await post(zhou, "/desk/cases/1/close", **CLOSE))[0] == 303
    house.clock.forward(timedelta(hours=1))
    await house.say("后来他跟我说了一个秘密")
    page = await text(zhou, "/desk/cases/1")
    assert "孩子最近不爱说话" in page
    assert "秘密" not in page
    assert "秘密" not in await text(zhou, "/desk?view=closed")


async def test_who_moved_away_no_longer_sees_the_talks_that_they_closed(house: House, places: tuple[int, int]) -> None:
    zhou = await colleague(house, "zhou", "周老师", places[0])
    await house.say("我想找老师聊聊")
    await moved(house, 1, places[0])
    assert (await post(zhou, "/desk/cases/1/claim"))[0] == 303
    assert (await post(zhou, "/desk/cases/1/close", **CLOSE))[0] == 303
    async with house.app_engine.begin() as conn:
        await conn.execute(update(people.staff).values(station_id=places[1]))
    assert (await zhou.get("/desk/cases/1")).status == 404


async def test_a_case_of_another_station_does_not_open_the_talk_beside_it(
    house: House, places: tuple[int, int]
) -> None:
    zhou = await colleague(house, "zhou", "周老师", places[0])
    shen = await colleague(house, "shen", "沈老师", places[1])
    await house.say("我想找老师聊聊")
    await moved(house, 1, places[0])
    assert (await post(zhou, "/desk/cases/1/claim"))[0] == 303
    await house.say("这句话只说给周老师听")
    async with house.app_engine.begin() as conn:
        talk = await conversations.find(conn, "wechat", "o-mei")
        assert talk is not None
        conversation = await conversations.lock(conn, talk)
        assert conversation is not None
        wish = Opening("appointment", "none", "想约个时间")
        opened = await open_case(conn, conversation, wish, now=house.clock(), on_duty=True, facts={})
        await conn.execute(update(cases).where(cases.c.id == opened.id).values(station_id=places[1]))
        found = await people.credentials(conn, "shen")
        assert found is not None
        case = await stored.find(conn, opened.id)
        assert case is not None
        said = await thread.lines(conn, talk, reach=thread.Reach.of(case, found[0]))
    assert "这句话只说给周老师听" not in [line.text for line in said]
    assert "我想找老师聊聊" not in [line.text for line in said]
    assert "只说给周老师听" not in await text(shen, f"/desk/cases/{opened.id}?view=talk")
