"""Which entries fit a week: of the season, new, asked, not sent lately; what is never sent unasked."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from knowledge import files
from knowledge.calendar import china
from knowledge.digest import (
    ALL,
    GROUPS,
    MOST_ACTIVITIES,
    MOST_ENTRIES,
    UNSENT,
    Known,
    group_of,
    near,
    propose,
    seasons,
    suits,
    unsent,
    week_of,
)
from knowledge.directory import Directory
from knowledge.model import Library
from knowledge.regions import RegionTree

MAY = date(2026, 5, 11)
AUGUST = date(2026, 8, 24)


@pytest.fixture(scope="module")
def library() -> Library:
    return files.load()


@pytest.fixture(scope="module")
def directory(library: Library) -> Directory:
    return Directory(library, RegionTree(library.regions), china())


def test_a_week_is_named_by_its_monday() -> None:
    assert week_of(date(2026, 5, 17)) == MAY == week_of(MAY)


@pytest.mark.parametrize(
    ("stage", "group"),
    [("infant", "preschool"), ("preschool", "preschool"), ("junior", "junior"), (None, ALL), ("unheard-of", ALL)],
)
def test_a_child_is_in_the_group_of_its_stage(stage: str | None, group: str) -> None:
    assert group_of(stage) == group


def test_every_group_gets_up_to_three_entries_that_are_for_it_and_of_different_topics(
    library: Library, directory: Directory
) -> None:
    found = propose(library, MAY, Known(), directory)
    assert set(found) == set(GROUPS)
    for group, three in found.items():
        entries = [library.entries[one.id] for one in three]
        assert len(entries) == MOST_ENTRIES, group
        assert all(suits(entry, group) for entry in entries)
        assert len({entry.topics[0] for entry in entries}) == len(entries)
        assert not any(entry.region or entry.families for entry in entries)
        assert all(one.why for one in three)


@pytest.mark.parametrize("week", [MAY, AUGUST, date(2026, 12, 28)])
def test_what_must_not_come_unasked_is_never_proposed(library: Library, directory: Directory, week: date) -> None:
    grave = {one for one, entry in library.entries.items() if unsent(entry)}
    assert grave
    assert all(set(library.entries[one].topics) & UNSENT for one in grave)
    asked = dict.fromkeys(grave, 1000)
    found = propose(library, week, Known(fresh=grave, asked=asked), directory)
    assert not grave & {one.id for three in found.values() for one in three}


def test_what_is_new_comes_first_and_says_so(library: Library, directory: Directory) -> None:
    usual = {one.id for one in propose(library, MAY, Known(), directory)["primary"]}
    new = next(
        one
        for one, entry in library.entries.items()
        if entry.stages == ("primary",) and entry.topics == ("homework",) and one not in usual
    )
    first = propose(library, MAY, Known(fresh={new}), directory)["primary"][0]
    assert first.id == new
    assert "新上或刚改过" in first.why


def test_what_parents_ask_most_comes_before_what_they_do_not(library: Library, directory: Directory) -> None:
    asked = next(
        one for one, entry in library.entries.items() if entry.stages == ("senior",) and entry.topics == ("motivation",)
    )
    found = propose(library, date(2026, 10, 12), Known(asked={asked: 40}), directory)["senior"]
    assert found[0].id == asked
    assert "最近问得多" in found[0].why


def test_what_was_sent_in_the_last_weeks_does_not_come_again(library: Library, directory: Directory) -> None:
    sent = {one.id for three in propose(library, MAY, Known(), directory).values() for one in three}
    again = {one.id for three in propose(library, MAY, Known(sent=sent), directory).values() for one in three}
    assert again
    assert not again & sent


def test_the_school_year_brings_its_own(library: Library, directory: Directory) -> None:
    assert [one.name for one in seasons(MAY)] == ["升学考试前"]
    assert "开学前后" in [one.name for one in seasons(AUGUST)]
    reasons = [one.why for one in propose(library, AUGUST, Known(), directory)["primary"]]
    assert any("开学前后" in why or "暑假里" in why for why in reasons)


def test_near_a_family_are_things_with_a_date_or_a_season_not_what_is_always_on(
    library: Library, directory: Directory
) -> None:
    for region in (None, "changzhou-tianning", "putuo", "yubei"):
        for week in (MAY, date(2026, 5, 18), AUGUST):
            found = near(directory, region, None, week)
            assert len(found) <= MOST_ACTIVITIES
            assert len({one.activity.id for one in found}) == len(found)
            for one in found:
                assert one.activity.recurrence.rule not in ("ongoing", "yearly", "term", "monthly")
                assert one.start <= week + timedelta(days=6)
                assert one.end >= week
    assert [one.activity.name for one in near(directory, "changzhou-tianning", None, MAY)] == ["全国家庭教育宣传周"]


def test_a_title_that_names_another_time_of_the_year_is_not_proposed(library: Library, directory: Directory) -> None:
    found = propose(library, MAY, Known(), directory)
    titles = [library.entries[one.id].title for three in found.values() for one in three]
    assert not any(word in title for title in titles for word in ("寒假", "暑假", "开学", "过年"))


def test_an_empty_library_proposes_nothing(library: Library) -> None:
    empty = Library(taxonomy=library.taxonomy, regions=library.regions)
    directory = Directory(empty, RegionTree(empty.regions), china())
    assert all(three == () for three in propose(empty, MAY, Known(asked={}), directory).values())


def test_a_baby_is_not_before_an_examination(library: Library, directory: Directory) -> None:
    found = propose(library, MAY, Known(), directory)
    assert any("升学考试前" in one.why for one in found["senior"])
    assert not any("升学考试前" in one.why for one in found["preschool"])
