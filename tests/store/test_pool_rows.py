"""The rows of people, half days and trainings: an area bounds them, the last saver wins only if they saw the last."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store import engagements, people, pool, training
from bot.store.engagements import Counted
from bot.store.people import Staff
from bot.store.tables import staff as accounts
from bot.store.tables import trained
from bot.store.training import Sum, Who

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
TALK = {"region": "putuo", "part": "morning", "place": "厅", "topic": "题"}
COURSE = {"region": "putuo", "title": "研修", "on_day": date(2026, 5, 9), "hours": Decimal("3.5")}


async def gu(conn: AsyncConnection) -> Staff:
    await people.add(conn, login="gu", name="顾主任", role="admin", password_hash="x")
    found = await people.named(conn, "gu")
    assert found is not None
    return found


async def a_person(conn: AsyncConnection, me: Staff, now: datetime, name: str = "林老师", region: str = "putuo") -> int:
    values = {"name": name, "region": region, "sort": "lecturer", "times": ["sat-morning"], "contact": "021-1"}
    return await pool.add(conn, me, now, **values)


async def test_an_area_bounds_who_is_found(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        me = await gu(conn)
        one = await a_person(conn, me, now)
        other = await a_person(conn, me, now, "赵师傅", "tianning")
        assert [person.name for person in await pool.listed(conn, None)] == ["林老师", "赵师傅"]
        assert [person.id for person in await pool.listed(conn, ["putuo"])] == [one]
        assert await pool.listed(conn, []) == []
        assert await pool.find(conn, other, ["putuo"]) is None
        assert await pool.regions_used(conn, ["putuo", "shanghai"]) == ["putuo"]
        found = await pool.find(conn, one, ["putuo"], lock=True)
        assert found is not None
        assert found.times == ("sat-morning",)
        assert not hasattr(found, "contact")  # it is read apart
        assert await pool.contacts(conn, [one]) == {one: "021-1"}


async def test_who_did_not_see_the_last_saving_writes_nothing(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        me = await gu(conn)
        one, course = await a_person(conn, me, now), await training.add(conn, me, now, **COURSE)
        assert await pool.change(conn, me, one, now, seen=0, note="一")
        assert not await pool.change(conn, me, one, now, seen=0, note="二")
        assert await training.change(conn, me, course, now, seen=0, note="一")
        assert not await training.change(conn, me, course, now, seen=0, note="二")
        kept = await pool.find(conn, one, None)
        assert kept is not None
        assert (kept.note, kept.saved) == ("一", 1)


async def test_what_is_declined_is_no_clash_and_only_done_half_days_count(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        me = await gu(conn)
        one = await a_person(conn, me, now)
        first = await engagements.add(conn, me, one, now, on_day=date(2026, 5, 9), **TALK)
        assert [it.id for it in await engagements.clashes(conn, one, date(2026, 5, 9), "morning")] == [first]
        assert await engagements.clashes(conn, one, date(2026, 5, 9), "morning", but=first) == []
        assert await engagements.clashes(conn, one, date(2026, 5, 9), "evening") == []
        assert await engagements.move(conn, me, first, now, was="asked", state="declined")
        assert not await engagements.move(conn, me, first, now, was="asked", state="done", people=3)
        assert await engagements.clashes(conn, one, date(2026, 5, 9), "morning") == []
        for day, people_there in ((date(2026, 5, 1), 10), (date(2026, 5, 31), 20), (JUNE, 40)):
            number = await engagements.add(conn, me, one, now, on_day=day, **TALK)
            await engagements.move(conn, me, number, now, was="asked", state="done", people=people_there)
        assert await engagements.counted(conn, MAY, JUNE, None) == {("putuo", MAY): Counted(2, 30)}
        assert await engagements.counted(conn, MAY, JUNE, ["tianning"]) == {}
        everything = await engagements.counted(conn, MAY, date(2026, 7, 1), ["putuo"])
        assert everything[("putuo", JUNE)] == Counted(1, 40)


async def test_half_days_stand_in_the_order_of_the_day_and_for_both_areas(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        me = await gu(conn)
        one = await a_person(conn, me, now)
        for part in ("evening", "morning", "afternoon"):
            await engagements.add(conn, me, one, now, **TALK | {"part": part, "region": "tianning"}, on_day=MAY)
        for area in (None, ["putuo"], ["tianning"]):
            found = await engagements.between(conn, MAY, JUNE, area)
            assert [it.part for it in found] == ["morning", "afternoon", "evening"], area
        assert await engagements.between(conn, MAY, JUNE, ["elsewhere"]) == []
        assert await engagements.between(conn, JUNE, date(2026, 7, 1), None) == []
        assert await engagements.find(conn, one + 1, found[0].id) is None


async def test_ticks_are_of_staff_or_of_the_pool_and_summed_by_year(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        me = await gu(conn)
        speaker, mine = Who("pool", await a_person(conn, me, now)), Who("staff", me.id)
        course = await training.add(conn, me, now, **COURSE)
        other = await training.add(conn, me, now, **COURSE | {"region": "tianning", "hours": Decimal(2)})
        await training.add(conn, me, now, **COURSE | {"on_day": date(2025, 5, 9)})
        await training.tick(conn, me, course, now, came=[speaker, mine], not_there=[])
        await training.tick(conn, me, course, now, came=[mine], not_there=[])  # twice is once
        await training.tick(conn, me, other, now, came=[mine], not_there=[])
        year = (date(2026, 1, 1), date(2027, 1, 1))
        assert await training.sums(conn, *year) == {
            speaker: Sum(1, Decimal("3.5")),
            mine: Sum(2, Decimal("5.5")),
        }
        assert await training.sums(conn, date(2025, 1, 1), date(2026, 1, 1)) == {}
        assert [(it.id, it.there) for it in await training.of_one(conn, mine)] == [(other, 1), (course, 2)]
        assert [it.id for it in await training.listed(conn, *year, ["putuo"])] == [course]
        assert not await training.drop(conn, course)
        await training.tick(conn, me, course, now, came=[], not_there=[speaker, mine])
        assert await training.there(conn, course) == frozenset()
        assert await training.there(conn, other) == {mine}
        assert await training.drop(conn, course)


async def test_a_row_of_who_was_there_names_exactly_one(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        me = await gu(conn)
        one, course = await a_person(conn, me, now), await training.add(conn, me, now, **COURSE)
        for who in ({}, {"staff_id": me.id, "pool_id": one}):
            with pytest.raises(IntegrityError):
                async with conn.begin_nested():
                    await conn.execute(insert(trained).values(training_id=course, author="x", at=now, **who))


async def test_what_hangs_on_somebody_goes_with_them(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        me = await gu(conn)
        course = await training.add(conn, me, now, **COURSE)
        await training.tick(conn, me, course, now, came=[Who("staff", me.id)], not_there=[])
        await conn.execute(delete(accounts).where(accounts.c.id == me.id))
        assert await training.there(conn, course) == frozenset()
