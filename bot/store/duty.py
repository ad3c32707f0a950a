"""Who is planned to be there: shifts, absences, closures; and what people have to do now. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages import GRAVE
from bot.store import stations as places
from bot.store.people import AT_DESK
from bot.store.stations import Station
from bot.store.tables import absences, cases, closures, shifts, staff

TALKING = ("chat", "crisis")  # the kinds in which a person speaks in the conversation


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a station who can take cases; `held` are the talks that they have now."""

    id: int
    name: str
    station_id: int
    capacity: int
    held: int = 0

    @property
    def room(self) -> int:
        """How many more talks they can take."""
        return max(0, self.capacity - self.held)


@dataclass(frozen=True, slots=True)
class Shift:
    """A person's hours at their station from one day to another (None: for good), both days within."""

    id: int
    staff_id: int
    station_id: int
    hours: str
    from_day: date
    until_day: date | None


@dataclass(frozen=True, slots=True)
class Absence:
    """A time at which somebody is not there, whatever their shifts say."""

    id: int
    staff_id: int
    from_at: datetime
    until_at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which a station (None: every one) is closed; parents read `note`."""

    id: int
    station_id: int | None
    from_day: date
    until_day: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """All that is planned from a moment on, and the load of now.

    `waiting` counts talks that nobody has taken, by station (None: everybody's).
    """

    stations: tuple[Station, ...] = ()
    people: tuple[Person, ...] = ()
    shifts: tuple[Shift, ...] = ()
    absences: tuple[Absence, ...] = ()
    closures: tuple[Closure, ...] = ()
    waiting: Mapping[int | None, int] | None = None


async def roster(conn: AsyncConnection, now: datetime, before: int | None = None) -> Roster:
    """Load what is planned from yesterday on (a night may have begun then), with the load of now.

    `before` is a conversation: only those who are to be taken before it count as waiting.
    """
    since = (now - timedelta(days=2)).date()
    found = tuple(station for station in await places.listing(conn) if station.active)
    waiting = await _waiting(conn, now, before)
    if not found:
        return Roster(waiting=waiting)
    return Roster(
        stations=found,
        people=await people(conn, now),
        shifts=await planned(conn, since),
        absences=await away(conn, now - timedelta(days=1)),
        closures=await closed(conn, since),
        waiting=waiting,
    )


async def people(conn: AsyncConnection, now: datetime) -> tuple[Person, ...]:
    """List those of all stations who can take cases, with the talks that they have now (put off ones don't count)."""
    busy = and_(
        cases.c.owner_id == staff.c.id,
        cases.c.state == "claimed",
        cases.c.kind.in_(TALKING),
        or_(cases.c.snoozed_until.is_(None), cases.c.snoozed_until <= now),
    )
    held = select(func.count()).where(busy).correlate(staff).scalar_subquery()
    query = (
        select(staff.c.id, staff.c.name, staff.c.station_id, staff.c.capacity, held)
        .where(staff.c.active, staff.c.station_id.is_not(None), staff.c.role.in_(AT_DESK))
        .order_by(staff.c.name, staff.c.id)
    )
    return tuple(Person(*row) for row in await conn.execute(query))


async def planned(conn: AsyncConnection, since: date) -> tuple[Shift, ...]:
    """List shifts that are not over, of people who (still) belong to their station: others could not see its cases."""
    belongs = and_(staff.c.id == shifts.c.staff_id, staff.c.station_id == shifts.c.station_id, staff.c.active)
    query = (
        select(
            shifts.c.id, shifts.c.staff_id, shifts.c.station_id, shifts.c.hours, shifts.c.from_day, shifts.c.until_day
        )
        .join(staff, belongs)
        .where(or_(shifts.c.until_day.is_(None), shifts.c.until_day >= since))
        .order_by(shifts.c.from_day, shifts.c.id)
    )
    return tuple(Shift(*row) for row in await conn.execute(query))


async def away(conn: AsyncConnection, since: datetime) -> tuple[Absence, ...]:
    """List absences that are not over."""
    query = select(absences.c.id, absences.c.staff_id, absences.c.from_at, absences.c.until_at, absences.c.note)
    rows = await conn.execute(query.where(absences.c.until_at > since).order_by(absences.c.from_at, absences.c.id))
    return tuple(Absence(*row) for row in rows)


async def closed(conn: AsyncConnection, since: date) -> tuple[Closure, ...]:
    """List closures that are not over."""
    query = select(closures.c.id, closures.c.station_id, closures.c.from_day, closures.c.until_day, closures.c.note)
    rows = await conn.execute(query.where(closures.c.until_day >= since).order_by(closures.c.from_day, closures.c.id))
    return tuple(Closure(*row) for row in rows)


async def _waiting(conn: AsyncConnection, now: datetime, before: int | None) -> dict[int | None, int]:
    """Count by station the talks that nobody has taken. Of two, danger goes first, then who called earlier."""
    open_talk = and_(cases.c.state == "open", cases.c.kind.in_(TALKING))
    awake = or_(cases.c.snoozed_until.is_(None), cases.c.snoozed_until <= now)
    query = select(cases.c.station_id, func.count()).where(open_talk, awake).group_by(cases.c.station_id)
    if before is not None:
        own = cases.alias("own")
        called = and_(own.c.state == "open", own.c.kind.in_(TALKING), own.c.conversation_id == before)
        mine = select(func.min(own.c.opened_at)).where(called).scalar_subquery()
        earlier = or_(mine.is_(None), cases.c.opened_at < mine, cases.c.level.in_(GRAVE))
        query = query.where(cases.c.conversation_id.is_distinct_from(before), earlier)
    return {row[0]: row[1] for row in await conn.execute(query)}


async def add_shift(conn: AsyncConnection, **values: Any) -> int:
    """Plan a shift."""
    found: int = (await conn.execute(insert(shifts).values(**values).returning(shifts.c.id))).scalar_one()
    return found


async def change_shift(conn: AsyncConnection, shift_id: int, station_id: int, **values: Any) -> bool:
    """Change a shift of a station; whether it was there."""
    mine = and_(shifts.c.id == shift_id, shifts.c.station_id == station_id)
    return (await conn.execute(update(shifts).where(mine).values(**values))).rowcount == 1


async def remove_shift(conn: AsyncConnection, shift_id: int, station_id: int) -> bool:
    """Drop a shift of a station; whether it was there."""
    mine = and_(shifts.c.id == shift_id, shifts.c.station_id == station_id)
    return (await conn.execute(delete(shifts).where(mine))).rowcount == 1


async def add_absence(conn: AsyncConnection, **values: Any) -> int:
    """Note that somebody is away."""
    found: int = (await conn.execute(insert(absences).values(**values).returning(absences.c.id))).scalar_one()
    return found


async def absence(conn: AsyncConnection, absence_id: int) -> Absence | None:
    """Load one absence."""
    query = select(absences.c.id, absences.c.staff_id, absences.c.from_at, absences.c.until_at, absences.c.note)
    row = (await conn.execute(query.where(absences.c.id == absence_id))).one_or_none()
    return Absence(*row) if row else None


async def remove_absence(conn: AsyncConnection, absence_id: int) -> None:
    """Drop an absence."""
    await conn.execute(delete(absences).where(absences.c.id == absence_id))


async def add_closure(conn: AsyncConnection, **values: Any) -> int:
    """Note that a station (or all) is closed."""
    found: int = (await conn.execute(insert(closures).values(**values).returning(closures.c.id))).scalar_one()
    return found


async def closure(conn: AsyncConnection, closure_id: int) -> Closure | None:
    """Load one closure."""
    query = select(closures.c.id, closures.c.station_id, closures.c.from_day, closures.c.until_day, closures.c.note)
    row = (await conn.execute(query.where(closures.c.id == closure_id))).one_or_none()
    return Closure(*row) if row else None


async def remove_closure(conn: AsyncConnection, closure_id: int) -> None:
    """Drop a closure."""
    await conn.execute(delete(closures).where(closures.c.id == closure_id))
