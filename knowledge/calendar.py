"""Working days and days off in China, with the make-up workdays of the yearly notice. Pure: the day is an argument."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

CHINA = ZoneInfo("Asia/Shanghai")

# Since 2014 no notice has taken a weekday off further than five days from a statutory holiday,
# nor made a weekend day a workday further than ten days from one.
WEEKDAY_REACH = 5
WEEKEND_REACH = 10

FIRST_YEAR = 2014
LAST_YEAR = 2050


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked.

    `off` are the days off of years with a published arrangement, `make_up` their weekend days that are worked.
    `statutory` are the holidays fixed by law, of all years; `published` names the years whose notice is known.
    """

    off: frozenset[date] = frozenset()
    make_up: frozenset[date] = frozenset()
    statutory: frozenset[date] = frozenset()
    published: frozenset[int] = frozenset()
    _unsure: frozenset[date] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        open_ends = (day for day in self.statutory if day.year not in self.published)
        object.__setattr__(self, "_unsure", frozenset(_affected(open_ends)))

    def is_workday(self, day: date) -> bool | None:
        """Whether people work on that day; None when it depends on a notice that is not known yet.

        That is so near a holiday of a year without a published arrangement, for weekdays within five days of the
        holiday (they may be taken off) and weekend days within ten (they may be worked). The holiday itself is off,
        every other day is what its weekday says.
        """
        if day in self.make_up:
            return True
        if day in self.off or day in self.statutory:
            return False
        if day in self._unsure:
            return None
        return day.weekday() < 5

    def knows(self, year: int) -> bool:
        """Whether that year's arrangement is known, for a warning before it is needed."""
        return year in self.published

    def arranged(self, year: int, *, off: Collection[date], make_up: Collection[date]) -> Calendar:
        """Give a calendar that also knows that year's notice, e.g. one that was published after our data."""
        return Calendar(self.off | set(off), self.make_up | set(make_up), self.statutory, self.published | {year})


def _affected(holidays_unpublished: Iterable[date]) -> Iterable[date]:
    for holiday in holidays_unpublished:
        for distance in range(-WEEKEND_REACH, WEEKEND_REACH + 1):
            day = holiday + timedelta(days=distance)
            if day.weekday() >= 5 or abs(distance) <= WEEKDAY_REACH:
                yield day


@lru_cache(maxsize=1)
def china() -> Calendar:
    """Give China's calendar as the `holidays` package knows it; the same value every time."""
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    # "Observed" days are the package's own guess before a notice is out, so they are asked for only where it is.
    laid_down: Any = holidays.China(years=years, observed=False)
    published = frozenset(range(FIRST_YEAR, max(laid_down.special_public_holidays) + 1))
    arranged: Any = holidays.China(years=sorted(published))
    statutory = frozenset(day for day in laid_down if day.year not in published)
    off = frozenset(day for day in arranged if day.year in published)
    make_up = frozenset(day for day in arranged.weekend_workdays if day.year in published)
    return Calendar(off, make_up, statutory, published)
