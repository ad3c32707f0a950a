"""How the desk stands, as a parent may be told of it: by the hours of the deployment, or by a station's plan. Pure."""

from __future__ import annotations

from datetime import datetime

from bot.handoff.duty import shifts
from bot.handoff.duty.shifts import Plan
from bot.handoff.duty.standing import Desk
from bot.times import when
from knowledge.calendar import CHINA, Calendar
from knowledge.hours import status
from knowledge.model import Span

__all__ = ["Desk", "desk", "of_station"]


def desk(spans: tuple[Span, ...], now: datetime, calendar: Calendar, *, waiting: int = 0) -> Desk:
    """Say how the desk of a deployment without stations stands.

    Without duty hours nothing is promised: not on duty, no next opening.
    """
    if not spans:
        return Desk(on_duty=False, waiting=waiting)
    found = status(spans, now, calendar)
    if found.open == "yes":
        return Desk(on_duty=True, waiting=waiting)
    opens = when(found.opens, now) if found.opens else None
    return Desk(on_duty=False, opens=opens, waiting=waiting, sure=found.open == "no")


def of_station(plan: Plan, now: datetime, calendar: Calendar, *, waiting: int = 0, only: int | None = None) -> Desk:
    """Say how the desk of one station stands; `waiting` are those of this station before the parent.

    `only` asks about one person of the station, by their number.
    """
    on = shifts.who_is_on(plan, now, calendar, only)
    if on:
        return Desk(on_duty=True, waiting=waiting, full=not any(person.room for person in on))
    closure = shifts.closure_on(plan, now.astimezone(CHINA).date())
    opens = shifts.next_opening(plan, now, calendar, only)
    return Desk(
        on_duty=False,
        opens=when(opens, now) if opens else None,
        waiting=waiting,
        closed=closure.note.strip().rstrip("。！，、；") if closure else "",
        sure=not shifts.may_be_on(plan, now, calendar, only),
    )
