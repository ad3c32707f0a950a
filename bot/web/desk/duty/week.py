"""A week of duty at one station as its page shows it: a row for each person, a cell for each day. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.handoff.duty import shifts
from bot.handoff.duty.shifts import DAY, Plan, Presence
from bot.store.duty import Absence
from bot.times import clock, day, weekday, when
from knowledge.calendar import CHINA, Calendar
from knowledge.hours import HORIZON

WEEK = 7


@dataclass(frozen=True, slots=True)
class Head:
    """A day of the week. `mark`: 休 for a weekday that is off, 班 for a weekend day that is worked; `closed`: why."""

    day: date
    name: str
    mark: str
    closed: str | None
    today: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """What one person has on one day: the periods, and whether they are away for some of it."""

    periods: tuple[str, ...]
    away: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One person: the talks they hold of those they can, whether they are on now, and their week."""

    id: int
    name: str
    held: int
    capacity: int
    on: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """The whole table; `on` who is there now, `upcoming` who comes next and when (in words; empty if nobody)."""

    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    on: tuple[str, ...]
    upcoming: tuple[str, ...]
    comes: str
    by_shifts: bool


def monday(of: date) -> date:
    """Give the Monday of a day's week."""
    return of - timedelta(days=of.weekday())


def week(plan: Plan, first: date, now: datetime, calendar: Calendar) -> Week:
    """Lay out the week that begins on `first`; a night stands on the day on which it begins."""
    today = now.astimezone(CHINA).date()
    days = [first + n * DAY for n in range(WEEK)]
    there = shifts.presence(plan, first, WEEK, calendar)
    on = shifts.who_is_on(plan, now, calendar)
    ids = {person.id for person in on}
    rows = [
        Row(
            person.id,
            person.name,
            person.held,
            person.capacity,
            person.id in ids,
            tuple(
                _cell([one for one in there if one.person.id == person.id], plan.absences, person.id, d) for d in days
            ),
        )
        for person in plan.people
    ]
    coming, at = _next(plan, now, calendar)
    heads = tuple(_head(plan, d, today, calendar) for d in days)
    return Week(
        heads,
        tuple(rows),
        tuple(person.name for person in on),
        coming,
        when(at, now) if at else "",
        any(shifts.by_shifts(plan, d) for d in days),
    )


def _next(plan: Plan, now: datetime, calendar: Calendar) -> tuple[tuple[str, ...], datetime | None]:
    """Tell who comes next, also while others are there."""
    today = now.astimezone(CHINA).date()
    there = shifts.presence(plan, today - DAY, HORIZON.days + 2, calendar)
    ahead = [one for one in there if one.sure and one.start > now]
    if not ahead:
        return (), None
    first = ahead[0].start
    return tuple(dict.fromkeys(one.person.name for one in ahead if one.start == first)), first


def _head(plan: Plan, of: date, today: date, calendar: Calendar) -> Head:
    worked, closure = calendar.is_workday(of), shifts.closure_on(plan, of)
    usual = of.weekday() < 5
    mark = "待定" if worked is None else ("" if worked == usual else ("班" if worked else "休"))
    return Head(of, f"{weekday(of)} {day(of)}", mark, (closure.note or "不上班") if closure else None, of == today)


def _cell(mine: Sequence[Presence], absences: Sequence[Absence], person: int, of: date) -> Cell:
    held = [one for one in mine if one.start.astimezone(CHINA).date() == of]
    start = datetime.combine(of, time(), tzinfo=CHINA)
    away = any(one.staff_id == person and one.from_at < start + DAY and one.until_at > start for one in absences)
    return Cell(tuple(_said(one) for one in held), away)


def _said(one: Presence) -> str:
    end = clock(one.end)
    words = f"{clock(one.start)}-{'24:00' if end == '0:00' else end}"
    return words if one.sure else f"{words}（看放假通知）"
