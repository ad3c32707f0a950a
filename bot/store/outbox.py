"""The outbox: a row is the queue. Claimed with SKIP LOCKED, in order within a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import outbox

# A sender that dies in mid-send leaves `sending`; after this long another one takes it up. WeChat has no dedupe key,
# so the parent may then read a line twice: better than never.
STUCK = timedelta(seconds=60)
LATER = 4  # lines of digests sent at once


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
    created_at: datetime | None = None
    expires_at: datetime | None = None
    about: str = ""


EXPIRED = "已经过了时间，没有再送"  # why a message that was true for a while only did not go


async def put(conn: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    """Queue messages, in order."""
    await conn.execute(insert(outbox), rows)


_CLAIM = text("""
    WITH due AS (
        SELECT conversation_id, id FROM outbox AS mine
        WHERE state IN ('pending', 'sending') AND due_at <= :now AND (about <> '') = :later
          AND NOT EXISTS (  -- order is kept: an earlier line of the talk goes first; nobody waits for a digest
            SELECT 1 FROM outbox AS earlier
            WHERE earlier.conversation_id = mine.conversation_id AND earlier.id < mine.id
              AND earlier.state IN ('pending', 'sending') AND (earlier.about = '' OR mine.about <> ''))
        ORDER BY due_at LIMIT :limit
        FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox SET state = 'sending', attempts = attempts + 1, due_at = :stuck
    FROM due WHERE outbox.conversation_id = due.conversation_id AND outbox.id = due.id
    RETURNING outbox.id, outbox.conversation_id, outbox.message_id, outbox.channel, outbox.recipient, outbox.text,
              outbox.automatic, outbox.author, outbox.attempts, outbox.reason, outbox.created_at, outbox.expires_at,
              outbox.about
""")


async def claim(conn: AsyncConnection, now: datetime, limit: int = 20) -> list[Parcel]:
    """Take messages that are due; at most one of a conversation at a time.

    What nobody waits for comes last and few at a time, so that words of people are never behind more than those.
    """
    taken: list[Parcel] = []
    for later, room in ((False, limit), (True, LATER)):
        asked = {"now": now, "stuck": now + STUCK, "limit": room, "later": later}
        taken += [Parcel(*row) for row in await conn.execute(_CLAIM, asked)]
        if taken:
            break
    return taken


async def following(conn: AsyncConnection, first: Parcel, within: timedelta) -> list[Parcel]:
    """Lock what the same person wrote right after a parcel that has just been claimed: it may go out with it.

    Given in order, up to the first that somebody else wrote, that waits for another reason, or that came later than
    `within` after the first. Nobody else takes them: the first of the conversation is being sent.
    """
    if first.automatic or first.created_at is None:
        return []
    query = select(outbox).where(
        outbox.c.conversation_id == first.conversation_id,
        outbox.c.id > first.id,
        outbox.c.state.in_(("pending", "sending")),
    )
    found: list[Parcel] = []
    for row in await conn.execute(query.order_by(outbox.c.id).limit(10).with_for_update()):
        same = (row.state, row.automatic, row.author) == ("pending", False, first.author)
        if not same or row.reason not in ("", first.reason) or row.created_at - first.created_at > within:
            break
        found.append(_parcel(row))
    return found


async def take(conn: AsyncConnection, parcels: list[Parcel], now: datetime) -> None:
    """Say that these go out with the one before them."""
    for parcel in parcels:
        theirs = (outbox.c.conversation_id == parcel.conversation_id, outbox.c.id == parcel.id)
        await conn.execute(update(outbox).where(*theirs).values(state="sending", due_at=now + STUCK))


def _parcel(row: Row[Any]) -> Parcel:
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
        row.reason,
        row.created_at,
        row.expires_at,
        row.about,
    )


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


async def amend(conn: AsyncConnection, parcel: Parcel, reason: str) -> None:
    """Give another reason to what is still parked."""
    theirs = (outbox.c.conversation_id == parcel.conversation_id, outbox.c.id == parcel.id)
    await conn.execute(update(outbox).where(*theirs, outbox.c.state == "parked").values(reason=reason))


_EXPIRE = text("""
    WITH over AS (
        UPDATE outbox SET state = 'failed', reason = :why
        WHERE conversation_id = :talk AND state IN ('parked', 'pending') AND expires_at IS NOT NULL
            AND (expires_at <= :now OR message_id IN (
                SELECT id FROM messages WHERE conversation_id = :talk AND starts_with(key, :about) AND :about <> ''))
        RETURNING message_id
    )
    UPDATE messages SET state = 'failed', reason = :why FROM over
    WHERE messages.conversation_id = :talk AND messages.id = over.message_id
""")


async def expire(conn: AsyncConnection, conversation_id: int, now: datetime, about: str = "") -> None:
    """Give up what waits and has become untrue: by its time, or of the lines whose key begins with `about`."""
    asked = {"talk": conversation_id, "now": now, "about": about, "why": EXPIRED}
    await conn.execute(_EXPIRE, asked)


async def unpark(conn: AsyncConnection, conversation_id: int, now: datetime) -> int:
    """Let parked words go now that the parent has written; how many."""
    result = await conn.execute(
        update(outbox)
        .where(outbox.c.conversation_id == conversation_id, outbox.c.state == "parked")
        .values(state="pending", due_at=now, reason="")
    )
    return result.rowcount


async def take_parked(conn: AsyncConnection, conversation_id: int, about: str = "") -> Parcel | None:
    """Take the oldest parked words (of a person, or a digest) to ride on a passive reply; None when there are none."""
    row = (
        await conn.execute(
            select(outbox)
            .where(outbox.c.conversation_id == conversation_id, outbox.c.state == "parked", outbox.c.about == about)
            .order_by(outbox.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
    ).one_or_none()
    if row is None:
        return None
    return _parcel(row)


async def states(conn: AsyncConnection, conversation_id: int, message_id: int) -> list[str]:
    """Lock the messages of a line and tell their states, in order."""
    theirs = (outbox.c.conversation_id == conversation_id, outbox.c.message_id == message_id)
    query = select(outbox.c.state).where(*theirs).order_by(outbox.c.id).with_for_update()
    return [row[0] for row in await conn.execute(query)]


async def retry(
    conn: AsyncConnection, conversation_id: int, message_id: int, *, state: str, reason: str, now: datetime
) -> None:
    """Let what failed of a line wait again, pending or parked, with all its tries."""
    theirs = (outbox.c.conversation_id == conversation_id, outbox.c.message_id == message_id)
    values = {"state": state, "reason": reason, "attempts": 0, "due_at": now}
    await conn.execute(update(outbox).where(*theirs, outbox.c.state == "failed").values(**values))


async def drop_parked(conn: AsyncConnection, conversation_id: int, message_id: int) -> None:
    """Delete what is parked of a line: it will never go."""
    theirs = (outbox.c.conversation_id == conversation_id, outbox.c.message_id == message_id)
    await conn.execute(delete(outbox).where(*theirs, outbox.c.state == "parked"))


async def standing(conn: AsyncConnection, conversation_id: int, message_id: int) -> tuple[str, str]:
    """Tell how the delivery of a line stands that may have gone out in several messages: the worst of them counts."""
    query = select(outbox.c.state, outbox.c.reason).where(
        outbox.c.conversation_id == conversation_id, outbox.c.message_id == message_id
    )
    rows = [(row.state, row.reason) for row in await conn.execute(query.order_by(outbox.c.id))]
    sent = sum(state == "sent" for state, _ in rows)
    for state, shown in (("failed", "failed"), ("parked", "parked"), ("sending", "pending"), ("pending", "pending")):
        reason = next((why for found, why in rows if found == state), None)
        if reason is not None:
            partly = f"（{len(rows)} 条里已送到 {sent} 条）" if sent and shown != "pending" else ""
            return shown, reason + partly
    return "sent", ""


async def alone(conn: AsyncConnection, parcel: Parcel) -> bool:
    """Whether no earlier words of a person are parked in this conversation: the parcel begins the batch."""
    query = select(outbox.c.id).where(
        outbox.c.conversation_id == parcel.conversation_id,
        outbox.c.state == "parked",
        ~outbox.c.automatic,
        outbox.c.id < parcel.id,
    )
    return (await conn.scalar(query.limit(1))) is None


async def pending(conn: AsyncConnection) -> int:
    """Count what waits to be sent."""
    count: int = (
        await conn.execute(select(func.count()).select_from(outbox).where(outbox.c.state.in_(("pending", "sending"))))
    ).scalar_one()
    return count
