"""Somebody leaves: what they held waits in a queue, no file is left without an owner, the last administrator stays."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.handoff.desk import DeskError, claim
from bot.handoff.leaving import HeirGoneError, OnlyAdminError, leave
from bot.handoff.passing import to_person
from bot.store import cases as stored_cases
from bot.store import people
from bot.store.events import CaseTag
from bot.store.people import Staff
from bot.store.tables import case_events, case_members, cases, conversations, messages, parents
from tests.duty_always import ALWAYS


async def person(conn: AsyncConnection, login: str, role: str = "counsellor") -> Staff:
    staff_id = await people.add(conn, login=login, name=f"{login}老师", role=role, password_hash="x")
    found = await people.find(conn, staff_id)
    assert found is not None
    return found


async def held(conn: AsyncConnection, owner: Staff, now: datetime, kind: str = "chat", holder: str = "person") -> int:
    """Give somebody a case with a conversation that they hold."""
    who = insert(parents).values(channel="web", sender=f"{kind}-{owner.login}").returning(parents.c.id)
    parent = (await conn.execute(who)).scalar_one()
    row = insert(conversations).values(parent_id=parent, holder=holder).returning(conversations.c.id)
    talk = (await conn.execute(row)).scalar_one()
    values: dict[str, Any] = {"conversation_id": talk, "kind": kind, "state": "claimed", "owner_id": owner.id}
    times = {"opened_at": now, "due_at": now, "claimed_at": now, "snoozed_until": now}
    case_id: int = (await conn.execute(insert(cases).values(**values, **times).returning(cases.c.id))).scalar_one()
    if holder == "person":
        await conn.execute(conversations.update().where(conversations.c.id == talk).values(case_id=case_id))
    return case_id


async def case(conn: AsyncConnection, case_id: int) -> Any:
    return (await conn.execute(select(cases).where(cases.c.id == case_id))).one()


async def test_what_somebody_held_is_open_again_and_the_parent_is_told(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        zhou, shen = await person(conn, "zhou"), await person(conn, "shen")
        mine, theirs = await held(conn, zhou, now), await held(conn, shen, now)
        assert await leave(conn, zhou, "沈主任", now, ALWAYS) == 1
    async with engine.connect() as conn:
        found = await case(conn, mine)
        assert (found.state, found.owner_id, found.claimed_at, found.snoozed_until) == ("open", None, None, None)
        assert (await case(conn, theirs)).owner_id == shen.id
        holders = [row[0] for row in await conn.execute(select(conversations.c.holder).order_by(conversations.c.id))]
        assert holders == ["queue", "person"]
        [said] = [row[0] for row in await conn.execute(select(messages.c.text))]
        assert said == "zhou老师不在这里了，已经重新排队，等下一位老师来接。"
        [event] = await conn.execute(select(case_events.c.tag, case_events.c.actor))
        assert tuple(event) == (CaseTag.RELEASED, "沈主任")
        gone = await people.find(conn, zhou.id)
        assert gone is not None
        assert not gone.active


async def test_where_the_bot_speaks_it_goes_on(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        zhou = await person(conn, "zhou")
        await held(conn, zhou, now, holder="bot")
        await held(conn, zhou, now, kind="suggestion", holder="bot")
        assert await leave(conn, zhou, "沈主任", now, ALWAYS) == 2
        assert set(await conn.scalars(select(conversations.c.holder))) == {"bot"}
        assert (await conn.execute(select(messages))).all() == []


async def test_a_file_goes_to_who_is_in_it_else_to_the_heir(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        zhou, shen, boss = await person(conn, "zhou"), await person(conn, "shen"), await person(conn, "boss", "admin")
        alone, shared = await held(conn, zhou, now, "file", "bot"), await held(conn, zhou, now, "report", "bot")
        await conn.execute(cases.update().where(cases.c.id == shared).values(kind="file"))
        await conn.execute(insert(case_members).values(case_id=shared, staff_id=shen.id, at=now))
        await leave(conn, zhou, "沈主任", now, ALWAYS, heir=boss)
        assert (await case(conn, shared)).owner_id == shen.id
        found = await case(conn, alone)
        assert (found.owner_id, found.state) == (boss.id, "claimed")


async def test_who_leaves_is_in_no_file_any_more_also_when_they_come_back(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        zhou, shen = await person(conn, "zhou"), await person(conn, "shen")
        file = await held(conn, zhou, now, "file", "bot")
        await conn.execute(insert(case_members).values(case_id=file, staff_id=shen.id, at=now))
        assert await leave(conn, shen, "沈主任", now, ALWAYS) == 0  # a file that they did not hold
        await person(conn, "shen")  # the account is opened again
        assert await stored_cases.find(conn, file, seen_by=shen) is None
        [told] = await stored_cases.timeline(conn, file)
        assert (told.tag, told.detail) == (CaseTag.FILE_LET_OUT, {"who": "shen老师"})
        assert (await case(conn, file)).owner_id == zhou.id


async def test_a_file_goes_to_nobody_who_cannot_open_the_desk(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        zhou, boss = await person(conn, "zhou"), await person(conn, "boss", "admin")
        editor = await person(conn, "shen", "editor")
        file = await held(conn, zhou, now, "file", "bot")
        await conn.execute(insert(case_members).values(case_id=file, staff_id=editor.id, at=now))
        await leave(conn, zhou, "沈主任", now, ALWAYS, heir=boss)
        assert (await case(conn, file)).owner_id == boss.id


async def test_the_last_administrator_stays(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        boss = await person(conn, "boss", "admin")
        with pytest.raises(OnlyAdminError, match="最后一位管理员"):
            await leave(conn, boss, "boss", now, ALWAYS)
        await person(conn, "second", "admin")
        await leave(conn, boss, "second", now, ALWAYS)
        second = await people.named(conn, "second")
        assert second is not None
        with pytest.raises(OnlyAdminError):
            await leave(conn, second, "boss", now, ALWAYS)


async def test_a_danger_that_somebody_held_must_be_looked_at_again(engine: AsyncEngine, now: datetime) -> None:
    later = now + timedelta(hours=3)
    async with engine.begin() as conn:
        zhou = await person(conn, "zhou")
        grave, calm = await held(conn, zhou, now, "crisis"), await held(conn, zhou, now, "suggestion", "bot")
        looked = {"acknowledged_at": now, "alerts": 2, "alerted_at": now}
        await conn.execute(cases.update().values(**looked))
        await conn.execute(cases.update().where(cases.c.id == grave).values(level="urgent"))
        await leave(conn, zhou, "沈主任", later, ALWAYS)
        found = await case(conn, grave)
        assert (found.acknowledged_at, found.alerts, found.alerted_at) == (None, 0, None)
        assert found.due_at == later + timedelta(minutes=5)
        found = await case(conn, calm)
        assert (found.acknowledged_at, found.due_at) == (now, now)  # the day that was promised


async def waits(step: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """Begin a step that cannot end before another transaction does."""
    begun = asyncio.create_task(step)
    done, _ = await asyncio.wait({begun}, timeout=0.5)
    assert not done
    return begun


async def test_what_is_taken_while_the_account_is_closed_stays_out_of_closed_hands(
    engine: AsyncEngine, now: datetime
) -> None:
    async with engine.begin() as conn:
        zhou, shen = await person(conn, "zhou"), await person(conn, "shen")
        first, second = await held(conn, shen, now), await held(conn, shen, now, "suggestion", "bot")
        free = {"state": "open", "owner_id": None}
        await conn.execute(cases.update().where(cases.c.id == first).values(**free))

    async def takes() -> None:
        async with engine.begin() as conn:
            await claim(conn, first, zhou, now)

    async def is_given() -> None:
        async with engine.begin() as conn:
            await to_person(conn, second, shen, zhou.id, "请接着办", now, ALWAYS)

    async with engine.begin() as conn:
        await leave(conn, zhou, "沈主任", now, ALWAYS)
        taken, given = await waits(takes()), await waits(is_given())
    with pytest.raises(DeskError, match="停用"):
        await taken
    with pytest.raises(DeskError, match="可能已经离开"):
        await given


async def test_closing_an_account_waits_for_what_is_being_taken_and_gives_it_back(
    engine: AsyncEngine, now: datetime
) -> None:
    async with engine.begin() as conn:
        zhou = await person(conn, "zhou")
        mine = await held(conn, zhou, now)
        await conn.execute(cases.update().values(state="open", owner_id=None))

    async def leaves() -> int:
        async with engine.begin() as conn:
            return await leave(conn, zhou, "沈主任", now, ALWAYS)

    async with engine.begin() as conn:
        await claim(conn, mine, zhou, now)
        left = await waits(leaves())
    assert await left == 1
    async with engine.connect() as conn:
        assert (await case(conn, mine)).state == "open"


async def test_who_closes_an_account_must_be_here_to_take_its_files(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        zhou, boss = await person(conn, "zhou"), await person(conn, "boss", "lead")
        await people.disable(conn, "boss")
        with pytest.raises(HeirGoneError):
            await leave(conn, zhou, "boss", now, ALWAYS, heir=boss)
        found = await people.find(conn, zhou.id)
        assert found is not None
        assert found.active
