"""When an activity is on: the occurrences of a recurrence rule between two dates. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from knowledge.model import DAYS, Recurrence

MONTH_END_DAYS = 7  # "the end of the month" is its last week

# The school's two terms as months; the exact first and last day differ from place to place.
TERMS = ((9, 10, 11, 12, 1), (2, 3, 4, 5, 6))


class Stretch(NamedTuple):
    """From one date to another, both inclusive. Not `exact`: it is some day in it, announced by the organiser."""

    start: date
    end: date
    exact: bool


def occurrences(recurrence: Recurrence, start: date, end: date) -> list[Stretch]:
    """Give the stretches that touch the days from `start` to `end`, both inclusive, in order of time.

    A stretch is given whole, also where it reaches beyond the window, except what is ongoing: that is the window.
    A rule whose fields are missing or make no date (30 February) has no occurrence; `knowledge.check` reports it.
    """
    if end < start:
        return []
    found = _RULES[recurrence.rule](recurrence, start, end)
    return sorted({stretch for stretch in found if stretch.start <= end and stretch.end >= start})


def _years(start: date, end: date) -> range:
    """The years of the window and one more on either side: a stretch may begin in another year than it ends."""
    return range(max(start.year - 1, date.min.year), min(end.year + 1, date.max.year) + 1)


def _day(year: int, month: int | None, day: int | None) -> date | None:
    try:
        return date(year, month or 0, day or 0)
    except ValueError:
        return None


def _week_of(recurrence: Recurrence, start: date, end: date) -> Iterator[Stretch]:
    for year in _years(start, end):
        if day := _day(year, recurrence.month, recurrence.day):
            monday = day - timedelta(days=day.weekday())
            yield Stretch(monday, monday + timedelta(days=6), exact=True)


def _date(recurrence: Recurrence, start: date, end: date) -> Iterator[Stretch]:
    for year in _years(start, end):
        if day := _day(year, recurrence.month, recurrence.day):
            yield Stretch(day, day, exact=True)


def _nth_weekday(recurrence: Recurrence, start: date, end: date) -> Iterator[Stretch]:
    if recurrence.nth is None or recurrence.weekday is None:
        return
    for year in _years(start, end):
        if first := _day(year, recurrence.month, 1):
            ahead = (DAYS.index(recurrence.weekday) - first.weekday()) % 7
            day = first + timedelta(days=ahead + 7 * (recurrence.nth - 1))
            if day.month == first.month:
                yield Stretch(day, day, exact=True)


def _last(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _runs(months: tuple[int, ...], start: date, end: date) -> Iterator[Stretch]:
    """Join neighbouring months, also over the turn of the year: 12, 1 and 2 are one winter."""
    first: date | None = None
    last = start
    for year in _years(start, end):
        for month in range(1, 13):
            if month in months:
                first = first or date(year, month, 1)
                last = _last(year, month)
            elif first:
                yield Stretch(first, last, exact=False)
                first = None
    if first:
        yield Stretch(first, last, exact=False)


def _months(recurrence: Recurrence, start: date, end: date) -> Iterator[Stretch]:
    yield from _runs(recurrence.months, start, end)


def _month_end(_: Recurrence, start: date, end: date) -> Iterator[Stretch]:
    for year in _years(start, end):
        for month in range(1, 13):
            last = _last(year, month)
            yield Stretch(last - timedelta(days=MONTH_END_DAYS - 1), last, exact=False)


def _monthly(_: Recurrence, start: date, end: date) -> Iterator[Stretch]:
    for year in _years(start, end):
        for month in range(1, 13):
            yield Stretch(date(year, month, 1), _last(year, month), exact=False)


def _term(_: Recurrence, start: date, end: date) -> Iterator[Stretch]:
    for months in TERMS:
        yield from _runs(months, start, end)


def _yearly(_: Recurrence, start: date, end: date) -> Iterator[Stretch]:
    for year in _years(start, end):
        yield Stretch(date(year, 1, 1), date(year, 12, 31), exact=False)


def _ongoing(_: Recurrence, start: date, end: date) -> Iterator[Stretch]:
    yield Stretch(start, end, exact=True)


def _once(recurrence: Recurrence, _start: date, _end: date) -> Iterator[Stretch]:
    if recurrence.start:
        yield Stretch(recurrence.start, recurrence.end or recurrence.start, exact=True)


_RULES: dict[str, Callable[[Recurrence, date, date], Iterator[Stretch]]] = {
    "week-of": _week_of,
    "months": _months,
    "month-end": _month_end,
    "monthly": _monthly,
    "nth-weekday": _nth_weekday,
    "date": _date,
    "term": _term,
    "yearly": _yearly,
    "ongoing": _ongoing,
    "once": _once,
}
