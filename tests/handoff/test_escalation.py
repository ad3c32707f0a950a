"""Who is alerted next and when: at once, again, the supervisor, the next station, then everybody, for a day at most."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.handoff.escalation import LONGEST, Step, next_step
from bot.messages import Level

NOW = datetime(2026, 5, 12, 12, 41, tzinfo=UTC)


def due(level: Level, alerts: int, waited: float, *, minutes: int = 5, acknowledged: bool = False) -> Step | None:
    """Give the round that is due when the last one was `waited` minutes ago."""
    last = NOW - timedelta(minutes=waited)
    return next_step(level, alerts, last, acknowledged=acknowledged, now=NOW, minutes=minutes)


def story(level: Level, minutes: int) -> list[tuple[timedelta, Step]]:
    """Let two days go by, minute by minute, in which nobody acknowledges."""
    told: list[tuple[timedelta, Step]] = []
    last = None
    for minute in range(2 * 24 * 60):
        now = NOW + timedelta(minutes=minute)
        step = next_step(level, len(told), last, acknowledged=False, now=now, minutes=minutes)
        if step is not None:
            told.append((now - NOW, step))
            last = now
    return told


@pytest.mark.parametrize(
    ("level", "alerts", "waited", "to"),
    [
        ("urgent", 0, 0, ("staff",)),
        ("high", 0, 0, ("staff",)),
        ("urgent", 1, 4.9, None),
        ("urgent", 1, 5, ("staff",)),
        ("high", 1, 14.9, None),
        ("high", 1, 15, ("staff",)),
        ("urgent", 2, 5, ("supervisor",)),
        ("urgent", 3, 5, ("next-station", "supervisor")),
        ("urgent", 4, 29.9, None),
        ("urgent", 4, 30, ("staff", "supervisor", "next-station")),
        ("high", 9, 30, ("staff", "supervisor", "next-station")),
    ],
)
def test_each_round_comes_when_its_time_has_come(
    level: Level, alerts: int, waited: float, to: tuple[str, ...] | None
) -> None:
    step = due(level, alerts, waited)
    assert (step and step.to) == to
    assert step is None or (step.round, step.overdue) == (alerts + 1, alerts > 0)


@pytest.mark.parametrize("level", ["none", "concern"])
def test_what_is_not_grave_alerts_nobody(level: Level) -> None:
    assert due(level, 0, 600) is None


@pytest.mark.parametrize("alerts", [0, 1, 4, 20])
def test_an_acknowledgement_ends_it(alerts: int) -> None:
    assert due("urgent", alerts, 600, acknowledged=True) is None


@pytest.mark.parametrize("level", ["urgent", "high"])
@pytest.mark.parametrize("minutes", [1, 5, 30, 120])
def test_nobody_is_alerted_for_longer_than_a_day_and_everybody_before_it_ends(level: Level, minutes: int) -> None:
    told = story(level, minutes)
    assert told[0][0] == timedelta(0)
    assert told[-1][0] <= LONGEST
    assert told[-1][0] > LONGEST - timedelta(minutes=6 * minutes)
    assert {to for _, step in told[:4] for to in step.to} == {"staff", "supervisor", "next-station"}


def test_a_story_that_nobody_acknowledges() -> None:
    minutes = [int(after.total_seconds() // 60) for after, _ in story("urgent", 5)[:6]]
    assert minutes == [0, 5, 10, 15, 45, 75]
    assert [int(after.total_seconds() // 60) for after, _ in story("high", 5)[:5]] == [0, 15, 30, 45, 75]


@pytest.mark.parametrize("alerts", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("jump", [timedelta(days=3650), -timedelta(days=3650), -timedelta(hours=1)])
def test_a_clock_that_jumps_makes_a_round_due_and_loses_none(alerts: int, jump: timedelta) -> None:
    step = next_step("urgent", alerts, NOW, acknowledged=False, now=NOW + jump, minutes=5)
    assert step is not None
    assert step.round == alerts + 1


def test_clocks_of_two_machines_that_differ_by_seconds_repeat_nothing() -> None:
    behind = NOW - timedelta(seconds=20)
    assert next_step("urgent", 1, NOW, acknowledged=False, now=behind, minutes=5) is None


def test_a_round_that_was_given_back_is_due_at_once() -> None:
    assert next_step("urgent", 2, None, acknowledged=False, now=NOW, minutes=5) == Step(3, ("supervisor",))
