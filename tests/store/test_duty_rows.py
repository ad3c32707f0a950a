"""What is loaded of stations and duty: only what still counts, with the load of now."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.handoff import desk
from bot.messages import Inbound, Opening
from bot.store import conversations, duty, inbounds, people, stations
from bot.store.people import Staff
from bot.store.tables import cases as case_rows


async def a_station(engine: AsyncEngine, slug: str = "tianning", **more: object) -> int:
    async with engine.begin() as conn:
        number = await stations.add(conn, slug=slug, name=f"{slug} 站", **more)
    assert number is not None
    return number


async def a_person(engine: AsyncEngine, login: str, station: int | None, role: str = "counsellor") -> int:
    async with engine.begin() as conn:
        return await people.add(conn, login=login, name=login, role=role, password_hash="x", station_id=station)


async def calls(
    engine: AsyncEngine, sender: str, now: datetime, station: int | None, level: str = "none"
) -> tuple[int, int]:
    """Let a parent call for a person; (case, conversation)."""
    async with engine.begin() as conn:
        act = Inbound("wechat", sender, "m:1", "text", "找老师", now)
        receipt = await inbounds.receive(conn, act, now)
        conversation = await conversations.lock(conn, receipt.conversation_id)
        assert conversation is not None
        told = Opening("chat", level)  # type: ignore[arg-type]
        facts = {"station_id": station}
        opened = await desk.open_case(conn, conversation, told, now=now, on_duty=True, facts=facts)
    return opened.id, receipt.conversation_id


async def waiting(engine: AsyncEngine, now: datetime, before: int | None = None) -> dict[int | None, int]:
    async with engine.connect() as conn:
        return dict((await duty.roster(conn, now, before)).waiting or {})


async def test_those_who_wait_are_counted_by_station_and_only_those_before_the_parent(
    engine: AsyncEngine, now: datetime
) -> None:
    here, there = await a_station(engine), await a_station(engine, "putuo")
    first, _ = await calls(engine, "o-1", now, here)
    _, mine = await calls(engine, "o-2", now + timedelta(minutes=1), here)
    await calls(engine, "o-3", now + timedelta(minutes=2), here)
    await calls(engine, "o-4", now + timedelta(minutes=2), there)
    await calls(engine, "o-5", now + timedelta(minutes=2), None)
    later = now + timedelta(minutes=3)
    assert await waiting(engine, later) == {here: 3, there: 1, None: 1}
    assert await waiting(engine, later, mine) == {here: 1}
    await calls(engine, "o-6", now + timedelta(minutes=3), here, "urgent")  # danger goes before who called earlier
    assert await waiting(engine, later, mine) == {here: 2}
    async with engine.begin() as conn:
        put_off = update(case_rows).where(case_rows.c.id == first).values(snoozed_until=later + timedelta(hours=1))
        await conn.execute(put_off)
    assert await waiting(engine, later, mine) == {here: 1}


async def test_somebody_holds_the_talks_that_they_have_taken(engine: AsyncEngine, now: datetime) -> None:
    here = await a_station(engine)
    number = await a_person(engine, "zhou", here)
    case, _ = await calls(engine, "o-1", now, here)
    async with engine.begin() as conn:
        me = Staff(number, "zhou", "zhou", "counsellor", True, here)
        await desk.claim(conn, case, me, now)
        [person] = await duty.people(conn, now)
    assert (person.held, person.room) == (1, person.capacity - 1)


async def test_only_people_of_a_station_who_can_take_cases_are_listed(engine: AsyncEngine, now: datetime) -> None:
    here = await a_station(engine)
    lead = await a_person(engine, "lin", here, "lead")
    await a_person(engine, "writer", here, "editor")
    await a_person(engine, "free", None)
    await a_person(engine, "gone", here)
    async with engine.begin() as conn:
        await people.disable(conn, "gone")
        assert [person.id for person in await duty.people(conn, now)] == [lead]


async def test_shifts_of_the_past_and_of_people_who_left_the_station_do_not_count(
    engine: AsyncEngine, now: datetime
) -> None:
    here, there = await a_station(engine), await a_station(engine, "putuo")
    stays, left = await a_person(engine, "zhou", here), await a_person(engine, "shen", there)
    today = now.date()
    async with engine.begin() as conn:
        for staff_id, until in ((stays, None), (stays, today - timedelta(days=9)), (left, None)):
            await duty.add_shift(
                conn,
                staff_id=staff_id,
                station_id=here,
                hours="all 08:00-12:00",
                from_day=date(2026, 1, 1),
                until_day=until,
            )
        found = (await duty.roster(conn, now)).shifts
    assert [(one.staff_id, one.until_day) for one in found] == [(stays, None)]


async def test_a_station_out_of_use_is_in_no_roster(engine: AsyncEngine, now: datetime) -> None:
    await a_station(engine, active=False)
    async with engine.connect() as conn:
        assert (await duty.roster(conn, now)).stations == ()
