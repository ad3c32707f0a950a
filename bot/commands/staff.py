"""`staff add` and `staff disable`: accounts for the desk and the admin."""

from __future__ import annotations

import asyncio

from bot.commands.database import database, upgraded
from bot.settings import Settings
from bot.store import people
from bot.web.accounts import Role, hash_password, verify


def add(settings: Settings, *, login: str, name: str, role: Role, password: str) -> None:
    """Add an account, or give an existing one a new name, role and password.

    Raises:
        ValueError: the password is too short.
    """
    hashed = hash_password(password)

    async def run(url: str) -> None:
        async with upgraded(url) as engine, engine.begin() as conn:
            await people.add(conn, login=login, name=name, role=role, password_hash=hashed)

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
    """Close an account and end its sessions; whether there was one."""

    async def run(url: str) -> bool:
        async with upgraded(url) as engine, engine.begin() as conn:
            return await people.disable(conn, login)

    with database(settings) as url:
        return asyncio.run(run(url))
