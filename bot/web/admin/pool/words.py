"""Days, halves of days and other words of these pages; small things that forms bring back. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta

from bot.store.engagements import PARTS
from knowledge.model import DAYS

WEEKDAYS: Mapping[str, str] = dict(zip(DAYS, ("周一", "周二", "周三", "周四", "周五", "周六", "周日"), strict=True))
# Every half day of a week: sat-morning to 周六上午.
TIMES: Mapping[str, str] = {
    f"{day}-{part}": f"{name}{half}" for day, name in WEEKDAYS.items() for part, half in PARTS.items()
}
MOST_SAVED = 2**31 - 1  # what the column holds
MOST_PEOPLE = 1_000_000
EARLIEST, AHEAD = date(2000, 1, 1), timedelta(days=2 * 366)
LATE = "刚刚有同事改过这一页。您写的还在下面，请对照现在的再存一次。"
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


def number(text: str, most: int) -> int | None:
    """Read a whole number that is not above `most`; None where there is none."""
    plain = text.strip().replace(",", "").replace("，", "")
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 12 and int(plain) <= most else None


def day(text: str, today: date) -> date | None:
    """Read a day of these years; None where there is none."""
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if EARLIEST <= found <= today + AHEAD else None


def month(text: str, today: date) -> date:
    """Read a month, its first day; one that cannot be read is this one."""
    found = _MONTH.fullmatch(text.strip())
    if found and EARLIEST.year <= int(found[1]) <= today.year + 2 and 1 <= int(found[2]) <= 12:
        return date(int(found[1]), int(found[2]), 1)
    return today.replace(day=1)


def after(first: date) -> date:
    """Give the first day of the next month."""
    return (first + timedelta(days=31)).replace(day=1)


def before(first: date) -> date:
    """Give the first day of the month before."""
    return (first - timedelta(days=1)).replace(day=1)


def time_of(on: date, part: str) -> str:
    """Give the half day of the week that a half day is: sat-morning."""
    return f"{DAYS[on.weekday()]}-{part}"


def times_told(times: tuple[str, ...]) -> str:
    """Write half days shortly: 周六上午、下午，周日；none are asked for."""
    told = []
    for one, name in WEEKDAYS.items():
        parts = [half for part, half in PARTS.items() if f"{one}-{part}" in times]
        if parts:
            told.append(name + ("全天" if len(parts) == len(PARTS) else "、".join(parts)))
    return "，".join(told) or "要先问"


def on_day(on: date) -> str:
    """Write a day with its weekday: 5 月 16 日（周六）."""
    return f"{on.month} 月 {on.day} 日（{WEEKDAYS[DAYS[on.weekday()]]}）"
