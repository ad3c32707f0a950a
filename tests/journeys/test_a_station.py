"""A parent and the stations: whose code they scanned, who is there, what they are told, and where their case goes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.store import conversations, duty, people, stations
from bot.store.events import CaseTag
from bot.store.tables import case_events, parents
from bot.store.tables import cases as case_rows
from tests.house import House, rows

OURS = {"Sec-Fetch-Site": "same-origin"}
CALL = "我想找老师聊聊"
DANGER = "孩子站在阳台栏杆上，说不想活了"
MORNING = datetime(2026, 5, 12, 2, 0, tzinfo=UTC)  # Tuesday 10:00 in China
NOON = MORNING.replace(hour=4, minute=30)  # 12:30: between two periods
EVENING = MORNING.replace(hour=12)  # 20:00
OFFICE = "workday 08:30-12:00; workday 13:30-17:30"


@pytest.fixture
def duty_hours() -> str:
    return ""  # nobody promises anything but the stations


@pytest.fixture
async def town(house: House) -> dict[str, int]:
    """A station of a district by shifts, one of the city around the clock, each with one person."""
    house.clock.set(MORNING)
    made: dict[str, int] = {}
    async with house.app_engine.begin() as conn:
        for slug, name, region, hours in (
            ("tianning", "天宁站", "320402", ""),
            ("city", "常州站", "changzhou", "all 00:00-00:00"),
        ):
            number = await stations.add(conn, slug=slug, name=name, region=region, hours=hours)
            assert number is not None
            made[slug] = number
            given = {"role": "counsellor", "password_hash": "x", "station_id": number, "capacity": 1}
            made[f"{slug}-person"] = await people.add(conn, login=slug, name=f"{name}老师", **given)
        await duty.add_shift(
            conn,
            staff_id=made["tianning-person"],
            station_id=made["tianning"],
            hours=OFFICE,
            from_day=date(2026, 1, 1),
            until_day=None,
        )
    return made


async def scans(house: House, scene: str, who: str = "o-mei") -> None:
    """Let a parent follow the account by a code, and wait for the greeting."""
    before = len(house.thread(who))
    await house.act("event", who, event="subscribe", key=scene)
    assert await house.reply(who, before)


async def case(house: House) -> Any:
    return (await rows(house.database_url, case_rows))[-1]


async def opened(house: House) -> dict[str, Any]:
    async with house.app_engine.connect() as conn:
        query = (
            select(case_events.c.detail).where(case_events.c.tag == CaseTag.OPENED).order_by(case_events.c.id.desc())
        )
        found: dict[str, Any] = (await conn.scalars(query.limit(1))).one()
    return found


async def test_who_scanned_a_code_comes_to_that_station(house: House, town: dict[str, int]) -> None:
    await scans(house, "desk:tianning")
    hello = house.thread()[-1].text
    assert "您扫的是天宁站的码" in hello
    told = await house.say(CALL)
    assert "这就转给值班老师" in told
    assert (await case(house)).station_id == town["tianning"]
    assert (await opened(house))["station"] == "天宁站"
    [parent] = await rows(house.database_url, parents)
    assert (parent.profile["station"], parent.profile["region"]) == ("tianning", "320402")
    assert "先找您扫过码的那一站" in await house.say("我的资料")


async def test_a_code_of_nobody_is_left_out(house: House, town: dict[str, int]) -> None:
    await scans(house, "desk:changzhou")
    assert "您扫的是" not in house.thread()[-1].text
    await house.say(CALL)
    assert (await case(house)).station_id is None


async def test_outside_its_hours_the_station_tells_when_somebody_comes(house: House, town: dict[str, int]) -> None:
    await scans(house, "desk:tianning")
    house.clock.set(NOON)
    assert "老师今天 13:30 上班后来看" in await house.say(CALL)
    assert (await case(house)).station_id == town["tianning"]
    [parent] = await rows(house.database_url, parents)
    async with house.app_engine.begin() as conn:
        number = await conversations.find(conn, "wechat", parent.sender)
        held = await conversations.lock(conn, number or 0)
    assert held is not None
    assert held.holder == "bot"


async def test_a_closed_station_says_why_and_until_when(house: House, town: dict[str, int]) -> None:
    await scans(house, "desk:tianning")
    async with house.app_engine.begin() as conn:
        await duty.add_closure(
            conn,
            station_id=town["tianning"],
            from_day=date(2026, 5, 12),
            until_day=date(2026, 5, 13),
            note="站里搬家。",
        )
    told = await house.say(CALL)
    assert "这会儿值班老师不在：站里搬家。您说的记下了，老师周四 8:30 上班后来看" in told


async def test_when_all_who_are_there_are_busy_the_parent_is_told_and_how_many_wait(
    house: House, town: dict[str, int]
) -> None:
    for who in ("o-1", "o-2", "o-3"):
        await scans(house, "desk:tianning", who)
        await house.say(CALL, who)
    async with house.app_engine.begin() as conn:
        first = (await conn.scalars(select(case_rows.c.id).order_by(case_rows.c.id))).first()
        taken = case_rows.update().where(case_rows.c.id == first)
        await conn.execute(taken.values(state="claimed", owner_id=town["tianning-person"]))
    await scans(house, "desk:tianning")
    told = await house.say(CALL)
    assert "值班老师这会儿都在和别的家长说话" in told
    assert "前面还有 2 位" in told
    assert "前面还有 1 位" in await house.say(CALL, "o-3")  # asked again: those behind do not count


async def test_without_a_code_the_nearest_station_on_duty_takes_a_talk(house: House, town: dict[str, int]) -> None:
    await scans(house, "region:320402")
    await house.say(CALL)
    assert (await case(house)).station_id == town["tianning"]
    house.clock.set(EVENING)
    await scans(house, "region:320402", "o-lan")
    assert "这就转给值班老师" in await house.say(CALL, "o-lan")
    assert (await case(house)).station_id == town["city"]


async def test_where_nobody_knows_the_place_the_case_is_everybodys(house: House, town: dict[str, int]) -> None:
    told = await house.say(CALL)
    assert "这会儿值班老师不在" in told  # the deployment has no hours of its own
    assert (await case(house)).station_id is None


async def test_a_danger_goes_to_who_is_on_duty_if_the_own_station_is_not(house: House, town: dict[str, int]) -> None:
    await scans(house, "desk:tianning")
    house.clock.set(EVENING)
    told = await house.say(DANGER)
    assert "已经提醒值班老师" in told
    assert (await case(house)).station_id == town["city"]
    assert ((await opened(house))["instead_of"], (await opened(house))["station"]) == ("天宁站", "常州站")


async def test_a_danger_in_a_talk_that_waits_moves_it_to_who_is_on_duty(house: House, town: dict[str, int]) -> None:
    await scans(house, "desk:tianning")
    house.clock.set(EVENING)
    await house.say(CALL)
    assert (await case(house)).station_id == town["tianning"]
    await house.say(DANGER)
    found = await case(house)
    assert (found.kind, found.station_id, found.moves) == ("crisis", town["city"], 1)
    async with house.app_engine.connect() as conn:
        moved = select(case_events.c.detail).where(case_events.c.tag == CaseTag.MOVED)
        assert (await conn.scalars(moved)).one() == {"from": "天宁站", "to": "常州站", "why": "duty"}


async def test_a_suggestion_goes_to_the_nearest_station_whoever_is_there(house: House, town: dict[str, int]) -> None:
    await scans(house, "region:320402")
    house.clock.set(EVENING)
    await house.say("我想提个建议")
    await house.say("希望社区站周末也开门，平时上班去不了")
    found = await case(house)
    assert (found.kind, found.station_id) == ("suggestion", town["tianning"])


async def test_the_language_that_somebody_asks_for_goes_into_the_case(house: House, town: dict[str, int]) -> None:
    async with house.app_engine.begin() as conn:
        await stations.change(conn, town["city"], languages=("粤语",))
    await scans(house, "desk:tianning")
    await house.say("有没有会说粤语的老师")
    found = await case(house)
    assert (found.language, found.station_id) == ("粤语", town["city"])


async def test_a_code_leads_a_browser_to_the_station_too(house: House, town: dict[str, int]) -> None:
    browser = house.browser()
    page = await browser.get("/chat?s=tianning")
    assert page.url.path_qs == "/chat"
    await browser.post("/chat/say", data={"text": CALL, "key": "key-of-call"}, headers=OURS)
    assert (await case(house)).station_id == town["tianning"]


@pytest.mark.parametrize("name", ["nowhere", "../../x", "a" * 60, "%22"])
async def test_a_code_that_is_none_leads_to_the_chat_all_the_same(
    house: House, town: dict[str, int], name: str
) -> None:
    browser = house.browser()
    assert (await browser.get(f"/chat?s={name}")).status == 200
    await browser.post("/chat/say", data={"text": CALL, "key": "key-of-call"}, headers=OURS)
    assert (await case(house)).station_id is None
