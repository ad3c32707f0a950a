"""Loading what a turn about appointments needs, under the conversation's lock; other turns load nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.dialogue import booking
from bot.dialogue.decision import Plan, Tools
from bot.dialogue.states import State
from bot.handoff.booking.rules import AHEAD, NOTICE, Diary
from bot.messages import Slot
from bot.parents.profile import Profile
from bot.store import appointments

_LOOKED_AT = booking.SHOWN + 1  # one more than is shown tells that there are more


async def load(
    conn: AsyncConnection,
    conversation_id: int,
    state: State,
    planned: Plan,
    profile: Profile,
    tools: Tools,
    now: datetime,
) -> Diary:
    """Give the free times of the parent's station or region, their own bookings, and the slot just chosen, locked.

    Who has a booking ahead is shown the same station's times only: a parent has one open case of appointments.
    """
    if not booking.wanted(state, planned):
        return Diary()
    own = tuple(await appointments.of_parent(conn, conversation_id))
    slot_id = booking.slot_of(booking.chosen(state, planned))
    chosen = await appointments.lock(conn, slot_id) if slot_id is not None else None
    ahead = [one for one in own if one.active and one.slot.starts_at > now]
    bound = ahead[0].slot.station_id if ahead else None
    after = booking.after(state, planned)

    async def look(station: str | int | None, later_than: int | None) -> tuple[Slot, ...]:
        region = planned.region
        regions = (*tools.tree.chain(region), *tools.tree.beneath(region)) if region else ()
        since, until = now + NOTICE, now + AHEAD
        found = await appointments.free(
            conn, since, until, regions=regions, station=station, after=later_than, limit=_LOOKED_AT
        )
        return tuple(found)

    station = bound or profile.station
    free = await look(station, after)
    wrapped = after is not None and not free
    if not free:
        free = await look(station, None) or (() if bound else await look(None, None))
    return Diary(
        free=free,
        own=own,
        chosen=chosen if chosen is not None and _open(chosen, now) else None,
        elsewhere=planned.region is None and await appointments.anywhere(conn, now + NOTICE, now + AHEAD),
        wrapped=wrapped,
    )


def _open(slot: Slot, now: datetime) -> bool:
    return slot.active and slot.left > 0 and slot.starts_at > now
