"""Who can be asked to speak or help. How to reach somebody is read apart: it is shown on one page only."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.people import Staff
from bot.store.tables import pool

Regions = Collection[str] | None  # whose people somebody may see; None: everywhere


class Sort(StrEnum):
    """What somebody is asked as."""

    LECTURER = "lecturer"
    TEACHER = "teacher"
    EXPERT = "expert"
    ELDER = "elder"
    JURIST = "jurist"
    PSYCHOLOGIST = "psychologist"
    FIREFIGHTER = "firefighter"
    HERITAGE = "heritage"
    PARENT = "parent"
    OTHER = "other"


WORDS: Mapping[str, str] = {
    Sort.LECTURER: "讲师团讲师",
    Sort.TEACHER: "名师",
    Sort.EXPERT: "专家组专家",
    Sort.ELDER: "五老",
    Sort.JURIST: "法治副校长",
    Sort.PSYCHOLOGIST: "心理教师",
    Sort.FIREFIGHTER: "消防指导员",
    Sort.HERITAGE: "非遗传承人",
    Sort.PARENT: "家长志愿者",
    Sort.OTHER: "其他",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be asked, without how to reach them.

    No stages means all of them, no times that they have to be asked. `saved` is what a late saver brings back.
    """

    id: int
    region: str
    name: str
    sort: str
    topics: tuple[str, ...]
    stages: tuple[str, ...]
    times: tuple[str, ...]
    note: str
    checked_on: date | None
    checked_by: str
    active: bool
    saved: int


_NAMES = ("id", "region", "name", "sort", "topics", "stages", "times", "note")
_COLUMNS = [pool.c[name] for name in (*_NAMES, "checked_on", "checked_by", "active", "saved")]


async def listed(conn: AsyncConnection, regions: Regions) -> list[Person]:
    """List all of an area, by name, also those who are not asked any more."""
    rows = await conn.execute(select(*_COLUMNS).where(_in(regions)).order_by(pool.c.name, pool.c.id))
    return [_person(row) for row in rows]


async def find(conn: AsyncConnection, pool_id: int, regions: Regions, *, lock: bool = False) -> Person | None:
    """Load one of an area; with `lock` nobody else changes them, or asks them, before this transaction ends."""
    query = select(*_COLUMNS).where(pool.c.id == pool_id, _in(regions))
    row = (await conn.execute(query.with_for_update() if lock else query)).one_or_none()
    return _person(row) if row else None


async def contacts(conn: AsyncConnection, ids: Collection[int]) -> dict[int, str]:
    """Read how to reach people: who asks for it writes that into the trail."""
    rows = await conn.execute(select(pool.c.id, pool.c.contact).where(pool.c.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


async def regions_used(conn: AsyncConnection, regions: Regions) -> list[str]:
    """Name the places that have people."""
    return list(await conn.scalars(select(pool.c.region).where(_in(regions)).distinct()))


async def add(conn: AsyncConnection, staff: Staff, now: datetime, **values: Any) -> int:
    """Put somebody on the list; their number."""
    made = await conn.execute(insert(pool).values(**values, author=staff.name, at=now).returning(pool.c.id))
    number: int = made.scalar_one()
    return number


async def change(conn: AsyncConnection, staff: Staff, pool_id: int, now: datetime, *, seen: int, **values: Any) -> bool:
    """Write columns of somebody; nothing is written if somebody else has saved since `seen`."""
    statement = update(pool).where(pool.c.id == pool_id, pool.c.saved == seen)
    written = await conn.execute(statement.values(**values, saved=seen + 1, author=staff.name, at=now))
    return written.rowcount == 1


def _in(regions: Regions) -> ColumnElement[bool]:
    return true() if regions is None else pool.c.region.in_(regions)


def _person(row: Row[Any]) -> Person:
    known = row._asdict()
    return Person(**known | {name: tuple(known[name]) for name in ("topics", "stages", "times")})
