"""Stations: whose people answer where, for which kinds of cases, in which languages. Robots are secrets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, false, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.people import Role, Staff
from bot.store.tables import cases, stations


@dataclass(frozen=True, slots=True)
class Station:
    """A community station or office.

    `slug` stands in its code. `region` None: it serves everywhere. `hours` count on days for which no shifts are
    planned (the grammar of `knowledge.spans`). No `kinds`: all of them; no `languages`: none but Mandarin is known.
    `next_id` helps when nobody here does.
    """

    id: int
    slug: str
    name: str
    region: str | None = None
    hours: str = ""
    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    robot: str = field(default="", repr=False)
    next_id: int | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Alarms:
    """Whose robots are told of a case: its station's and the next one's. Empty addresses: there is none."""

    station: str
    robot: str = field(repr=False)
    next_id: int | None
    next_station: str
    next_robot: str = field(repr=False)

    def arrived(self) -> Alarms:
        """Give the same seen from the station before: the case has moved, so its station is the next one."""
        return Alarms("", "", None, self.station, self.robot)


_COLUMNS = tuple(
    stations.c[name]
    for name in ("id", "slug", "name", "region", "hours", "kinds", "languages", "robot", "next_id", "active")
)


def _station(row: Row[Any]) -> Station:
    given = dict(row._mapping)  # noqa: SLF001  (the documented mapping view of a row, despite its name)
    return Station(**{**given, "kinds": tuple(given["kinds"]), "languages": tuple(given["languages"])})


def theirs(staff: Staff) -> ColumnElement[bool]:
    """Give the condition on `stations` for those that this person belongs to or looks after."""
    if staff.role == Role.ADMIN:
        return true()
    if staff.role == Role.SUPERVISOR:
        return stations.c.region.in_(staff.regions) if staff.region else true()
    return stations.c.id == staff.station_id if staff.station_id else false()


async def listing(conn: AsyncConnection, seen_by: Staff | None = None) -> list[Station]:
    """List the stations (of somebody), those in use first, by name."""
    query = select(*_COLUMNS).order_by(stations.c.active.desc(), stations.c.name, stations.c.id)
    return [_station(row) for row in await conn.execute(query.where(theirs(seen_by)) if seen_by else query)]


async def find(conn: AsyncConnection, station_id: int, seen_by: Staff | None = None) -> Station | None:
    """Load a station; with `seen_by` one that is theirs."""
    query = select(*_COLUMNS).where(stations.c.id == station_id)
    row = (await conn.execute(query.where(theirs(seen_by)) if seen_by else query)).one_or_none()
    return _station(row) if row else None


async def by_slug(conn: AsyncConnection, slug: str) -> Station | None:
    """Find a station in use by the name that stands in its code."""
    row = (await conn.execute(select(*_COLUMNS).where(stations.c.slug == slug, stations.c.active))).one_or_none()
    return _station(row) if row else None


async def add(conn: AsyncConnection, **values: Any) -> int | None:
    """Add a station; its number, or None when its slug is taken."""
    given = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    statement = upsert(stations).values(**given).on_conflict_do_nothing(index_elements=["slug"])
    found: int | None = await conn.scalar(statement.returning(stations.c.id))
    return found


async def change(conn: AsyncConnection, station_id: int, **values: Any) -> bool:
    """Change a station; False when it is gone or another one has the slug."""
    given = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    other = select(stations.c.id).where(stations.c.slug == given.get("slug", ""), stations.c.id != station_id)
    free = ~exists(other)
    done = await conn.execute(update(stations).where(stations.c.id == station_id, free).values(**given))
    return done.rowcount == 1


async def alarms(conn: AsyncConnection, case_id: int) -> Alarms | None:
    """Tell whose robots are to be told of a case; None when no station has it."""
    after = stations.alias("after")
    query = (
        select(stations.c.name, stations.c.robot, after.c.id, after.c.name, after.c.robot)
        .select_from(cases.join(stations, stations.c.id == cases.c.station_id))
        .join(after, (after.c.id == stations.c.next_id) & after.c.active & (after.c.id != stations.c.id), isouter=True)
        .where(cases.c.id == case_id)
    )
    row = (await conn.execute(query)).one_or_none()
    return Alarms(row[0], row[1], row[2], row[3] or "", row[4] or "") if row else None
