"""Slots and bookings in the database: what is free for whom, and that no place is given away twice."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import appointments, conversations
from bot.store.tables import closures
from tests.slots import FRIDAY, THURSDAY, a_booking, a_slot, a_station, states

UNTIL = timedelta(days=60)


async def free(engine: AsyncEngine, now: datetime, **given: object) -> list[int]:
    async with engine.connect() as conn:
        found = await appointments.free(conn, now, now + UNTIL, **{"regions": ("tianning", "changzhou"), **given})  # type: ignore[arg-type]  # as given
        return [slot.id for slot in found]


async def test_free_slots_are_those_of_the_region_with_a_place_left_in_time_and_on_the_list(
    engine: AsyncEngine, now: datetime
) -> None:
    async with engine.begin() as conn:
        near = await a_station(conn, "near", "近站", "tianning")
        far = await a_station(conn, "far", "远站", "putuo")
        everywhere = await a_station(conn, "all", "全站")
        friday, thursday = await a_slot(conn, near, FRIDAY), await a_slot(conn, near, THURSDAY)
        other, common = await a_slot(conn, far), await a_slot(conn, everywhere)
        await a_slot(conn, near, now - timedelta(minutes=1))
        await a_slot(conn, near, now + timedelta(days=61))
        full, gone = await a_slot(conn, near, FRIDAY), await a_slot(conn, near, FRIDAY)
        await a_booking(conn, full, now)
        await appointments.close(conn, gone)
    assert await free(engine, now) == [thursday, common, friday]
    assert await free(engine, now, station="far") == [other]
    assert await free(engine, now, station=far) == [other]
    assert await free(engine, now, after=thursday) == [common, friday]
    assert await free(engine, now, after=friday) == []
    assert await free(engine, now, regions=()) == [common]
    assert await free(engine, now, limit=1) == [thursday]


async def test_a_day_on_which_the_station_is_closed_is_not_offered(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        one, other = await a_station(conn, "one", "甲站"), await a_station(conn, "other", "乙站")
        late = datetime(2026, 5, 14, 23, 30, tzinfo=THURSDAY.tzinfo)  # in China's day, another one in UTC
        await a_slot(conn, one, THURSDAY)
        await a_slot(conn, one, late)
        friday, elsewhere = await a_slot(conn, one, FRIDAY), await a_slot(conn, other, THURSDAY)
        day = date(2026, 5, 14)
        await conn.execute(insert(closures).values(station_id=one, from_day=day, until_day=day))
    assert await free(engine, now) == [elsewhere, friday]
    async with engine.begin() as conn:
        await conn.execute(insert(closures).values(station_id=None, from_day=day, until_day=day))
    assert await free(engine, now) == [friday]


async def test_places_are_counted_by_the_bookings_that_stand(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        slot = await a_slot(conn, await a_station(conn), places=2)
        first = await a_booking(conn, slot, now, "o-1")
        await a_booking(conn, slot, now, "o-2", "proposed")
        await a_booking(conn, slot, now, "o-3", "cancelled")
        found = await appointments.find(conn, slot)
        assert found is not None
        assert (found.taken, found.left) == (2, 0)
        assert await appointments.change(conn, first, expect=("asked",), state="declined")
        assert not await appointments.change(conn, first, expect=("asked",), state="confirmed")
        found = await appointments.find(conn, slot)
        assert found is not None
        assert found.left == 1


async def test_of_many_who_want_the_last_place_at_once_one_gets_it(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        slot = await a_slot(conn, await a_station(conn))
        known = [await a_booking(conn, slot, now, f"o-{n}", "declined") for n in range(8)]
        asking = [await appointments.booking(conn, number) for number in known]

    async def ask(case_id: int) -> bool:
        async with engine.begin() as conn:
            found = await appointments.lock(conn, slot)
            await asyncio.sleep(0.02)  # the others come meanwhile, and wait
            if found is None or not found.left:
                return False
            await appointments.book(conn, slot, case_id, now)
            return True

    won = await asyncio.gather(*(ask(one.case_id) for one in asking if one))
    assert won.count(True) == 1
    assert (await states(engine)).count("asked") == 1


async def test_the_same_slot_is_not_added_twice(engine: AsyncEngine) -> None:
    async with engine.begin() as conn:
        station = await a_station(conn)
        row = {"station_id": station, "title": "咨询", "starts_at": THURSDAY, "minutes": 50, "places": 1}
        assert await appointments.add(conn, [row, {**row, "starts_at": FRIDAY}]) == 2
        assert await appointments.add(conn, [row, {**row, "title": "坐诊"}]) == 1
        week = await appointments.between(conn, [station], THURSDAY, THURSDAY + timedelta(days=7))
    assert [(slot.title, slot.starts_at) for slot in week] == [
        ("咨询", THURSDAY),
        ("坐诊", THURSDAY),
        ("咨询", FRIDAY),
    ]


async def test_what_nobody_wrote_down_is_found_and_what_is_to_be_reminded_of(
    engine: AsyncEngine, now: datetime
) -> None:
    async with engine.begin() as conn:
        station = await a_station(conn)
        past, ahead = await a_slot(conn, station, now - timedelta(hours=1), places=9), await a_slot(conn, station)
        open_end = await a_booking(conn, past, now, "o-1", "confirmed")
        await a_booking(conn, past, now, "o-2", "attended")
        coming = await a_booking(conn, ahead, now, "o-3", "confirmed")
        await a_booking(conn, ahead, now, "o-4")
        assert [one.id for one in await appointments.unrecorded(conn, [station], now)] == [open_end]
        assert [one.id for one in await appointments.confirmed(conn, now, THURSDAY + UNTIL)] == [coming]


async def test_a_parent_who_has_everything_deleted_gives_the_place_back(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        slot = await a_slot(conn, await a_station(conn))
        number = await a_booking(conn, slot, now, "o-1", "confirmed")
        await conversations.erase_person(conn, "wechat", "o-1")
        booking = await appointments.booking(conn, number)
    assert booking is not None
    assert (booking.state, booking.conversation_id) == ("cancelled", None)
    assert await free(engine, now) == [slot]
