"""`staff add`, `staff disable` and `staff reset`: accounts for the desk and the admin."""

from __future__ import annotations

import asyncio

from bot import clock
from bot.commands.database import database, upgraded
from bot.handoff import leaving
from bot.handoff.duty.again import Duty
from bot.handoff.leaving import LeavingError
from bot.settings import Settings
from bot.store import audit, factors, people, sessions
from bot.store.audit import Act
from bot.store.people import Role
from bot.web.passwords import hash_password, verify

COMMAND = "管理员"  # who acts from the command line, in timelines and in the trail


def add(settings: Settings, *, login: str, name: str, role: str | None, password: str) -> None:
    """Add an account, or give an existing one a new name, role and password.

    Without a role they keep the one that they have; somebody new is a counsellor.

    Raises:
        ValueError: the password is too short or too easily guessed, or there is no such role.
    """
    hashed = hash_password(password, login)

    async def run(url: str) -> None:
        async with upgraded(url) as engine, engine.begin() as conn:
            known = await people.named(conn, login) if role is None else None
            given = Role(role or (known.role if known is not None else Role.COUNSELLOR))
            await people.add(conn, login=login, name=name, role=given, password_hash=hashed)

    with database(settings) as url:
        asyncio.run(run(url))


def may_sign_in(settings: Settings, login: str, password: str) -> bool:
    """Whether there is an open account with this password."""

    async def run(url: str) -> bool:
        async with upgraded(url) as engine, engine.connect() as conn:
            found = await people.credentials(conn, login)
        return found is not None and verify(found[1], password)

    with database(settings) as url:
        return asyncio.run(run(url))


def disable(settings: Settings, login: str) -> bool:
    """Close an account, end its sessions and give back its cases; whether there was one.

    Raises:
        ValueError: it is the last administrator's.
    """

    async def run(url: str) -> bool:
        async with upgraded(url) as engine, engine.begin() as conn:
            person = await people.named(conn, login)
            if person is None:
                return False
            duty = Duty.of(settings.duty_hours)
            others = [one for one in await people.everybody(conn) if one.role == Role.ADMIN and one.id != person.id]
            try:
                await leaving.leave(conn, person, COMMAND, clock.now(), duty, heir=others[0] if others else None)
            except LeavingError as error:
                raise ValueError(str(error)) from error
            await audit.record(conn, person, Act.DISABLED, f"staff:{person.id}", clock.now(), {"by": COMMAND})
            return True

    with database(settings) as url:
        return asyncio.run(run(url))


def reset(settings: Settings, login: str) -> bool:
    """Take somebody's second factor away (phone and codes are lost), and end their sessions; whether there was one."""

    async def run(url: str) -> bool:
        async with upgraded(url) as engine, engine.begin() as conn:
            person = await people.named(conn, login)
            if person is None:
                return False
            await factors.clear(conn, person.id)
            await sessions.end_all(conn, person.id)
            detail = {"what": "reset", "by": COMMAND}
            await audit.record(conn, person, Act.SECOND_FACTOR, f"staff:{person.id}", clock.now(), detail)
            return True

    with database(settings) as url:
        return asyncio.run(run(url))
