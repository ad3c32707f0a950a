"""How well the rules in force know danger: the must-catch list, and messages that nothing was made from. Pure.

A few milliseconds for a message: who asks takes some at a time.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.messages import GRAVE, Level
from bot.safety.assess import assess
from bot.safety.check import must_catch
from bot.safety.labelled import TEST, read

# must: judged at a level that is right. grave: called a crisis, from words that nobody has made a pattern of.
# calm: not called a crisis, from the same messages.
Part = Literal["must", "grave", "calm"]


@dataclass(frozen=True, slots=True)
class Case:
    """A message and what is right of it."""

    part: Part
    text: str
    right: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many of a part were right; `missed` are told of the must-catch list only, the others stay unseen."""

    asked: int
    right: int
    missed: tuple[str, ...] = ()


@functools.cache
def cases() -> tuple[Case, ...]:
    """Every message, read once."""
    must = (Case("must", text, levels) for text, levels in must_catch())
    rest = (
        Case("calm" if one.level == "none" else "grave", one.text, one.right)
        for one in read(TEST)
        if one.level == "none" or one.level in GRAVE
    )
    return (*must, *rest)


def right(case: Case) -> bool:
    """Whether the rules in force judge it as they should."""
    found = assess(case.text)
    if case.part == "must":
        return found.level in case.right
    return found.crisis == (case.part == "grave")


def counted(judged: Iterable[tuple[Case, bool]]) -> dict[Part, Count]:
    """Count by part."""
    rows = list(judged)
    parts: tuple[Part, ...] = ("must", "grave", "calm")
    return {part: _count(part, [(case, good) for case, good in rows if case.part == part]) for part in parts}


def _count(part: Part, rows: list[tuple[Case, bool]]) -> Count:
    missed = tuple(case.text for case, good in rows if not good) if part == "must" else ()
    return Count(len(rows), sum(good for _, good in rows), missed)
