"""A year of numbers of a unit as its form has them: read, judged, compared with what is kept. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.store.units import Key, Written
from knowledge.demands import Count

MOST = 10_000_000
FIRST_YEAR = 2020


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent: the texts by field, the numbers by month and count (None: nothing), what is wrong by field.

    `wrong` names the fields with a fault as people call them.
    """

    typed: Mapping[str, str]
    numbers: Mapping[Key, int | None]
    faults: Mapping[str, str] = field(default_factory=dict)
    wrong: tuple[str, ...] = ()


def field_of(count: Count, month: date) -> str:
    """Name the field of a month."""
    return f"{count.id}.{month.month}"


def months_of(year: int, today: date) -> list[date]:
    """Give the months of a year that have begun."""
    return [date(year, month, 1) for month in range(1, 13) if date(year, month, 1) <= today]


def year_of(text: str, today: date) -> int:
    """Read a year; what is none is this one."""
    year = int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else today.year
    return year if FIRST_YEAR <= year <= today.year else today.year


def read(given: Mapping[str, str], counts: Sequence[Count], months: Sequence[date]) -> Sent:
    """Read what was sent. A field that was not sent says nothing; an empty one takes its number away."""
    typed: dict[str, str] = {}
    numbers: dict[Key, int | None] = {}
    faults: dict[str, str] = {}
    wrong: list[str] = []
    for count in counts:
        for month in months:
            name = field_of(count, month)
            if name not in given:
                continue
            text = given[name].strip()
            typed[name] = text
            number, fault = number_of(text, count)
            if fault:
                faults[name] = fault
                wrong.append(f"{count.name} {month.month} 月")
            else:
                numbers[month, count.id] = number
    return Sent(typed, numbers, faults, tuple(wrong))


def number_of(text: str, count: Count) -> tuple[int | None, str]:
    """Read one number, None for nothing; and what is wrong with it, "" if nothing is."""
    whole = text.replace(",", "").replace("，", "")
    if not whole:
        return None, ""
    if not (whole.isascii() and whole.isdecimal() and len(whole) < 9 and int(whole) <= MOST):
        return None, "要写整数，没有就写 0。"
    if count.yes_no and int(whole) > 1:
        return None, "有写 1，没有写 0。"
    return int(whole), ""


def changed(sent: Sent, held: Mapping[Key, Written]) -> dict[Key, int | None]:
    """Give the numbers that are others than those kept."""
    kept = {key: one.number for key, one in held.items()}
    return {key: number for key, number in sent.numbers.items() if kept.get(key) != number}


def seen(held: Mapping[Key, Written]) -> str:
    """Give what tells one state of a year from a later one."""
    at = max((one.at for one in held.values()), default=None)
    return f"{len(held)}-{at.timestamp():.6f}" if at else "0"


def last_author(held: Mapping[Key, Written]) -> str:
    """Name who wrote last."""
    return max(held.values(), key=lambda one: one.at).author if held else ""
