"""The live board in numbers: what stands open now, what happened today, all within what somebody may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, literal_column, not_, or_, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.cases import REAL, UNSEEN, URGENCY, Case, of_row, whole
from bot.store.duty import TALKING
from bot.store.people import Staff
from bot.store.scope import sees
from bot.store.tables import cases

LATELY = timedelta(days=30)  # what parents said of the help: fewer days are too few to say anything
_EARLIER = timedelta(days=7)  # somebody answered today may have called so long ago; older ones are not looked for
CONTENT = 4  # of 1 to 5: from here on a parent was content


@dataclass(frozen=True, slots=True)
class Now:
    """The open cases of one station (or of none) at a moment.

    `waiting` talks that nobody has taken, `others` the other kinds; what is put off waits for nobody. `since` is when
    the one who waits longest began, `due` by when somebody should have come to them. `overdue` counts all kinds;
    `unseen` the dangers that nobody has acknowledged; `talking` the talks that somebody has taken.
    """

    waiting: int = 0
    others: int = 0
    overdue: int = 0
    unseen: int = 0
    talking: int = 0
    since: datetime | None = None
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Today:
    """What one station (or all of them) did since midnight; `first` is the median of seconds to the first words."""

    claimed: int = 0
    answered: int = 0
    first: float | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What parents said of one station in the last 30 days: how many, and how many were content."""

    rated: int = 0
    content: int = 0


def _awake(now: datetime) -> ColumnElement[bool]:
    """Nobody has put it off; a danger that nobody has looked at is never out of sight."""
    return or_(not_(func.coalesce(cases.c.snoozed_until > now, False)), UNSEEN)


def at(station_id: int | None) -> ColumnElement[bool]:
    """Give the condition on `cases` for one station; None is no condition."""
    return true() if station_id is None else cases.c.station_id == station_id


async def standing(
    conn: AsyncConnection, staff: Staff, now: datetime, station_id: int | None = None
) -> dict[int | None, Now]:
    """Count the open cases by station; the key None has those of no station."""
    waits = and_(cases.c.state == "open", _awake(now))
    talk = cases.c.kind.in_(TALKING)
    query = (
        select(
            cases.c.station_id,
            func.count().filter(waits, talk),
            func.count().filter(waits, not_(talk)),
            func.count().filter(waits, cases.c.due_at < now),
            func.count().filter(UNSEEN),
            func.count().filter(cases.c.state == "claimed", talk, _awake(now)),
            func.min(cases.c.opened_at).filter(waits, talk),
            func.array_agg(aggregate_order_by(cases.c.due_at, cases.c.opened_at)).filter(waits, talk)[1],
        )
        .where(cases.c.state != "closed", sees(staff), at(station_id))
        .group_by(cases.c.station_id)
    )
    return {row[0]: Now(*row[1:]) for row in await conn.execute(query)}


async def waited(conn: AsyncConnection, staff: Staff, then: datetime, station_id: int | None = None) -> int:
    """Count the talks that waited at a moment of the past, as their cases tell of it today.

    Of a talk that went back to the queue and was taken again only the last taking is known: it counts as waiting until
    then. Those that had waited for a week by then are not looked for.
    """
    came = and_(cases.c.opened_at <= then, cases.c.opened_at > then - _EARLIER, cases.c.kind.in_(TALKING))
    taken = and_(cases.c.claimed_at.is_not(None), cases.c.claimed_at <= then)
    over = and_(cases.c.closed_at.is_not(None), cases.c.closed_at <= then)
    query = select(func.count()).where(came, not_(taken), not_(over), sees(staff), at(station_id))
    return await conn.scalar(query) or 0


async def pressing(
    conn: AsyncConnection, staff: Staff, now: datetime, station_id: int | None = None, limit: int = 12
) -> list[Case]:
    """List what somebody has to look after: dangers unseen, overdue, given on by rule, taken but not answered."""
    late = and_(cases.c.due_at < now, _awake(now))
    # What was handed to somebody who has not opened it, say because they are at home, waits for them like new words.
    unread = or_(cases.c.answered_at.is_(None), cases.c.detail.has_key("handed"))
    silent = and_(cases.c.state == "claimed", unread, cases.c.kind.in_(TALKING), late)
    nobody = and_(cases.c.state == "open", or_(late, cases.c.moves > 0))
    first = case((UNSEEN, 0), else_=1)
    query = whole().where(cases.c.state != "closed", or_(UNSEEN, nobody, silent), REAL, sees(staff), at(station_id))
    rows = await conn.execute(query.order_by(first, URGENCY, cases.c.due_at, cases.c.id).limit(limit))
    return [of_row(row) for row in rows]


async def today(
    conn: AsyncConnection, staff: Staff, midnight: datetime, station_id: int | None = None
) -> tuple[Today, dict[int | None, Today]]:
    """Tell what was done since midnight: by all together, and by each station."""
    taken = cases.c.claimed_at >= midnight
    answered = and_(cases.c.answered_at >= midnight, cases.c.kind.in_(TALKING))
    # A clock that was put back between the two must not make a time of less than nothing.
    took = func.greatest(func.date_part("epoch", cases.c.answered_at - cases.c.opened_at), 0)
    middle = func.percentile_cont(0.5).within_group(took).filter(answered)
    recent = and_(cases.c.opened_at >= midnight - _EARLIER, or_(taken, answered))
    query = (
        select(
            func.grouping(cases.c.station_id),
            cases.c.station_id,
            func.count().filter(taken),
            func.count().filter(answered),
            middle,
        )
        .where(recent, sees(staff), at(station_id))
        .group_by(func.grouping_sets(literal_column("()"), cases.c.station_id))
    )
    everywhere, found = Today(), {}
    for row in await conn.execute(query):
        one = Today(row[2], row[3], None if row[4] is None else float(row[4]))
        if row[0]:
            everywhere = one
        else:
            found[row[1]] = one
    return everywhere, found


async def said(
    conn: AsyncConnection, staff: Staff, now: datetime, station_id: int | None = None
) -> Mapping[int | None, Said]:
    """Tell what parents said of each station lately."""
    query = (
        select(cases.c.station_id, func.count(), func.count().filter(cases.c.satisfaction >= CONTENT))
        .where(cases.c.rated_at >= now - LATELY, cases.c.satisfaction.is_not(None), sees(staff), at(station_id))
        .group_by(cases.c.station_id)
    )
    return {row[0]: Said(row[1], row[2]) for row in await conn.execute(query)}


async def hours(
    conn: AsyncConnection, staff: Staff, midnight: datetime, station_id: int | None = None
) -> tuple[int, ...]:
    """Count the cases of a day by the hour in which they came: 24 numbers."""
    number = func.floor(func.date_part("epoch", cases.c.opened_at - midnight) / 3600)
    day = and_(cases.c.opened_at >= midnight, cases.c.opened_at < midnight + timedelta(days=1))
    query = select(number, func.count()).where(day, sees(staff), at(station_id)).group_by(number)
    found = {int(row[0]): row[1] for row in await conn.execute(query)}
    return tuple(found.get(hour, 0) for hour in range(24))
