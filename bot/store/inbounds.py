"""Receiving: one row for each act of a parent, however often it is delivered and by however many processes."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages import Inbound
from bot.store.tables import conversations, inbounds, parents

LEASE = timedelta(seconds=5)  # WeChat delivers again after five seconds: by then a dead process has lost its turn

# The parent and the conversation are made on first sight. The conversation's row is not touched otherwise: a turn may
# hold it, and a second message must be written down all the same. A conflict on the key is another delivery.
_RECEIVE = text("""
    WITH gone AS (
        SELECT 1 FROM proofs WHERE proof = :erased
    ), parent AS (
        INSERT INTO parents (channel, sender)
        SELECT CAST(:channel AS text), CAST(:sender AS text) WHERE NOT EXISTS (SELECT 1 FROM gone)
        ON CONFLICT (channel, sender) DO UPDATE SET seen_at = :at
        RETURNING id
    ), made AS (
        INSERT INTO conversations (parent_id) SELECT id FROM parent
        ON CONFLICT (parent_id) DO NOTHING
        RETURNING id
    ), conversation AS (
        SELECT id FROM made
        UNION ALL
        SELECT conversations.id FROM conversations JOIN parent ON conversations.parent_id = parent.id
        LIMIT 1
    ), fresh AS (
        INSERT INTO inbounds (conversation_id, key, body, via, received_at, leased_until)
        SELECT id, :key, :body, :via, :at, :leased_until FROM conversation
        ON CONFLICT (conversation_id, key) DO NOTHING
        RETURNING id
    )
    SELECT conversation.id, (SELECT id FROM fresh), EXISTS (SELECT 1 FROM gone)
    FROM (SELECT 1) AS act LEFT JOIN conversation ON TRUE
""").bindparams(bindparam("body", type_=JSONB))


_DECIDE = text("""
    UPDATE inbounds SET via = coalesce(via, 'passive'), answered_at = :now, body = '{}',
        answer = CASE coalesce(via, 'passive') WHEN 'passive' THEN CAST(:passive AS text) END
    WHERE conversation_id = :conversation AND id = :id AND answered_at IS NULL
    RETURNING via
""")


class ErasedError(Exception):
    """Another delivery of an act whose person has had everything deleted since: nothing of it is kept again."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The row of an act. `fresh` is False when another delivery of it came first."""

    conversation_id: int
    id: int | None
    fresh: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the first delivery has come."""

    id: int
    via: str | None
    answer: str | None
    answered: bool


def _body(inbound: Inbound) -> dict[str, Any]:
    return {**asdict(inbound), "at": inbound.at.isoformat()}


def from_body(body: dict[str, Any]) -> Inbound:
    """Read the Inbound that a row keeps."""
    return Inbound(**{**body, "at": datetime.fromisoformat(body["at"])})


async def receive(conn: AsyncConnection, inbound: Inbound, now: datetime) -> Receipt:
    """Write the act down; page and cli answers have nothing passive, which the row says from the start.

    Raises:
        ErasedError: the act came before, and everything of its person was deleted since.
    """
    values = {
        "channel": inbound.channel,
        "sender": inbound.sender,
        "key": inbound.key,
        "body": _body(inbound),
        "via": None if inbound.surface == "push" else "page",
        "at": now,
        "leased_until": now + LEASE,
        "erased": "erased:" + hashlib.sha256(f"{inbound.channel} {inbound.sender} {inbound.key}".encode()).hexdigest(),
    }
    # Of two first messages at once, one makes the conversation after the other has looked for it: it looks again.
    while (row := (await conn.execute(_RECEIVE, values)).one())[0] is None:
        if row[2]:
            raise ErasedError
    return Receipt(conversation_id=row[0], id=row[1], fresh=row[1] is not None)


async def progress(conn: AsyncConnection, conversation_id: int, key: str) -> Progress | None:
    """Look at the first delivery's row; None when the person's data was erased meanwhile."""
    row = (
        await conn.execute(
            select(inbounds.c.id, inbounds.c.via, inbounds.c.answer, inbounds.c.answered_at).where(
                inbounds.c.conversation_id == conversation_id, inbounds.c.key == key
            )
        )
    ).one_or_none()
    return Progress(row[0], row[1], row[2], row[3] is not None) if row else None


async def take_over(conn: AsyncConnection, conversation_id: int, inbound_id: int, now: datetime) -> bool:
    """Whether we now own an act whose first process died: its lease is over and nothing was decided."""
    result = await conn.execute(
        update(inbounds)
        .where(
            inbounds.c.conversation_id == conversation_id,
            inbounds.c.id == inbound_id,
            inbounds.c.answered_at.is_(None),
            inbounds.c.leased_until < now,
        )
        .values(leased_until=now + LEASE)
    )
    return result.rowcount == 1


async def too_late(conn: AsyncConnection, conversation_id: int, inbound_id: int) -> bool:
    """Decide at the end of the window that the answer goes by API. False: it was ready after all, as passive."""
    result = await conn.execute(
        update(inbounds)
        .where(inbounds.c.conversation_id == conversation_id, inbounds.c.id == inbound_id, inbounds.c.via.is_(None))
        .values(via="api")
    )
    return result.rowcount == 1


async def decide_way(
    conn: AsyncConnection, conversation_id: int, inbound_id: int, now: datetime, passive: str | None
) -> str | None:
    """Close the row with the way its answer goes; None when another process has already answered.

    `passive` are the words for a passive answer, kept so that another delivery of the same act gets the same ones.
    """
    values = {"conversation": conversation_id, "id": inbound_id, "now": now, "passive": passive}
    row = (await conn.execute(_DECIDE, values)).one_or_none()
    return row[0] if row else None


async def forsaken(conn: AsyncConnection, now: datetime, limit: int = 20) -> list[tuple[Receipt, Inbound]]:
    """Claim acts that nobody answered: their process died and no further delivery came. Answered by API."""
    stale = (
        select(inbounds.c.conversation_id, inbounds.c.id)
        .where(inbounds.c.answered_at.is_(None), inbounds.c.leased_until < now - LEASE)
        .order_by(inbounds.c.leased_until)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("stale")
    )
    rows = await conn.execute(
        update(inbounds)
        .where(inbounds.c.conversation_id == stale.c.conversation_id, inbounds.c.id == stale.c.id)
        .values(leased_until=now + LEASE * 6, via=func.coalesce(inbounds.c.via, "api"))
        .returning(inbounds.c.conversation_id, inbounds.c.id, inbounds.c.body)
    )
    return [(Receipt(row[0], row[1], fresh=True), from_body(row[2])) for row in rows]


async def owner(conn: AsyncConnection, conversation_id: int) -> tuple[str, str] | None:
    """Channel and sender of a conversation."""
    row = (
        await conn.execute(
            select(parents.c.channel, parents.c.sender)
            .join(conversations, conversations.c.parent_id == parents.c.id)
            .where(conversations.c.id == conversation_id)
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None
