"""Duty hours: read from the setting, told to parents as they are."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.handoff import duty
from knowledge.calendar import CHINA, china
from knowledge.spans import parse

HOURS = parse("workday 08:30-17:30; sat 09:00-12:00")


@pytest.mark.parametrize(
    ("at", "on_duty", "opens"),
    [
        ("2026-05-12T10:00", True, None),  # a Tuesday
        ("2026-05-12T20:41", False, "明天 8:30"),
        ("2026-05-12T06:00", False, "今天 8:30"),
        ("2026-05-16T10:00", True, None),  # a Saturday morning
        ("2026-05-16T13:00", False, "周一 8:30"),
    ],
)
def test_the_desk_tells_whether_somebody_is_there_and_when_next(at: str, *, on_duty: bool, opens: str | None) -> None:
    now = datetime.fromisoformat(at).replace(tzinfo=CHINA)
    assert duty.desk(HOURS, now, china()) == duty.Desk(on_duty=on_duty, opens=opens)


def test_without_duty_hours_nothing_is_promised() -> None:
    now = datetime(2026, 5, 12, 10, tzinfo=CHINA)
    assert duty.desk((), now, china()) == duty.Desk(on_duty=False)


@pytest.mark.parametrize("words", ["mon-fri", "someday 08:00-09:00", "mon 8-9", "mon 25:00-26:00"])
def test_duty_hours_that_cannot_be_read_are_an_error(words: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(words)
