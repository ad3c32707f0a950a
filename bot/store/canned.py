"""Canned replies: words that a station, or everybody, keeps ready. Placeholders stand in them as {老师}."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.people import Role, Staff
from bot.store.tables import canned, stations


@dataclass(frozen=True, slots=True)
class Canned:
    """One reply kept ready. `station` is whose it is; None: everybody's."""

    id: int
    title: str
    text: str
    author: str
    station_id: int | None
    station: str | None


def shared_by(staff: Staff) -> ColumnElement[bool]:
    """Give the condition on `canned` for what this person reads: everybody's and their station's; an admin all."""
    if staff.role == Role.ADMIN:
        return true()
    common = canned.c.station_id.is_(None)
    return or_(common, canned.c.station_id == staff.station_id) if staff.station_id else common


def kept_by(staff: Staff) -> ColumnElement[bool]:
    """Give the condition for what this person may change: their station's; who leads everybody's too."""
    if staff.leads:
        return shared_by(staff)
    return canned.c.station_id == staff.station_id if staff.station_id else canned.c.id.is_(None)


async def readable(conn: AsyncConnection, staff: Staff) -> list[Canned]:
    """List what this person may use, their station's first, by title."""
    return await _list(conn, shared_by(staff))


async def changeable(conn: AsyncConnection, staff: Staff) -> frozenset[int]:
    """Name those of them that this person may change."""
    return frozenset(one.id for one in await _list(conn, kept_by(staff)))


async def find(conn: AsyncConnection, canned_id: int, staff: Staff) -> Canned | None:
    """Load one that this person may use."""
    found = await _list(conn, shared_by(staff) & (canned.c.id == canned_id))
    return found[0] if found else None


async def _list(conn: AsyncConnection, which: ColumnElement[bool]) -> list[Canned]:
    columns = (canned.c.id, canned.c.title, canned.c.text, canned.c.author, canned.c.station_id, stations.c.name)
    query = select(*columns).select_from(canned.join(stations, isouter=True)).where(which)
    rows = await conn.execute(query.order_by(canned.c.station_id.nulls_last(), canned.c.title, canned.c.id))
    return [Canned(*row) for row in rows]


async def add(
    conn: AsyncConnection, title: str, words: str, *, author: str, station_id: int | None, now: datetime
) -> int:
    """Keep one; its number."""
    values = {"title": title, "text": words, "author": author, "station_id": station_id, "at": now}
    made: int = (await conn.execute(insert(canned).values(**values).returning(canned.c.id))).scalar_one()
    return made


async def change(conn: AsyncConnection, canned_id: int, staff: Staff, **values: Any) -> bool:
    """Change one that this person may change; whether it was there."""
    statement = update(canned).where(canned.c.id == canned_id, kept_by(staff)).values(**values)
    return (await conn.execute(statement)).rowcount == 1


async def remove(conn: AsyncConnection, canned_id: int, staff: Staff) -> bool:
    """Drop one that this person may change; whether it was there."""
    return (await conn.execute(delete(canned).where(canned.c.id == canned_id, kept_by(staff)))).rowcount == 1
