"""Home visits of families' files: found for the parent who answers and for the job that tells them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import cases, files, follow_ups, helpers, messages, staff


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit with whose it is. `helper` is who comes if not the staff, while their pairing runs."""

    id: int
    case_id: int
    conversation_id: int | None
    due_at: datetime
    done_at: datetime | None
    dropped: bool
    told: str
    confirmed: str
    confirmed_at: datetime | None
    helper: str
    owner: str


def _visits() -> Select[Any]:
    """Give the visits of open files whose families agree."""
    held = (
        follow_ups.join(cases, cases.c.id == follow_ups.c.case_id)
        .join(files, files.c.case_id == follow_ups.c.case_id)
        .join(helpers, and_(helpers.c.id == follow_ups.c.helper_id, helpers.c.ended_day.is_(None)), isouter=True)
        .join(staff, staff.c.id == cases.c.owner_id, isouter=True)
    )
    columns = [
        follow_ups.c[name]
        for name in ("id", "case_id", "due_at", "done_at", "dropped", "told", "confirmed", "confirmed_at")
    ]
    query = select(*columns, cases.c.conversation_id, helpers.c.who, staff.c.name).select_from(held)
    return query.where(follow_ups.c.way == "home", files.c.consent == "given", cases.c.state != "closed")


def _visit(row: Row[Any]) -> Visit:
    return Visit(
        id=row.id,
        case_id=row.case_id,
        conversation_id=row.conversation_id,
        due_at=row.due_at,
        done_at=row.done_at,
        dropped=row.dropped,
        told=row.told,
        confirmed=row.confirmed,
        confirmed_at=row.confirmed_at,
        helper=row.who or "",
        owner=row.name or "",
    )


async def find(conn: AsyncConnection, visit_id: int) -> Visit | None:
    """Load a visit of an open file with consent."""
    row = (await conn.execute(_visits().where(follow_ups.c.id == visit_id))).one_or_none()
    return _visit(row) if row else None


async def of_parent(conn: AsyncConnection, conversation_id: int, now: datetime, heard_since: datetime) -> list[Visit]:
    """List the visits that the parent may answer for: told of and still ahead, or asked about since then."""
    ahead = and_(
        follow_ups.c.done_at.is_(None), follow_ups.c.told.in_(("told", "yes", "other")), follow_ups.c.due_at > now
    )
    asked = and_(follow_ups.c.confirmed.in_(("asked", "yes", "no")), follow_ups.c.confirmed_at >= heard_since)
    query = _visits().where(cases.c.conversation_id == conversation_id, or_(ahead, asked))
    return [_visit(row) for row in await conn.execute(query.order_by(follow_ups.c.due_at, follow_ups.c.id))]


async def waiting(conn: AsyncConnection, limit: int = 50) -> list[Visit]:
    """List the visits of which the morning has to tell or ask."""
    wanted = or_(follow_ups.c.told.in_(("wanted", "off")), follow_ups.c.confirmed == "wanted")
    rows = await conn.execute(_visits().where(wanted).order_by(follow_ups.c.due_at, follow_ups.c.id).limit(limit))
    return [_visit(row) for row in rows]


async def announced(conn: AsyncConnection, case_id: int, now: datetime) -> bool:
    """Whether parents expect somebody: a visit lies ahead that they were or will be told of, or must be told is off."""
    stands = or_(
        and_(follow_ups.c.done_at.is_(None), follow_ups.c.told.in_(("told", "yes", "wanted"))),
        follow_ups.c.told == "off",
    )
    query = select(follow_ups.c.id).where(follow_ups.c.case_id == case_id, follow_ups.c.due_at > now, stands)
    return await conn.scalar(query.limit(1)) is not None


async def last_said(conn: AsyncConnection, conversation_id: int) -> str:
    """Give the key of the last words that reached a parent; "" for words without one."""
    theirs = (messages.c.conversation_id == conversation_id, messages.c.who.in_(("bot", "person")))
    query = select(messages.c.key).where(*theirs, messages.c.state == "sent").order_by(messages.c.id.desc()).limit(1)
    found: str | None = await conn.scalar(query)
    return found or ""


async def delivery(conn: AsyncConnection, conversation_id: int, beginning: str) -> tuple[str, str] | None:
    """Tell how the newest words whose key begins so were delivered: state and reason."""
    theirs = (messages.c.conversation_id == conversation_id, messages.c.key.startswith(beginning, autoescape=True))
    query = select(messages.c.state, messages.c.reason).where(*theirs).order_by(messages.c.id.desc()).limit(1)
    row = (await conn.execute(query)).one_or_none()
    return (row.state, row.reason) if row else None


async def heard(conn: AsyncConnection, conversation_id: int, beginning: str) -> bool:
    """Whether any words whose key begins so have reached the parent, or are on their way."""
    theirs = (messages.c.conversation_id == conversation_id, messages.c.key.startswith(beginning, autoescape=True))
    query = select(messages.c.id).where(*theirs, messages.c.state.in_(("sent", "pending"))).limit(1)
    return await conn.scalar(query) is not None


_GIVE_UP = text("""
    WITH over AS (
        UPDATE outbox SET state = 'failed', reason = :why
        WHERE conversation_id = :talk AND state IN ('parked', 'pending') AND message_id IN (
            SELECT id FROM messages WHERE conversation_id = :talk
                AND (starts_with(key, 'visit:') OR starts_with(key, 'visited:')))
        RETURNING message_id
    )
    UPDATE messages SET state = 'withdrawn', reason = :why FROM over
    WHERE messages.conversation_id = :talk AND messages.id = over.message_id
""")


async def give_up(conn: AsyncConnection, conversation_id: int, why: str) -> None:
    """Take back what waits to be told of visits."""
    await conn.execute(_GIVE_UP, {"talk": conversation_id, "why": why})
