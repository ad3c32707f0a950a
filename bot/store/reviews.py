"""Quality: samples of closed talks, and what reviewers said of how they were handled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, and_, cast, exists, func, insert, not_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.cases import Case, of_row, whole
from bot.store.duty import TALKING
from bot.store.people import Staff
from bot.store.scope import sees
from bot.store.tables import cases, reviews, staff, stations

# What is looked at, in the order of the form; marks are 1 to 5, what does not apply is left out.
CRITERIA: dict[str, str] = {
    "prompt": "回应及时",
    "safe": "先顾安全",
    "right": "说得准",
    "warm": "说得暖",
    "closing": "收得清",
}

LOW = 2  # of 1 to 5: up to here the help was none


@dataclass(frozen=True, slots=True)
class Pool:
    """From which closed talks a sample is drawn: closed from `since` up to, not with, `until`; None means any."""

    since: datetime
    until: datetime
    station_id: int | None = None
    staff_id: int | None = None

    def condition(self, seen_by: Staff) -> ColumnElement[bool]:
        """Give the condition on `cases`, within what somebody may see."""
        wanted = [
            cases.c.state == "closed",
            cases.c.closed_at >= self.since,
            cases.c.closed_at < self.until,
            cases.c.kind.in_(TALKING),
            cases.c.conversation_id.is_not(None),  # deleted ones leave nothing to read
            cases.c.owner_id.is_not(None),
            sees(seen_by),
        ]
        if self.station_id is not None:
            wanted.append(cases.c.station_id == self.station_id)
        if self.staff_id is not None:
            wanted.append(cases.c.owner_id == self.staff_id)
        return and_(*wanted)


@dataclass(frozen=True, slots=True)
class Review:
    """One look at one case."""

    id: int
    case_id: int
    reviewer_id: int | None
    reviewer: str
    marks: Mapping[str, int]
    comment: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a group of cases: how many reviews, and the mean of each criterion that was marked."""

    name: str
    reviews: int
    means: Mapping[str, float]


async def draw(conn: AsyncConnection, seen_by: Staff, pool: Pool, many: int, seed: str) -> list[Case]:
    """Draw a sample: the same pool and seed give the same cases, whoever draws."""
    by_chance = func.md5(func.concat(cases.c.id, ":", seed))
    query = whole().where(pool.condition(seen_by)).order_by(by_chance, cases.c.id).limit(many)
    return [of_row(row) for row in await conn.execute(query)]


def _low(seen_by: Staff, since: datetime, station_id: int | None) -> ColumnElement[bool]:
    """Give the condition for closed talks that did not help, as the parent said, and that nobody has looked at since.

    Such a case does not open again by itself: a tap on 不满意 is no call for help, and whoever gave it may want to be
    left alone. But somebody who leads has to read it, and decides.
    """
    looked = select(reviews.c.id).where(reviews.c.case_id == cases.c.id, reviews.c.at >= cases.c.rated_at)
    wanted = [
        cases.c.rated_at >= since,
        cases.c.satisfaction <= LOW,
        cases.c.state == "closed",
        cases.c.kind.in_(TALKING),
        cases.c.conversation_id.is_not(None),
        not_(exists(looked)),
        sees(seen_by),
    ]
    return and_(*wanted, true() if station_id is None else cases.c.station_id == station_id)


async def low(
    conn: AsyncConnection, seen_by: Staff, since: datetime, station_id: int | None = None, limit: int = 20
) -> list[Case]:
    """List closed talks whose parents were not content, and at which nobody has looked since; the oldest word first."""
    query = whole().where(_low(seen_by, since, station_id)).order_by(cases.c.rated_at, cases.c.id).limit(limit)
    return [of_row(row) for row in await conn.execute(query)]


async def how_many_low(conn: AsyncConnection, seen_by: Staff, since: datetime, station_id: int | None = None) -> int:
    """Count them."""
    return await conn.scalar(select(func.count()).select_from(cases).where(_low(seen_by, since, station_id))) or 0


async def size(conn: AsyncConnection, seen_by: Staff, pool: Pool) -> int:
    """Count what a sample is drawn from."""
    found: int = await conn.scalar(select(func.count()).select_from(cases).where(pool.condition(seen_by))) or 0
    return found


def _reviews() -> Any:
    columns = (reviews.c.id, reviews.c.case_id, reviews.c.reviewer_id, func.coalesce(staff.c.name, "已离开的同事"))
    reviewer = reviews.join(staff, staff.c.id == reviews.c.reviewer_id, isouter=True)
    return select(*columns, reviews.c.marks, reviews.c.comment, reviews.c.at).select_from(reviewer)


async def of_cases(conn: AsyncConnection, case_ids: Sequence[int]) -> dict[int, list[Review]]:
    """Read the reviews of cases, oldest first."""
    found: dict[int, list[Review]] = {}
    for row in await conn.execute(_reviews().where(reviews.c.case_id.in_(case_ids)).order_by(reviews.c.id)):
        found.setdefault(row[1], []).append(Review(*row))
    return found


async def of_person(conn: AsyncConnection, staff_id: int, limit: int = 50) -> list[Review]:
    """Read what was said of the cases that somebody holds or held to the end, newest first."""
    theirs = reviews.c.case_id.in_(select(cases.c.id).where(cases.c.owner_id == staff_id))
    return [
        Review(*row) for row in await conn.execute(_reviews().where(theirs).order_by(reviews.c.id.desc()).limit(limit))
    ]


async def keep(
    conn: AsyncConnection, case_id: int, reviewer: Staff, marks: Mapping[str, int], comment: str, now: datetime
) -> None:
    """Keep a review: one of a person for a case, a later one takes its place. The case is locked by the caller."""
    mine = and_(reviews.c.case_id == case_id, reviews.c.reviewer_id == reviewer.id)
    values = {"marks": dict(marks), "comment": comment, "at": now}
    changed = await conn.execute(update(reviews).where(mine).values(**values))
    if changed.rowcount == 0:
        await conn.execute(insert(reviews).values(case_id=case_id, reviewer_id=reviewer.id, **values))


async def by_person(conn: AsyncConnection, seen_by: Staff, pool: Pool) -> list[Marks]:
    """Give the marks of the pool by who held the cases, by name."""
    return await _marks(conn, seen_by, pool, staff.c.name, staff.c.id)


async def by_station(conn: AsyncConnection, seen_by: Staff, pool: Pool) -> list[Marks]:
    """Give the marks of the pool by station, by name."""
    return await _marks(conn, seen_by, pool, func.coalesce(stations.c.name, "不属于站点的"), stations.c.id)


async def _marks(
    conn: AsyncConnection, seen_by: Staff, pool: Pool, name: ColumnElement[Any], number: ColumnElement[Any]
) -> list[Marks]:
    means = [func.avg(cast(reviews.c.marks[one].astext, Float)).label(one) for one in CRITERIA]
    held = reviews.join(cases, cases.c.id == reviews.c.case_id).join(staff, staff.c.id == cases.c.owner_id)
    query = (
        select(name, func.count(), *means)
        .select_from(held.join(stations, stations.c.id == cases.c.station_id, isouter=True))
        .where(pool.condition(seen_by))
        .group_by(name, number)
        .order_by(name, number)
    )
    return [
        Marks(row[0], row[1], {one: row[n] for n, one in enumerate(CRITERIA, 2) if row[n] is not None})
        for row in await conn.execute(query)
    ]
