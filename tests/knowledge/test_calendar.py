from datetime import date, timedelta

import pytest

from knowledge.calendar import Calendar, china


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 5, 12), True),  # a Tuesday
        (date(2026, 5, 16), False),  # a Saturday
        (date(2026, 5, 9), True),  # a Saturday made up for the May holiday
        (date(2026, 9, 20), True),  # a Sunday made up for the National Day
        (date(2026, 10, 7), False),  # a Wednesday taken off
        (date(2026, 10, 1), False),
        (date(2026, 2, 17), False),  # the Spring Festival
        (date(2025, 1, 26), True),  # a Sunday made up
    ],
)
def test_published_years_follow_their_notice(day: date, worked: bool) -> None:
    assert china().is_workday(day) is worked


def test_a_holiday_of_a_year_without_a_notice_is_off_all_the_same() -> None:
    assert china().is_workday(date(2040, 10, 1)) is False


@pytest.mark.parametrize("day", [date(2040, 10, 5), date(2040, 9, 29), date(2040, 10, 7), date(2039, 12, 30)])
def test_days_around_a_holiday_without_a_notice_are_not_known(day: date) -> None:
    assert china().is_workday(day) is None


@pytest.mark.parametrize(
    ("day", "worked"), [(date(2040, 7, 10), True), (date(2040, 7, 14), False), (date(2040, 10, 15), True)]
)
def test_days_far_from_any_holiday_are_what_their_weekday_says(day: date, worked: bool) -> None:
    assert china().is_workday(day) is worked


def test_the_reach_of_a_holiday_covers_every_notice_that_is_known() -> None:
    known = china()
    laid_down = Calendar(statutory=known.statutory | _statutory_of_published_years(), published=frozenset())

    for year in known.published - {min(known.published), max(known.published)}:
        for n in range(365):
            day = date(year, 1, 1) + timedelta(days=n)
            assert laid_down.is_workday(day) in {known.is_workday(day), None}, day


def _statutory_of_published_years() -> set[date]:
    import holidays  # noqa: PLC0415  # only this test compares with the package itself

    return {
        day
        for day, name in holidays.China(years=range(2014, 2027), observed=False, language="zh_CN").items()
        if "调休" not in name
    }


def test_a_notice_that_comes_later_can_be_added() -> None:
    day_off, made_up = date(2040, 10, 5), date(2040, 9, 29)

    calendar = china().arranged(2040, off={day_off}, make_up={made_up})

    assert calendar.is_workday(day_off) is False
    assert calendar.is_workday(made_up) is True
    assert calendar.is_workday(date(2040, 10, 8)) is True
    assert (calendar.knows(2040), china().knows(2040)) == (True, False)
