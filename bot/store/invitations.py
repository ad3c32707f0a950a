"""Invitations: a link, good once and for a few days, with which a new colleague chooses a password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.sessions import hashed
from bot.store.tables import invitations, staff, stations


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who is invited to be what, where, by whom. `place` is the region of the station."""

    id: int
    login: str
    name: str
    role: str
    station_id: int | None
    region: str | None
    station: str | None
    place: str | None
    by_id: int | None
    by: str | None
    expires_at: datetime


_COLUMNS = (
    invitations.c.id,
    invitations.c.login,
    invitations.c.name,
    invitations.c.role,
    invitations.c.station_id,
    invitations.c.region,
    stations.c.name.label("station"),
    stations.c.region.label("place"),
    invitations.c.by_id,
    staff.c.name.label("by"),
    invitations.c.expires_at,
)
_ALL = (
    select(*_COLUMNS)
    .select_from(invitations)
    .join(stations, stations.c.id == invitations.c.station_id, isouter=True)
    .join(staff, staff.c.id == invitations.c.by_id, isouter=True)
)


async def put(conn: AsyncConnection, token: str, until: datetime, now: datetime, **values: object) -> int:
    """Keep an invitation (login, name, role, station_id, region, by_id); its id."""
    row = {"token_hash": hashed(token), "created_at": now, "expires_at": until, **values}
    invitation_id: int = (
        await conn.execute(insert(invitations).values(**row).returning(invitations.c.id))
    ).scalar_one()
    return invitation_id


async def pending(conn: AsyncConnection, now: datetime) -> list[Invitation]:
    """List the invitations that still work, newest first."""
    open_ = (invitations.c.used_at.is_(None), invitations.c.expires_at > now)
    return [Invitation(*row) for row in await conn.execute(_ALL.where(*open_).order_by(invitations.c.id.desc()))]


async def find(conn: AsyncConnection, token: str, now: datetime) -> Invitation | None:
    """Find the invitation of a link, if it still works."""
    open_ = (invitations.c.token_hash == hashed(token), invitations.c.used_at.is_(None), invitations.c.expires_at > now)
    row = (await conn.execute(_ALL.where(*open_))).one_or_none()
    return Invitation(*row) if row else None


async def invited(conn: AsyncConnection, login: str, now: datetime) -> bool:
    """Whether somebody has a working invitation for this login."""
    open_ = (func.lower(invitations.c.login) == login.lower(), invitations.c.used_at.is_(None))
    return (
        await conn.scalar(select(invitations.c.id).where(*open_, invitations.c.expires_at > now).limit(1)) is not None
    )


async def use(conn: AsyncConnection, invitation_id: int, now: datetime) -> bool:
    """Use an invitation up; False if it was used, revoked or ran out meanwhile. Of two at once one wins."""
    open_ = (invitations.c.id == invitation_id, invitations.c.used_at.is_(None), invitations.c.expires_at > now)
    return (await conn.execute(update(invitations).where(*open_).values(used_at=now))).rowcount == 1


async def revoke(conn: AsyncConnection, invitation_id: int) -> bool:
    """Take back an invitation that was not used; whether there was one."""
    unused = (invitations.c.id == invitation_id, invitations.c.used_at.is_(None))
    return (await conn.execute(delete(invitations).where(*unused))).rowcount == 1


async def revoke_of(conn: AsyncConnection, staff_id: int) -> int:
    """Take back what somebody has sent out: they may not invite any more."""
    unused = (invitations.c.by_id == staff_id, invitations.c.used_at.is_(None))
    return (await conn.execute(delete(invitations).where(*unused))).rowcount
