"""Accounts, sessions and invitations in the database: what is kept, and what two at once can do."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import audit, invitations, people, roster, sessions
from bot.store.audit import Act
from bot.store.tables import staff_sessions

HOUR = timedelta(hours=1)


async def test_a_new_password_ends_the_sessions_and_keeps_the_rest(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        first = await people.add(conn, login="zhou", name="周老师", role="counsellor", password_hash="x")
        await people.change(conn, first, capacity=3, languages=["粤语"])
        await people.like(conn, first, "shortcuts", value=False)
        await people.like(conn, first, "sound", value=True)
        await sessions.begin(conn, first, "token", now=now, until=now + HOUR)
        assert await people.add(conn, login="zhou", name="周主任", role="lead", password_hash="y") == first
        assert await sessions.by_token(conn, "token", now) is None
        found = await people.find(conn, first)
    assert found is not None
    assert (found.name, found.role, found.capacity, found.languages) == ("周主任", "lead", 3, ("粤语",))
    assert (found.shortcuts, found.second_factor, found.leads) == (False, False, True)


async def test_a_login_is_joined_once_and_capital_letters_make_no_other(engine: AsyncEngine) -> None:
    async with engine.begin() as conn:
        values = {"password_hash": "x", "name": "周老师", "role": "counsellor"}
        assert await people.join(conn, login="zhou", **values) is not None
        assert await people.join(conn, login="zhou", **values) is None
        assert await people.taken(conn, "ZHOU")
        assert not await people.taken(conn, "wu")


async def test_a_session_is_found_by_its_token_only_and_half_a_session_is_none(
    engine: AsyncEngine, now: datetime
) -> None:
    async with engine.begin() as conn:
        staff_id = await people.add(conn, login="zhou", name="周老师", role="counsellor", password_hash="x")
        await sessions.begin(conn, staff_id, "whole", now=now, until=now + HOUR, agent="Chrome")
        await sessions.begin(conn, staff_id, "half", now=now, until=now + HOUR, whole=False)
        assert await sessions.by_token(conn, "whole", now) is not None
        assert await sessions.by_token(conn, "whole", now + HOUR) is None
        assert await sessions.by_token(conn, "half", now) is None
        assert await sessions.by_token(conn, "half", now, whole=False) is not None
        assert await sessions.by_token(conn, "whole", now, whole=False) is None
        assert await sessions.by_token(conn, "\udcff", now) is None
        assert [place.agent for place in await sessions.of_person(conn, staff_id, now)] == ["Chrome"]
        kept = {row[0] for row in await conn.execute(select(staff_sessions.c.token_hash))}
        assert not kept & {"whole", "half"}
        assert await sessions.forget(conn, now + HOUR) == 2


async def test_of_two_who_use_an_invitation_one_wins(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        who = {"login": "wu", "name": "吴老师", "role": "counsellor"}
        number = await invitations.put(conn, "token", now + HOUR, now, **who)
        assert await invitations.invited(conn, "WU", now)
        assert await invitations.find(conn, "another", now) is None
        assert await invitations.find(conn, "token", now + HOUR) is None
        assert await invitations.use(conn, number, now)
        assert not await invitations.use(conn, number, now)
        assert await invitations.find(conn, "token", now) is None
        assert not await invitations.revoke(conn, number)


async def test_the_trail_of_an_account_tells_what_they_did_and_what_was_done_to_them(
    engine: AsyncEngine, now: datetime
) -> None:
    async with engine.begin() as conn:
        ids = [
            await people.add(conn, login=login, name=login, role="counsellor", password_hash="x")
            for login in ("zhou", "shen")
        ]
        zhou, shen = [await people.find(conn, staff_id) for staff_id in ids]
        assert zhou is not None
        assert shen is not None
        await audit.record(conn, zhou, Act.SIGNED_IN, f"staff:{zhou.id}", now)
        await audit.record(conn, shen, Act.CHANGED, f"staff:{zhou.id}", now)
        await audit.record(conn, shen, Act.READ_CASE, "case:1", now)
        assert [trace.act for trace in await audit.of_account(conn, zhou.id)] == [Act.CHANGED, Act.SIGNED_IN]
        assert await roster.member(conn, zhou, shen.id) is None
        assert [member.staff.id for member in await roster.members(conn, zhou)] == [zhou.id]
