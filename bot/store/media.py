"""Pictures of parents: named by a message, fetched by a job, kept with the conversation and erased with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import media, messages
from bot.store.thread import Reach

STUCK = timedelta(minutes=2)  # a fetcher that died leaves its picture to another one after this long


@dataclass(frozen=True, slots=True)
class Wanted:
    """One picture to be fetched. `attempts` counts this one."""

    id: int
    conversation_id: int
    media_id: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Kept:
    """How one picture of a message stands: pending, kept or failed (`reason` says why)."""

    id: int
    message_id: int
    state: str
    reason: str


async def add(conn: AsyncConnection, conversation_id: int, message_id: int, media_id: str, *, now: datetime) -> None:
    """Remember that a message has a picture, to be fetched at once."""
    values = {"conversation_id": conversation_id, "message_id": message_id, "media_id": media_id, "due_at": now}
    await conn.execute(insert(media).values(**values))


_CLAIM = text("""
    WITH due AS (
        SELECT conversation_id, id FROM media WHERE state = 'pending' AND due_at <= :now
        ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    UPDATE media SET attempts = attempts + 1, due_at = :stuck
    FROM due WHERE media.conversation_id = due.conversation_id AND media.id = due.id
    RETURNING media.id, media.conversation_id, media.media_id, media.attempts
""")


async def claim(conn: AsyncConnection, now: datetime, limit: int = 5) -> list[Wanted]:
    """Take pictures that are due; another process takes others."""
    return [Wanted(*row) for row in await conn.execute(_CLAIM, {"now": now, "stuck": now + STUCK, "limit": limit})]


async def finish(conn: AsyncConnection, wanted: Wanted, **values: Any) -> None:
    """Say how a fetch ended: state with mime and body, or with a reason; or pending again with `due_at`."""
    own = (media.c.conversation_id == wanted.conversation_id, media.c.id == wanted.id)
    await conn.execute(update(media).where(*own).values(**values))


async def of_messages(conn: AsyncConnection, conversation_id: int, message_ids: Sequence[int]) -> dict[int, list[Kept]]:
    """Tell which of these messages have pictures, and how they stand; not the pictures themselves."""
    if not message_ids:
        return {}
    query = select(media.c.id, media.c.message_id, media.c.state, media.c.reason).where(
        media.c.conversation_id == conversation_id, media.c.message_id.in_(message_ids)
    )
    found: dict[int, list[Kept]] = {}
    for row in await conn.execute(query.order_by(media.c.id)):
        found.setdefault(row.message_id, []).append(Kept(*row))
    return found


async def body(conn: AsyncConnection, conversation_id: int, ident: int, reach: Reach) -> tuple[str, bytes] | None:
    """Load a picture with its type; None while it is not kept, or where its message lies beyond reach."""
    said = and_(messages.c.conversation_id == media.c.conversation_id, messages.c.id == media.c.message_id)
    query = (
        select(media.c.mime, media.c.body)
        .join(messages, said)
        .where(media.c.conversation_id == conversation_id, media.c.id == ident, media.c.state == "kept")
        .where(reach.condition())
    )
    row = (await conn.execute(query)).one_or_none()
    return (row.mime, bytes(row.body)) if row else None
