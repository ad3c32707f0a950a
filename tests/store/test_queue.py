"""The queue's queries: order, views, filters, pages, last words, who is told of what, and all of it within scope."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.messages import Inbound
from bot.store import cases, inbounds, people, queue, thread
from bot.store.people import Staff
from bot.store.queue import Wanted
from bot.store.tables import stations


@pytest.fixture
async def zhou(engine: AsyncEngine) -> Staff:
    return await somebody(engine, "zhou", "周老师")


async def somebody(engine: AsyncEngine, login: str, name: str, **where: Any) -> Staff:
    async with engine.begin() as conn:
        staff_id = await people.add(
            conn, login=login, name=name, role=where.pop("role", "counsellor"), password_hash="x", **where
        )
        found = await people.find(conn, staff_id)
    assert found is not None
    return found


async def a_station(engine: AsyncEngine, slug: str, name: str) -> int:
    async with engine.begin() as conn:
        made: int = (
            await conn.execute(stations.insert().values(slug=slug, name=name).returning(stations.c.id))
        ).scalar_one()
    return made


async def opened(engine: AsyncEngine, now: datetime, **values: Any) -> int:
    async with engine.begin() as conn:
        return await cases.open_case(conn, {"kind": "chat", "opened_at": now, "due_at": now, **values})


async def listed(engine: AsyncEngine, person: Staff, now: datetime, **wanted: Any) -> list[int]:
    async with engine.connect() as conn:
        found, _ = await queue.listed(conn, person, Wanted(**wanted), now)
    return [case.id for case in found]


async def test_the_gravest_comes_first_then_whose_time_is_over_first(
    engine: AsyncEngine, zhou: Staff, now: datetime
) -> None:
    levels = ("none", "concern", "urgent", "high")
    made = {level: await opened(engine, now, level=level, acknowledged_at=now) for level in levels}
    sooner = await opened(engine, now, due_at=now - timedelta(minutes=1))
    unseen = await opened(engine, now, level="high")
    order = [unseen, made["urgent"], made["high"], made["concern"], sooner, made["none"]]
    assert await listed(engine, zhou, now) == order
    assert await listed(engine, zhou, now, view="all") == order


async def test_each_view_holds_what_its_name_says(engine: AsyncEngine, zhou: Staff, now: datetime) -> None:
    shen = await somebody(engine, "shen", "沈老师")
    long_ago, soon = now - timedelta(hours=1), now + timedelta(hours=1)
    waiting = await opened(engine, now)
    mine = await opened(engine, now, state="claimed", owner_id=zhou.id, claimed_at=long_ago)
    theirs = await opened(engine, now, state="claimed", owner_id=shen.id, claimed_at=long_ago)
    later = await opened(engine, now, state="claimed", owner_id=zhou.id, snoozed_until=soon)
    closed = await opened(engine, now, state="closed", owner_id=zhou.id, closed_at=now)
    views = {name: await listed(engine, zhou, now, view=name) for name in ("open", "mine", "later", "all", "closed")}
    assert views == {
        "open": [waiting],
        "mine": [mine],
        "later": [later],
        "all": [waiting, mine, theirs, later],
        "closed": [closed],
    }
    async with engine.connect() as conn:
        counts = await queue.counts(conn, zhou, Wanted(), now)
    assert (counts.open, counts.mine, counts.later, counts.all, counts.waiting, counts.unseen) == (1, 1, 1, 4, 1, 0)
    assert await listed(engine, zhou, soon, view="mine") == [mine, later]  # its time has come


async def test_a_danger_that_nobody_has_looked_at_is_never_out_of_sight(
    engine: AsyncEngine, zhou: Staff, now: datetime
) -> None:
    danger = await opened(engine, now, level="urgent", snoozed_until=now + timedelta(hours=1))
    assert await listed(engine, zhou, now) == [danger]
    assert await listed(engine, zhou, now, view="later") == []


async def test_a_row_that_a_colleague_takes_stays_for_a_minute(engine: AsyncEngine, zhou: Staff, now: datetime) -> None:
    shen = await somebody(engine, "shen", "沈老师")
    taken = await opened(engine, now, state="claimed", owner_id=shen.id, claimed_at=now)
    assert await listed(engine, zhou, now + timedelta(seconds=59)) == [taken]
    assert await listed(engine, zhou, now + timedelta(seconds=61)) == []
    assert await listed(engine, shen, now) == []  # who has it sees it among their own
    async with engine.connect() as conn:
        assert (await queue.counts(conn, zhou, Wanted(), now)).open == 0


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        ({"kind": "crisis"}, "crisis"),
        ({"level": "concern"}, "concern"),
        ({"owner": 0, "kind": "suggestion"}, "suggestion"),
        ({"state": "claimed"}, "held"),
        ({"state": "later"}, "later"),
    ],
)
async def test_filters_narrow_and_count(
    engine: AsyncEngine, zhou: Staff, now: datetime, narrowed: dict[str, Any], found: str
) -> None:
    made = {
        "crisis": await opened(engine, now, kind="crisis"),
        "concern": await opened(engine, now, level="concern"),
        "suggestion": await opened(engine, now, kind="suggestion"),
        "held": await opened(engine, now, state="claimed", owner_id=zhou.id, claimed_at=now),
        "later": await opened(engine, now, snoozed_until=now + timedelta(hours=1)),
    }
    assert await listed(engine, zhou, now, view="all", **narrowed) == [made[found]]
    async with engine.connect() as conn:
        counts = await queue.counts(conn, zhou, Wanted("all", **narrowed), now)
    assert counts.all == 1
    assert counts.waiting == 3  # of all, as the title has it


async def test_a_station_narrows_to_its_own(engine: AsyncEngine, zhou: Staff, now: datetime) -> None:
    admin = await somebody(engine, "admin", "管理员", role="admin")
    here, there = await a_station(engine, "a", "天宁站"), await a_station(engine, "b", "钟楼站")
    one, _ = await opened(engine, now, station_id=here), await opened(engine, now, station_id=there)
    assert await listed(engine, admin, now, station=here) == [one]
    assert await listed(engine, zhou, now, station=here) == []  # not theirs to see
    async with engine.connect() as conn:
        assert await queue.places(conn, admin) == [(here, "天宁站"), (there, "钟楼站")]
        assert await queue.places(conn, zhou) == []
        assert await queue.holders(conn, admin) == []


async def test_a_page_says_whether_more_follow(engine: AsyncEngine, zhou: Staff, now: datetime) -> None:
    made = [await opened(engine, now + timedelta(minutes=number)) for number in range(5)]
    async with engine.connect() as conn:
        first = await queue.listed(conn, zhou, Wanted(), now, limit=2)
        last = await queue.listed(conn, zhou, Wanted(page=2), now, limit=2)
    assert ([case.id for case in first[0]], first[1]) == (made[:2], True)
    assert ([case.id for case in last[0]], last[1]) == (made[4:], False)


async def test_last_words_are_the_parents_and_tell_whether_they_were_answered(
    engine: AsyncEngine, zhou: Staff, now: datetime
) -> None:
    talks = []
    async with engine.begin() as conn:
        for sender in ("o-mei", "o-lan", "o-new"):
            receipt = await inbounds.receive(conn, Inbound("wechat", sender, "m:1", "text", "…", now), now)
            talks.append(receipt.conversation_id)
        rows = [thread.said("parent", "早"), thread.said("person", "您好"), thread.said("parent", "长" * 100)]
        await thread.add(conn, talks[0], rows, at=now, case_id=None)
        rows = [thread.said("parent", "在吗"), thread.said("bot", "在"), thread.said("person", "在的")]
        await thread.add(conn, talks[1], rows, at=now, case_id=None)
        heard = await queue.last_words(conn, talks, zhou)
        assert await queue.last_words(conn, [], zhou) == {}
    assert set(heard) == set(talks[:2])
    assert (heard[talks[0]].words, heard[talks[0]].answered) == ("长" * 80, False)
    assert (heard[talks[1]].words, heard[talks[1]].answered, heard[talks[1]].at) == ("在吗", True, now)


async def test_pages_are_told_of_dangers_and_of_who_waits(engine: AsyncEngine, zhou: Staff, now: datetime) -> None:
    ahead = now + timedelta(minutes=5)
    danger = await opened(engine, now, level="urgent", state="claimed", owner_id=zhou.id)
    new = await opened(engine, now, due_at=ahead)
    over = await opened(engine, now, due_at=now - timedelta(seconds=1))
    await opened(engine, now, state="claimed", owner_id=zhou.id, claimed_at=now)
    await opened(engine, now, snoozed_until=ahead)
    await opened(engine, now, station_id=await a_station(engine, "far", "远站"))
    async with engine.connect() as conn:
        found = [(one.id, one.unseen, one.waits, one.overdue) for one in await queue.pressing(conn, zhou, now)]
    assert found == [(danger, True, False, False), (new, False, True, False), (over, False, True, True)]


async def test_however_many_wait_a_new_danger_is_told_of(engine: AsyncEngine, zhou: Staff, now: datetime) -> None:
    await opened(engine, now)
    chat, danger = await opened(engine, now), await opened(engine, now, level="high")
    urgent = await opened(engine, now, level="urgent")
    async with engine.connect() as conn:
        for limit, told in ((1, [urgent]), (2, [danger, urgent]), (3, [chat, danger, urgent])):
            assert [one.id for one in await queue.pressing(conn, zhou, now, limit)] == told
