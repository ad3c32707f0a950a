"""Slots that parents can ask for, and their bookings. Places are counted here, under the slot's lock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages import TAKES_PLACE, Booking, Slot
from bot.store.tables import bookings, cases, closures, slots, stations

_TAKEN = (
    select(func.count())
    .where(bookings.c.slot_id == slots.c.id, bookings.c.state.in_(TAKES_PLACE))
    .correlate(slots)
    .scalar_subquery()
)
_SLOT = (
    slots.c.id,
    slots.c.station_id,
    stations.c.name.label("station"),
    slots.c.title,
    slots.c.starts_at,
    slots.c.minutes,
    slots.c.places,
    slots.c.active,
)
_BOOKED = (
    bookings.c.id.label("booking_id"),
    bookings.c.case_id,
    bookings.c.state,
    bookings.c.at,
    bookings.c.reminded_at,
    cases.c.conversation_id,
)


def _booking(row: Row[Any]) -> Booking:
    where = {"station_id": row.station_id, "station": row.station, "active": row.active}
    when = {"starts_at": row.starts_at, "minutes": row.minutes, "places": row.places, "taken": row.taken}
    slot = Slot(id=row.id, title=row.title, **where, **when)
    return Booking(row.booking_id, slot, row.case_id, row.state, row.at, row.reminded_at, row.conversation_id)


def _bookings() -> Select[Any]:
    held = bookings.join(slots, slots.c.id == bookings.c.slot_id).join(stations, stations.c.id == slots.c.station_id)
    known = held.join(cases, cases.c.id == bookings.c.case_id)
    return select(*_SLOT, _TAKEN.label("taken"), *_BOOKED).select_from(known)


def _open_at(now: datetime, until: datetime) -> ColumnElement[bool]:
    """Slots between two moments with a place left, at stations that are not closed on that day."""
    day = func.date(func.timezone("Asia/Shanghai", slots.c.starts_at))
    closed = exists().where(
        or_(closures.c.station_id.is_(None), closures.c.station_id == slots.c.station_id),
        closures.c.from_day <= day,
        closures.c.until_day >= day,
    )
    whole = and_(slots.c.active, stations.c.active, slots.c.starts_at > now, slots.c.starts_at < until)
    return and_(whole, slots.c.places > _TAKEN, ~closed)


async def free(
    conn: AsyncConnection,
    since: datetime,
    until: datetime,
    *,
    regions: Collection[str],
    station: str | int | None = None,
    after: int | None = None,
    limit: int = 40,
) -> list[Slot]:
    """List the slots with a place left, soonest first: of a station (slug or id), or of all that serve these regions.

    `after` leaves out that slot and those before it.
    """
    near = or_(stations.c.region.is_(None), stations.c.region.in_(regions))
    named = stations.c.id == station if isinstance(station, int) else stations.c.slug == station
    where = [_open_at(since, until), named if station else near]
    if after is not None:
        last = slots.alias("last")
        ends = select(last.c.starts_at).where(last.c.id == after).scalar_subquery()
        later = and_(slots.c.starts_at == ends, slots.c.id > after)
        where.append(or_(slots.c.starts_at > ends, later))
    query = select(*_SLOT, _TAKEN).join(stations, stations.c.id == slots.c.station_id).where(*where)
    return [Slot(*row) for row in await conn.execute(query.order_by(slots.c.starts_at, slots.c.id).limit(limit))]


async def anywhere(conn: AsyncConnection, since: datetime, until: datetime) -> bool:
    """Whether any station has a place left."""
    query = select(slots.c.id).join(stations, stations.c.id == slots.c.station_id).where(_open_at(since, until))
    return await conn.scalar(query.limit(1)) is not None


async def lock(conn: AsyncConnection, slot_id: int) -> Slot | None:
    """Lock a slot until the end of the transaction and count its places anew.

    Counted by a statement of its own: one that had to wait for the lock still sees what was before the wait.
    """
    query = select(slots.c.id).where(slots.c.id == slot_id).with_for_update()
    return await find(conn, slot_id) if await conn.scalar(query) is not None else None


async def find(conn: AsyncConnection, slot_id: int) -> Slot | None:
    """Load a slot."""
    query = select(*_SLOT, _TAKEN).join(stations, stations.c.id == slots.c.station_id).where(slots.c.id == slot_id)
    row = (await conn.execute(query)).one_or_none()
    return Slot(*row) if row else None


async def between(conn: AsyncConnection, station_ids: Collection[int], since: datetime, until: datetime) -> list[Slot]:
    """List the slots of some stations, closed ones too, in the order of time."""
    query = select(*_SLOT, _TAKEN).join(stations, stations.c.id == slots.c.station_id)
    query = query.where(slots.c.station_id.in_(station_ids), slots.c.starts_at >= since, slots.c.starts_at < until)
    return [Slot(*row) for row in await conn.execute(query.order_by(slots.c.starts_at, slots.c.id))]


async def add(conn: AsyncConnection, rows: Sequence[dict[str, Any]]) -> int:
    """Add slots, those left out that stand there already (same station, title and time); how many are new."""
    added = 0
    for row in rows:
        same = (slots.c.station_id == row["station_id"], slots.c.title == row["title"], slots.c.active)
        known = await conn.scalar(select(slots.c.id).where(*same, slots.c.starts_at == row["starts_at"]).limit(1))
        if known is None:
            await conn.execute(insert(slots).values(**row))
            added += 1
    return added


async def close(conn: AsyncConnection, slot_id: int) -> bool:
    """Take a slot off the list; whether it stood there."""
    result = await conn.execute(update(slots).where(slots.c.id == slot_id, slots.c.active).values(active=False))
    return result.rowcount == 1


async def book(conn: AsyncConnection, slot_id: int, case_id: int, now: datetime, state: str = "asked") -> int:
    """Give a place away; the caller holds the slot's lock and has seen that there is one."""
    values = {"slot_id": slot_id, "case_id": case_id, "state": state, "at": now}
    booking_id: int = (await conn.execute(insert(bookings).values(**values).returning(bookings.c.id))).scalar_one()
    return booking_id


