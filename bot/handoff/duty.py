"""Who is on: when staff of this deployment answer, and what may truthfully be said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.times import when
from knowledge.calendar import Calendar
from knowledge.hours import status
from knowledge.model import Span


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk as a parent may be told of it: is somebody on duty, when next (in words), how many wait."""

    on_duty: bool
    opens: str | None = None
    waiting: int = 0


def desk(spans: tuple[Span, ...], now: datetime, calendar: Calendar, *, waiting: int = 0) -> Desk:
    """Say how the desk stands. Without duty hours nothing is promised: not on duty, no next opening."""
    if not spans:
        return Desk(on_duty=False, waiting=waiting)
    found = status(spans, now, calendar)
    if found.open == "yes":
        return Desk(on_duty=True, waiting=waiting)
    return Desk(on_duty=False, opens=when(found.opens, now) if found.opens else None, waiting=waiting)
