"""Questions that were not answered well, and what an editor made of them. The words stand here masked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.people import Staff
from bot.store.tables import conversations, misses, parents

NOT_OURS = "not-ours"

# unsure: there was no sure answer. unhelped: there was one, and the parent said that it did not help or was not meant.
# person: there was one, and the parent asked for a person.
Reason = Literal["unsure", "unhelped", "person"]
UNSURE: Reason = "unsure"
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True, slots=True)
class Miss:
    """One question: who asked counts by `parent` (a conversation), and is not known otherwise.

    `handled` is draft:<entry>, wording:<entry> or not-ours; None: nobody has looked at it. `level` is what safety found
    in the words, None where that was not kept.
    """

    id: int
    parent: int
    text: str
    verdict: str
    nearest: str | None
    at: datetime
    region: str | None
    stage: str | None
    handled: str | None
    handled_by: str
    handled_at: datetime | None
    reason: Reason = UNSURE
    level: str | None = None


async def since(
    conn: AsyncConnection, since: datetime, limit: int = 6000, *, reason: Reason | None = UNSURE
) -> list[Miss]:
    """List what was asked from a moment on, for one reason or for any, newest first; of very many only the newest."""
    query = _all().where(misses.c.at >= since).order_by(misses.c.id.desc()).limit(limit)
    if reason is not None:
        query = query.where(misses.c.reason == reason)
    return [Miss(*row) for row in await conn.execute(query)]


async def reason_of(conn: AsyncConnection, number: int) -> Reason | None:
    """Tell why a question stands on the list; None if it is gone."""
    found: Reason | None = await conn.scalar(select(misses.c.reason).where(misses.c.id == number))
    return found


async def texts(conn: AsyncConnection, ids: Collection[int]) -> dict[int, str]:
    """Give the words of questions by number, as they were masked; those whose parent was erased are gone."""
    rows = await conn.execute(select(misses.c.id, misses.c.text).where(misses.c.id.in_(ids)))
    return {row.id: row.text for row in rows}


async def mark(conn: AsyncConnection) -> tuple[int, int, datetime | None]:
    """Give what tells whether anything has changed: the newest, how many there are, when one was last handled."""
    query = select(func.coalesce(func.max(misses.c.id), 0), func.count(), func.max(misses.c.handled_at))
    row = (await conn.execute(query)).one()
    return row[0], row[1], row[2]


async def handle(conn: AsyncConnection, ids: Collection[int], handled: str, staff: Staff, now: datetime) -> int:
    """Remember what an editor made of these; how many there were. What is handled already is handled anew."""
    values = {"handled": handled, "handled_by": staff.name, "handled_at": now}
    found = await conn.execute(update(misses).where(misses.c.id.in_(ids)).values(**values))
    return found.rowcount


async def reopen(conn: AsyncConnection, ids: Collection[int], now: datetime) -> int:
    """Put questions back among those that nobody has handled; how many."""
    values = {"handled": None, "handled_by": "", "handled_at": now}
    found = await conn.execute(
        update(misses).where(misses.c.id.in_(ids), misses.c.handled.is_not(None)).values(**values)
    )
    return found.rowcount


async def among(conn: AsyncConnection, ids: Collection[int]) -> list[Miss]:
    """Give the questions with these numbers, in the order given, and keep others from handling them meanwhile."""
    await conn.execute(select(misses.c.id).where(misses.c.id.in_(ids)).order_by(misses.c.id).with_for_update())
    found = {row.id: Miss(*row) for row in await conn.execute(_all().where(misses.c.id.in_(ids)))}
    return [found[one] for one in ids if one in found]


def _all() -> Select[Any]:
    return (
        select(
            misses.c.id,
            misses.c.conversation_id,
            misses.c.text,
            misses.c.verdict,
            misses.c.nearest,
            misses.c.at,
            parents.c.profile["region"].astext,
            parents.c.profile["stage"].astext,
            misses.c.handled,
            misses.c.handled_by,
            misses.c.handled_at,
            misses.c.reason,
            misses.c.level,
        )
        .join(conversations, conversations.c.id == misses.c.conversation_id)
        .join(parents, parents.c.id == conversations.c.parent_id)
    )
