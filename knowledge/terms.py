"""School terms: the months that count for each, its weeks, and which one a day belongs to. Pure.

上学期 is September to January, 下学期 February to July. The months are those of `knowledge.occurrences.TERMS`; July is
counted with the second term besides, because its last parents' meetings are often in July. When lessons begin and end
differs by some days from place to place and year to year, so weeks are said with 约.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_KEY = re.compile(r"(20\d\d)-(autumn|spring)")
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Span:
    """Days from the first to the last; both belong to it."""

    first: date
    last: date

    def left(self, today: date) -> float:
        """Tell which share of it is still to come: 1.0 before it begins, 0.0 when it is over."""
        days = (self.last - self.first).days + 1
        return min(max((self.last - today).days, 0), days) / days


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """A term by the calendar year in which it begins."""

    year: int
    autumn: bool

    @property
    def key(self) -> str:
        """Give the name that stands in addresses."""
        return f"{self.year}-{'autumn' if self.autumn else 'spring'}"

    @property
    def words(self) -> str:
        """Give the name that people use."""
        begins = self.year if self.autumn else self.year - 1
        return f"{begins}—{begins + 1} 学年{'上' if self.autumn else '下'}学期"

    @property
    def months(self) -> Span:
        """Give the months whose numbers count for it."""
        if self.autumn:
            return Span(date(self.year, 9, 1), date(self.year + 1, 1, 31))
        return Span(date(self.year, 2, 1), date(self.year, 7, 31))

    @property
    def lessons(self) -> Span:
        """Give the days on which there are lessons, as far as that can be said for all places."""
        if self.autumn:
            return Span(date(self.year, 9, 1), date(self.year + 1, 1, 20))
        return Span(date(self.year, 2, 20), date(self.year, 7, 5))

    def week(self, day: date) -> int | None:
        """Number the week of a day among the weeks of lessons; None outside them."""
        if not self.lessons.first <= day <= self.lessons.last:
            return None
        return (day - self.lessons.first) // timedelta(days=_WEEK) + 1

    @property
    def before(self) -> Term:
        """Give the term before it."""
        return Term(self.year, autumn=False) if self.autumn else Term(self.year - 1, autumn=True)


def term_of(day: date) -> Term:
    """Give the term of a day; August still belongs to the one that is over."""
    if day.month == 1:
        return Term(day.year - 1, autumn=True)
    return Term(day.year, autumn=day.month >= 9)


def read(key: str) -> Term | None:
    """Read what `Term.key` gave."""
    found = _KEY.fullmatch(key)
    return Term(int(found[1]), autumn=found[2] == "autumn") if found else None


def latest(today: date, number: int) -> list[Term]:
    """Give that many terms, the one of today first."""
    terms = [term_of(today)]
    while len(terms) < number:
        terms.append(terms[-1].before)
    return terms
