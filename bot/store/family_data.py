"""All that is kept of one family: found, counted, given out on their request. `conversations.erase` deletes it.

Not given out: notes among colleagues, and mandatory reports, which have no link to a family.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import (
    bookings,
    case_events,
    cases,
    conversations,
    detections,
    feedback,
    files,
    follow_ups,
    helpers,
    media,
    messages,
    misses,
    parents,
    plan_items,
    referrals,
    slots,
    subscriptions,
)


@dataclass(frozen=True, slots=True)
class Kept:
    """How much is kept of a family, without a word of it."""

    conversation_id: int
    parent_id: int
    channel: str
    created_at: datetime
    seen_at: datetime
    messages: int
    pictures: int
    cases: int
    open_cases: int
    file: bool


_OURS = ("handed", "key")  # of a case's detail: for the desk alone


async def of_case(conn: AsyncConnection, case_id: int) -> int | None:
    """Find the conversation that a case belongs to."""
    found: int | None = await conn.scalar(select(cases.c.conversation_id).where(cases.c.id == case_id))
    return found


async def of_sender(conn: AsyncConnection, sender: str) -> int | None:
    """Find the conversation of an openid or visitor id."""
    query = select(conversations.c.id).join(parents).where(parents.c.sender == sender).limit(1)
    found: int | None = await conn.scalar(query)
    return found


async def kept(conn: AsyncConnection, conversation_id: int) -> Kept | None:
    """Count what is kept; None where nothing is."""
    of = cases.c.conversation_id == conversation_id
    query = select(
        conversations.c.id,
        parents.c.id,
        parents.c.channel,
        parents.c.created_at,
        parents.c.seen_at,
        _many(messages, messages.c.conversation_id == conversation_id, messages.c.who != "note"),
        _many(media, media.c.conversation_id == conversation_id),
        _many(cases, of),
        _many(cases, of, cases.c.state != "closed"),
        select(files.c.case_id).join(cases, cases.c.id == files.c.case_id).where(of, files.c.consent != "").exists(),
    ).join(parents)
    row = (await conn.execute(query.where(conversations.c.id == conversation_id))).one_or_none()
    return Kept(*row) if row else None


async def everything(conn: AsyncConnection, conversation_id: int) -> dict[str, Any]:
    """Read all of it, as JSON can hold it, under the names that people read."""
    person = select(parents.c.channel, parents.c.profile, parents.c.created_at, parents.c.seen_at)
    own = (await conn.execute(person.join(conversations).where(conversations.c.id == conversation_id))).one()
    talk = messages.c.conversation_id == conversation_id
    held = await _rows(conn, select(cases).where(cases.c.conversation_id == conversation_id).order_by(cases.c.id))
    return {
        "渠道": own.channel,
        "第一次来": own.created_at.isoformat(),
        "最近一次来": own.seen_at.isoformat(),
        "资料": own.profile,
        "对话": await _rows(
            conn,
            select(messages.c.at, messages.c.who, messages.c.author, messages.c.text)
            .where(talk, messages.c.who != "note")
            .order_by(messages.c.id),
        ),
        "图片": await _rows(
            conn, select(media.c.mime, media.c.state, media.c.due_at).where(media.c.conversation_id == conversation_id)
        ),
        "点评": await _rows(
            conn,
            select(feedback.c.at, feedback.c.entry_id, feedback.c.verdict).where(
                feedback.c.conversation_id == conversation_id
            ),
        ),
        "没答上的": await _rows(
            conn, select(misses.c.at, misses.c.text).where(misses.c.conversation_id == conversation_id)
        ),
        "每周一条": await _rows(
            conn, select(subscriptions.c.since).where(subscriptions.c.conversation_id == conversation_id)
        ),
        "安全判断": await _rows(
            conn,
            select(detections.c.at, detections.c.level, detections.c.kind).where(
                detections.c.conversation_id == conversation_id
            ),
        ),
        "事项": [await _case(conn, one) for one in held],
    }


async def _case(conn: AsyncConnection, row: dict[str, Any]) -> dict[str, Any]:
    """Give a case with what belongs to it; whose hands it was in is not the family's."""
    number = row["id"]
    shown = ("id", "kind", "state", "level", "reason", "region", "stage", "opened_at", "closed_at", "outcome")
    events = select(case_events.c.at, case_events.c.tag).where(case_events.c.case_id == number)
    made: dict[str, Any] = {name: row[name] for name in (*shown, "department", "language", "satisfaction")}
    made["detail"] = {name: value for name, value in row["detail"].items() if name not in _OURS}
    made["经过"] = await _rows(conn, events.order_by(case_events.c.id))
    booked = select(slots.c.title, slots.c.starts_at, bookings.c.state).join(slots, slots.c.id == bookings.c.slot_id)
    made["预约"] = await _rows(conn, booked.where(bookings.c.case_id == number))
    parts = {"档案": files, "计划": plan_items, "帮手": helpers, "转介": referrals, "回访": follow_ups}
    for name, table in parts.items():
        made[name] = await _rows(conn, select(table).where(table.c.case_id == number))
    return {name: value for name, value in made.items() if value not in (None, "", [], {})}


async def _rows(conn: AsyncConnection, query: Any) -> list[dict[str, Any]]:
    return [{name: _plain(value) for name, value in row.items()} for row in (await conn.execute(query)).mappings()]


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _many(table: Table, *where: Any) -> Any:
    return select(func.count()).select_from(table).where(*where).scalar_subquery()
