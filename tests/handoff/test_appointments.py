"""The rules of appointments: steps and times, reminders, series, names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from bot.handoff.booking.rules import STATES, STEPS, called, fits, may, moment, reminder, series, standing
from bot.messages import Booking, Slot
from knowledge.calendar import CHINA, china

START = datetime(2026, 5, 14, 14, 0, tzinfo=CHINA)
SLOT = Slot(1, 7, "天宁站", "家庭教育咨询", START, 50, 2, active=True, taken=1)
BOOKING = Booking(1, SLOT, 12, "confirmed", START - timedelta(days=5), START - timedelta(days=4), 3)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of May 2026 in China."""
    return datetime(2026, 5, day, hour, minute, tzinfo=CHINA)


BEFORE, AFTER = START - timedelta(days=1), START + timedelta(minutes=1)


def test_a_slot_is_called_by_its_day_so_that_it_stays_true() -> None:
    assert moment(SLOT) == "5 月 14 日（周四）14:00"
    assert called(SLOT) == "5 月 14 日（周四）14:00，家庭教育咨询，天宁站"


@pytest.mark.parametrize("state", sorted(STATES))
@pytest.mark.parametrize("step", sorted(STEPS))
def test_a_step_is_taken_from_the_states_of_its_rule_and_at_its_time(step: str, state: str) -> None:
    booking = replace(BOOKING, state=state)
    before, after = may(step, booking, BEFORE) == "", may(step, booking, AFTER) == ""
    if state in ("declined", "cancelled", "attended", "missed"):
        assert (before, after) == (False, False)
    elif step in ("attended", "missed"):
        assert (before, after) == (False, True)
    elif step == "decline":
        assert (before, after) == (True, True)
    elif step == "propose":
        assert (before, after) == (True, False)
    else:
        assert (before, after) == (state != "confirmed", False)


def test_a_refused_step_says_why_in_words() -> None:
    assert may("attended", BOOKING, BEFORE) == "时间还没有到，到了再记。"
    assert may("confirm", replace(BOOKING, state="asked"), AFTER) == "时间已经过了，请记“来了”或“没来”。"
    assert "来了" in may("confirm", replace(BOOKING, state="attended"), BEFORE)


@pytest.mark.parametrize("state", ["asked", "proposed", "confirmed"])
def test_what_nobody_wrote_down_once_it_has_begun_is_called_so(state: str) -> None:
    assert standing(replace(BOOKING, state=state), AFTER) == "还没记"
    assert standing(replace(BOOKING, state=state), BEFORE) == STATES[state]
    assert standing(replace(BOOKING, state="missed"), AFTER) == "没来"


@pytest.mark.parametrize(
    ("now", "told", "due"),
    [
        (at(13, 9, 59), at(10, 9), None),
        (at(13, 10, 0), at(10, 9), "day"),
        (at(13, 23, 59), at(10, 9), "day"),
        (at(14, 0, 0), at(10, 9), None),  # the job was away: 明天 would be untrue
        (at(13, 11, 0), at(13, 10, 0), None),  # reminded
        (at(13, 16, 0), at(13, 15, 0), None),  # confirmed after the reminder's time
        (at(14, 12, 59), at(13, 10, 0), None),
        (at(14, 13, 0), at(13, 10, 0), "hour"),
        (at(14, 13, 30), at(14, 13, 0), None),
        (at(14, 13, 30), at(14, 13, 10), None),  # confirmed within the hour
        (at(14, 13, 30), at(10, 9), "hour"),  # the job was away: not both
        (at(14, 14, 0), at(10, 9), None),
    ],
)
def test_a_reminder_is_due_once_the_day_before_and_once_an_hour_before(
    now: datetime, told: datetime, due: str | None
) -> None:
    booking = replace(BOOKING, reminded_at=told)
    assert reminder(booking, now) == due


@pytest.mark.parametrize("state", sorted(set(STATES) - {"confirmed"}))
def test_only_what_stands_is_reminded_of(state: str) -> None:
    assert reminder(replace(BOOKING, state=state), START - timedelta(minutes=30)) is None


def test_a_booking_that_was_never_told_of_counts_from_when_it_was_made() -> None:
    booking = replace(BOOKING, reminded_at=None, at=START - timedelta(hours=20))
    assert reminder(booking, START - timedelta(hours=19)) is None


def test_one_slot_is_one_beginning_in_china() -> None:
    assert series(date(2026, 5, 14), time(14)) == [START]


def test_a_series_goes_every_week_until_and_including_its_last_day() -> None:
    found = series(date(2026, 5, 14), time(14), until=date(2026, 5, 28))
    assert [one.date() for one in found] == [date(2026, 5, 14), date(2026, 5, 21), date(2026, 5, 28)]
    found = series(date(2026, 5, 14), time(14), until=date(2026, 5, 20), weekdays=(1, 5))
    assert [one.date() for one in found] == [date(2026, 5, 16), date(2026, 5, 19)]


def test_a_series_leaves_out_holidays_but_no_ordinary_weekend() -> None:
    whole = series(date(2026, 4, 30), time(9), until=date(2026, 5, 10), weekdays=range(7))
    kept = series(date(2026, 4, 30), time(9), until=date(2026, 5, 10), weekdays=range(7), calendar=china())
    left_out = {one.date() for one in whole} - {one.date() for one in kept}
    assert {date(2026, 5, day) for day in (1, 2, 3)} <= left_out
    assert date(2026, 5, 10) not in left_out


def test_another_time_is_of_the_same_station_free_and_ahead() -> None:
    later = replace(SLOT, id=2, starts_at=START + timedelta(days=1))
    others = [
        SLOT,
        later,
        replace(later, id=3, station_id=8),
        replace(later, id=4, taken=2),
        replace(later, id=5, starts_at=BEFORE - timedelta(days=1)),
    ]
    assert fits(BOOKING, others, BEFORE) == [later]
