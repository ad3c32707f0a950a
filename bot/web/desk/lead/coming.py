"""The next shift of each station: when somebody comes who is not there now, and who. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.handoff.duty import shifts
from bot.handoff.duty.shifts import Plan
from bot.times import when
from knowledge.calendar import CHINA, Calendar

DAYS = 3  # today and the two after it: what comes later is nothing that somebody plans by on a board
MOST = 2  # names


@dataclass(frozen=True, slots=True)
class Coming:
    """Who comes next, all at the same moment."""

    at: datetime
    names: tuple[str, ...]

    def words(self, now: datetime) -> str:
        """Say it: 今天 13:30 沈老师."""
        more = f"等 {len(self.names)} 位" if len(self.names) > MOST else ""
        return f"{when(self.at, now)} {'、'.join(self.names[:MOST])}{more}"


def coming(plan: Plan, now: datetime, calendar: Calendar) -> Coming | None:
    """Tell who comes next; None when nobody is planned, or when nobody knows yet whether that day is worked."""
    here = {person.id for person in shifts.who_is_on(plan, now, calendar)}
    ahead = [one for one in shifts.presence(plan, now.astimezone(CHINA).date(), DAYS, calendar) if one.start > now]
    fresh = [one for one in ahead if one.person.id not in here] or ahead  # all are there: when they come again
    if not fresh or not fresh[0].sure:
        return None
    first = fresh[0].start
    return Coming(first, tuple(dict.fromkeys(one.person.name for one in fresh if one.start == first)))


def first_of(found: Mapping[int, Coming], names: Sequence[tuple[int, str]], now: datetime) -> str:
    """Say which of some stations is joined next: 下一班 今天 22:00 钟楼站; "" when none is."""
    known = [(found[number].at, name) for number, name in names if number in found]
    if not known:
        return ""
    at, name = min(known)
    return f"下一班 {when(at, now)} {name}"
