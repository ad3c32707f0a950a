"""Follow-ups of families' files: when somebody looks in again, what came of it, and which are due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.people import Staff
from bot.store.scope import sees
from bot.store.tables import cases, files, follow_ups, plan_items, staff


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One look at a family: what is to be done and until when; `result`, `agreed` and `done_at` once it is done.

    `way` is how (home: a visit), `helper_id` whose contact it is (None: the staff's own), `dropped` that it did not
    take place. How the parent of a visit was told and what they say: `told` and `confirmed`
    (`bot.handoff.family.visits`).
    """

    id: int
    what: str
    due_at: datetime
    result: str
    done_at: datetime | None
    way: str = ""
    helper_id: int | None = None
    agreed: str = ""
    dropped: bool = False
    told: str = ""
    told_at: datetime | None = None
    confirmed: str = ""
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A file as the list shows it. `next_at` and `next_what` are its next follow-up, `until` the plan's next day."""

    id: int
    conversation_id: int | None
    level: str
    state: str
    consent: str
    owner_id: int | None
    owner: str | None
    outcome: str | None
    opened_at: datetime
    next_at: datetime | None
    next_what: str | None
    until: date | None


async def of_case(conn: AsyncConnection, case_id: int) -> list[FollowUp]:
    """Read the follow-ups of a file by time."""
    columns = (getattr(follow_ups.c, name) for name in FollowUp.__slots__)
    query = select(*columns).where(follow_ups.c.case_id == case_id).order_by(follow_ups.c.due_at, follow_ups.c.id)
    return [FollowUp(*row) for row in await conn.execute(query)]


async def next_at(conn: AsyncConnection, case_id: int) -> datetime | None:
    """Tell when the next follow-up of a file is due; None when none is planned."""
    query = select(func.min(follow_ups.c.due_at)).where(follow_ups.c.case_id == case_id, follow_ups.c.done_at.is_(None))
    found: datetime | None = await conn.scalar(query)
    return found


async def take_due(conn: AsyncConnection, now: datetime, limit: int = 50) -> list[int]:
    """Take the files whose follow-ups have come due and were not told yet, each follow-up once; their cases.

    The case is locked before its follow-ups, as every step of the desk does; another process's are left out.
    """
    due = select(follow_ups.c.case_id).where(
        follow_ups.c.done_at.is_(None), follow_ups.c.reminded_at.is_(None), follow_ups.c.due_at <= now
    )
    query = (
        select(cases.c.id)
        .join(files, files.c.case_id == cases.c.id)
        .where(cases.c.id.in_(due), cases.c.state != "closed", files.c.consent == "given")
        .order_by(cases.c.id)
        .limit(limit)
        .with_for_update(of=cases, skip_locked=True)
    )
    taken = [row[0] for row in await conn.execute(query)]
    if not taken:
        return []
    told = await conn.execute(
        update(follow_ups)
        .where(
            follow_ups.c.case_id.in_(taken),
            follow_ups.c.done_at.is_(None),
            follow_ups.c.reminded_at.is_(None),
            follow_ups.c.due_at <= now,
        )
        .values(reminded_at=now)
        .returning(follow_ups.c.case_id)
    )
    return sorted({row[0] for row in told})


async def files_of(
    conn: AsyncConnection, person: Staff, *, closed: bool = False, now: datetime, limit: int = 200
) -> list[Listed]:
    """List the files that somebody is in: overdue first, then by the next day; closed ones newest first."""
    query = _listing().where(cases.c.kind == "file", sees(person))
    if closed:
        query = query.where(cases.c.state == "closed").order_by(cases.c.closed_at.desc())
    else:
        query = query.where(cases.c.state != "closed").order_by(
            case((cases.c.due_at < now, 0), else_=1), cases.c.due_at, cases.c.id
        )
    return [Listed(*row) for row in await conn.execute(query.limit(limit))]


def _listing() -> Select[Any]:
    next_one = (
        select(follow_ups.c.due_at, follow_ups.c.what)
        .where(follow_ups.c.case_id == cases.c.id, follow_ups.c.done_at.is_(None))
        .order_by(follow_ups.c.due_at, follow_ups.c.id)
        .limit(1)
        .lateral("next_one")
    )
    until = (
        select(func.min(plan_items.c.until_day))
        .where(plan_items.c.case_id == cases.c.id, plan_items.c.state.in_(("open", "stuck")))
        .scalar_subquery()
    )
    joined = cases.join(files, files.c.case_id == cases.c.id).join(staff, staff.c.id == cases.c.owner_id, isouter=True)
    return select(
        cases.c.id,
        cases.c.conversation_id,
        cases.c.level,
        cases.c.state,
        files.c.consent,
        cases.c.owner_id,
        staff.c.name,
        cases.c.outcome,
        cases.c.opened_at,
        next_one.c.due_at,
        next_one.c.what,
        until,
    ).select_from(joined.join(next_one, next_one.c.due_at.is_not(None), isouter=True))
