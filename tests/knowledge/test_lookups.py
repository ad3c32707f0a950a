"""The packaged look-ups can be read, and ask for listings that are there; what is written wrongly is told."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from knowledge import files, lookups
from knowledge.exam import ExamError, Question
from knowledge.files import CONTENT
from knowledge.lookups import LookUp


def test_the_packaged_ones_ask_for_listings_of_the_packaged_library() -> None:
    library = files.load()
    held = lookups.load(CONTENT / lookups.FILE)
    assert len(held) > 50
    assert len({(one.question, one.region) for one in held}) == len(held)
    for one in held:
        assert all(name in library.listings for name in one.listings), one
        assert one.region is None or one.region in library.regions, one


def test_they_are_not_copied_from_names_and_aliases() -> None:
    library = files.load()
    names = {name for one in library.listings.values() for name in (one.name, *one.aliases)}
    assert [one.question for one in lookups.load(CONTENT / lookups.FILE) if one.question in names] == []


def test_a_line_open_at_an_hour_is_read(tmp_path: Path) -> None:
    place = tmp_path / "lookups.yaml"
    place.write_text('- question: 半夜打哪个\n  listings: [one]\n  region: putuo\n  at: "23:30"\n', "utf-8")
    assert lookups.load(place) == (LookUp("半夜打哪个", ("one",), "putuo", time(23, 30)),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- listings: [one]\n", "第 1 条 没有 question"),
        ("- question: 打哪个\n", "没有写 listings"),
        ("- question: 打哪个\n  listings: [one]\n  at: 半夜\n", "at 要写成"),
        ("question: 打哪个\n", "应当是一个列表"),
        ("- [", "读不出来"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    place = tmp_path / "lookups.yaml"
    place.write_text(text, "utf-8")
    with pytest.raises(ExamError, match=words):
        lookups.load(place)


def test_an_editors_question_for_a_listing_is_one_too() -> None:
    asked = [
        Question("打哪个", listings=("one",)),
        Question("怎么办", ("entry",)),
        Question("都行", ("entry",), ("one",)),
    ]
    assert lookups.of_exam(asked) == (LookUp("打哪个", ("one",)),)
