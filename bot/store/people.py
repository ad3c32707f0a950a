"""Staff accounts: who there is, what they are, where they belong. Their sessions are in `bot.store.sessions`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import staff, staff_sessions, stations

SHORTCUTS = "shortcuts"  # in staff.likes: false switches the single letters off


class Role(StrEnum):
    """What a person is: what each may do is said beside the routes (`bot/web/permissions.py:MAY`)."""

    COUNSELLOR = "counsellor"  # works the desk of a station
    LEAD = "lead"  # a station's: its people, shifts and figures too
    SUPERVISOR = "supervisor"  # of all stations of a region
    EDITOR = "editor"  # writes entries
    CHIEF_EDITOR = "chief-editor"  # publishes them
    ADMIN = "admin"  # everything, everywhere


AT_DESK = (Role.COUNSELLOR, Role.LEAD, Role.SUPERVISOR, Role.ADMIN)  # who works with cases
WORDS: dict[Role, str] = {
    Role.COUNSELLOR: "老师",
    Role.LEAD: "站长",
    Role.SUPERVISOR: "主管",
    Role.EDITOR: "编辑",
    Role.CHIEF_EDITOR: "主编",
    Role.ADMIN: "管理员",
}


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff. `region` is their own or their station's; None with no station is everywhere.

    `regions` are the region and all below it, filled in where somebody signs in (the store knows no tree).
    """

    id: int
    login: str
    name: str
    role: str
    active: bool
    station_id: int | None = None
    region: str | None = None
    regions: frozenset[str] = frozenset()
    capacity: int = 5
    languages: tuple[str, ...] = ()
    second_factor: bool = False
    shortcuts: bool = True

    @property
    def leads(self) -> bool:
        """Whether they look after the work of others."""
        return self.role in (Role.LEAD, Role.SUPERVISOR, Role.ADMIN)


# A person with the region that is theirs or their station's; `of_row` makes a Staff of it.
PERSON: Select[Any] = (
    select(
        staff.c.id,
        staff.c.login,
        staff.c.name,
        staff.c.role,
        staff.c.active,
        staff.c.station_id,
        func.coalesce(staff.c.region, stations.c.region).label("region"),
        staff.c.capacity,
        staff.c.languages,
        staff.c.totp.is_not(None).label("second_factor"),
        staff.c.likes,
    )
    .select_from(staff)
    .join(stations, stations.c.id == staff.c.station_id, isouter=True)
)


def of_row(row: Row[Any]) -> Staff:
    """Make a person of a row of `PERSON`."""
    return Staff(
        row.id,
        row.login,
        row.name,
        row.role,
        row.active,
        row.station_id,
        row.region,
        capacity=row.capacity,
        languages=tuple(row.languages),
        second_factor=row.second_factor,
        shortcuts=row.likes.get(SHORTCUTS) is not False,
    )


async def add(conn: AsyncConnection, *, login: str, name: str, role: str, password_hash: str, **where: Any) -> int:
    """Add a person, or give an existing one a new name, role and password; ends their sessions.

    `where` may be station_id and region; what is not given stays as it was.
    """
    values = {"name": name, "role": role, "password_hash": password_hash, "active": True, **where}
    statement = upsert(staff).values(login=login, **values)
    staff_id: int = (
        await conn.execute(statement.on_conflict_do_update(index_elements=["login"], set_=values).returning(staff.c.id))
    ).scalar_one()
    await conn.execute(delete(staff_sessions).where(staff_sessions.c.staff_id == staff_id))
    return staff_id


async def join(conn: AsyncConnection, *, login: str, password_hash: str, **values: Any) -> int | None:
    """Add a person who is new; None if the login is taken, also by an account that is closed."""
    try:
        async with conn.begin_nested():
            made = await conn.execute(
                insert(staff).values(login=login, password_hash=password_hash, **values).returning(staff.c.id)
            )
    except IntegrityError:
        return None
    staff_id: int = made.scalar_one()
    return staff_id


async def taken(conn: AsyncConnection, login: str) -> bool:
    """Whether an account has this login, whether open or closed; capital letters make no other login."""
    return await conn.scalar(select(staff.c.id).where(func.lower(staff.c.login) == login.lower()).limit(1)) is not None


async def disable(conn: AsyncConnection, login: str) -> bool:
    """Close an account and end its sessions; whether there was one. Their cases: `bot.handoff.leaving`."""
    staff_id = await conn.scalar(update(staff).where(staff.c.login == login).values(active=False).returning(staff.c.id))
    if staff_id is None:
        return False
    await conn.execute(delete(staff_sessions).where(staff_sessions.c.staff_id == staff_id))
    return True


async def credentials(conn: AsyncConnection, login: str) -> tuple[Staff, str] | None:
    """Load a person with the password hash for signing in."""
    query = PERSON.add_columns(staff.c.password_hash).where(staff.c.login == login, staff.c.active)
    row = (await conn.execute(query)).one_or_none()
    return (of_row(row), row.password_hash) if row else None


async def find(conn: AsyncConnection, staff_id: int) -> Staff | None:
    """Load a person, also one whose account is closed."""
    row = (await conn.execute(PERSON.where(staff.c.id == staff_id))).one_or_none()
    return of_row(row) if row else None


async def stays(conn: AsyncConnection, staff_id: int) -> bool:
    """Whether somebody is here and works at the desk; if so nobody changes that before this transaction ends.

    Whoever is made the owner of something is asked for first, before conversations and cases are locked: closing an
    account goes in the same order, so it waits for us and then finds what we gave, or we wait and find it closed.
    """
    here = (staff.c.id == staff_id, staff.c.active, staff.c.role.in_(AT_DESK))
    return await conn.scalar(select(staff.c.id).where(*here).with_for_update(read=True)) is not None


async def named(conn: AsyncConnection, login: str) -> Staff | None:
    """Load a person by login, also one whose account is closed."""
    row = (await conn.execute(PERSON.where(staff.c.login == login))).one_or_none()
    return of_row(row) if row else None


async def everybody(conn: AsyncConnection) -> list[Staff]:
    """List all whose account is open, by name."""
    return [of_row(row) for row in await conn.execute(PERSON.where(staff.c.active).order_by(staff.c.name, staff.c.id))]


async def change(conn: AsyncConnection, staff_id: int, **values: Any) -> None:
    """Write columns of a person: name, role, station_id, region, capacity, languages, active, password_hash."""
    await conn.execute(update(staff).where(staff.c.id == staff_id).values(**values))


async def like(conn: AsyncConnection, staff_id: int, name: str, *, value: bool) -> None:
    """Keep one setting of the pages."""
    merged = staff.c.likes.concat({name: value})
    await conn.execute(update(staff).where(staff.c.id == staff_id).values(likes=merged))


async def only_admin(conn: AsyncConnection, staff_id: int) -> bool:
    """Whether nobody else could administer; locks the administrators, so that two cannot close each other at once."""
    admins = select(staff.c.id).where(staff.c.role == Role.ADMIN, staff.c.active).order_by(staff.c.id)
    return [row[0] for row in await conn.execute(admins.with_for_update())] == [staff_id]
