"""The ledger of pairings and home visits: over the files that somebody is in, and in numbers by station and month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.people import Role, Staff
from bot.store.scope import sees
from bot.store.stations import theirs
from bot.store.tables import cases, files, follow_ups, helpers, stations


@dataclass(frozen=True, slots=True)
class Pair:
    """A pairing that runs, with its file and the last contact that was written down of it."""

    id: int
    case_id: int
    conversation_id: int | None
    side: str
    who: str
    role: str
    since_day: date | None
    until_day: date | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Met:
    """A home visit with its file: still to come, or done."""

    id: int
    case_id: int
    conversation_id: int | None
    what: str
    helper: str | None
    role: str | None
    due_at: datetime
    done_at: datetime | None
    told: str
    confirmed: str


@dataclass(frozen=True, slots=True)
class Count:
    """One station (None: none) in one month: pairings that ran, visits that were made, those that parents confirmed."""

    station: str | None
    month: date
    pairings: int
    visits: int
    confirmed: int


def _in_force(person: Staff) -> tuple[Any, ...]:
    return (cases.c.kind == "file", cases.c.state != "closed", files.c.consent == "given", sees(person))


async def running(conn: AsyncConnection, person: Staff, limit: int = 500) -> list[Pair]:
    """List the pairings that run in the files that somebody is in, what was longest without a contact first."""
    last = (
        select(func.max(follow_ups.c.done_at))
        .where(follow_ups.c.helper_id == helpers.c.id, ~follow_ups.c.dropped)
        .correlate(helpers)
        .scalar_subquery()
    )
    named = [helpers.c[name] for name in ("side", "who", "role", "since_day", "until_day")]
    query = (
        select(helpers.c.id, helpers.c.case_id, cases.c.conversation_id, *named, last)
        .join(cases, cases.c.id == helpers.c.case_id)
        .join(files, files.c.case_id == cases.c.id)
        .where(helpers.c.role != "", helpers.c.ended_day.is_(None), *_in_force(person))
        .order_by(last.nulls_first(), helpers.c.since_day, helpers.c.id)
    )
    return [Pair(*tuple(row)) for row in await conn.execute(query.limit(limit))]


def _visits(person: Staff) -> Select[Any]:
    given = ("what", "due_at", "done_at", "told", "confirmed")
    what, *rest = (follow_ups.c[name] for name in given)
    query = select(
        follow_ups.c.id, follow_ups.c.case_id, cases.c.conversation_id, what, helpers.c.who, helpers.c.role, *rest
    ).select_from(
        follow_ups.join(cases, cases.c.id == follow_ups.c.case_id)
        .join(files, files.c.case_id == cases.c.id)
        .join(helpers, helpers.c.id == follow_ups.c.helper_id, isouter=True)
    )
    return query.where(follow_ups.c.way == "home", ~follow_ups.c.dropped, *_in_force(person))


async def visits(
    conn: AsyncConnection, person: Staff, since: datetime, limit: int = 300
) -> tuple[list[Met], list[Met]]:
    """List the visits in the files that somebody is in: those to come, soonest first; those done, newest first."""
    coming = _visits(person).where(follow_ups.c.done_at.is_(None)).order_by(follow_ups.c.due_at, follow_ups.c.id)
    done = _visits(person).where(follow_ups.c.done_at >= since).order_by(follow_ups.c.done_at.desc(), follow_ups.c.id)
    return (
        [Met(*row) for row in await conn.execute(coming.limit(limit))],
        [Met(*row) for row in await conn.execute(done.limit(limit))],
    )


_PAIRINGS = text("""
    SELECT cases.station_id, months.first::date, count(*)
    FROM helpers JOIN cases ON cases.id = helpers.case_id JOIN files ON files.case_id = cases.id
    CROSS JOIN generate_series(CAST(:first AS date), CAST(:last AS date), interval '1 month') AS months(first)
    WHERE helpers.role <> '' AND files.consent = 'given'
      AND (cases.station_id = ANY(:stations) OR (:unplaced AND cases.station_id IS NULL))
      AND helpers.since_day < (months.first + interval '1 month')::date
      AND coalesce(helpers.ended_day, 'infinity') >= months.first::date
      AND coalesce((cases.closed_at AT TIME ZONE 'Asia/Shanghai')::date, 'infinity') >= months.first::date
    GROUP BY 1, 2
""")
_VISITS = text("""
    SELECT cases.station_id, date_trunc('month', done_at AT TIME ZONE 'Asia/Shanghai')::date,
           count(*), count(*) FILTER (WHERE follow_ups.confirmed = 'yes')
    FROM follow_ups JOIN cases ON cases.id = follow_ups.case_id JOIN files ON files.case_id = cases.id
    WHERE follow_ups.way = 'home' AND NOT follow_ups.dropped AND files.consent = 'given'
      AND (cases.station_id = ANY(:stations) OR (:unplaced AND cases.station_id IS NULL))
      AND done_at >= CAST(:first AS date)::timestamp AT TIME ZONE 'Asia/Shanghai'
      AND done_at < (CAST(:last AS date) + interval '1 month') AT TIME ZONE 'Asia/Shanghai'
    GROUP BY 1, 2
""")


async def counts(conn: AsyncConnection, leading: Staff, first: date, last: date) -> list[Count]:
    """Count by station and month, of the stations that somebody looks after; `first` and `last` begin their months.

    Files of all of the station are counted, also those they are not in: nothing but numbers leaves here.
    """
    query = select(stations.c.id, stations.c.name).where(theirs(leading))
    names = {row.id: row.name for row in await conn.execute(query)}
    asked = {"stations": list(names), "unplaced": leading.role == Role.ADMIN, "first": first, "last": last}
    made: dict[tuple[int | None, date], list[int]] = {}
    for station, month, number in await conn.execute(_PAIRINGS, asked):
        made.setdefault((station, month), [0, 0, 0])[0] = number
    for station, month, number, confirmed in await conn.execute(_VISITS, asked):
        made.setdefault((station, month), [0, 0, 0])[1:] = [number, confirmed]
    return sorted(
        (Count(_name(names, station), month, *numbers) for (station, month), numbers in made.items()),
        key=lambda one: (-one.month.toordinal(), one.station is None, one.station or ""),
    )


def _name(names: Mapping[int, str], station: int | None) -> str | None:
    return names.get(station) if station is not None else None
