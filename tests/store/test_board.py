"""The live board's numbers: who waits, what is late, what was done today, never beyond what somebody may see."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store import board, cases, people, stations
from bot.store.board import Now, Said, Today
from bot.store.people import Staff

MINUTE = timedelta(minutes=1)


async def person(conn: AsyncConnection, login: str, role: str, **where: Any) -> Staff:
    number = await people.add(conn, login=login, name=f"{login}老师", role=role, password_hash="x", **where)
    found = await people.find(conn, number)
    assert found is not None
    return found


async def a_case(conn: AsyncConnection, at: datetime, **values: Any) -> int:
    return await cases.open_case(conn, {"kind": "chat", "opened_at": at, "due_at": at + 30 * MINUTE, **values})


@pytest.fixture
async def two(engine: AsyncEngine) -> tuple[int, int, Staff, Staff]:
    """Two stations, the lead of the first and an administrator."""
    async with engine.begin() as conn:
        here = await stations.add(conn, slug="here", name="天宁站")
        there = await stations.add(conn, slug="there", name="钟楼站")
        assert here
        assert there
        lead = await person(conn, "lead", "lead", station_id=here)
        return here, there, lead, await person(conn, "admin", "admin")


async def test_open_cases_are_counted_by_station(
    engine: AsyncEngine, now: datetime, two: tuple[int, int, Staff, Staff]
) -> None:
    here, there, lead, admin = two
    async with engine.begin() as conn:
        await a_case(conn, now - 40 * MINUTE, station_id=here)
        await a_case(conn, now - 5 * MINUTE, station_id=here)
        await a_case(conn, now - 50 * MINUTE, station_id=here, snoozed_until=now + MINUTE)
        await a_case(conn, now - MINUTE, station_id=here, kind="suggestion", due_at=now + 60 * MINUTE)
        await a_case(conn, now - MINUTE, station_id=here, state="claimed", owner_id=lead.id)
        await a_case(conn, now - 90 * MINUTE, station_id=here, state="closed", closed_at=now)
        await a_case(conn, now - MINUTE, station_id=there, level="urgent", kind="crisis")
        seen, mine = await board.standing(conn, admin, now), await board.standing(conn, lead, now)
        one = await board.standing(conn, admin, now, there)
    since = now - 40 * MINUTE
    assert seen[here] == Now(waiting=2, others=1, overdue=1, talking=1, since=since, due=since + 30 * MINUTE)
    assert seen[there].unseen == 1
    assert set(mine) == {here}
    assert set(one) == {there}


async def test_a_danger_that_nobody_has_looked_at_waits_even_when_it_is_put_off(
    engine: AsyncEngine, now: datetime, two: tuple[int, int, Staff, Staff]
) -> None:
    here, _, _, admin = two
    async with engine.begin() as conn:
        await a_case(conn, now - MINUTE, station_id=here, level="high", snoozed_until=now + MINUTE)
        found = await board.standing(conn, admin, now)
    assert (found[here].waiting, found[here].unseen) == (1, 1)


async def test_what_has_to_be_looked_after_comes_gravest_first_and_only_in_scope(
    engine: AsyncEngine, now: datetime, two: tuple[int, int, Staff, Staff]
) -> None:
    here, there, lead, admin = two
    async with engine.begin() as conn:
        late = await a_case(conn, now - 40 * MINUTE, station_id=here)
        moved = await a_case(conn, now - 5 * MINUTE, station_id=here, moves=1)
        silent = await a_case(conn, now - 45 * MINUTE, station_id=here, state="claimed", owner_id=lead.id)
        unseen = await a_case(conn, now, station_id=there, level="urgent", kind="crisis")
        await a_case(conn, now, station_id=here)
        answered = {"state": "claimed", "owner_id": lead.id, "answered_at": now}
        await a_case(conn, now - 45 * MINUTE, station_id=here, **answered)
        await a_case(conn, now - 45 * MINUTE, station_id=here, snoozed_until=now + MINUTE)
        seen = [case.id for case in await board.pressing(conn, admin, now)]
        mine = [case.id for case in await board.pressing(conn, lead, now)]
        one = [case.id for case in await board.pressing(conn, admin, now, there)]
    assert seen == [unseen, silent, late, moved]
    assert mine == [silent, late, moved]
    assert one == [unseen]


async def test_today_is_told_for_all_and_by_station(
    engine: AsyncEngine, now: datetime, two: tuple[int, int, Staff, Staff]
) -> None:
    here, there, lead, admin = two
    midnight = now - timedelta(hours=5)
    async with engine.begin() as conn:
        for minutes in (1, 3, 8):
            at = now - 60 * MINUTE
            times = {"claimed_at": at + MINUTE, "answered_at": at + minutes * MINUTE}
            await a_case(conn, at, station_id=here, owner_id=lead.id, state="claimed", **times)
        await a_case(conn, now - MINUTE, station_id=there, state="claimed", claimed_at=now)
        yesterday = midnight - 60 * MINUTE
        await a_case(conn, yesterday, station_id=here, claimed_at=yesterday + MINUTE, answered_at=yesterday + MINUTE)
        everywhere, by = await board.today(conn, admin, midnight)
        mine, _ = await board.today(conn, lead, midnight)
    assert everywhere == Today(4, 3, 180.0)
    assert by == {here: Today(3, 3, 180.0), there: Today(1, 0, None)}
    assert mine == Today(3, 3, 180.0)


async def test_hours_count_a_day_and_nothing_of_the_next(
    engine: AsyncEngine, now: datetime, two: tuple[int, int, Staff, Staff]
) -> None:
    admin = two[3]
    midnight = now - timedelta(hours=5)
    async with engine.begin() as conn:
        for after in (0, 59, 60, 24 * 60 - 1, 24 * 60, -1):
            await a_case(conn, midnight + after * MINUTE)
        found = await board.hours(conn, admin, midnight)
    assert len(found) == 24
    assert (found[0], found[1], found[23], sum(found)) == (2, 1, 1, 4)


async def test_what_parents_said_is_of_the_last_month(
    engine: AsyncEngine, now: datetime, two: tuple[int, int, Staff, Staff]
) -> None:
    here, there, lead, admin = two
    async with engine.begin() as conn:
        for score, days in ((5, 1), (4, 2), (2, 3), (1, 31)):
            at = now - timedelta(days=days)
            await a_case(conn, at, station_id=here, state="closed", satisfaction=score, rated_at=at)
        await a_case(conn, now, station_id=there, state="closed", satisfaction=3, rated_at=now)
        assert await board.said(conn, admin, now) == {here: Said(3, 2), there: Said(1, 0)}
        assert await board.said(conn, lead, now) == {here: Said(3, 2)}
