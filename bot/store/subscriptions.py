"""Who asked for the weekly digest: one row for a conversation, gone with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages import GRAVE
from bot.store.tables import cases, conversations, detections, digests, outbox, parents, subscriptions

ABOUT = "digest"  # what the outbox calls such lines
DONE = ("sending", "sent")


@dataclass(frozen=True, slots=True)
class Danger:
    """What the rows tell of a conversation: a grave danger lately, an open case of danger, one in which people talk."""

    grave: bool
    open_danger: bool
    open_talk: bool


async def since(conn: AsyncConnection, conversation_id: int) -> datetime | None:
    """Tell since when a parent wants the digest; None if they do not."""
    query = select(subscriptions.c.since).where(subscriptions.c.conversation_id == conversation_id)
    found: datetime | None = await conn.scalar(query)
    return found


async def add(conn: AsyncConnection, conversation_id: int, now: datetime) -> None:
    """Let a parent have the digest from now on; the first time counts."""
    row = upsert(subscriptions).values(conversation_id=conversation_id, since=now)
    await conn.execute(row.on_conflict_do_nothing())


async def remove(conn: AsyncConnection, conversation_id: int) -> None:
    """Send a parent nothing more, also not what waits; the last digest counts one who left, without a name."""
    await withdraw(conn, conversation_id)
    gone = await conn.execute(delete(subscriptions).where(subscriptions.c.conversation_id == conversation_id))
    if gone.rowcount:
        last = select(func.max(digests.c.week)).where(digests.c.state.in_(DONE)).scalar_subquery()
        await conn.execute(update(digests).where(digests.c.week == last).values(left=digests.c.left + 1))


# A line that is being sent at this moment may still arrive; all that waits is gone.
_WITHDRAW = text("""
    WITH gone AS (
        DELETE FROM outbox WHERE conversation_id = :talk AND about = :about AND state IN ('pending', 'parked')
        RETURNING message_id
    )
    UPDATE messages SET state = 'withdrawn' FROM gone
    WHERE messages.conversation_id = :talk AND messages.id = gone.message_id
""")


async def withdraw(conn: AsyncConnection, conversation_id: int) -> None:
    """Take back what waits of digests for a conversation, also from its thread."""
    await conn.execute(_WITHDRAW, {"talk": conversation_id, "about": ABOUT})


def _unserved(week: date) -> ColumnElement[bool]:
    return or_(subscriptions.c.sent_week.is_(None), subscriptions.c.sent_week < week)


async def page(conn: AsyncConnection, week: date, limit: int) -> list[int]:
    """Give the next conversations whose turn of this week has not come yet."""
    query = select(subscriptions.c.conversation_id).where(_unserved(week))
    return list(await conn.scalars(query.order_by(subscriptions.c.conversation_id).limit(limit)))


async def take(conn: AsyncConnection, conversation_id: int, week: date) -> bool:
    """Note that a parent's turn of this week has come; False if it had, here or in another process."""
    mine = update(subscriptions).where(subscriptions.c.conversation_id == conversation_id, _unserved(week))
    return (await conn.execute(mine.values(sent_week=week))).rowcount > 0


async def by_stage(conn: AsyncConnection) -> dict[str | None, int]:
    """Count subscribers by the stage of the child, None: not told."""
    stage = parents.c.profile["stage"].astext.label("stage")
    joined = subscriptions.join(conversations, conversations.c.id == subscriptions.c.conversation_id).join(parents)
    rows = await conn.execute(select(stage, func.count()).select_from(joined).group_by(stage))
    return {row[0]: row[1] for row in rows}


async def danger(conn: AsyncConnection, conversation_id: int, after: datetime, talks: tuple[str, ...]) -> Danger:
    """Look for what speaks against writing to somebody unasked; `talks` are the kinds of cases in which people talk."""
    found = exists().where(
        detections.c.conversation_id == conversation_id, detections.c.level.in_(GRAVE), detections.c.at >= after
    )
    graver = exists().where(
        cases.c.conversation_id == conversation_id, cases.c.level.in_(GRAVE), cases.c.opened_at >= after
    )
    held = (cases.c.conversation_id == conversation_id, cases.c.state != "closed")
    danger_ = exists().where(*held, or_(cases.c.kind == "crisis", cases.c.level.in_(GRAVE)))
    talk = exists().where(*held, cases.c.kind.in_(talks))
    row = (await conn.execute(select(or_(found, graver), danger_, talk))).one()
    return Danger(*row)


async def on_their_way(conn: AsyncConnection) -> int:
    """Count the lines of digests that the sender has not come to yet."""
    query = select(func.count()).select_from(outbox).where(outbox.c.about == ABOUT)
    return await conn.scalar(query.where(outbox.c.state.in_(("pending", "sending")))) or 0
