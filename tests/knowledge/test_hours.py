from datetime import UTC, date, datetime, time

import pytest

from knowledge.calendar import CHINA, Calendar, china
from knowledge.hours import OpenStatus, around_the_clock, status
from knowledge.model import DAYS, Day, Span

SUNDAY_NIGHT = datetime(2026, 5, 10, 23, 10, tzinfo=CHINA)


def span(days: tuple[Day, ...] = DAYS, start: int = 0, end: int = 0, **more: object) -> Span:
    return Span(days=days, start=time(start), end=time(end), **more)  # type: ignore[arg-type]  # tier and on, by name


def at(day: int, hour: int, minute: int = 0, month: int = 5, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=CHINA)


WEEKDAYS = span(DAYS[:5], 9, 17)
TIERS = (span(start=8, end=22, tier="咨询老师接听"), span(start=22, end=8, tier="危机干预时段"))


def test_hours_that_are_not_known_are_to_be_asked() -> None:
    assert status(None, SUNDAY_NIGHT, china()) == OpenStatus("ask")
    assert status((), SUNDAY_NIGHT, china()) == OpenStatus("ask")


def test_a_line_of_all_hours_is_open_and_never_closes() -> None:
    assert status((span(),), SUNDAY_NIGHT, china()) == OpenStatus("yes")


def test_on_sunday_night_an_office_opens_on_monday_morning() -> None:
    assert status((WEEKDAYS,), SUNDAY_NIGHT, china()) == OpenStatus("no", opens=at(11, 9))


def test_an_open_office_says_until_when() -> None:
    assert status((WEEKDAYS,), at(12, 10), china()) == OpenStatus("yes", until=at(12, 17))


@pytest.mark.parametrize(("hour", "minute", "open_"), [(8, 59, "no"), (9, 0, "yes"), (16, 59, "yes"), (17, 0, "no")])
def test_the_first_minute_is_open_and_the_last_is_not(hour: int, minute: int, open_: str) -> None:
    assert status((WEEKDAYS,), at(12, hour, minute), china()).open == open_


@pytest.mark.parametrize(
    ("now", "tier"),
    [
        (at(10, 21, 59), "咨询老师接听"),
        (at(10, 22), "危机干预时段"),
        (SUNDAY_NIGHT, "危机干预时段"),
        (at(11, 0), "危机干预时段"),
        (at(11, 7, 59), "危机干预时段"),
        (at(11, 8), "咨询老师接听"),
    ],
)
def test_who_answers_changes_with_the_hour_while_the_line_stays_open(now: datetime, tier: str) -> None:
    assert status(TIERS, now, china()) == OpenStatus("yes", tier=tier)


def test_a_span_past_midnight_belongs_to_the_day_it_began() -> None:
    friday_night = (span(("fri",), 20, 2),)

    assert status(friday_night, at(9, 1), china()) == OpenStatus("yes", until=at(9, 2))
    assert status(friday_night, at(9, 20), china()) == OpenStatus("no", opens=at(15, 20))


def test_spans_that_touch_are_one_opening() -> None:
    morning_and_noon = (span(start=8, end=12), span(start=12, end=14), span(start=15, end=18))

    assert status(morning_and_noon, at(12, 9), china()).until == at(12, 14)


def test_a_whole_day_ends_with_the_day() -> None:
    saturday = (span(("sat",)),)

    assert status(saturday, at(9, 12), china()) == OpenStatus("yes", until=at(10, 0))


WORKDAYS = span(start=9, end=17, on="workday")
DAYS_OFF = span(start=10, end=16, on="day-off")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(9, 10), OpenStatus("yes", until=at(9, 17))),  # a Saturday that is made up
        (at(16, 10), OpenStatus("no", opens=at(18, 9))),  # an ordinary Saturday
        (at(1, 10, month=10), OpenStatus("no", opens=at(8, 9, month=10))),  # the National Day holiday
        (at(5, 10, month=10), OpenStatus("no", opens=at(8, 9, month=10))),  # a Monday of it
        (at(10, 10, month=10), OpenStatus("yes", until=at(10, 17, month=10))),  # the Saturday made up for it
    ],
)
def test_workday_hours_follow_chinas_calendar(now: datetime, expected: OpenStatus) -> None:
    assert status((WORKDAYS,), now, china()) == expected


def test_hours_of_days_off_hold_on_holidays_that_are_weekdays() -> None:
    assert status((DAYS_OFF,), at(1, 11, month=10), china()).open == "yes"
    assert status((DAYS_OFF,), at(9, 11), china()).open == "no"


def test_near_a_holiday_without_a_notice_it_is_to_be_asked() -> None:
    assert status((WORKDAYS,), at(5, 10, month=10, year=2040), china()) == OpenStatus("ask")


def test_no_opening_is_promised_where_an_unsure_one_comes_first() -> None:
    assert status((WORKDAYS,), at(1, 10, month=10, year=2040), china()) == OpenStatus("no")


def test_hours_of_any_day_need_no_notice() -> None:
    assert status((span(start=9, end=17),), at(5, 10, month=10, year=2040), china()).open == "yes"


def test_an_opening_further_than_two_weeks_is_not_looked_for() -> None:
    closed = Calendar(off=frozenset(date(2026, 6, day) for day in range(1, 31)), published=frozenset({2026}))

    assert status((WORKDAYS,), at(1, 8, month=6), closed) == OpenStatus("no")


def test_the_zone_of_the_question_does_not_matter() -> None:
    assert status((WEEKDAYS,), datetime(2026, 5, 12, 2, 0, tzinfo=UTC), china()).until == at(12, 17)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        status((WEEKDAYS,), datetime(2026, 5, 12, 10), china())  # noqa: DTZ001  # that is what is tested


def test_around_the_clock_means_every_day_and_whole_days() -> None:
    assert around_the_clock((span(),))
    assert around_the_clock((span(DAYS[:5]), span(DAYS[5:])))
    assert not around_the_clock((span(DAYS[:5]),))
    assert not around_the_clock((span(on="workday"),))
    assert not around_the_clock((span(start=0, end=23),))
    assert not around_the_clock(None)
