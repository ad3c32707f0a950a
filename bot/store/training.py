"""What staff and people of the pool were trained in: the trainings, who was there, and the hours of each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.people import PERSON, Staff, of_row
from bot.store.pool import Regions
from bot.store.tables import staff as accounts
from bot.store.tables import trained, trainings

Kind = Literal["staff", "pool"]


class Who(NamedTuple):
    """A member of staff, or somebody of the pool."""

    kind: Kind
    id: int


@dataclass(frozen=True, slots=True)
class Training:
    """One training; `there` is how many were there, `saved` what a late saver brings back."""

    id: int
    region: str
    title: str
    on_day: date
    hours: Decimal
    by_whom: str
    link: str
    note: str
    saved: int
    there: int


@dataclass(frozen=True, slots=True)
class Sum:
    """How often somebody was there in a period, and for how many hours."""

    times: int = 0
    hours: Decimal = Decimal(0)


_NAMES = ("id", "region", "title", "on_day", "hours", "by_whom", "link", "note", "saved")
_OTHERS = trained.alias()  # also where a query asks for the trainings of one person
_THERE = select(func.count(_OTHERS.c.id)).where(_OTHERS.c.training_id == trainings.c.id).scalar_subquery()
_COLUMNS = (*(trainings.c[name] for name in _NAMES), _THERE.label("there"))


async def listed(conn: AsyncConnection, first: date, until: date, regions: Regions) -> list[Training]:
    """List the trainings of an area from a day up to another, the latest first."""
    query = select(*_COLUMNS).where(trainings.c.on_day >= first, trainings.c.on_day < until, _in(regions))
    rows = await conn.execute(query.order_by(trainings.c.on_day.desc(), trainings.c.id.desc()))
    return [_training(row) for row in rows]


async def find(conn: AsyncConnection, number: int, regions: Regions, *, lock: bool = False) -> Training | None:
    """Load one training of an area; with `lock` nobody else changes it before this transaction ends."""
    query = select(*_COLUMNS).where(trainings.c.id == number, _in(regions))
    row = (await conn.execute(query.with_for_update(of=trainings) if lock else query)).one_or_none()
    return _training(row) if row else None


async def add(conn: AsyncConnection, staff: Staff, now: datetime, **values: Any) -> int:
    """Write a training down; its number."""
    row = insert(trainings).values(**values, author=staff.name, at=now)
    number: int = (await conn.execute(row.returning(trainings.c.id))).scalar_one()
    return number


async def change(conn: AsyncConnection, staff: Staff, number: int, now: datetime, *, seen: int, **values: Any) -> bool:
    """Write columns of a training; nothing is written if somebody else has saved since `seen`."""
    statement = update(trainings).where(trainings.c.id == number, trainings.c.saved == seen)
    written = await conn.execute(statement.values(**values, saved=seen + 1, author=staff.name, at=now))
    return written.rowcount == 1


async def drop(conn: AsyncConnection, number: int) -> bool:
    """Take out a training at which nobody was; whether it could be."""
    empty = ~select(trained.c.id).where(trained.c.training_id == number).exists()
    return (await conn.execute(delete(trainings).where(trainings.c.id == number, empty))).rowcount == 1


async def there(conn: AsyncConnection, number: int) -> frozenset[Who]:
    """Name who was at a training."""
    rows = await conn.execute(select(trained.c.staff_id, trained.c.pool_id).where(trained.c.training_id == number))
    return frozenset(_who(row) for row in rows)


async def tick(
    conn: AsyncConnection,
    staff: Staff,
    number: int,
    now: datetime,
    *,
    came: Collection[Who],
    not_there: Collection[Who],
) -> None:
    """Write down who was there after all, and who was not; all others stay as they are."""
    common = {"training_id": number, "author": staff.name, "at": now}
    rows = [common | {"staff_id": None, "pool_id": None} | {f"{who.kind}_id": who.id} for who in came]
    if rows:
        await conn.execute(upsert(trained).values(rows).on_conflict_do_nothing())
    for kind in ("staff", "pool"):
        ids = [who.id for who in not_there if who.kind == kind]
        if ids:
            await conn.execute(delete(trained).where(trained.c.training_id == number, trained.c[f"{kind}_id"].in_(ids)))


async def sums(conn: AsyncConnection, first: date, until: date) -> dict[Who, Sum]:
    """Add up for everybody what they were at from a day up to another, wherever it was."""
    query = select(trained.c.staff_id, trained.c.pool_id, func.count(), func.sum(trainings.c.hours))
    query = query.join(trainings, trainings.c.id == trained.c.training_id)
    query = query.where(trainings.c.on_day >= first, trainings.c.on_day < until)
    rows = await conn.execute(query.group_by(trained.c.staff_id, trained.c.pool_id))
    return {_who(row): Sum(row[2], row[3]) for row in rows}


async def of_one(conn: AsyncConnection, who: Who, limit: int = 50) -> list[Training]:
    """List what somebody was trained in, the latest first, wherever it was."""
    mine = trained.c[f"{who.kind}_id"] == who.id
    query = select(*_COLUMNS).join(trained, trained.c.training_id == trainings.c.id).where(mine)
    rows = await conn.execute(query.order_by(trainings.c.on_day.desc(), trainings.c.id.desc()).limit(limit))
    return [_training(row) for row in rows]


async def colleagues(conn: AsyncConnection) -> list[Staff]:
    """List all members of staff by name, also those whose account is closed."""
    return [of_row(row) for row in await conn.execute(PERSON.order_by(accounts.c.name, accounts.c.id))]


def _who(row: Sequence[Any]) -> Who:
    return Who("staff", row[0]) if row[0] is not None else Who("pool", row[1])


def _in(regions: Regions) -> ColumnElement[bool]:
    return true() if regions is None else trainings.c.region.in_(regions)


def _training(row: Row[Any]) -> Training:
    return Training(**row._asdict())
