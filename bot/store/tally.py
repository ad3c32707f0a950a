"""Counts, medians and ninth tenths of many cases at once, by station, person, kind, outcome and day.

PostgreSQL would sort all cases anew for each of these; here the times are sorted once. No I/O: it may run in a thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from bot.store.board import CONTENT
from bot.store.funnel import Spread

NOBODY = 0  # stands for no station and no person
UNRATED = -1
NEVER = np.iinfo(np.int64).min  # how PostgreSQL sends -infinity
_SECOND, _DAY = 1_000_000, 24 * 3600 * 1_000_000  # in microseconds
_EAST = _DAY // 3  # China has kept one time for the whole year since 1992: 8 hours before that of the world
_ZERO = date(2000, 1, 1)  # from which PostgreSQL counts its microseconds

Numbers = NDArray[np.int64]
Seconds = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Work:
    """What became of a group of cases.

    `answered` had a first response, in the time of `first` (seconds); `in_time` by their due time. `closed` ones took
    `whole` seconds. `rated` parents said how it was, `content` of them were content.
    """

    cases: int = 0
    answered: int = 0
    in_time: int = 0
    closed: int = 0
    rated: int = 0
    content: int = 0
    first: Spread | None = None
    whole: Spread | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """All groups of a period. Keys are numbers of stations and people (None: nobody's) and names of kinds."""

    all: Work = Work()
    by_station: Mapping[int | None, Work] = field(default_factory=dict)
    by_person: Mapping[int | None, Work] = field(default_factory=dict)
    by_kind: Mapping[str, Work] = field(default_factory=dict)
    by_outcome: Mapping[str, int] = field(default_factory=dict)
    by_day: Mapping[date, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """Cases of one kind that ended alike (None: with no outcome that counts), each column as PostgreSQL sends it.

    The n-th value of every column is of the same case. Eight bytes each, a rating two; moments in microseconds.
    """

    kind: str
    outcome: str | None
    station: bytes
    owner: bytes
    opened: bytes
    due: bytes
    first: bytes
    closed: bytes
    rating: bytes

    @property
    def size(self) -> int:
        """How many cases these are."""
        return len(self.rating) // 2


@dataclass(frozen=True, slots=True)
class _Times:
    """How long something took, the shortest first, and which case that was: sorted once for all groupings."""

    seconds: Seconds
    of: NDArray[np.intp]

    @classmethod
    def between(cls, opened: Numbers, then: Numbers) -> _Times:
        there = np.flatnonzero(then != NEVER)
        # A clock that was put back between the two must not make a time of less than nothing.
        seconds = np.maximum(then[there] - opened[there], 0) / _SECOND
        order = np.argsort(seconds)
        return cls(seconds[order], there[order])


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is counted of each case."""

    first: _Times
    whole: _Times
    in_time: Flags
    rated: Flags
    content: Flags


def tally(batches: Sequence[Batch]) -> Figures:
    """Count all cases of the batches."""
    if not batches:
        return Figures()
    opened, due, first, closed = (_column(batches, name) for name in ("opened", "due", "first", "closed"))
    rating = _column(batches, "rating", ">i2")
    facts = _Facts(
        first=_Times.between(opened, first),
        whole=_Times.between(opened, closed),
        in_time=(first != NEVER) & (first <= due),
        rated=rating != UNRATED,
        content=rating >= CONTENT,
    )
    kinds = sorted({one.kind for one in batches})
    of_kind = np.repeat([kinds.index(one.kind) for one in batches], [one.size for one in batches])
    return Figures(
        all=_groups(np.zeros(len(opened), np.int64), 1, facts)[0],
        by_station=_by_number(_column(batches, "station"), facts),
        by_person=_by_number(_column(batches, "owner"), facts),
        by_kind=dict(zip(kinds, _groups(of_kind, len(kinds), facts), strict=True)),
        by_outcome=_outcomes(batches),
        by_day=_days(opened),
    )


def _column(batches: Sequence[Batch], name: str, sort: str = ">i8") -> Numbers:
    return np.frombuffer(b"".join(map(attrgetter(name), batches)), sort).astype(np.int64)


def _by_number(numbers: Numbers, facts: _Facts) -> dict[int | None, Work]:
    known, codes = np.unique(numbers, return_inverse=True)
    works = _groups(codes, len(known), facts)
    return {None if number == NOBODY else int(number): one for number, one in zip(known, works, strict=True)}


def _groups(codes: NDArray[np.int64], size: int, facts: _Facts) -> list[Work]:
    """Count each group; the n-th of `codes` says in which of `size` groups the n-th case is."""
    codes = codes.astype(np.min_scalar_type(size))  # sixteen bits or less are sorted without comparing
    flags = (facts.in_time, facts.rated, facts.content)
    cases, in_time, rated, content = (_counts(one, size) for one in (codes, *(codes[flag] for flag in flags)))
    answered, first = _spreads(codes[facts.first.of], size, facts.first.seconds)
    closed, whole = _spreads(codes[facts.whole.of], size, facts.whole.seconds)
    every = zip(cases, answered, in_time, closed, rated, content, first, whole, strict=True)
    return [Work(*one) for one in every]


def _counts(codes: NDArray[np.int64], size: int) -> list[int]:
    return [int(number) for number in np.bincount(codes, minlength=size)]


def _spreads(codes: NDArray[np.int64], size: int, seconds: Seconds) -> tuple[list[int], list[Spread | None]]:
    """Give how many times each group has, and their spread; the times come with the shortest first."""
    ordered = seconds[np.argsort(codes, kind="stable")]  # group after group, in each the shortest first
    counts = _counts(codes, size)
    spreads: list[Spread | None] = []
    end = 0
    for number in counts:
        own, end = ordered[end : end + number], end + number
        spreads.append(Spread(_percentile(own, 0.5), _percentile(own, 0.9)) if number else None)
    return counts, spreads


def _percentile(ordered: Seconds, part: float) -> float:
    """Give the value below which such a part lies, between two neighbours in proportion, as percentile_cont does."""
    at = part * (len(ordered) - 1)
    low = int(at)
    value = float(ordered[low])
    return value if at == low else value + (at - low) * (float(ordered[low + 1]) - value)


def _outcomes(batches: Sequence[Batch]) -> dict[str, int]:
    """Count by outcome, the most frequent first."""
    found: Counter[str] = Counter()
    for one in batches:
        if one.outcome is not None:
            found[one.outcome] += one.size
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _days(opened: Numbers) -> dict[date, int]:
    """Count by the day in China; days without cases are left out."""
    days = (opened + _EAST) // _DAY
    first = int(days.min())
    counts = np.bincount(days - first)
    return {_ZERO + timedelta(days=first + int(at)): int(counts[at]) for at in np.flatnonzero(counts)}
