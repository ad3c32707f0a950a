"""The thread: what was said by whom, in order, for pages and people. Its growing id is the stream's event id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages import Reply, plain
from bot.store import replies
from bot.store import wake as wakes
from bot.store.tables import conversations, messages


@dataclass(frozen=True, slots=True)
class Line:
    """One utterance. `who`: parent, bot, person, note or event."""

    id: int
    who: str
    author: str
    text: str
    reply: Reply | None
    level: str
    state: str
    reason: str
    at: datetime
    key: str = ""


def said(who: str, words: str, *, level: str = "none", key: str = "", author: str = "") -> dict[str, Any]:
    """Make the row of plain words; `key` is that of the act which said them."""
    return {"who": who, "text": words, "reply": None, "author": author, "level": level, "state": "sent", "key": key}


def answered(reply: Reply, *, state: str = "sent", key: str = "") -> dict[str, Any]:
    """Make the row of a reply."""
    who = "bot" if reply.automatic else "person"
    return {
        "who": who,
        "text": plain(reply),
        "reply": replies.to_json(reply),
        "author": reply.author,
        "level": "none",
        "state": state,
        "key": key,
    }


async def add(
    conn: AsyncConnection, conversation_id: int, rows: list[dict[str, Any]], *, at: datetime, case_id: int | None
) -> list[int]:
    """Append rows of `said` and `answered` in order; their ids."""
    values = [{**row, "conversation_id": conversation_id, "at": at, "case_id": case_id} for row in rows]
    result = await conn.execute(insert(messages).returning(messages.c.id), values)
    return sorted(row[0] for row in result)  # ids rise in the order of the rows


async def has_key(conn: AsyncConnection, conversation_id: int, key: str) -> bool:
    """Whether a line with this key is there: a form sent twice says its words once."""
    query = select(messages.c.id).where(messages.c.conversation_id == conversation_id, messages.c.key == key)
    return bool(key) and (await conn.scalar(query.limit(1))) is not None


async def heard_at(conn: AsyncConnection, conversation_id: int) -> datetime | None:
    """Tell when the parent last said something."""
    query = select(messages.c.at).where(messages.c.conversation_id == conversation_id, messages.c.who == "parent")
    found: datetime | None = await conn.scalar(query.order_by(messages.c.id.desc()).limit(1))
    return found


async def wake(conn: AsyncConnection, conversation_id: int) -> None:
    """Tell the pages that show this conversation, when the transaction commits, that there is something new."""
    await wakes.wake(conn, conversation_id)


async def lines(
    conn: AsyncConnection,
    conversation_id: int,
    *,
    after: int = 0,
    before: int | None = None,
    limit: int = 200,
    newest: bool = False,
    for_parent: bool = False,
) -> list[Line]:
    """Read lines, oldest first: those after an id, or the newest ones (before an id).

    `for_parent` leaves out colleagues' notes and what the parent has cleared from the page.
    """
    query = select(messages).where(messages.c.conversation_id == conversation_id, messages.c.id > after)
    if before is not None:
        query = query.where(messages.c.id < before)
    if for_parent:
        cleared = select(conversations.c.cleared_to).where(conversations.c.id == conversation_id).scalar_subquery()
        query = query.where(messages.c.who != "note", messages.c.id > cleared)
    order = messages.c.id.desc() if newest else messages.c.id
    rows = (await conn.execute(query.order_by(order).limit(limit))).all()
    return [_line(row) for row in (reversed(rows) if newest else rows)]


def _line(row: Row[Any]) -> Line:
    reply = replies.from_json(row.reply) if row.reply else None
    return Line(row.id, row.who, row.author, row.text, reply, row.level, row.state, row.reason, row.at, row.key)


async def mark(conn: AsyncConnection, conversation_id: int, message_id: int, state: str, reason: str = "") -> None:
    """Say how the delivery of a line went."""
    await conn.execute(
        update(messages)
        .where(messages.c.conversation_id == conversation_id, messages.c.id == message_id)
        .values(state=state, reason=reason)
    )
