"""Whether what a unit counted meets what is asked of it, and which share of units has a thing. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from knowledge.demands import Coverage, Demand
from knowledge.terms import Span, Term

FAIR_FROM = 0.5  # of the time: before half of it has passed nobody is behind


class State(StrEnum):
    """How a unit stands with a demand, the best first."""

    DONE = "done"
    ON_THE_WAY = "on-the-way"
    BEHIND = "behind"
    UNREPORTED = "unreported"


Counted = Mapping[str, Mapping[date, int]]  # of one unit: by count, then by month (its first day)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a unit stands with a demand: what it has (None: not told), what is needed (None: not known)."""

    state: State
    have: int | None
    need: int | None
    over: bool = False

    @property
    def missing(self) -> int:
        """How many more it takes."""
        return max((self.need or 0) - (self.have or 0), 0)


def applies(demand: Demand, term: Term) -> bool:
    """Whether it is looked at with a term: what has its months in autumn is not in spring."""
    return demand.period != "season" or term.autumn == (min(demand.months) >= 9)


def span_of(demand: Demand, term: Term) -> Span:
    """Give the days whose numbers count for a demand that is looked at with a term; a year is the calendar's."""
    if demand.period == "term":
        return term.months
    if demand.period == "season":
        first, last = min(demand.months), max(demand.months)
        return Span(date(term.year, first, 1), date(term.year, last, calendar.monthrange(term.year, last)[1]))
    if demand.period == "year":
        return Span(date(term.year, 1, 1), date(term.year, 12, 31))
    return Span(date.min, term.months.last)


def judge(demand: Demand, counted: Counted, term: Term, today: date) -> Verdict:
    """Say how a unit stands.

    Nobody is behind before half of the time has passed, nor while the share of the time that is left is as large as
    the share that is missing. Numbers come at the end of a month: who has told nothing has until the first is over.
    """
    if demand.period == "now":
        return _standing(demand, counted, term)
    span = span_of(demand, term)
    told = [number for month, number in counted.get(demand.count, {}).items() if span.first <= month <= span.last]
    over = today > span.last
    if not told:
        due = today > _end(span.first)
        return Verdict(State.UNREPORTED if due else State.ON_THE_WAY, None, demand.least, over)
    have = sum(told)
    if have >= demand.least:
        return Verdict(State.DONE, have, demand.least, over)
    left = 0.0 if over else (term.lessons if demand.period == "term" else span).left(today)
    late = left < (demand.least - have) / demand.least and left <= 1 - FAIR_FROM
    return Verdict(State.BEHIND if late else State.ON_THE_WAY, have, demand.least, over)


def _standing(demand: Demand, counted: Counted, term: Term) -> Verdict:
    have = standing(counted, demand.count, term.months.last)
    need = standing(counted, demand.as_many_as, term.months.last) if demand.as_many_as else demand.least
    if have is None or need is None:
        return Verdict(State.UNREPORTED, have, need)
    return Verdict(State.DONE if have >= need else State.BEHIND, have, need)


def standing(counted: Counted, name: str, until: date) -> int | None:
    """Give the number of a count that was told last, up to a day."""
    own = counted.get(name, {})
    months = [month for month in own if month <= until]
    return own[max(months)] if months else None


def whole(verdicts: Iterable[Verdict]) -> State | None:
    """Sum up how a unit stands with all that is asked of it; None where nothing is."""
    states = {one.state for one in verdicts}
    if not states:
        return None
    return next(one for one in (State.BEHIND, State.UNREPORTED, State.ON_THE_WAY, State.DONE) if one in states)


@dataclass(frozen=True, slots=True)
class Covered:
    """A share: `have` of `of`; so many units have told nothing of it."""

    have: int
    of: int
    silent: int
    units: int


def cover(coverage: Coverage, units: Sequence[tuple[str, Counted]], until: date) -> Covered:
    """Count a share over units, each with its sort. A unit that told nothing has nothing yet, and is named as silent.

    Of shares of other counts only the units count that told both.
    """
    own = [counted for sort, counted in units if sort in coverage.sorts]
    have = of = silent = 0
    for counted in own:
        part = standing(counted, coverage.part, until)
        total = standing(counted, coverage.whole, until) if coverage.whole else 1
        if part is None or total is None:
            silent += 1
            of += 0 if coverage.whole else 1
        else:
            have, of = have + (part if coverage.whole else min(part, 1)), of + total
    return Covered(have, of, silent, len(own))


def _end(first: date) -> date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])
