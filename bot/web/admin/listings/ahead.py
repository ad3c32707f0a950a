"""What parents would read of hours and dates: now, over the next week, at the next holidays, the next dates. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.times import clock, day, weekday
from knowledge.calendar import CHINA, Calendar
from knowledge.hours import closure_on, periods
from knowledge.model import Activity, Listing
from knowledge.occurrences import occurrences

WEEK = 7  # days that are always shown
FAR = 60  # days in which days that are not as usual are looked for
ODD = 8  # of these that are shown
DATES = 6
YEAR = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a listing: `mark` says what is special about it, `lines` when somebody is there."""

    name: str
    mark: str
    lines: tuple[str, ...]


def week(listing: Listing, now: datetime, calendar: Calendar) -> list[Day]:
    """Lay out today and the six days after it."""
    today = now.astimezone(CHINA).date()
    return [_day(listing, today + timedelta(days=n), calendar) for n in range(WEEK)]


def holidays(listing: Listing, now: datetime, calendar: Calendar) -> list[Day]:
    """Lay out the holidays and make-up days after that."""
    today = now.astimezone(CHINA).date()
    later = (today + timedelta(days=n) for n in range(WEEK, FAR))
    odd = [one for one in later if mark(one, calendar)]
    return [_day(listing, one, calendar) for one in odd[:ODD]] if listing.hours else []


def mark(on: date, calendar: Calendar) -> str:
    """Say how a day differs from what its weekday says."""
    worked = calendar.is_workday(on)
    if worked is None:
        return "放假安排还没公布"
    usual = on.weekday() < 5
    if worked == usual:
        return ""
    return "调休上班" if worked else "放假"


def _day(listing: Listing, on: date, calendar: Calendar) -> Day:
    closure = closure_on(listing.closures, on)
    name = f"{weekday(on)} {day(on)}"
    if closure is not None:
        return Day(name, mark(on, calendar), (f"休息（{closure.note}）",))
    if listing.hours is None:
        return Day(name, mark(on, calendar), ("时段以当地为准",))
    found = sorted(periods(listing.hours, on, calendar, listing.closures), key=lambda period: period.start)
    lines = []
    for period in found:
        whole = period.end - period.start == timedelta(days=1) and not period.start.hour
        until = clock(period.end) if period.end.date() == on else f"次日 {clock(period.end)}"
        said = "全天" if whole else f"{clock(period.start)} 到 {until}"
        said += f"，{period.tier}" if period.tier else ""
        lines.append(said if period.sure else f"{said}（看放假安排）")
    return Day(name, mark(on, calendar), tuple(lines) or ("休息",))


def dates(activity: Activity, today: date) -> list[str]:
    """Say when an activity is on next."""
    if activity.recurrence.rule == "ongoing":
        return ["常年都有"]
    found = occurrences(activity.recurrence, today, today + YEAR)
    return [_stretch(start, end, exact, today) for start, end, exact in found[:DATES]]


def _stretch(start: date, end: date, exact: bool, today: date) -> str:
    first = _said(start, today)
    said = first if start == end else f"{first} 到 {_said(end, today)}"
    said = f"{said}，{weekday(start)}" if start == end else said
    return said if exact else f"{said} 之间，日子由主办方通知"


def _said(on: date, today: date) -> str:
    return day(on) if on.year == today.year else f"{on.year} 年 {day(on)}"
