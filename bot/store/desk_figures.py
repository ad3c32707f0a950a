"""The work of the desk over a period in numbers: by station, person, kind and day. Counts cases, names no parent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, SmallInteger, and_, case, cast, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.people import Staff
from bot.store.scope import sees
from bot.store.tables import cases, staff, stations
from bot.store.tally import NOBODY, UNRATED, Batch, Figures, tally

SPOKEN = ("chat", "crisis", "suggestion")  # kinds whose parents read an answer; of the others the taking counts
SUGGESTION = "suggestion"


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


_RESPONSE = case((cases.c.kind.in_(SPOKEN), cases.c.answered_at), else_=cases.c.claimed_at)
_CLOSED = case((cases.c.state == "closed", cases.c.closed_at))
_ENDED = and_(cases.c.state == "closed", cases.c.kind != SUGGESTION)
# Without its note on the family; an answer to a suggestion is no outcome.
_OUTCOME = case((_ENDED, func.split_part(func.coalesce(cases.c.outcome, ""), "：", 1)))


def _sent(binary: ColumnElement[Any]) -> ColumnElement[bytes]:
    """Put the values of a column behind each other, as they would be sent; a NULL would be left out."""
    return func.string_agg(binary, literal_column("''::bytea"), type_=LargeBinary)


def _number(column: ColumnElement[Any]) -> ColumnElement[bytes]:
    return _sent(func.int8send(func.coalesce(column, NOBODY)))


def _moment(column: ColumnElement[Any]) -> ColumnElement[bytes]:
    return _sent(func.timestamptz_send(func.coalesce(column, literal_column("'-infinity'::timestamptz"))))


async def figures(conn: AsyncConnection, seen_by: Staff, sieve: Sieve) -> Figures:
    """Count a period, within what somebody may see. Many cases are better counted in a thread: `batches`, `tally`."""
    return tally(await batches(conn, seen_by, sieve))


async def batches(conn: AsyncConnection, seen_by: Staff, sieve: Sieve) -> Sequence[Batch]:
    """Read what is counted of a period, in one pass: half a year of a big city in a tenth of a second.

    Medians of days cannot be added up to those of a month, so there is no table of daily sums. As rows a hundred
    thousand cases would take longer on their way than all the rest; as bytes a column is a few hundred kilobytes.
    """
    kept = (
        cases.c.kind,
        cases.c.station_id,
        cases.c.owner_id,
        cases.c.opened_at,
        cases.c.due_at,
        cases.c.satisfaction,
        _OUTCOME.label("ended"),
        _RESPONSE.label("first"),
        _CLOSED.label("closed"),
    )
    one = select(*kept).where(sieve.condition(seen_by)).subquery()
    query = select(
        one.c.kind,
        one.c.ended,
        _number(one.c.station_id),
        _number(one.c.owner_id),
        _moment(one.c.opened_at),
        _moment(one.c.due_at),
        _moment(one.c.first),
        _moment(one.c.closed),
        _sent(func.int2send(cast(func.coalesce(one.c.satisfaction, UNRATED), SmallInteger))),
    )
    return [Batch(*row) for row in await conn.execute(query.group_by(one.c.kind, one.c.ended))]


async def names(conn: AsyncConnection, figures: Figures) -> tuple[dict[int, str], dict[int, str]]:
    """Give the names of the stations and of the people that figures speak of."""
    places = select(stations.c.id, stations.c.name).where(stations.c.id.in_([n for n in figures.by_station if n]))
    people = select(staff.c.id, staff.c.name).where(staff.c.id.in_([n for n in figures.by_person if n]))
    return (
        {row[0]: row[1] for row in await conn.execute(places)},
        {row[0]: row[1] for row in await conn.execute(people)},
    )
