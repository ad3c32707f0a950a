"""What the page of a case reads beside the lines: who is talked with, how lines were delivered, what was before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.people import Staff
from bot.store.scope import sees
from bot.store.tables import cases, conversations, media, messages, outbox, parents

LOOKED_AT = 60  # the newest of a person's lines and of pictures whose state is watched


@dataclass(frozen=True, slots=True)
class Partner:
    """The parent of a conversation as the desk needs them, read without a lock."""

    channel: str
    sender: str
    holder: str
    state: dict[str, Any]
    windows: dict[str, Any]
    profile: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another case of the same parent."""

    id: int
    kind: str
    state: str
    level: str
    outcome: str | None
    opened_at: datetime


async def partner(conn: AsyncConnection, conversation_id: int) -> Partner | None:
    """Read who is talked with; None when they had everything deleted."""
    columns = (conversations.c.holder, conversations.c.state, conversations.c.windows)
    query = (
        select(parents.c.channel, parents.c.sender, *columns, parents.c.profile)
        .join(conversations, conversations.c.parent_id == parents.c.id)
        .where(conversations.c.id == conversation_id)
    )
    row = (await conn.execute(query)).one_or_none()
    return Partner(*row) if row else None


async def underway(conn: AsyncConnection, conversation_id: int) -> int:
    """Count the messages that are written and not gone yet: they will take from what the window allows."""
    query = select(func.count()).where(
        outbox.c.conversation_id == conversation_id, outbox.c.state.in_(("pending", "sending"))
    )
    count: int = (await conn.execute(query)).scalar_one()
    return count


async def earlier(conn: AsyncConnection, conversation_id: int, but: int, seen_by: Staff) -> list[Earlier]:
    """List the other cases of this conversation that somebody may see, newest first, at most ten."""
    columns = (cases.c.id, cases.c.kind, cases.c.state, cases.c.level, cases.c.outcome, cases.c.opened_at)
    query = select(*columns).where(cases.c.conversation_id == conversation_id, cases.c.id != but, sees(seen_by))
    return [Earlier(*row) for row in await conn.execute(query.order_by(cases.c.id.desc()).limit(10))]


async def marks(conn: AsyncConnection, conversation_id: int) -> dict[int, tuple[str, str]]:
    """Tell how the newest lines of people were delivered, and how the newest pictures stand, by the line's number."""
    said = (
        select(messages.c.id, messages.c.state, messages.c.reason)
        .where(messages.c.conversation_id == conversation_id, messages.c.who == "person")
        .order_by(messages.c.id.desc())
    )
    sent = (
        select(media.c.message_id, media.c.state, media.c.reason)
        .where(media.c.conversation_id == conversation_id)
        .order_by(media.c.message_id.desc())
    )
    rows = [*(await conn.execute(said.limit(LOOKED_AT))), *(await conn.execute(sent.limit(LOOKED_AT)))]
    return {row[0]: (row[1], row[2]) for row in rows}


async def words_of_parent(conn: AsyncConnection, conversation_id: int) -> str:
    """Give the newest words of the parent, for the search of what one might answer; what stands for a picture is none.

    A place that a page shows for something without words is in brackets: （一张图片）.
    """
    query = select(messages.c.text).where(
        messages.c.conversation_id == conversation_id, messages.c.who == "parent", messages.c.text.not_like("（%）")
    )
    found: str | None = await conn.scalar(query.order_by(messages.c.id.desc()).limit(1))
    return found or ""
