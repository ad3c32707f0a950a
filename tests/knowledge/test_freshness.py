"""How long a number that somebody dialled is good for, and that nobody is left without any number."""

from datetime import date, timedelta

import pytest
from a_library import library, listing

from knowledge.calendar import china
from knowledge.directory import Directory
from knowledge.editorial import needs_review
from knowledge.files import load
from knowledge.freshness import AHEAD, LIMITS, freshness, hidden
from knowledge.model import Listing, Verification
from knowledge.regions import RegionTree

DIALLED = date(2026, 1, 10)
YEAR = DIALLED + timedelta(days=365)


def line(**changes: object) -> Listing:
    given: dict[str, object] = {
        "name": "常州热线",
        "region": "changzhou",
        "phone": "96111",
        "verified": Verification(DIALLED, "编辑"),
    }
    return listing("changzhou-96111", **{**given, **changes})


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (DIALLED, "current"),
        (YEAR - AHEAD - timedelta(days=1), "current"),
        (YEAR - AHEAD, "due"),
        (YEAR, "due"),
        (YEAR + timedelta(days=1), "hidden"),
    ],
)
def test_a_number_is_due_weeks_before_it_is_hidden(today: date, state: str) -> None:
    found = freshness(line(), today)
    assert (found.state, found.due, found.hides) == (state, YEAR - AHEAD, YEAR)


def test_offices_move_seldom_and_are_good_for_longer() -> None:
    assert freshness(line(kind="school"), YEAR + timedelta(days=1)).state == "current"
    assert hidden(line(kind="school"), DIALLED + LIMITS["school"] + timedelta(days=1))


@pytest.mark.parametrize("changes", [{"region": "china"}, {"kind": "emergency"}, {"verified": None}, {"phone": None}])
def test_emergency_and_national_lines_and_what_nobody_dialled_are_never_hidden(changes: dict[str, object]) -> None:
    assert not hidden(line(**changes), date(2099, 1, 1))


def test_nobody_dials_an_emergency_number_for_a_trial() -> None:
    assert freshness(line(kind="emergency", verified=None), YEAR).state == "exempt"


def test_a_mistyped_year_is_no_error() -> None:
    assert freshness(line(verified=Verification(date.max, "编辑")), DIALLED).state == "current"


def test_parents_are_not_given_a_hidden_number_but_keep_the_national_ones() -> None:
    made = library(listings=[listing(), line()])
    directory = Directory(made, RegionTree(made.regions), china())
    before, after = YEAR, YEAR + timedelta(days=1)

    assert [one.id for one in directory.listings("changzhou", today=before)] == ["changzhou-96111", "national-12356"]
    assert [one.id for one in directory.listings("changzhou", today=after)] == ["national-12356"]
    assert len(directory.listings("changzhou")) == 2
    assert [one.id for one in directory.named("常州热线的电话", "changzhou", before)] == ["changzhou-96111"]
    assert directory.named("常州热线的电话", "changzhou", after) == []


def test_nothing_of_the_packaged_library_is_hidden_however_late_it_is() -> None:
    assert not [one.id for one in load().listings.values() if hidden(one, date(2040, 1, 1))]


@pytest.mark.parametrize(
    ("sort", "changed", "origin", "needed"),
    [
        ("listing", ("verified",), "call", False),
        ("listing", ("verified",), "edit", True),
        ("listing", ("phone", "verified"), "call", True),
        ("listing", (), "call", True),
        ("entry", ("verified",), "call", True),
    ],
)
def test_nobody_need_read_that_a_number_was_dialled_and_is_right(
    sort: str, changed: tuple[str, ...], origin: str, needed: bool
) -> None:
    assert needs_review(sort, changed, origin) is needed
