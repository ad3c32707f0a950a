"""Whether a line or a place is open: now, until when, from when. Pure: the time and the calendar are arguments.

It never guesses: where the hours are not known, or depend on a holiday notice that is not out yet, it says "ask".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal

from knowledge.calendar import CHINA, Calendar
from knowledge.model import DAYS, Closure, Span

FAR = timedelta(days=366)  # what is shut for longer has no next opening
HORIZON = timedelta(days=14)  # how far ahead an opening is looked for; the longest holiday is nine days


@dataclass(frozen=True, slots=True)
class OpenStatus:
    """What may be said of a line now, in China's time.

    `tier` says who answers at this moment. `until` is when the present opening ends, all its spans taken together;
    None while open means that it does not close within two weeks. `opens` is the next opening; None when it is open
    or when nothing certain can be said. `closure` is what keeps it shut for some days.
    """

    open: Literal["yes", "no", "ask"]
    tier: str | None = None
    until: datetime | None = None
    opens: datetime | None = None
    closure: Closure | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """One span on one day; it may end on the next. `sure` is False where an unarranged day may not be worked."""

    start: datetime
    end: datetime
    tier: str | None
    sure: bool

    def covers(self, now: datetime) -> bool:
        """Whether it is on at a moment; its end is outside."""
        return self.start <= now < self.end


def status(
    hours: tuple[Span, ...] | None, now: datetime, calendar: Calendar, closures: Sequence[Closure] = ()
) -> OpenStatus:
    """Say whether these hours are open at `now`, an aware datetime of any zone; on days of a closure they are not."""
    if now.tzinfo is None:
        raise ValueError("now must carry a time zone")
    local = now.astimezone(CHINA)
    if (closure := closure_on(closures, local.date())) is not None:
        return OpenStatus("no", opens=_reopens(hours or (), closures, local.date(), calendar), closure=closure)
    if not hours:
        return OpenStatus("ask")
    openings = _openings(hours, local, calendar, closures)
    current = [opening for opening in openings if opening.covers(local)]
    for opening in current:
        if opening.sure:
            return OpenStatus("yes", tier=opening.tier, until=_end(openings, local))
    if current:
        return OpenStatus("ask", tier=current[0].tier)
    return OpenStatus("no", opens=_next(openings, local))


def around_the_clock(hours: tuple[Span, ...] | None) -> bool:
    """Whether these hours never close, on whatever day."""
    whole = (span for span in hours or () if span.start == span.end and span.on == "any")
    return {day for span in whole for day in span.days} == set(DAYS)


def closure_on(closures: Sequence[Closure], day: date) -> Closure | None:
    """Give what keeps a place shut on a day."""
    return next((one for one in closures if one.start <= day <= one.end), None)


def _reopens(hours: Sequence[Span], closures: Sequence[Closure], day: date, calendar: Calendar) -> datetime | None:
    """The first opening after the closure of `day`, and after any that follows at once."""
    last = day + FAR
    while (closure := closure_on(closures, day)) is not None:
        if closure.end > last:
            return None
        day = closure.end + timedelta(days=1)
    morning = _at(day, time())
    openings = _openings(hours, morning, calendar, closures)
    if any(opening.sure and opening.covers(morning) for opening in openings):
        return morning
    return _next(openings, morning)


def _openings(
    hours: Sequence[Span], now: datetime, calendar: Calendar, closures: Sequence[Closure] = ()
) -> list[Period]:
    """Lay the spans out from yesterday, which may run past midnight, to the horizon."""
    first = now.date() - timedelta(days=1)
    days = [first + timedelta(days=n) for n in range(HORIZON.days + 2)]
    return [period for day in days for period in periods(hours, day, calendar, closures)]


def periods(hours: Sequence[Span], day: date, calendar: Calendar, closures: Sequence[Closure] = ()) -> list[Period]:
    """Lay out the spans that begin on one day in China, without what falls on days of a closure."""
    held = [(span, _held(span, day, calendar)) for span in hours]
    found = [_opening(span, day, sure=is_held is True) for span, is_held in held if is_held is not False]
    return [part for period in found for part in _outside(period, closures)] if closures else found


def _outside(period: Period, closures: Sequence[Closure]) -> list[Period]:
    """What is left of a period, which touches at most two days, where closures are taken out."""
    first, last = period.start.date(), period.end.date()
    if first == last:
        return [] if closure_on(closures, first) else [period]
    midnight = _at(last, time())
    evening = [] if closure_on(closures, first) else [replace(period, end=midnight)]
    morning = [] if closure_on(closures, last) or period.end == midnight else [replace(period, start=midnight)]
    return [period] if evening and (morning or period.end == midnight) else [*evening, *morning]


def _held(span: Span, day: date, calendar: Calendar) -> bool | None:
    """Whether the span is on that day; None when that day's arrangement is not known."""
    if DAYS[day.weekday()] not in span.days:
        return False
    if span.on == "any":
        return True
    worked = calendar.is_workday(day)
    return None if worked is None else worked == (span.on == "workday")


def _opening(span: Span, day: date, *, sure: bool) -> Period:
    last = day if span.end > span.start else day + timedelta(days=1)
    return Period(_at(day, span.start), _at(last, span.end), span.tier, sure)


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, tzinfo=CHINA)


def _end(openings: Sequence[Period], now: datetime) -> datetime | None:
    """Follow the sure openings that touch each other; None when they reach the horizon."""
    end = now
    for opening in sorted((o for o in openings if o.sure), key=lambda o: o.start):
        if opening.start <= end < opening.end:
            end = opening.end
    return end if end < now + HORIZON else None


def _next(openings: Sequence[Period], now: datetime) -> datetime | None:
    """The next opening, unless one that may or may not be held comes before it."""
    ahead = [o for o in openings if now < o.start <= now + HORIZON]
    nearest = min(ahead, key=lambda o: (o.start, not o.sure), default=None)
    return nearest.start if nearest and nearest.sure else None
