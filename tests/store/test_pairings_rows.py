"""The store of pairings and visits: consent asked by each statement, emptied on withdrawal, counted within scope."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.messages import Inbound
from bot.store import cases, files, inbounds, pairings, people, visits
from bot.store.pairings import Count
from bot.store.people import Role, Staff
from bot.store.tables import cases as case_rows
from bot.store.tables import follow_ups, helpers, stations

PAIRING: dict[str, Any] = {"side": "school", "who": "许老师", "role": "tutor", "since_day": date(2026, 4, 10)}
MAY = date(2026, 5, 1)


async def a_person(conn: AsyncConnection, login: str = "zhou", role: str = "counsellor", **given: Any) -> Staff:
    staff_id = await people.add(conn, login=login, name=login, role=role, password_hash="x")
    return Staff(staff_id, login, login, Role(role), True, **given)


async def a_file(
    conn: AsyncConnection, owner: Staff, now: datetime, *, consent: str = "given", sender: str = "o-mei"
) -> int:
    receipt = await inbounds.receive(conn, Inbound("wechat", sender, "m:1", "text", "在吗", now), now)
    held = {"kind": "file", "state": "claimed", "owner_id": owner.id, "due_at": now, "opened_at": now}
    case_id = await cases.open_case(conn, {"conversation_id": receipt.conversation_id, **held})
    await files.create(conn, case_id)
    await files.set_consent(conn, case_id, consent, expect=("",), at=now)
    return case_id


async def a_station(conn: AsyncConnection, slug: str, case_id: int) -> int:
    made = insert(stations).values(slug=slug, name=slug, region="putuo").returning(stations.c.id)
    number: int = (await conn.execute(made)).scalar_one()
    await conn.execute(update(case_rows).where(case_rows.c.id == case_id).values(station_id=number))
    return number


def visit(now: datetime, **given: Any) -> dict[str, Any]:
    return {"what": "坐坐", "way": "home", "due_at": now + timedelta(days=1), **given}


@pytest.mark.parametrize("consent", ["", "asked", "refused", "withdrawn"])
async def test_no_statement_writes_a_pairing_or_a_visit_without_consent(
    engine: AsyncEngine, now: datetime, consent: str
) -> None:
    async with engine.begin() as conn:
        case_id = await a_file(conn, await a_person(conn), now, consent=consent)
        assert await files.add(conn, "helpers", case_id, **PAIRING) is None
        assert await files.add(conn, "follow_ups", case_id, **visit(now)) is None
        row = insert(helpers).values(case_id=case_id, **PAIRING).returning(helpers.c.id)
        left_over = (await conn.execute(row)).scalar_one()  # as if it had been written before
        assert not await files.change(conn, "helpers", case_id, left_over, ended_day=MAY, ended_why="搬家")
        row = insert(follow_ups).values(case_id=case_id, **visit(now, told="wanted")).returning(follow_ups.c.id)
        number = (await conn.execute(row)).scalar_one()
        assert not await files.change(conn, "follow_ups", case_id, number, told="yes")
        assert await visits.find(conn, number) is None
        assert await visits.waiting(conn) == []


async def test_withdrawing_leaves_no_pairing_and_no_visit(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        case_id = await a_file(conn, await a_person(conn), now)
        helper = await files.add(conn, "helpers", case_id, **PAIRING)
        await files.add(conn, "follow_ups", case_id, **visit(now, helper_id=helper, agreed="十点半"))
        await files.empty(conn, case_id)
        for rows in (helpers, follow_ups):
            assert await conn.scalar(select(func.count()).select_from(rows)) == 0


async def test_a_contact_outlives_the_helper_who_is_taken_out(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        case_id = await a_file(conn, await a_person(conn), now)
        helper = await files.add(conn, "helpers", case_id, side="school", who="许老师")
        number = await files.add(conn, "follow_ups", case_id, **visit(now, helper_id=helper))
        assert await files.remove(conn, "helpers", case_id, helper or 0)
        found = await visits.find(conn, number or 0)
    assert found is not None
    assert found.helper == ""


async def test_only_pairings_that_run_in_files_one_is_in_are_listed(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        zhou, wu = await a_person(conn), await a_person(conn, "wu")
        case_id = await a_file(conn, zhou, now)
        silent = await files.add(conn, "helpers", case_id, **PAIRING)
        met = await files.add(conn, "helpers", case_id, **{**PAIRING, "who": "陈阿姨"})
        await files.add(conn, "helpers", case_id, **{**PAIRING, "who": "走了的", "ended_day": MAY})
        await files.add(conn, "helpers", case_id, side="school", who="没有结对的")
        await files.add(conn, "follow_ups", case_id, **visit(now, helper_id=met, done_at=now))
        await files.add(conn, "follow_ups", case_id, **visit(now, helper_id=silent, done_at=now, dropped=True))
        assert [(one.id, one.last_at) for one in await pairings.running(conn, zhou)] == [(silent, None), (met, now)]
        assert await pairings.running(conn, wu) == []
        assert await pairings.visits(conn, wu, now - timedelta(days=9)) == ([], [])
        coming, done = await pairings.visits(conn, zhou, now - timedelta(days=9))
        assert (coming, [one.helper for one in done]) == ([], ["陈阿姨"])


async def test_months_are_counted_by_station_and_only_those_of_ones_scope(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        zhou = await a_person(conn)
        here, there = await a_file(conn, zhou, now), await a_file(conn, zhou, now, sender="o-lan")
        unplaced = await a_file(conn, zhou, now, sender="o-min")
        station = await a_station(conn, "here", here)
        await a_station(conn, "there", there)
        for one in (here, there, unplaced):
            await files.add(conn, "helpers", one, **PAIRING)
        await files.add(conn, "helpers", here, **{**PAIRING, "ended_day": date(2026, 4, 30)})
        midnight = datetime.fromisoformat("2026-05-01T00:10+08:00")  # April still, by the clock of the world
        await files.add(conn, "follow_ups", here, **visit(now, done_at=midnight, confirmed="yes"))
        await files.add(conn, "follow_ups", here, **visit(now, done_at=now, confirmed="no"))
        await files.add(conn, "follow_ups", here, **visit(now, done_at=now, dropped=True))
        lead = await a_person(conn, "lead", "lead", station_id=station)
        april = date(2026, 4, 1)
        assert await pairings.counts(conn, lead, april, MAY) == [
            Count("here", MAY, 1, 2, 1),
            Count("here", april, 2, 0, 0),
        ]
        boss = await a_person(conn, "boss", "admin")
        of_may = [one for one in await pairings.counts(conn, boss, april, MAY) if one.month == MAY]
        assert [(one.station, one.pairings) for one in of_may] == [("here", 1), ("there", 1), (None, 1)]
        nobody = await a_person(conn, "nobody", "lead")
        assert await pairings.counts(conn, nobody, april, MAY) == []


async def test_a_closed_file_is_counted_until_it_was_closed(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        zhou = await a_person(conn)
        case_id = await a_file(conn, zhou, now)
        station = await a_station(conn, "here", case_id)
        await files.add(conn, "helpers", case_id, **PAIRING)
        ended = datetime.fromisoformat("2026-04-20T12:00+08:00")
        await cases.change(conn, case_id, expect=("claimed",), state="closed", closed_at=ended)
        lead = await a_person(conn, "lead", "lead", station_id=station)
        found = await pairings.counts(conn, lead, date(2026, 4, 1), MAY)
        assert [(one.month, one.pairings) for one in found] == [(date(2026, 4, 1), 1)]
        assert await pairings.running(conn, zhou) == []
