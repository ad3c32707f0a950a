"""The conversation row: locked first, then loaded, then saved, so that two messages of one parent never cross."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import files
from bot.store.tables import conversations, outbox, parents


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as loaded under its lock."""

    id: int
    parent_id: int
    channel: str
    sender: str
    holder: str
    case_id: int | None
    state: dict[str, Any]
    rest: tuple[str, ...]
    windows: dict[str, Any]
    profile: dict[str, Any]
    parked: bool  # words of a person wait for the parent to write


_PARKED = exists().where(outbox.c.conversation_id == conversations.c.id, outbox.c.state == "parked").label("parked")


async def lock(conn: AsyncConnection, conversation_id: int) -> Conversation | None:
    """Lock the conversation and load it with its parent; None when it was erased meanwhile.

    The lock keeps other turns out, but lets further messages be written down (they refer to the row's key only).
    """
    row = (
        await conn.execute(
            select(conversations, parents.c.channel, parents.c.sender, parents.c.profile, _PARKED)
            .join(parents, parents.c.id == conversations.c.parent_id)
            .where(conversations.c.id == conversation_id)
            .with_for_update(of=conversations, key_share=True)
        )
    ).one_or_none()
    if row is None:
        return None
    return Conversation(
        id=row.id,
        parent_id=row.parent_id,
        channel=row.channel,
        sender=row.sender,
        holder=row.holder,
        case_id=row.case_id,
        state=row.state,
        rest=tuple(row.rest),
        windows=row.windows,
        profile=row.profile,
        parked=row.parked,
    )


async def find(conn: AsyncConnection, channel: str, sender: str) -> int | None:
    """Find the conversation of a person, if they ever wrote."""
    found: int | None = await conn.scalar(
        select(conversations.c.id)
        .join(parents, parents.c.id == conversations.c.parent_id)
        .where(parents.c.channel == channel, parents.c.sender == sender)
    )
    return found


async def profile(conn: AsyncConnection, channel: str, sender: str) -> dict[str, Any] | None:
    """Load what a person let us keep of them, without a lock."""
    found: dict[str, Any] | None = await conn.scalar(
        select(parents.c.profile).where(parents.c.channel == channel, parents.c.sender == sender)
    )
    return found


async def prepare(conn: AsyncConnection, channel: str, sender: str, kept: dict[str, Any]) -> None:
    """Make a person with a profile before their first word, for the command line's `region`."""
    await conn.execute(insert(parents).values(channel=channel, sender=sender, profile=kept))


async def save(conn: AsyncConnection, conversation_id: int, **values: Any) -> None:
    """Write back columns of a locked conversation: holder, case_id, state, rest, windows."""
    await conn.execute(update(conversations).where(conversations.c.id == conversation_id).values(**values))


async def save_profile(conn: AsyncConnection, parent_id: int, profile: dict[str, Any]) -> None:
    """Write back what the parent let us keep of them."""
    await conn.execute(update(parents).where(parents.c.id == parent_id).values(profile=profile))


# WeChat may deliver again what it has delivered. What tells that it came before is no name, and is kept for an hour.
_REMEMBER = text("""
    INSERT INTO proofs (proof, digest, seen_at)
    SELECT 'erased:' || encode(sha256(convert_to(channel || ' ' || sender || ' ' || key, 'UTF8')), 'hex'),
        '', received_at
    FROM inbounds
    JOIN conversations ON conversations.id = inbounds.conversation_id
    JOIN parents ON parents.id = conversations.parent_id
    WHERE parents.id = :parent AND channel = 'wechat' AND (:waiting OR answered_at IS NOT NULL)
      AND received_at > seen_at - interval '5 minutes'
    ON CONFLICT DO NOTHING
""")


async def erase(conn: AsyncConnection, parent_id: int, *, waiting: bool = False) -> None:
    """Delete a person: conversation, messages, acts, feedback and waiting sends go with the row.

    Cases stay as bare counts (kind, level, times, what became of it); their words and context are emptied here.
    `waiting` tells that acts not yet answered are not wanted either.
    """
    await conn.execute(_REMEMBER, {"parent": parent_id, "waiting": waiting})
    await files.erase(conn, parent_id)
    await conn.execute(
        text("""
            UPDATE cases SET detail = '{}', reason = '', region = NULL, stage = NULL, department = NULL,
                language = NULL,
                state = 'closed', closed_at = coalesce(closed_at, now()),
                outcome = split_part(coalesce(outcome, 'erased'), '：', 1)  -- what follows was written about the family
            WHERE conversation_id IN (SELECT id FROM conversations WHERE parent_id = :parent)
        """),
        {"parent": parent_id},
    )
    await conn.execute(
        text("""
            UPDATE bookings SET state = 'cancelled' WHERE state IN ('asked', 'proposed', 'confirmed') AND case_id IN (
                SELECT cases.id FROM cases JOIN conversations ON conversations.id = cases.conversation_id
                WHERE conversations.parent_id = :parent)
        """),
        {"parent": parent_id},
    )
    await conn.execute(
        text("""
            UPDATE case_events SET detail = '{}' WHERE case_id IN (
                SELECT cases.id FROM cases JOIN conversations ON conversations.id = cases.conversation_id
                WHERE conversations.parent_id = :parent)
        """),
        {"parent": parent_id},
    )
    await conn.execute(delete(parents).where(parents.c.id == parent_id))


async def erase_person(conn: AsyncConnection, channel: str, sender: str) -> bool:
    """Delete everything of a person by who they are, what waits for an answer too; whether there was anything."""
    parent_id = await conn.scalar(select(parents.c.id).where(parents.c.channel == channel, parents.c.sender == sender))
    if parent_id is None:
        return False
    # The conversation first, as everywhere: a turn that runs holds it and will want the person's row.
    if (conversation_id := await find(conn, channel, sender)) is not None:
        await lock(conn, conversation_id)
    await erase(conn, parent_id, waiting=True)
    return True


async def forget_older(conn: AsyncConnection, before: datetime, limit: int = 200) -> int:
    """Erase people who have not written since `before` and have no open case; how many."""
    rows = await conn.execute(
        text("""
            SELECT parents.id FROM parents JOIN conversations ON conversations.parent_id = parents.id
            WHERE parents.seen_at < :before AND NOT EXISTS (
                SELECT 1 FROM cases WHERE cases.conversation_id = conversations.id AND cases.state <> 'closed')
            ORDER BY parents.seen_at LIMIT :limit
            FOR NO KEY UPDATE OF conversations SKIP LOCKED
        """),
        {"before": before, "limit": limit},
    )
    gone = [row[0] for row in rows]
    for parent_id in gone:
        await erase(conn, parent_id)
    return len(gone)
