"""Somebody of the pool is asked for a half day: where, about what, what came of it, and how many were there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Row, Select, case, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.people import Staff
from bot.store.pool import Regions
from bot.store.tables import engagements, pool

PARTS: Mapping[str, str] = {"morning": "上午", "afternoon": "下午", "evening": "晚上"}


class State(StrEnum):
    """Where asking somebody stands."""

    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    DONE = "done"


WORDS: Mapping[str, str] = {
    State.ASKED: "已邀请",
    State.AGREED: "答应了",
    State.DECLINED: "来不了",
    State.DONE: "办过了",
}
# What may follow what. What was done stays done; only its number is put right.
STEPS: Mapping[str, tuple[State, ...]] = {
    State.ASKED: (State.AGREED, State.DECLINED, State.DONE),
    State.AGREED: (State.DONE, State.DECLINED),
    State.DECLINED: (State.ASKED,),
    State.DONE: (State.DONE,),
}


@dataclass(frozen=True, slots=True)
class Engagement:
    """One half day of somebody; `home` is the region of the person, `region` where it takes place."""

    id: int
    pool_id: int
    name: str
    home: str
    region: str
    on_day: date
    part: str
    place: str
    topic: str
    state: str
    people: int | None
    note: str

    @property
    def slot(self) -> tuple[int, date, str]:
        """What two of them may not have in common."""
        return self.pool_id, self.on_day, self.part


@dataclass(frozen=True, slots=True)
class Counted:
    """What was done in a region and month."""

    events: int = 0
    people: int = 0


_THINGS = ("region", "on_day", "part", "place", "topic", "state", "people", "note")
_QUERY: Select[Any] = select(
    engagements.c.id,
    engagements.c.pool_id,
    pool.c.name,
    pool.c.region.label("home"),
    *(engagements.c[name] for name in _THINGS),
).join(pool, pool.c.id == engagements.c.pool_id)
_BY_PART = case({part: at for at, part in enumerate(PARTS)}, value=engagements.c.part, else_=len(PARTS))


async def of_person(conn: AsyncConnection, pool_id: int, limit: int = 200) -> list[Engagement]:
    """List the half days of somebody, the latest first."""
    query = _QUERY.where(engagements.c.pool_id == pool_id)
    rows = await conn.execute(query.order_by(engagements.c.on_day.desc(), _BY_PART.desc()).limit(limit))
    return [_engagement(row) for row in rows]


async def between(conn: AsyncConnection, first: date, until: date, regions: Regions) -> list[Engagement]:
    """List what takes place in an area, or takes its people elsewhere, from a day up to another, in order."""
    query = _QUERY.where(engagements.c.on_day >= first, engagements.c.on_day < until)
    if regions is not None:
        query = query.where(or_(engagements.c.region.in_(regions), pool.c.region.in_(regions)))
    rows = await conn.execute(query.order_by(engagements.c.on_day, _BY_PART, pool.c.name, engagements.c.id))
    return [_engagement(row) for row in rows]


async def clashes(conn: AsyncConnection, pool_id: int, on_day: date, part: str, *, but: int = 0) -> list[Engagement]:
    """List what else somebody has in a half day; what they declined is nothing."""
    query = _QUERY.where(
        engagements.c.pool_id == pool_id,
        engagements.c.on_day == on_day,
        engagements.c.part == part,
        engagements.c.state != State.DECLINED,
        engagements.c.id != but,
    )
    return [_engagement(row) for row in await conn.execute(query.order_by(engagements.c.id))]


async def busy(conn: AsyncConnection, on_day: date, part: str = "") -> frozenset[int]:
    """Name who has something on a day, or in a half of it; what they declined is nothing."""
    query = select(engagements.c.pool_id).where(engagements.c.on_day == on_day, engagements.c.state != State.DECLINED)
    found = await conn.scalars(query.where(engagements.c.part == part) if part else query)
    return frozenset(found)


async def find(conn: AsyncConnection, pool_id: int, number: int) -> Engagement | None:
    """Load one half day of somebody."""
    row = (await conn.execute(_QUERY.where(engagements.c.id == number, engagements.c.pool_id == pool_id))).one_or_none()
    return _engagement(row) if row else None


async def add(conn: AsyncConnection, staff: Staff, pool_id: int, now: datetime, **values: Any) -> int:
    """Write down that somebody is asked; its number."""
    row = insert(engagements).values(pool_id=pool_id, **values, author=staff.name, at=now)
    number: int = (await conn.execute(row.returning(engagements.c.id))).scalar_one()
    return number


async def move(conn: AsyncConnection, staff: Staff, number: int, now: datetime, *, was: str, **values: Any) -> bool:
    """Write what came of it; nothing is written if it does not stand any more where it was seen."""
    statement = update(engagements).where(engagements.c.id == number, engagements.c.state == was)
    return (await conn.execute(statement.values(**values, author=staff.name, at=now))).rowcount == 1


async def counted(conn: AsyncConnection, first: date, until: date, regions: Regions) -> dict[tuple[str, date], Counted]:
    """Count what was done from a day up to another, by where it took place and month (its first day)."""
    month = func.date_trunc("month", engagements.c.on_day.cast(DateTime())).label("month")
    query = select(engagements.c.region, month, func.count(), func.coalesce(func.sum(engagements.c.people), 0)).where(
        engagements.c.state == State.DONE, engagements.c.on_day >= first, engagements.c.on_day < until
    )
    if regions is not None:
        query = query.where(engagements.c.region.in_(regions))
    rows = await conn.execute(query.group_by(engagements.c.region, month))
    return {(row[0], row[1].date()): Counted(row[2], int(row[3])) for row in rows}


def _engagement(row: Row[Any]) -> Engagement:
    return Engagement(**row._asdict())
