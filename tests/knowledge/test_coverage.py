"""Gaps: points of the outline and topics at an age that no entry speaks to; and how much there is of everything."""

from dataclasses import replace
from pathlib import Path

import pytest
from a_library import TAXONOMY, entry, library

from knowledge import tally
from knowledge.check import Problem, check
from knowledge.files import ContentError
from knowledge.model import Library
from knowledge.outline import Point, load

OUTLINED = ("outline-2019-12-15",)


def occurring(*stages: str) -> Library:
    topics = TAXONOMY.topics | {"screens": replace(TAXONOMY.topics["screens"], stages=stages)}
    return replace(library(entries=[entry(stages=("junior",))]), taxonomy=replace(TAXONOMY, topics=topics))


def of_gaps(made: Library) -> list[Problem]:
    point = Point("12-15", "信息素养", ("screens-slams-door",))
    return [problem for problem in check(made, points=[point]) if problem.rule == "coverage"]


def of_point(*entries: str, **changes: object) -> list[str]:
    made = library(entries=[entry(**({"stages": ("junior",), "sources": OUTLINED} | changes))])
    return [problem.message for problem in check(made, points=[Point("12-15", "信息素养", entries)])]


def test_a_topic_needs_an_entry_at_every_age_at_which_it_occurs() -> None:
    assert of_gaps(occurring("junior")) == []
    (problem,) = of_gaps(occurring("primary", "junior"))
    assert (problem.where, problem.rule) == ("taxonomy.yaml#screens", "coverage")
    assert "小学" in problem.message


def test_an_entry_that_names_no_age_is_for_all() -> None:
    made = replace(occurring("primary", "junior"), entries={"screens-slams-door": entry(stages=())})
    assert of_gaps(made) == []


def test_a_library_with_gaps_may_be_published() -> None:
    assert check(occurring("primary", "junior")) == []


def test_a_point_of_the_outline_needs_an_entry_of_its_age_that_cites_it() -> None:
    assert of_point("screens-slams-door") == []
    assert of_point("screens-slams-door", stages=()) == []
    assert any("还没有条目" in message for message in of_point())
    assert any("gone 不存在" in message for message in of_point("gone"))
    assert any("不是写给这个年龄段" in message for message in of_point("screens-slams-door", stages=("primary",)))
    assert any(
        "没有 outline-2019-12-15" in message
        for message in of_point("screens-slams-door", sources=("minors-law-2024-71",))
    )


def test_the_points_are_read_from_their_file(tmp_path: Path) -> None:
    assert load(tmp_path) == ()
    (tmp_path / "outline.yaml").write_text("- {band: 0-3, about: 母乳喂养, entries: [a, b]}\n", encoding="utf-8")
    assert load(tmp_path) == (Point("0-3", "母乳喂养", ("a", "b")),)


@pytest.mark.parametrize("text", ["- {band: 1-2, about: 某事, entries: []}", "about: 不是列表", "- [", ""])
def test_a_faulty_outline_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "outline.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=r"outline\.yaml"):
        load(tmp_path)


def test_entries_are_counted_by_topic_and_stage() -> None:
    made = occurring("junior")
    assert tally.by_stage(made)["screens"] == {"primary": None, "junior": 1}
    assert tally.by_stage(made)["services"] == {"primary": 0, "junior": 0}, "where it occurs is not said"
    assert tally.by_topic(made) == {"screens": 1, "communication": 0, "services": 0}


def test_entries_are_counted_by_family_and_intent() -> None:
    made = library(entries=[entry(families=("left-behind",)), entry("screens-law", intent="policy")])
    assert tally.by_family(made) == {"left-behind": 1}
    assert tally.by_intent(made) == {"guidance": 1, "policy": 1}
