"""What is asked of schools and stations: where it comes from, for whom it holds, and who meets it when."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import demands, files, terms, verdicts
from knowledge.demands import Coverage, Demand, packaged
from knowledge.regions import RegionTree
from knowledge.sources import resolve
from knowledge.terms import Term
from knowledge.verdicts import Counted, State, Verdict, cover, judge

LIBRARY = files.load()
TREE = RegionTree(LIBRARY.regions)
AUTUMN, SPRING = Term(2025, autumn=True), Term(2026, autumn=False)
BY_ID = {one.id: one for one in packaged().demands}
MEETINGS = BY_ID["baoji-meetings"]


def counted(**numbers: dict[tuple[int, int], int]) -> Counted:
    """Write numbers by count (hyphens as underlines), each by year and month."""
    return {
        name.replace("_", "-"): {date(year, month, 1): number for (year, month), number in held.items()}
        for name, held in numbers.items()
    }


def asked(sort: str, region: str) -> dict[str, Demand]:
    return {one.count: one for one in packaged().asked(sort, TREE.chain(region))}


# The table


@pytest.mark.parametrize("demand", packaged().demands, ids=lambda one: one.id)
def test_every_demand_stands_in_a_source_of_the_library_at_a_place(demand: Demand) -> None:
    citation = resolve(demand.source, LIBRARY.sources)
    assert citation is not None
    assert citation.sound
    assert demand.region == "china" or demand.region in LIBRARY.regions
    if citation.source.kind in ("law", "regulation"):
        assert citation.locator, "a law has articles"
    elif demand.region != "china":
        assert demand.place, "say where in the document"
    assert demand.says


def test_units_count_what_is_asked_of_them() -> None:
    table = packaged()
    for demand in table.demands:
        for name in filter(None, (demand.count, demand.as_many_as)):
            assert set(demand.sorts) <= set(table.counts[name].sorts), demand.id
    for one in table.coverages:
        for name in filter(None, (one.part, one.whole)):
            assert set(one.sorts) <= set(table.counts[name].sorts), one.id
    assert {sort for one in table.counts.values() for sort in one.sorts} == set(demands.SORTS)


ROW = "{id: a, region: china, sorts: [school], count: x, period: term, source: s, says: s}"
X = "{id: x, name: x, measure: 次, sorts: [school]}"


@pytest.mark.parametrize(
    "text",
    [
        "- a list",
        f"counts: []\ndemands: [{ROW[:-1]}, least: 1}}]\ncoverages: []",
        f"counts: [{X}]\ndemands: [{ROW}]\ncoverages: []",
    ],
)
def test_a_table_that_names_what_is_not_there_or_not_how_many_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"demands\.yaml"):
        demands.read(text)


def test_a_demand_holds_in_its_region_and_below() -> None:
    assert asked("school", "baoji")["parent-meetings"].id == "baoji-meetings"
    district = next(key for key in TREE.beneath("baoji") if key != "baoji")
    assert asked("school", district)["parent-meetings"].id == "baoji-meetings"
    assert "parent-meetings" not in asked("school", "putuo")
    assert asked("school", "putuo")["mind-teachers"].source == "shanghai-minors-2024-24"


def test_of_several_demands_about_the_same_the_highest_counts_and_then_the_nearest() -> None:
    assert asked("school", "yubei")["guidance"].id == "chongqing-school-guidance"
    assert asked("kindergarten", "yubei")["guidance"].least == 3
    assert asked("school", "baoji")["guidance"].id == "baoji-guidance"
    assert asked("school", "changzhou")["guidance"].id == "school-guidance"
    assert asked("town", "yubei")["guidance"].period == "year"


def test_what_is_asked_of_one_office_is_not_asked_of_those_below_it() -> None:
    district = next(key for key in TREE.beneath("baoji") if key != "baoji")
    assert "council-meetings" in asked("office", "baoji")
    assert "council-meetings" not in asked("office", district)


# Terms


@pytest.mark.parametrize(
    ("day", "key"),
    [
        (date(2025, 9, 1), "2025-autumn"),
        (date(2026, 1, 31), "2025-autumn"),
        (date(2026, 2, 1), "2026-spring"),
        (date(2026, 7, 31), "2026-spring"),
        (date(2026, 8, 20), "2026-spring"),
    ],
)
def test_a_day_belongs_to_a_term(day: date, key: str) -> None:
    term = terms.term_of(day)
    assert term.key == key
    assert terms.read(key) == term


def test_terms_have_names_and_weeks_that_people_know() -> None:
    assert AUTUMN.words == "2025—2026 学年上学期"
    assert SPRING.words == "2025—2026 学年下学期"
    assert AUTUMN.week(date(2025, 9, 1)) == 1
    assert AUTUMN.week(date(2025, 12, 18)) == 16
    assert AUTUMN.week(date(2026, 1, 28)) is None
    assert terms.latest(date(2026, 5, 12), 3) == [SPRING, AUTUMN, Term(2025, autumn=False)]
    assert terms.read("2025-summer") is None


# Verdicts


@pytest.mark.parametrize(
    ("have", "today", "state"),
    [
        (2, date(2025, 9, 10), State.DONE),
        (1, date(2025, 10, 20), State.ON_THE_WAY),
        (1, date(2025, 12, 18), State.BEHIND),  # week 16, one of two
        (0, date(2025, 10, 20), State.ON_THE_WAY),  # nobody is behind before half of the time has passed
        (0, date(2025, 11, 20), State.BEHIND),
        (1, date(2026, 3, 1), State.BEHIND),  # the term is over
    ],
)
def test_a_school_is_behind_only_when_less_time_is_left_than_is_missing(have: int, today: date, state: State) -> None:
    verdict = judge(MEETINGS, counted(parent_meetings={(2025, 9): have}), AUTUMN, today)
    assert (verdict.state, verdict.have, verdict.missing) == (state, have, 2 - have)


def test_of_three_the_last_may_wait_longer_than_the_second() -> None:
    three = BY_ID["chongqing-kindergarten-guidance"]
    late = date(2026, 5, 5)  # some more than half of the term is over
    assert judge(three, counted(guidance={(2026, 3): 2}), SPRING, late).state == State.ON_THE_WAY
    assert judge(three, counted(guidance={(2026, 3): 1}), SPRING, late).state == State.BEHIND


def test_who_has_told_nothing_has_until_the_first_month_is_over() -> None:
    assert judge(MEETINGS, {}, AUTUMN, date(2025, 9, 30)) == Verdict(State.ON_THE_WAY, None, 2)
    assert judge(MEETINGS, {}, AUTUMN, date(2025, 10, 1)).state == State.UNREPORTED
    told_before = counted(parent_meetings={(2025, 6): 5})
    assert judge(MEETINGS, told_before, AUTUMN, date(2025, 10, 1)).state == State.UNREPORTED


def test_months_of_a_term_add_up_and_others_do_not_count() -> None:
    held = counted(parent_meetings={(2025, 8): 9, (2025, 9): 1, (2026, 1): 1, (2026, 2): 9})
    assert judge(MEETINGS, held, AUTUMN, date(2026, 1, 31)) == Verdict(State.DONE, 2, 2)


def test_a_year_is_the_calendars_and_a_season_belongs_to_autumn() -> None:
    station, visits = BY_ID["baoji-open-events"], BY_ID["baoji-visits"]
    held = counted(open_events={(2025, 3): 2, (2025, 12): 2, (2026, 1): 7}, home_visits={(2025, 11): 4})
    assert judge(station, held, AUTUMN, date(2026, 5, 1)) == Verdict(State.DONE, 4, 4, over=True)
    assert verdicts.applies(visits, AUTUMN)
    assert not verdicts.applies(visits, SPRING)
    assert judge(visits, held, AUTUMN, date(2025, 11, 5)).state == State.UNREPORTED


def test_what_stands_is_the_last_number_told() -> None:
    guides = BY_ID["baoji-guides"]
    held = counted(grades={(2024, 9): 6}, grade_guides={(2025, 3): 2, (2025, 9): 5, (2026, 3): 6})
    assert judge(guides, held, AUTUMN, date(2026, 5, 1)) == Verdict(State.BEHIND, 5, 6)
    assert judge(guides, held, SPRING, date(2026, 5, 1)) == Verdict(State.DONE, 6, 6)
    assert judge(guides, counted(grade_guides={(2025, 9): 5}), AUTUMN, date(2025, 10, 1)).state == State.UNREPORTED


def test_a_unit_is_summed_up_by_what_is_most_pressing() -> None:
    made = {state: Verdict(state, 1, 2) for state in State}
    assert verdicts.whole(made.values()) == State.BEHIND
    assert verdicts.whole([made[State.DONE], made[State.UNREPORTED]]) == State.UNREPORTED
    assert verdicts.whole([made[State.DONE]]) == State.DONE
    assert verdicts.whole([]) is None


@given(
    have=st.integers(0, 9),
    more=st.integers(0, 9),
    day=st.dates(date(2025, 9, 1), date(2026, 3, 1)),
)
def test_more_is_never_judged_worse(have: int, more: int, day: date) -> None:
    order = [State.BEHIND, State.ON_THE_WAY, State.DONE]
    few, many = (
        judge(MEETINGS, counted(parent_meetings={(2025, 9): number}), AUTUMN, day) for number in (have, have + more)
    )
    assert order.index(few.state) <= order.index(many.state)


@given(have=st.integers(0, 3), days=st.tuples(*[st.dates(date(2025, 9, 1), date(2026, 3, 1))] * 2))
def test_who_is_behind_does_not_catch_up_by_waiting(have: int, days: tuple[date, date]) -> None:
    held = counted(parent_meetings={(2025, 9): have})
    first, second = (judge(MEETINGS, held, AUTUMN, day).state for day in sorted(days))
    assert first != State.BEHIND or second == State.BEHIND


# Coverages

ROOMS = Coverage("rooms", "有的", ("school",), "parent-school")
PAIRED = Coverage("paired", "结对", ("school",), "paired", "in-need")


def test_a_share_of_units_counts_who_told_nothing_as_not_having_it() -> None:
    yes, no = counted(parent_school={(2025, 9): 1}), counted(parent_school={(2025, 9): 0})
    found = cover(ROOMS, [("school", yes), ("school", no), ("school", {}), ("town", yes)], date(2026, 1, 1))
    assert (found.have, found.of, found.silent, found.units) == (1, 3, 1, 3)


def test_a_share_of_another_count_takes_only_units_that_told_both() -> None:
    both = counted(paired={(2025, 9): 8}, in_need={(2025, 9): 10})
    half = counted(paired={(2025, 9): 5})
    found = cover(PAIRED, [("school", both), ("school", half)], date(2026, 1, 1))
    assert (found.have, found.of, found.silent, found.units) == (8, 10, 1, 2)
