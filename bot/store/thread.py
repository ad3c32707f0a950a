"""The thread: what was said by whom, in order, for pages and people. Its growing id is the stream's event id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages import Reply, plain
from bot.store import replies
from bot.store import wake as wakes
from bot.store.cases import Case
from bot.store.people import Staff
from bot.store.scope import sees
from bot.store.tables import cases, conversations, messages


@dataclass(frozen=True, slots=True)
class Reach:
    """How much of a conversation a case opens to somebody: until it ended, without what was said in others' cases."""

    seen_by: Staff
    until: datetime | None = None

    @classmethod
    def of(cls, case: Case, seen_by: Staff) -> Reach:
        """Give the reach of a case that this person may see."""
        return cls(seen_by, case.closed_at if case.state == "closed" else None)

    def condition(self) -> ColumnElement[bool]:
        """Give it as a condition on `messages`."""
        seen = select(cases.c.id).where(cases.c.conversation_id == messages.c.conversation_id, sees(self.seen_by))
        open_to_them = or_(messages.c.case_id.is_(None), messages.c.case_id.in_(seen))
        return open_to_them if self.until is None else and_(open_to_them, messages.c.at <= self.until)


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
    case_id: int | None = None


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
    only: Sequence[int] | None = None,
    reach: Reach | None = None,
) -> list[Line]:
    """Read lines, oldest first: those after an id, or the newest ones (before an id), or `only` some.

    `reach` is what a case opens of it; `for_parent` leaves out colleagues' notes, what was withdrawn, and what the
    parent has cleared from the page.
    """
    query = select(messages).where(messages.c.conversation_id == conversation_id, messages.c.id > after)
    if before is not None:
        query = query.where(messages.c.id < before)
    if only is not None:
        query = query.where(messages.c.id.in_(only))
    if reach is not None:
        query = query.where(reach.condition())
    if for_parent:
        cleared = select(conversations.c.cleared_to).where(conversations.c.id == conversation_id).scalar_subquery()
        query = query.where(messages.c.who != "note", messages.c.state != "withdrawn", messages.c.id > cleared)
    order = messages.c.id.desc() if newest else messages.c.id
    rows = (await conn.execute(query.order_by(order).limit(limit))).all()
    return [_line(row) for row in (reversed(rows) if newest else rows)]


def _line(row: Row[Any]) -> Line:
    reply = replies.from_json(row.reply) if row.reply else None
    return Line(
        row.id, row.who, row.author, row.text, reply, row.level, row.state, row.reason, row.at, row.key, row.case_id
    )


async def mark(conn: AsyncConnection, conversation_id: int, message_id: int, state: str, reason: str = "") -> None:
    """Say how the delivery of a line went; one that was withdrawn stays so, whatever a sender still says."""
    await conn.execute(
        update(messages)
        .where(
            messages.c.conversation_id == conversation_id,
            messages.c.id == message_id,
            messages.c.state != "withdrawn",
        )
        .values(state=state, reason=reason)
    )