async def change(conn: AsyncConnection, booking_id: int, *, expect: Collection[str], **values: Any) -> bool:
    """Change a booking if its state is one of `expect`; whether it was."""
    where = (bookings.c.id == booking_id, bookings.c.state.in_(expect))
    return (await conn.execute(update(bookings).where(*where).values(**values))).rowcount == 1


async def booking(conn: AsyncConnection, booking_id: int) -> Booking | None:
    """Load a booking."""
    row = (await conn.execute(_bookings().where(bookings.c.id == booking_id))).one_or_none()
    return _booking(row) if row else None


async def of_case(conn: AsyncConnection, case_id: int) -> list[Booking]:
    """List the bookings of a case, oldest first."""
    rows = await conn.execute(_bookings().where(bookings.c.case_id == case_id).order_by(bookings.c.id))
    return [_booking(row) for row in rows]


async def of_parent(conn: AsyncConnection, conversation_id: int, limit: int = 20) -> list[Booking]:
    """List the newest bookings of a parent, by the time of the slot."""
    query = _bookings().where(cases.c.conversation_id == conversation_id).order_by(bookings.c.id.desc()).limit(limit)
    return sorted((_booking(row) for row in await conn.execute(query)), key=lambda one: one.slot.starts_at)


async def of_slots(conn: AsyncConnection, slot_ids: Collection[int]) -> list[Booking]:
    """List the bookings of some slots, oldest first."""
    rows = await conn.execute(_bookings().where(bookings.c.slot_id.in_(slot_ids)).order_by(bookings.c.id))
    return [_booking(row) for row in rows]


async def unrecorded(
    conn: AsyncConnection, station_ids: Collection[int], now: datetime, limit: int = 50
) -> list[Booking]:
    """List the bookings whose time has come and of which nobody has said whether they came, oldest first."""
    where = (slots.c.station_id.in_(station_ids), slots.c.starts_at < now, bookings.c.state.in_(TAKES_PLACE))
    rows = await conn.execute(_bookings().where(*where).order_by(slots.c.starts_at, bookings.c.id).limit(limit))
    return [_booking(row) for row in rows]


async def confirmed(conn: AsyncConnection, since: datetime, until: datetime) -> list[Booking]:
    """List the bookings that stand, of slots that begin between two moments: those to remind of."""
    begin = (slots.c.starts_at > since, slots.c.starts_at < until)
    where = (bookings.c.state == "confirmed", cases.c.conversation_id.is_not(None), *begin)
    rows = await conn.execute(_bookings().where(*where).order_by(slots.c.starts_at, bookings.c.id))
    return [_booking(row) for row in rows]
