"""Calls to listings: somebody dialled a number or went there, and what came of it. Rows are only ever added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.people import Staff
from bot.store.tables import verifications

NO_ANSWER = "no-answer"
OUTCOMES = ("right", "changed", NO_ANSWER, "gone")


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `answered` is a role, never a private name; `name` is the colleague who called."""

    id: int
    listing_id: str
    outcome: str
    answered: str
    note: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Last:
    """The last call to a listing, and how many in a row up to it nobody answered."""

    call: Call
    unanswered: int


async def add(
    conn: AsyncConnection,
    staff: Staff,
    listing_id: str,
    outcome: str,
    now: datetime,
    *,
    answered: str = "",
    note: str = "",
) -> None:
    """Write down a call."""
    values = {"listing_id": listing_id, "outcome": outcome, "answered": answered, "note": note, "at": now}
    await conn.execute(insert(verifications).values(**values, staff_id=staff.id, name=staff.name))


async def of_listing(conn: AsyncConnection, listing_id: str, limit: int = 20) -> list[Call]:
    """Read the calls to one listing, newest first."""
    query = select(*_COLUMNS).where(verifications.c.listing_id == listing_id)
    return [Call(*row) for row in await conn.execute(query.order_by(verifications.c.id.desc()).limit(limit))]


async def last_of_each(conn: AsyncConnection) -> dict[str, Last]:
    """Read the last call to every listing that was ever called."""
    newest = select(func.max(verifications.c.id)).group_by(verifications.c.listing_id)
    calls = [Call(*row) for row in await conn.execute(select(*_COLUMNS).where(verifications.c.id.in_(newest)))]
    other = verifications.alias()
    answered = (
        select(func.coalesce(func.max(other.c.id), 0))
        .where(other.c.listing_id == verifications.c.listing_id, other.c.outcome != NO_ANSWER)
        .scalar_subquery()
    )
    since = (
        select(verifications.c.listing_id, func.count())
        .where(verifications.c.id > answered)
        .group_by(verifications.c.listing_id)
    )
    unanswered: dict[str, int] = {row[0]: row[1] for row in await conn.execute(since)}
    return {call.listing_id: Last(call, unanswered.get(call.listing_id, 0)) for call in calls}


_COLUMNS = (
    verifications.c.id,
    verifications.c.listing_id,
    verifications.c.outcome,
    verifications.c.answered,
    verifications.c.note,
    verifications.c.name,
    verifications.c.at,
)
