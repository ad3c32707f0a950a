"""Times in the words of people: 周日 23:10, 明天 8:30, 5 月 12 日. Pure: the present is an argument."""

from __future__ import annotations

from datetime import date, datetime

from knowledge.calendar import CHINA

_WEEKDAYS = "一二三四五六日"


def clock(moment: datetime) -> str:
    """Give hour and minute as people write them in China's time: 8:30."""
    local = moment.astimezone(CHINA)
    return f"{local.hour}:{local.minute:02d}"


def weekday(day: date) -> str:
    """Give 周一 to 周日."""
    return f"周{_WEEKDAYS[day.weekday()]}"


def moment(now: datetime) -> str:
    """Give the present as 周日 23:10."""
    local = now.astimezone(CHINA)
    return f"{weekday(local.date())} {clock(now)}"


def day(value: date) -> str:
    """Give a date as 5 月 12 日."""
    return f"{value.month} 月 {value.day} 日"


def when(then: datetime, now: datetime) -> str:
    """Say when something will be, as seen from now: 今天 22:00, 明天 8:30, 周二 9:00, 5 月 12 日 9:00."""
    local, today = then.astimezone(CHINA).date(), now.astimezone(CHINA).date()
    ahead = (local - today).days
    if ahead in (0, 1):
        return f"{('今天', '明天')[ahead]} {clock(then)}"
    return f"{weekday(local) if 1 < ahead < 7 else day(local)} {clock(then)}"
