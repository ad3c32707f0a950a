"""The work of the desk over a period in numbers: by station, person, kind and day. Counts cases, names no parent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import CTE, ColumnElement, Row, and_, case, func, literal_column, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.board import CONTENT
from bot.store.funnel import Spread
from bot.store.people import Staff
from bot.store.scope import sees
from bot.store.tables import cases, staff, stations

SPOKEN = ("chat", "crisis", "suggestion")  # kinds whose parents read an answer; of the others the taking counts
SUGGESTION = "suggestion"
_DAY, _EAST = 24 * 3600, 8 * 3600  # seconds of a day, and of China's clock before that of the world


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which cases are counted: those opened from `since` up to, not with, `until`; None means any."""

    since: datetime
    until: datetime
    station_id: int | None = None
    staff_id: int | None = None
    kind: str | None = None

    def condition(self, seen_by: Staff) -> ColumnElement[bool]:
        """Give the condition on `cases`, within what somebody may see."""
        wanted = [cases.c.opened_at >= self.since, cases.c.opened_at < self.until, sees(seen_by)]
        narrow = ((cases.c.station_id, self.station_id), (cases.c.owner_id, self.staff_id), (cases.c.kind, self.kind))
        return and_(*wanted, *(column == value for column, value in narrow if value is not None))


@dataclass(frozen=True, slots=True)
class Work:
    """What became of a group of cases.

    `answered` had a first response, in the time of `first` (seconds); `in_time` by their due time. `closed` ones took
    `whole` seconds. `rated` parents said how it was, `content` of them were content.
    """

    cases: int = 0
    answered: int = 0
    in_time: int = 0
    closed: int = 0
    rated: int = 0
    content: int = 0
    first: Spread | None = None
    whole: Spread | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """All groups of a period. Keys are numbers of stations and people (None: nobody's) and names of kinds."""

    all: Work = Work()
    by_station: Mapping[int | None, Work] = field(default_factory=dict)
    by_person: Mapping[int | None, Work] = field(default_factory=dict)
    by_kind: Mapping[str, Work] = field(default_factory=dict)
    by_outcome: Mapping[str, int] = field(default_factory=dict)
    by_day: Mapping[date, int] = field(default_factory=dict)


_RESPONSE = case((cases.c.kind.in_(SPOKEN), cases.c.answered_at), else_=cases.c.claimed_at)
_ALL: ColumnElement[Any] = literal_column("()")  # the grouping set of everything


def _seconds(until: ColumnElement[Any]) -> ColumnElement[Any]:
    # A clock that was put back between the two must not make a time of less than nothing. date_part gives a float;
    # extract gives a numeric, and sorting those takes twice as long.
    return func.greatest(func.date_part("epoch", until - cases.c.opened_at), 0)


def _narrow(condition: ColumnElement[bool]) -> CTE:
    """Take from the cases only what is sorted: whole rows would be sorted on disk, once for each grouping."""
    closed = case((cases.c.state == "closed", cases.c.closed_at))
    query = select(
        cases.c.station_id,
        cases.c.owner_id,
        cases.c.kind,
        case((_RESPONSE.is_not(None), _seconds(_RESPONSE))).label("first"),
        case((closed.is_not(None), _seconds(closed))).label("whole"),
        (cases.c.due_at >= _RESPONSE).label("in_time"),
        cases.c.satisfaction,
    )
    return query.where(condition).cte("counted").prefix_with("MATERIALIZED")


def _spread(seconds: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.percentile_cont(array([0.5, 0.9])).within_group(seconds).filter(seconds.is_not(None))


async def figures(conn: AsyncConnection, seen_by: Staff, sieve: Sieve) -> Figures:
    """Count a period, within what somebody may see."""
    found = await groups(conn, seen_by, sieve)
    outcomes, days = await outcomes_and_days(conn, seen_by, sieve)
    return replace(found, by_outcome=outcomes, by_day=days)


async def groups(conn: AsyncConnection, seen_by: Staff, sieve: Sieve) -> Figures:
    """Count a period by station, person and kind: the dear part of the figures, because medians need every case.

    Medians of days cannot be added up to those of a month, so there is no table of daily sums; outcomes and days are
    asked beside this, on another connection (`outcomes_and_days`).
    """
    one = _narrow(sieve.condition(seen_by))
    keys = (one.c.station_id, one.c.owner_id, one.c.kind)
    query = select(
        func.grouping(*keys),
        *keys,
        func.count(),
        func.count(one.c.first),
        func.count().filter(one.c.in_time),
        func.count(one.c.whole),
        func.count(one.c.satisfaction),
        func.count().filter(one.c.satisfaction >= CONTENT),
        _spread(one.c.first),
        _spread(one.c.whole),
    ).group_by(func.grouping_sets(_ALL, *keys))
    sorted_: dict[int, dict[Any, Work]] = {0b011: {}, 0b101: {}, 0b110: {}, 0b111: {None: Work()}}
    for row in await conn.execute(query):
        key = {0b011: row[1], 0b101: row[2], 0b110: row[3]}.get(row[0])
        sorted_[row[0]][key] = _work(row)
    return Figures(sorted_[0b111][None], sorted_[0b011], sorted_[0b101], sorted_[0b110])


def _work(row: Row[Any]) -> Work:
    number, answered, in_time, closed, rated, content, first, whole = tuple(row)[4:]
    return Work(number, answered, in_time, closed, rated, content, _percentiles(first), _percentiles(whole))


def _percentiles(pair: list[float | None] | None) -> Spread | None:
    median, p90 = pair or (None, None)
    return None if median is None or p90 is None else Spread(median, p90)


async def outcomes_and_days(
    conn: AsyncConnection, seen_by: Staff, sieve: Sieve
) -> tuple[dict[str, int], dict[date, int]]:
    """Count closed cases by outcome, and all by the day in China on which they came, in one pass.

    An outcome is told without its note on the family; answers to suggestions are none. Days without cases are left out.
    """
    ended = and_(cases.c.state == "closed", cases.c.kind != SUGGESTION)
    what = case((ended, func.split_part(func.coalesce(cases.c.outcome, ""), "：", 1)))
    # China has kept one time for the whole year since 1992: days are counted, which is cheaper than asking the zone.
    day = func.floor((func.date_part("epoch", cases.c.opened_at) + _EAST) / _DAY)
    # Inside its own query, so that the grouping sets name columns, not words that are computed anew for each.
    one = select(what.label("what"), day.label("day")).where(sieve.condition(seen_by)).subquery()
    query = select(func.grouping(one.c.what), one.c.what, one.c.day, func.count())
    outcomes, days = {}, {}
    for by_day, outcome, number_of_day, number in await conn.execute(
        query.group_by(func.grouping_sets(one.c.what, one.c.day)).order_by(func.count().desc(), one.c.what)
    ):
        if by_day:
            days[date(1970, 1, 1) + timedelta(days=int(number_of_day))] = number
        elif outcome is not None:
            outcomes[outcome] = number
    return outcomes, dict(sorted(days.items()))


async def names(conn: AsyncConnection, figures: Figures) -> tuple[dict[int, str], dict[int, str]]:
    """Give the names of the stations and of the people that figures speak of."""
    places = select(stations.c.id, stations.c.name).where(stations.c.id.in_([n for n in figures.by_station if n]))
    people = select(staff.c.id, staff.c.name).where(staff.c.id.in_([n for n in figures.by_person if n]))
    return (
        {row[0]: row[1] for row in await conn.execute(places)},
        {row[0]: row[1] for row in await conn.execute(people)},
    )
