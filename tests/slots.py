"""Stations with times that parents can ask for, and the people who look after them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.tables import bookings, cases, conversations, parents, slots, staff, stations
from knowledge.calendar import CHINA
from tests.house import House

# The house's clock says Tuesday 12 May 2026, 20:41.
THURSDAY = datetime(2026, 5, 14, 14, 0, tzinfo=CHINA)
FRIDAY = datetime(2026, 5, 15, 10, 0, tzinfo=CHINA)
TITLE = "家庭教育咨询"


async def a_station(
    conn: AsyncConnection, slug: str = "tianning", name: str = "天宁站", region: str | None = None
) -> int:
    """Make a station; without a region it serves everywhere."""
    values = {"slug": slug, "name": name, "region": region}
    return int((await conn.execute(insert(stations).values(**values).returning(stations.c.id))).scalar_one())


async def a_slot(
    conn: AsyncConnection, station: int, at: datetime = THURSDAY, title: str = TITLE, places: int = 1, minutes: int = 50
) -> int:
    """Make a slot."""
    values = {"station_id": station, "title": title, "starts_at": at, "minutes": minutes, "places": places}
    return int((await conn.execute(insert(slots).values(**values).returning(slots.c.id))).scalar_one())


async def a_booking(conn: AsyncConnection, slot: int, at: datetime, who: str = "o-mei", state: str = "asked") -> int:
    """Make a parent with an appointment case and a booking; the booking's number."""
    parent = (
        await conn.execute(insert(parents).values(channel="wechat", sender=who).returning(parents.c.id))
    ).scalar_one()
    talk = (
        await conn.execute(insert(conversations).values(parent_id=parent).returning(conversations.c.id))
    ).scalar_one()
    opened = {"conversation_id": talk, "kind": "appointment", "opened_at": at, "due_at": at}
    case = (await conn.execute(insert(cases).values(**opened).returning(cases.c.id))).scalar_one()
    values = {"slot_id": slot, "case_id": case, "state": state, "at": at}
    return int((await conn.execute(insert(bookings).values(**values).returning(bookings.c.id))).scalar_one())


async def a_house_with_times(house: House, *at: datetime, places: int = 1) -> int:
    """Put a station with slots at these times into the house; the station's number."""
    async with house.app_engine.begin() as conn:
        station = await a_station(conn)
        for moment in at or (THURSDAY, FRIDAY):
            await a_slot(conn, station, moment, places=places)
    return station


async def colleague(
    house: House, station: int | None, login: str = "zhou", name: str = "周老师", role: str = "counsellor"
) -> Any:
    """Sign somebody in who works at a station."""
    browser = await house.staff(login, name, role)
    async with house.app_engine.begin() as conn:
        await conn.execute(update(staff).where(staff.c.login == login).values(station_id=station))
    return browser


async def states(engine: AsyncEngine) -> list[str]:
    """Give the states of all bookings, oldest first."""
    async with engine.connect() as conn:
        return [row.state for row in await conn.execute(bookings.select().order_by(bookings.c.id))]
