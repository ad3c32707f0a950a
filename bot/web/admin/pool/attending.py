"""Who can have been at a training: staff and people of the pool, as far as somebody's area reaches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.dialogue.decision import Tools
from bot.store import people, pool, training
from bot.store.people import Role, Staff
from bot.store.training import Who
from bot.web.admin.pool import places

NOWHERE = "不属于一个地方"


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who can have been there; `what` is their role, or what they are asked as."""

    who: Who
    name: str
    what: str
    place: str
    active: bool
    there: bool = False

    @property
    def key(self) -> str:
        """Name them in a form: staff-12."""
        return f"{self.who.kind}-{self.who.id}"


async def attendees(conn: AsyncConnection, staff: Staff, number: int, tools: Tools) -> list[Attendee]:
    """List who can have been at a training, or was; who is not here any more only if they were."""
    there = await training.there(conn, number)
    everybody = [one for one in await known(conn, staff, tools) if one.active or one.who in there]
    return [Attendee(one.who, one.name, one.what, one.place, one.active, there=one.who in there) for one in everybody]


async def known(conn: AsyncConnection, staff: Staff, tools: Tools) -> list[Attendee]:
    """List all of somebody's area, staff first; also who is not here any more."""
    own = places.within(staff)
    mine = [one for one in await training.colleagues(conn) if own is None or one.region in own]
    colleagues = [
        Attendee(Who("staff", one.id), one.name, people.WORDS[Role(one.role)], _place(one.region, tools), one.active)
        for one in mine
    ]
    asked = [
        Attendee(Who("pool", one.id), one.name, pool.WORDS.get(one.sort, ""), _place(one.region, tools), one.active)
        for one in await pool.listed(conn, own)
    ]
    return [*colleagues, *asked]


def chosen(keys: Iterable[str]) -> set[Who]:
    """Read whom a form names; what names nobody is left out."""
    found = set()
    for key in keys:
        kind, _, number = key.partition("-")
        if kind in ("staff", "pool") and number.isascii() and number.isdecimal() and len(number) < 19:
            found.add(Who("staff" if kind == "staff" else "pool", int(number)))
    return found


def hours_told(hours: Decimal | int) -> str:
    """Write hours as people do: 3, 1.5."""
    return f"{Decimal(hours):.1f}".removesuffix(".0")


def _place(region: str | None, tools: Tools) -> str:
    return places.name(tools, region) if region else NOWHERE
