"""The people whom a member of staff looks after: a lead their station's, a supervisor their region's, an admin all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.people import PERSON, Role, Staff, of_row
from bot.store.tables import staff, staff_sessions, stations


@dataclass(frozen=True, slots=True)
class Member:
    """A person as those who look after them see them; `seen_at` is None for nobody signed in."""

    staff: Staff
    station: str | None
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Place:
    """A station that somebody may be put in."""

    id: int
    name: str
    region: str | None


def _theirs(me: Staff) -> ColumnElement[bool]:
    """Say which people `me` looks after, themselves among them."""
    if me.role == Role.ADMIN:
        return true()
    if me.role == Role.SUPERVISOR:
        region = func.coalesce(staff.c.region, stations.c.region)
        outside = (Role.ADMIN, Role.EDITOR, Role.CHIEF_EDITOR)
        area = region.in_(me.regions) if me.region else true()
        return or_(staff.c.id == me.id, and_(area, staff.c.role.not_in(outside)))
    if me.role == Role.LEAD and me.station_id is not None:
        return or_(staff.c.id == me.id, staff.c.station_id == me.station_id)
    return staff.c.id == me.id


def _places(me: Staff) -> ColumnElement[bool]:
    if me.role == Role.ADMIN:
        return true()
    if me.role == Role.SUPERVISOR:
        return stations.c.region.in_(me.regions) if me.region else true()
    return stations.c.id == me.station_id if me.station_id is not None else false()


_LAST = (
    select(func.max(staff_sessions.c.seen_at))
    .where(staff_sessions.c.staff_id == staff.c.id)
    .correlate(staff)
    .scalar_subquery()
)
_MEMBER = PERSON.add_columns(stations.c.name.label("station"), _LAST.label("seen_at"))


async def members(conn: AsyncConnection, me: Staff) -> list[Member]:
    """List the people whom somebody looks after: open accounts first, by station and name."""
    order = (staff.c.active.desc(), stations.c.name.nulls_first(), staff.c.name, staff.c.id)
    rows = await conn.execute(_MEMBER.where(_theirs(me)).order_by(*order))
    return [Member(of_row(row), row.station, row.seen_at) for row in rows]


async def member(conn: AsyncConnection, me: Staff, staff_id: int) -> Member | None:
    """Load one of the people whom somebody looks after; None for all others, as if they were not there."""
    row = (await conn.execute(_MEMBER.where(_theirs(me), staff.c.id == staff_id))).one_or_none()
    return Member(of_row(row), row.station, row.seen_at) if row else None


async def places(conn: AsyncConnection, me: Staff) -> list[Place]:
    """List the stations into which somebody may put people."""
    query = select(stations.c.id, stations.c.name, stations.c.region).where(stations.c.active, _places(me))
    return [Place(*row) for row in await conn.execute(query.order_by(stations.c.name, stations.c.id))]


async def station_name(conn: AsyncConnection, person: Staff) -> str:
    """Name the station of a person; "" for those who have none."""
    return await conn.scalar(select(stations.c.name).where(stations.c.id == person.station_id)) or ""
