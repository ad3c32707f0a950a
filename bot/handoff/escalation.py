"""Who is to be alerted next of a danger that nobody has acknowledged, and when. Pure: no clock, no database.

Round 1 at once to the staff on duty; 2 to them again, overdue; 3 to the supervisor; 4 to the next station, which is
given the case, and the supervisor; then all of them again and again, for a day at most. A round too many is better
than one too few, so a clock that jumps makes a round due, never lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.messages import GRAVE, Level

To = Literal["staff", "supervisor", "next-station"]

# A high danger may wait three times as long for somebody's look as an urgent one.
_PATIENCE: dict[Level, int] = {"urgent": 1, "high": 3}
_LADDER: tuple[tuple[To, ...], ...] = (
    ("staff",),
    ("staff",),
    ("supervisor",),
    ("next-station", "supervisor"),
)
_EVERYBODY: tuple[To, ...] = ("staff", "supervisor", "next-station")
_BETWEEN_REPEATS = 6  # times the minutes
LONGEST = timedelta(hours=24)
_SKEW = timedelta(minutes=1)  # clocks of two machines differ by less


@dataclass(frozen=True, slots=True)
class Step:
    """One round of alerts: its number from 1 on, to whom it goes (most senior first), whether it is overdue."""

    round: int
    to: tuple[To, ...]

    @property
    def moves(self) -> bool:
        """Whether this round gives the case to the next station: once, when it is first asked."""
        return self.round == len(_LADDER)

    @property
    def overdue(self) -> bool:
        """Whether somebody should have looked by now."""
        return self.round > 1


def next_step(
    level: Level, alerts: int, last: datetime | None, *, acknowledged: bool, now: datetime, minutes: int
) -> Step | None:
    """Give the round that is due now; None when nothing is to be done yet, or any more.

    `alerts` counts the rounds so far and `last` is when the last one was; without it the next one is due at once.
    `minutes` is how long an urgent danger may wait for an acknowledgement.
    """
    if acknowledged or level not in GRAVE or alerts >= _rounds(level, minutes):
        return None
    if alerts and last is not None and not _over(last, _pause(level, alerts, minutes), now):
        return None
    return Step(alerts + 1, _LADDER[alerts] if alerts < len(_LADDER) else _EVERYBODY)


def _pause(level: Level, alerts: int, minutes: int) -> timedelta:
    """How long after the last of so many rounds the next one comes."""
    times = _PATIENCE[level] if alerts < len(_LADDER) else _BETWEEN_REPEATS
    return timedelta(minutes=times * minutes)


def _over(last: datetime, pause: timedelta, now: datetime) -> bool:
    """Whether a pause is over; also when the last round seems to lie ahead, because a clock was put back."""
    return now - last >= pause or last - now > _SKEW


def _rounds(level: Level, minutes: int) -> int:
    """How many rounds fit into the longest time. Counted, not timed: a wrong clock must not end the alerts."""
    climbing = _pause(level, 1, minutes) * (len(_LADDER) - 1)
    return len(_LADDER) + max(0, (LONGEST - climbing) // _pause(level, len(_LADDER), minutes))
