"""What administrators changed of patterns and cards: every version is kept, the last one of a key is in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import safety_edits


@dataclass(frozen=True, slots=True)
class Version:
    """One saving: of which pattern or card (`sort`, `key`), its text (None: the packaged one), by whom and when."""

    id: int
    sort: str
    key: str
    body: str | None
    author: str
    at: datetime


async def newest(conn: AsyncConnection) -> int:
    """Give the number of the last saving, 0 before the first: what processes look at to see that there is news."""
    found: int | None = await conn.scalar(select(func.max(safety_edits.c.id)))
    return found or 0


async def last_of_each(conn: AsyncConnection) -> list[Version]:
    """Read the last version of every key that was ever changed, in the order of their saving."""
    latest = select(func.max(safety_edits.c.id)).group_by(safety_edits.c.sort, safety_edits.c.key)
    query = select(safety_edits).where(safety_edits.c.id.in_(latest)).order_by(safety_edits.c.id)
    return [Version(*row) for row in await conn.execute(query)]


async def history(conn: AsyncConnection, sort: str, key: str, limit: int = 50) -> list[Version]:
    """Read the versions of one pattern or card, newest first."""
    query = select(safety_edits).where(safety_edits.c.sort == sort, safety_edits.c.key == key)
    return [Version(*row) for row in await conn.execute(query.order_by(safety_edits.c.id.desc()).limit(limit))]


async def add(conn: AsyncConnection, values: dict[str, Any], *, seen: int) -> int | None:
    """Keep a version (sort, key, body, author, at); None if somebody saved anything since number `seen`.

    What was checked, was checked against all that was in force at `seen`. Savings wait for each other.
    """
    await conn.execute(text("LOCK TABLE safety_edits IN SHARE ROW EXCLUSIVE MODE"))
    if await newest(conn) != seen:
        return None
    made: int = (await conn.execute(insert(safety_edits).values(**values).returning(safety_edits.c.id))).scalar_one()
    return made
