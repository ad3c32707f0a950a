from datetime import date

import pytest

from knowledge.model import Recurrence
from knowledge.occurrences import Stretch, occurrences

MAY = (date(2026, 5, 1), date(2026, 5, 31))


def days(*pairs: tuple[date, date], exact: bool = True) -> list[Stretch]:
    return [Stretch(start, end, exact) for start, end in pairs]


@pytest.mark.parametrize(
    ("recurrence", "expected"),
    [
        (Recurrence("week-of", month=5, day=15), days((date(2026, 5, 11), date(2026, 5, 17)))),
        (Recurrence("date", month=5, day=15), days((date(2026, 5, 15), date(2026, 5, 15)))),
        (Recurrence("date", month=6, day=1), []),
        (Recurrence("nth-weekday", month=5, nth=3, weekday="mon"), days((date(2026, 5, 18), date(2026, 5, 18)))),
        (Recurrence("nth-weekday", month=5, nth=5, weekday="mon"), []),
        (Recurrence("nth-weekday", month=5, nth=5, weekday="sun"), days((date(2026, 5, 31), date(2026, 5, 31)))),
        (Recurrence("months", months=(4, 5)), days((date(2026, 4, 1), date(2026, 5, 31)), exact=False)),
        (Recurrence("months", months=(9, 10)), []),
        (Recurrence("month-end"), days((date(2026, 5, 25), date(2026, 5, 31)), exact=False)),
        (Recurrence("monthly"), days((date(2026, 5, 1), date(2026, 5, 31)), exact=False)),
        (Recurrence("term", times=2), days((date(2026, 2, 1), date(2026, 6, 30)), exact=False)),
        (Recurrence("yearly"), days((date(2026, 1, 1), date(2026, 12, 31)), exact=False)),
        (Recurrence("ongoing"), days(MAY)),
        (
            Recurrence("once", start=date(2026, 4, 20), end=date(2026, 5, 3)),
            days((date(2026, 4, 20), date(2026, 5, 3))),
        ),
        (Recurrence("once", start=date(2025, 4, 20), end=date(2025, 5, 3)), []),
    ],
)
def test_what_is_on_in_may(recurrence: Recurrence, expected: list[Stretch]) -> None:
    assert occurrences(recurrence, *MAY) == expected


def test_a_week_that_ends_in_the_next_year_is_found_from_both() -> None:
    new_year = Recurrence("week-of", month=1, day=1)
    week = days((date(2026, 12, 28), date(2027, 1, 3)))

    assert occurrences(new_year, date(2026, 12, 29), date(2026, 12, 30)) == week
    assert occurrences(new_year, date(2027, 1, 2), date(2027, 1, 2)) == week


def test_months_over_the_turn_of_the_year_are_one_season() -> None:
    winter = Recurrence("months", months=(12, 1, 2))

    assert occurrences(winter, date(2027, 1, 10), date(2027, 1, 10)) == days(
        (date(2026, 12, 1), date(2027, 2, 28)), exact=False
    )


def test_two_months_of_month_ends_are_two() -> None:
    found = occurrences(Recurrence("month-end"), date(2028, 2, 1), date(2028, 3, 31))

    assert [stretch.end for stretch in found] == [date(2028, 2, 29), date(2028, 3, 31)]


def test_a_day_that_a_year_has_not_is_left_out() -> None:
    leap_day = Recurrence("date", month=2, day=29)

    assert occurrences(leap_day, date(2027, 1, 1), date(2027, 12, 31)) == []
    assert occurrences(leap_day, date(2028, 1, 1), date(2028, 12, 31)) == days((date(2028, 2, 29), date(2028, 2, 29)))


def test_a_rule_without_its_fields_has_no_occurrence() -> None:
    rules = [
        Recurrence("week-of"),
        Recurrence("date"),
        Recurrence("months"),
        Recurrence("nth-weekday"),
        Recurrence("once"),
    ]

    assert [occurrences(rule, *MAY) for rule in rules] == [[]] * 5


def test_a_window_that_ends_before_it_begins_holds_nothing() -> None:
    assert occurrences(Recurrence("ongoing"), MAY[1], MAY[0]) == []
