"""Who of the pool fits what is looked for, purely: places above and below, halves of days, words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pytest

from bot.store.people import Role, Staff
from bot.store.pool import Person
from bot.web.admin.pool.finding import matching, wanted
from bot.web.admin.pool.form import training
from bot.web.admin.pool.words import TIMES, after, before, month, number, time_of, times_told
from knowledge import files
from knowledge.model import Library
from knowledge.regions import RegionTree

STREET = "310107015"


@dataclass
class Given:
    """As much of the tools as finding asks for."""

    library: Library
    tree: RegionTree


@pytest.fixture(scope="module")
def tools() -> Given:
    library = files.load()
    return Given(library, RegionTree(library.regions))


LIN = Person(1, "putuo", "林老师", "lecturer", ("adolescence",), ("junior",), ("sat-morning",), "", None, "", True, 0)
CITY = replace(LIN, id=2, region="310000", name="市里的")
BELOW = replace(LIN, id=3, region=STREET, name="街道的")
AWAY = replace(LIN, id=4, region="320402", name="常州的")
EVERYBODY = [AWAY, CITY, BELOW, LIN]


def found(tools: Given, people: list[Person], region: str = "", **query: str) -> list[str]:
    asked = wanted(region, query, tools)  # type: ignore[arg-type]
    return [one.name for one in matching(people, asked, tools)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reach", "names"),
    [
        ("", ["街道的", "林老师", "市里的"]),
        ("below", ["街道的", "林老师"]),
        ("only", ["林老师"]),
        ("x", ["街道的", "林老师", "市里的"]),
    ],
)
def test_a_place_is_asked_with_what_lies_above_and_below_it_the_nearest_first(
    tools: Given, reach: str, names: list[str]
) -> None:
    assert found(tools, EVERYBODY, "putuo", reach=reach) == names


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ({"day": "sat"}, True),
        ({"day": "sun"}, False),
        ({"part": "morning"}, True),
        ({"day": "sat", "part": "evening"}, False),
        ({"day": "someday"}, True),  # no choice of ours: left open
        ({"topic": "adolescence"}, True),
        ({"topic": "screens"}, False),
        ({"stage": "senior"}, False),
        ({"sort": "elder"}, False),
        ({"checked": "yes"}, False),
        ({"state": "closed"}, False),
        ({"q": "普陀"}, True),
        ({"q": "普陀 林"}, True),
        ({"q": "讲师+初中、周六上午"}, True),
        ({"q": "林 周日"}, False),
        ({"q": " + "}, True),
    ],
)
def test_each_thing_that_is_looked_for_narrows(tools: Given, query: dict[str, str], fits: bool) -> None:
    assert bool(found(tools, [LIN], **query)) == fits


def test_who_says_no_stage_fits_all_and_who_says_no_time_none(tools: Given) -> None:
    open_ = replace(LIN, stages=(), times=())
    assert found(tools, [open_], stage="infant") == ["林老师"]
    assert found(tools, [open_], day="sat") == []


def test_what_the_library_does_not_know_any_more_does_no_harm(tools: Given) -> None:
    old = replace(LIN, topics=("gone",), stages=("gone",), times=("gone",), sort="gone", region="gone")
    assert found(tools, [old], q="林") == ["林老师"]
    assert found(tools, [old], "putuo") == []


def test_words_of_days_and_months() -> None:
    assert times_told(("sat-morning", "sat-afternoon", "sun-evening")) == "周六上午、下午，周日晚上"
    assert times_told(tuple(TIMES)).startswith("周一全天，周二全天")
    assert times_told(()) == "要先问"
    assert time_of(date(2026, 5, 16), "morning") == "sat-morning"
    assert (before(date(2026, 1, 1)), after(date(2026, 12, 1))) == (date(2025, 12, 1), date(2027, 1, 1))
    assert (before(date(2024, 3, 1)), after(date(2024, 2, 1))) == (date(2024, 2, 1), date(2024, 3, 1))
    today = date(2026, 5, 12)
    assert month("2026-02", today) == date(2026, 2, 1)
    for text in ("", "2026-13", "1999-12", "9999-01", "２０２６-02"):
        assert month(text, today) == date(2026, 5, 1)
    assert [number(text, 9) for text in ("9", "10", "-1", "", "九", "٣", "0,5")] == [9, None, None, None, None, None, 5]


@pytest.mark.parametrize(
    ("text", "hours"), [("3", "3"), ("1.5", "1.5"), ("200", "200"), ("200.5", None), ("0.05", None)]
)
def test_hours_have_one_digit_behind_the_point(tools: Given, text: str, hours: str | None) -> None:
    boss = Staff(1, "gu", "顾主任", Role.ADMIN, active=True)
    read = training({"hours": text}, boss, tools, date(2026, 5, 12))  # type: ignore[arg-type]
    kept = read.values.get("hours")
    assert (str(kept) if kept is not None else None) == hours
