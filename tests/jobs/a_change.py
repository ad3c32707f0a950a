"""What the tests of publishing share: staff, a change on its way, a publisher of this process."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store import changes, people, releases
from bot.store.people import Role, Staff
from bot.store.tables import changes as table
from knowledge import files
from knowledge.amend import Sort, encode
from knowledge.editorial import State

KEY = "screens-junior-phone-conflict"
WORDS = "把路由器藏进米缸里他也翻得出来"


def body(key: str = KEY, **fields: Any) -> dict[str, Any]:
    """The fields of a packaged entry, with one wording that nobody else has."""
    held = encode(files.load().entries[key])
    wordings = held["wordings"]
    assert isinstance(wordings, list)
    return {**held, "wordings": [*wordings[1:], WORDS], **fields}


async def staff(conn: AsyncConnection, login: str = "xu") -> Staff:
    await people.add(conn, login=login, name="许老师", role=Role.CHIEF_EDITOR, password_hash="none")
    found = await people.named(conn, login)
    assert found is not None
    return found


async def a_change(
    engine: AsyncEngine,
    now: datetime,
    *,
    sort: Sort = "entry",
    key: str = KEY,
    fields: dict[str, Any] | None = None,
    state: State = State.APPROVED,
    login: str = "xu",
) -> int:
    """Put a change there, as far as it is wanted; `fields` None changes a wording."""
    async with engine.begin() as conn:
        who = await staff(conn, login)
        given = body() if fields is None else fields
        number = await changes.save(conn, who, sort, key, given or None, title=key, seen=0, now=now)
        await conn.execute(update(table).where(table.c.id == number).values(state=state))
    return number


async def asked(engine: AsyncEngine, ids: list[int], now: datetime, *, trial: bool = False) -> int:
    """Ask for a release with these changes."""
    async with engine.begin() as conn:
        report: dict[str, Any] = {"new": ids} | ({"trial": True} if trial else {})
        return await releases.ask(conn, author="沈主任", note="", report=report, at=now)


async def state_of(engine: AsyncEngine, change: int) -> State:
    async with engine.connect() as conn:
        found = await changes.find(conn, change)
    assert found is not None
    return found.state
