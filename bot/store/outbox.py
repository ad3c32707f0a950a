"""The outbox: a row is the queue. Claimed with SKIP LOCKED, in order within a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import outbox

# A sender that dies in mid-send leaves `sending`; after this long another one takes it up. WeChat has no dedupe key,
# so the parent may then read a line twice: better than never.
STUCK = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message to be sent. `attempts` counts this one."""

    id: int
    conversation_id: int
    message_id: int | None
    channel: str
    recipient: str
    text: str
    automatic: bool
    author: str
    attempts: int
    reason: str = ""


async def put(conn: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    """Queue messages, in order."""
    await conn.execute(insert(outbox), rows)


_CLAIM = text("""
    WITH due AS (
        SELECT conversation_id, id FROM outbox AS mine
        WHERE state IN ('pending', 'sending') AND due_at <= :now
          AND NOT EXISTS (  -- order is kept: an earlier line of the conversation goes first
            SELECT 1 FROM outbox AS earlier
            WHERE earlier.conversation_id = mine.conversation_id AND earlier.id < mine.id
              AND earlier.state IN ('pending', 'sending'))
        ORDER BY due_at LIMIT :limit
        FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox SET state = 'sending', attempts = attempts + 1, due_at = :stuck
    FROM due WHERE outbox.conversation_id = due.conversation_id AND outbox.id = due.id
    RETURNING outbox.id, outbox.conversation_id, outbox.message_id, outbox.channel, outbox.recipient, outbox.text,
              outbox.automatic, outbox.author, outbox.attempts, outbox.reason
""")


async def claim(conn: AsyncConnection, now: datetime, limit: int = 20) -> list[Parcel]:
    """Take messages that are due; at most one of a conversation at a time."""
    rows = await conn.execute(_CLAIM, {"now": now, "stuck": now + STUCK, "limit": limit})
    return [Parcel(*row) for row in rows]


async def finish(
    conn: AsyncConnection, parcel: Parcel, state: str, *, reason: str = "", due_at: datetime | None = None
) -> None:
    """Say how a send ended: sent, failed, parked, or pending again at `due_at`."""
    values: dict[str, Any] = {"state": state, "reason": reason}
    if due_at is not None:
        values["due_at"] = due_at
    if state == "sent":
        values["text"] = ""  # the words stand in the thread; a sent row keeps none
    await conn.execute(
        update(outbox)
        .where(outbox.c.conversation_id == parcel.conversation_id, outbox.c.id == parcel.id)
        .values(**values)
    )


async def unpark(conn: AsyncConnection, conversation_id: int, now: datetime) -> int:
    """Let parked words go now that the parent has written; how many."""
    result = await conn.execute(
        update(outbox)
        .where(outbox.c.conversation_id == conversation_id, outbox.c.state == "parked")
        .values(state="pending", due_at=now, reason="")
    )
    return result.rowcount


async def take_parked(conn: AsyncConnection, conversation_id: int) -> Parcel | None:
    """Take the oldest parked words to ride on a passive reply; None when there are none."""
    row = (
        await conn.execute(
            select(outbox)
            .where(outbox.c.conversation_id == conversation_id, outbox.c.state == "parked")
            .order_by(outbox.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
    ).one_or_none()
    if row is None:
        return None
    return Parcel(
        row.id,
        row.conversation_id,
        row.message_id,
        row.channel,
        row.recipient,
        row.text,
        row.automatic,
        row.author,
        row.attempts,
    )


async def pending(conn: AsyncConnection) -> int:
    """Count what waits to be sent."""
    count: int = (
        await conn.execute(select(func.count()).select_from(outbox).where(outbox.c.state.in_(("pending", "sending"))))
    ).scalar_one()
    return count
