"""The stretch of days that a question about activities means: 这个月, 周末, 暑假. Pure."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from indexes.text import spell

_MONTH = re.compile(r"(?<!\d)(1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月份?")
_NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Period:
    """From one day to another, both inclusive, and how it was called."""

    name: str
    start: date
    end: date


def period_of(text: str, today: date) -> Period:
    """Read the period that a question means; without one it is the next thirty days."""
    plain = spell(text)
    for pattern, make in _NAMED:
        if pattern.search(plain):
            return make(today)
    found = _MONTH.search(plain)
    if found:
        return _named_month(_number(found[1]), today)
    return Period("最近 30 天", today, today + timedelta(days=29))


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    return sum(_NUMERALS.index(char) + 1 for char in text)


def _month(year: int, month: int, name: str, first: date | None = None) -> Period:
    last = calendar.monthrange(year, month)[1]
    return Period(name, first or date(year, month, 1), date(year, month, last))


def _named_month(month: int, today: date) -> Period:
    """The next time that this month comes, the present one from today on."""
    year = today.year if month >= today.month else today.year + 1
    return _month(year, month, f"{month} 月", today if month == today.month else None)


def _this_month(today: date) -> Period:
    return _month(today.year, today.month, "这个月", today)


def _next_month(today: date) -> Period:
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return _month(first.year, first.month, "下个月")


def _day(name: str, ahead: int) -> Callable[[date], Period]:
    return lambda today: Period(name, today + timedelta(days=ahead), today + timedelta(days=ahead))


def _week(name: str, ahead: int) -> Callable[[date], Period]:
    def make(today: date) -> Period:
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=ahead)
        return Period(name, max(monday, today), monday + timedelta(days=6))

    return make


def _weekend(today: date) -> Period:
    saturday = today - timedelta(days=today.weekday()) + timedelta(days=5)
    return Period("这个周末", max(saturday, today), saturday + timedelta(days=1))


def _season(name: str, start: tuple[int, int], end: tuple[int, int]) -> Callable[[date], Period]:
    """The running or next such stretch of a year; it does not reach over New Year."""

    def make(today: date) -> Period:
        year = today.year if today <= date(today.year, *end) else today.year + 1
        return Period(name, max(today, date(year, *start)), date(year, *end))

    return make


def _named(pattern: str, make: Callable[[date], Period]) -> tuple[re.Pattern[str], Callable[[date], Period]]:
    return re.compile(pattern), make


_NAMED = (
    _named("下个?月", _next_month),
    _named("这个?月|本月|月底|月末", _this_month),
    _named("下周|下星期|下礼拜", _week("下周", 1)),
    _named("周末|星期六|星期天|周六|周日|双休", _weekend),
    _named("这周|本周|这个?星期|这个?礼拜", _week("这周", 0)),
    _named("明天", _day("明天", 1)),
    _named("今天|今晚", _day("今天", 0)),
    _named("暑假|夏天", _season("暑假", (7, 1), (8, 31))),
    _named("寒假|冬天", _season("寒假", (1, 15), (2, 28))),
    _named("国庆|十一假", _season("国庆前后", (9, 28), (10, 8))),
    _named("六一|儿童节", _season("六一前后", (5, 25), (6, 7))),
    _named("五一|劳动节", _season("五一前后", (4, 28), (5, 6))),
    _named("元旦", _season("元旦前后", (1, 1), (1, 3))),
)
