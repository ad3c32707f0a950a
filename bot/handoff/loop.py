"""The closed loop of what parents start: by which day it is answered, how it stands, when it may be rated. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from knowledge.calendar import CHINA, Calendar

KIND = "suggestion"
ANSWER_WORKDAYS = 5  # a department answers within so many working days
END_OF_WORK = time(18)
# From 5 to 1, as the parent taps it.
SCORES: dict[str, int] = {"很满意": 5, "满意": 4, "一般": 3, "不满意": 2, "很不满意": 1}
WORDS: dict[int, str] = {score: word for word, score in SCORES.items()}
CHANGEABLE = timedelta(days=1)  # so long a parent may say it otherwise
RECENT = timedelta(days=7)  # so long the bare words 很满意 are taken for what was asked about


@dataclass(frozen=True, slots=True)
class Started:
    """One case as the parent who started it may know of it. `asked`: we asked them how content they were."""

    id: int
    kind: str
    state: str
    text: str
    department: str | None
    outcome: str | None
    opened_at: datetime
    due_at: datetime
    answered_at: datetime | None
    claimed_at: datetime | None
    satisfaction: int | None  # 1 to 5
    rated_at: datetime | None
    asked: bool


class Stands(Protocol):
    """What tells how a suggestion stands: a case, or what its parent may know of it."""

    @property
    def state(self) -> str: ...  # noqa: D102  (the columns of a case)
    @property
    def department(self) -> str | None: ...  # noqa: D102
    @property
    def answered_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def satisfaction(self) -> int | None: ...  # noqa: D102


def due_at(now: datetime, calendar: Calendar, workdays: int = ANSWER_WORKDAYS) -> datetime:
    """Give the end of the last working day for an answer.

    Days that a coming notice may take off don't count: what a parent is told must hold.
    """
    on, left = now.astimezone(CHINA).date(), workdays
    while left:
        on += timedelta(days=1)
        left -= calendar.is_workday(on) is True
    return datetime.combine(on, END_OF_WORK, CHINA)


def due_day(moment: datetime) -> date:
    """Give the day that a parent is told."""
    return moment.astimezone(CHINA).date()


def standing(case: Stands) -> str:
    """Say how a suggestion stands, as its parent reads it. One that is open again is being worked on."""
    if case.state == "closed":
        if case.answered_at is None:
            return "已结束"
        return "已答复" if case.satisfaction is None else "已评价"
    if case.department:
        return f"在办（{case.department}）"
    return "在办" if case.state == "claimed" else "收到"


def rateable(one: Started, now: datetime) -> bool:
    """Whether this case may be rated now: asked about or answered, and not said for good more than a day ago."""
    ready = one.asked or (one.kind == KIND and one.answered_at is not None)
    return ready and (one.rated_at is None or now - one.rated_at < CHANGEABLE)


def meant(found: Sequence[Started], number: int | None, now: datetime) -> Started | None:
    """Give the case that a rating means: by its number, or the newest that is fresh enough."""
    ready = [one for one in found if rateable(one, now)]
    if number is not None:
        return next((one for one in ready if one.id == number), None)
    return next((one for one in ready if now - max(one.opened_at, one.answered_at or one.opened_at) < RECENT), None)
