"""Paraphrases: read and written with their entries, and no words twice."""

from dataclasses import replace
from pathlib import Path

import pytest
from a_library import WORDINGS, entry, library

from knowledge import paraphrase_files
from knowledge.check import check
from knowledge.files import ContentError, dump, load
from knowledge.model import Library
from knowledge.release import digest, freeze, read, write

LINES = ("被窝里亮着", "2 点了还在刷", "说好的: 九点交")


def told(*lines: str, **others: tuple[str, ...]) -> Library:
    return replace(library(), paraphrases={"screens-slams-door": lines, **others})


def test_they_survive_writing_and_reading(tmp_path: Path) -> None:
    dump(told(*LINES), tmp_path)

    assert (tmp_path / "paraphrases/screens.yaml").exists()
    assert load(tmp_path) == told(*LINES)


def test_they_go_with_a_release_and_change_its_digest(tmp_path: Path) -> None:
    release = freeze(told(*LINES), 1)
    write(release, tmp_path / "library.json")

    assert read(tmp_path / "library.json") == release
    assert digest(told(*LINES)) != digest(library())


def test_lines_whose_entry_is_gone_are_not_kept(tmp_path: Path) -> None:
    dump(told(*LINES, gone=("没有这一条",)), tmp_path)

    assert load(tmp_path).paraphrases.keys() == {"screens-slams-door"}


@pytest.mark.parametrize(
    "text", ["- 一行", "screens-slams-door: 一行", "screens-slams-door:\n  - {a: b}", "screens: ["]
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    dump(library(), tmp_path)
    (tmp_path / "paraphrases").mkdir()
    (tmp_path / "paraphrases/screens.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(ContentError, match=r"paraphrases/screens\.yaml"):
        load(tmp_path)


def test_an_entry_stands_in_one_file(tmp_path: Path) -> None:
    dump(told(*LINES), tmp_path)
    (tmp_path / "paraphrases/zz.yaml").write_text("screens-slams-door:\n  - 又一行\n", encoding="utf-8")

    with pytest.raises(ContentError, match="在别的文件里已有"):
        load(tmp_path)


@pytest.mark.parametrize("line", [WORDINGS[0] + "！", LINES[0], "……"])
def test_the_same_words_stand_once_and_are_words(line: str) -> None:
    assert {problem.rule for problem in check(told(*LINES, line))} == {"paraphrases"}


def test_a_line_may_not_be_another_entry_s(tmp_path: Path) -> None:
    two = replace(told(LINES[0], other=(LINES[0],)), entries={"screens-slams-door": entry(), "other": entry("other")})

    assert "paraphrases" in {problem.rule for problem in check(two)}
    assert paraphrase_files.write(two).keys() == {"screens"}
