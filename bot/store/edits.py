"""What administrators changed of what is packaged beside the library: every version is kept, the last one is in force.

Of each sort there is one place that reads it, checks it again and takes it into its process (`bot/jobs/edits.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import edits

# Who reads a sort: bot/safety/rules.py, bot/dialogue/phrases.py, bot/channels/wechat/menu.py, indexes/rank.py.
SAFETY = ("pattern", "card")
PHRASES = ("phrase", "notice")  # one sentence or list by its key; the privacy notice as a whole
MENU = ("menu",)
LIMITS = ("limits",)


@dataclass(frozen=True, slots=True)
class Version:
    """One saving: of what (`sort`, `key`), its text (None: the packaged one), by whom and when."""

    id: int
    sort: str
    key: str
    body: str | None
    author: str
    at: datetime


async def newest(conn: AsyncConnection, sorts: Collection[str]) -> int:
    """Give the number of the last saving, 0 before the first: what processes look at to see that there is news."""
    found: int | None = await conn.scalar(select(func.max(edits.c.id)).where(edits.c.sort.in_(sorts)))
    return found or 0


async def newest_by_sort(conn: AsyncConnection) -> dict[str, int]:
    """Give the number of the last saving of every sort."""
    rows = await conn.execute(select(edits.c.sort, func.max(edits.c.id).label("newest")).group_by(edits.c.sort))
    return {row.sort: row.newest for row in rows}


async def last_of_each(conn: AsyncConnection, sorts: Collection[str]) -> list[Version]:
    """Read the last version of every key that was ever changed, in the order of their saving."""
    latest = select(func.max(edits.c.id)).where(edits.c.sort.in_(sorts)).group_by(edits.c.sort, edits.c.key)
    query = select(edits).where(edits.c.id.in_(latest)).order_by(edits.c.id)
    return [Version(*row) for row in await conn.execute(query)]


async def history(conn: AsyncConnection, sort: str, key: str, limit: int = 50) -> list[Version]:
    """Read the versions of one thing, newest first."""
    query = select(edits).where(edits.c.sort == sort, edits.c.key == key)
    return [Version(*row) for row in await conn.execute(query.order_by(edits.c.id.desc()).limit(limit))]


async def add(conn: AsyncConnection, values: dict[str, Any], *, among: Collection[str], seen: int) -> int | None:
    """Keep a version (sort, key, body, author, at); None if somebody saved one of these sorts since number `seen`.

    What was checked, was checked against all that was in force at `seen`. Savings wait for each other.
    """
    await conn.execute(text("LOCK TABLE edits IN SHARE ROW EXCLUSIVE MODE"))
    if await newest(conn, among) != seen:
        return None
    made: int = (await conn.execute(insert(edits).values(**values).returning(edits.c.id))).scalar_one()
    return made
