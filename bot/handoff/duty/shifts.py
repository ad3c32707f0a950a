"""When people are there: shifts less absences less closures. Pure: the plan, the calendar and the time are arguments.

A day for which a shift of the station is in force goes by the shifts; other days go by the station's own hours, which
then are the hours of all its people. A period belongs to the day on which it begins, also when it ends on the next
one; but a closed day is closed from midnight to midnight. What depends on a holiday notice that is not out is not sure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from bot.store.duty import Absence, Closure, Person, Roster, Shift
from bot.store.stations import Station
from knowledge.calendar import CHINA, Calendar
from knowledge.hours import HORIZON, periods
from knowledge.model import Span
from knowledge.spans import parse

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned at one station."""

    station: Station
    people: tuple[Person, ...] = ()
    shifts: tuple[Shift, ...] = ()
    absences: tuple[Absence, ...] = ()
    closures: tuple[Closure, ...] = ()


@dataclass(frozen=True, slots=True)
class Presence:
    """One person is there from `start` to `end`; not `sure` when nobody knows yet whether that day is worked."""

    person: Person
    start: datetime
    end: datetime
    sure: bool = True


def plans(roster: Roster) -> dict[int, Plan]:
    """Sort what was loaded by station."""
    found = {}
    for station in roster.stations:
        people = tuple(one for one in roster.people if one.station_id == station.id)
        ids = {one.id for one in people}
        found[station.id] = Plan(
            station,
            people,
            tuple(one for one in roster.shifts if one.station_id == station.id and one.staff_id in ids),
            tuple(one for one in roster.absences if one.staff_id in ids),
            tuple(one for one in roster.closures if one.station_id in (None, station.id)),
        )
    return found


def presence(plan: Plan, first: date, days: int, calendar: Calendar, only: int | None = None) -> list[Presence]:
    """Lay out who is there, period by period, for those that begin on the days from `first` on; earliest first.

    `only` asks about one person, by their number.
    """
    shut = [(_midnight(one.from_day), _midnight(one.until_day + DAY)) for one in plan.closures]
    found = []
    for day in (first + n * DAY for n in range(days)):
        if closure_on(plan, day) is not None:
            continue
        for person, spans in _planned(plan, day):
            if only not in (None, person.id):
                continue
            cuts = shut + [(one.from_at, one.until_at) for one in plan.absences if one.staff_id == person.id]
            for period in periods(spans, day, calendar):
                found += [Presence(person, *rest, period.sure) for rest in _without(period.start, period.end, cuts)]
    return sorted(found, key=lambda one: (one.start, not one.sure, one.person.id))


def who_is_on(plan: Plan, now: datetime, calendar: Calendar, only: int | None = None) -> tuple[Person, ...]:
    """Tell who is there now, each once; `room` says whether they can take another talk."""
    there = presence(plan, _day(now) - DAY, 2, calendar, only)
    return tuple({one.person.id: one.person for one in there if one.sure and one.start <= now < one.end}.values())


def may_be_on(plan: Plan, now: datetime, calendar: Calendar, only: int | None = None) -> bool:
    """Whether somebody may be there although it is not sure: the day's arrangement is not known."""
    there = presence(plan, _day(now) - DAY, 2, calendar, only)
    return any(one.start <= now < one.end for one in there)


def next_opening(plan: Plan, now: datetime, calendar: Calendar, only: int | None = None) -> datetime | None:
    """Give the first moment after now at which somebody comes, within 14 days.

    None when nobody is planned, or when somebody may or may not be there before: then no time can be told.
    """
    ahead = [one for one in presence(plan, _day(now) - DAY, HORIZON.days + 2, calendar, only) if one.start > now]
    nearest = ahead[0] if ahead else None
    return nearest.start if nearest and nearest.sure and nearest.start - now <= HORIZON else None


def closure_on(plan: Plan, day: date) -> Closure | None:
    """Give the closure that holds on a day, the station's own before one of all stations."""
    held = [one for one in plan.closures if one.from_day <= day <= one.until_day]
    return min(held, key=lambda one: one.station_id is None, default=None)


def by_shifts(plan: Plan, day: date) -> bool:
    """Whether a day goes by shifts, not by the station's own hours."""
    return any(_in_force(shift, day) for shift in plan.shifts)


def _planned(plan: Plan, day: date) -> Iterable[tuple[Person, tuple[Span, ...]]]:
    """Give people with the hours for which they are planned on a day."""
    if not by_shifts(plan, day):
        return [(person, _spans(plan.station.hours)) for person in plan.people]
    people = {person.id: person for person in plan.people}
    return [(people[shift.staff_id], _spans(shift.hours)) for shift in plan.shifts if _in_force(shift, day)]


def _in_force(shift: Shift, day: date) -> bool:
    return shift.from_day <= day and (shift.until_day is None or day <= shift.until_day)


@lru_cache(maxsize=4096)
def _spans(hours: str) -> tuple[Span, ...]:
    """Read hours; what cannot be read (the form refuses it, an import may not) promises nothing."""
    try:
        return parse(hours)
    except ValueError:
        return ()


def _without(
    start: datetime, end: datetime, cuts: Sequence[tuple[datetime, datetime]]
) -> list[tuple[datetime, datetime]]:
    """Take times out of a period; what is left of it, in order."""
    left = [(start, end)]
    for cut_start, cut_end in cuts:
        pieces = [((a, min(b, cut_start)), (max(a, cut_end), b)) for a, b in left]
        left = [(a, b) for pair in pieces for a, b in pair if a < b] if cut_start < cut_end else left
    return sorted(set(left))


def _day(now: datetime) -> date:
    return now.astimezone(CHINA).date()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=CHINA)
