"""Units and their numbers as they are kept."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import office_counts, units
from bot.store.units import Unit

MARCH, APRIL, MAY = (date(2026, month, 1) for month in (3, 4, 5))


async def three(engine: AsyncEngine, now: datetime) -> dict[str, Unit]:
    async with engine.begin() as conn:
        await units.add(conn, "baoji", [("一小", "school"), ("二小", "school")], now)
        await units.add(conn, "putuo", [("一小", "school")], now)
        return {f"{one.region}/{one.name}": one for one in await units.listing(conn, None)}


async def test_a_name_stands_once_in_a_region(engine: AsyncEngine, now: datetime) -> None:
    found = await three(engine, now)
    assert set(found) == {"baoji/一小", "baoji/二小", "putuo/一小"}
    async with engine.begin() as conn:
        assert await units.add(conn, "baoji", [("一小", "town"), ("三小", "school"), ("三小", "school")], now) == [
            "三小"
        ]
        assert await units.add(conn, "baoji", [], now) == []
        assert not await units.change(conn, found["baoji/一小"], name="二小", active=True)
        assert await units.change(conn, found["baoji/一小"], name="实验一小", active=False)
        assert [one.name for one in await units.listing(conn, ["baoji"])] == ["三小", "二小"]
        closed = (await units.listing(conn, ["baoji"], closed=True))[-1]
    assert (closed.name, closed.active, closed.sort) == ("实验一小", False, "school")


async def test_a_unit_of_another_region_is_not_found(engine: AsyncEngine, now: datetime) -> None:
    found = await three(engine, now)
    own = found["putuo/一小"]
    async with engine.connect() as conn:
        assert await units.find(conn, own.id, {"putuo"}) == own
        assert await units.find(conn, own.id, None) == own
        assert await units.find(conn, own.id, {"baoji"}) is None
        assert await units.find(conn, 10**17, None) is None


async def test_the_last_word_counts_and_nothing_takes_a_number_away(engine: AsyncEngine, now: datetime) -> None:
    own = (await three(engine, now))["baoji/一小"].id
    async with engine.begin() as conn:
        await units.write(conn, {(own, MARCH, "guidance"): 1, (own, APRIL, "guidance"): 2}, "周老师", now)
    async with engine.begin() as conn:
        later = now + timedelta(hours=1)
        await units.write(conn, {(own, MARCH, "guidance"): 3, (own, APRIL, "guidance"): None}, "吴老师", later)
        held = await units.of_unit(conn, own, date(2026, 1, 1), date(2026, 12, 31))
    assert {key: (one.number, one.author) for key, one in held.items()} == {(MARCH, "guidance"): (3, "吴老师")}


async def test_of_what_stands_the_last_number_before_counts_too(engine: AsyncEngine, now: datetime) -> None:
    found = await three(engine, now)
    own, other = found["baoji/一小"].id, found["putuo/一小"].id
    numbers = {
        (own, date(2024, 3, 1), "grades"): 5,
        (own, date(2024, 9, 1), "grades"): 6,
        (own, date(2024, 9, 1), "guidance"): 9,
        (own, APRIL, "guidance"): 2,
        (other, APRIL, "guidance"): 7,
    }
    async with engine.begin() as conn:
        await units.write(conn, numbers, "周老师", now)
        held = await units.counted(conn, {"baoji"}, MARCH, MAY, ["grades"])
        whole = await units.counted(conn, None, MARCH, MAY, ["grades"])
        one = await units.counted(conn, None, MARCH, MAY, ["grades"], other)
    assert held == {own: {"guidance": {APRIL: 2}, "grades": {date(2024, 9, 1): 6}}}
    assert set(whole) == {own, other}
    assert one == {other: {"guidance": {APRIL: 7}}}


async def test_the_units_of_a_region_add_up_by_month(engine: AsyncEngine, now: datetime) -> None:
    found = await three(engine, now)
    numbers = {(unit.id, APRIL, "events"): 2 for unit in found.values()} | {(found["putuo/一小"].id, MAY, "people"): 9}
    async with engine.begin() as conn:
        await units.write(conn, numbers, "周老师", now)
        await office_counts.report(conn, "putuo", APRIL, {"events": 5}, "吴老师", now)
        assert await units.by_region(conn, APRIL, MAY, ["events", "people"]) == {
            "baoji": {(APRIL, "events"): 4},
            "putuo": {(APRIL, "events"): 2},
        }
        assert await office_counts.monthly(conn, APRIL, MAY) == {"putuo": {(APRIL, "events"): 5}}


async def waiting(engine: AsyncEngine) -> None:
    """Return when somebody in this database waits for a lock."""
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with asyncio.timeout(20), engine.connect() as conn:
        while not await conn.scalar(query):
            await conn.rollback()


async def test_a_new_name_and_a_closing_at_once_both_stay(engine: AsyncEngine, now: datetime) -> None:
    seen = (await three(engine, now))["baoji/一小"]
    async with engine.begin() as conn:
        assert await units.change(conn, seen, name="实验一小")
        assert await units.change(conn, seen, active=False)
        found = await units.find(conn, seen.id, None)
    assert found == Unit(seen.id, "baoji", "实验一小", "school", active=False)


async def test_of_two_who_take_one_name_at_once_the_second_is_told(engine: AsyncEngine, now: datetime) -> None:
    found = await three(engine, now)

    async def second() -> bool:
        async with engine.begin() as conn:
            taken = await units.change(conn, found["baoji/二小"], name="实验小学")
            assert await units.find(conn, found["baoji/二小"].id, None), "the transaction goes on"
            return taken

    async with engine.begin() as conn:
        assert await units.change(conn, found["baoji/一小"], name="实验小学")
        other = asyncio.create_task(second())
        await waiting(engine)
    assert not await other


async def test_who_would_write_the_numbers_of_a_unit_that_is_held_waits(engine: AsyncEngine, now: datetime) -> None:
    found = await three(engine, now)
    ids = [one.id for one in found.values()]

    async def second() -> int:
        async with engine.begin() as conn:
            await units.hold(conn, ids)
            return len((await units.counted(conn, None, MARCH, MAY, ()))[ids[1]])

    async with engine.begin() as conn:
        await units.hold(conn, [ids[1]])
        other = asyncio.create_task(second())
        await waiting(engine)
        await units.write(conn, {(ids[1], MARCH, "guidance"): 3}, "周老师", now)
    assert await other == 1
