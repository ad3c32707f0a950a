"""To whom a case can be given: people of one's own station or area, with what they hold, and stations."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.people import Role, Staff
from bot.store.tables import cases, staff, stations

_AT_THE_DESK = (Role.COUNSELLOR, Role.LEAD, Role.SUPERVISOR, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who can be given a case: `held` of `capacity` talks are in their hands now."""

    id: int
    name: str
    station_id: int | None
    station: str | None
    capacity: int
    held: int

    @property
    def full(self) -> bool:
        """Whether they hold as much as they can."""
        return self.held >= self.capacity


@dataclass(frozen=True, slots=True)
class Station:
    """A station by its name."""

    id: int
    name: str


def _within(person: Staff) -> ColumnElement[bool]:
    """Give the condition for the people whom somebody may give a case to."""
    if person.role == Role.ADMIN or (person.role == Role.SUPERVISOR and not person.region):
        return true()
    if person.role == Role.SUPERVISOR:
        return or_(stations.c.region.in_(person.regions), staff.c.region.in_(person.regions))
    return staff.c.station_id.is_not_distinct_from(person.station_id)


async def reachable(conn: AsyncConnection, person: Staff) -> list[Colleague]:
    """List the colleagues whom somebody may give a case to, by name."""
    return await _list(conn, _within(person), staff.c.id != person.id)


async def find(conn: AsyncConnection, person: Staff, colleague_id: int) -> Colleague | None:
    """Find one of those whom somebody may give a case to, or themselves: who leads may take a case over."""
    found = await _list(conn, or_(_within(person), staff.c.id == person.id), staff.c.id == colleague_id)
    return found[0] if found else None


async def _list(conn: AsyncConnection, *where: ColumnElement[bool]) -> list[Colleague]:
    held = (
        select(func.count())
        .where(cases.c.owner_id == staff.c.id, cases.c.state == "claimed", cases.c.kind.in_(("chat", "crisis")))
        .scalar_subquery()
    )
    query = (
        select(staff.c.id, staff.c.name, staff.c.station_id, stations.c.name, staff.c.capacity, held)
        .join(stations, stations.c.id == staff.c.station_id, isouter=True)
        .where(staff.c.active, staff.c.role.in_(_AT_THE_DESK), *where)
        .order_by(staff.c.name, staff.c.id)
    )
    return [Colleague(*row) for row in await conn.execute(query)]


async def stations_in_use(conn: AsyncConnection) -> list[Station]:
    """List the stations that take cases, by name."""
    query = select(stations.c.id, stations.c.name).where(stations.c.active).order_by(stations.c.name, stations.c.id)
    return [Station(*row) for row in await conn.execute(query)]


async def station(conn: AsyncConnection, station_id: int) -> Station | None:
    """Find a station that takes cases."""
    query = select(stations.c.id, stations.c.name).where(stations.c.active, stations.c.id == station_id)
    row = (await conn.execute(query)).one_or_none()
    return Station(*row) if row else None
