"""Indexes on the disk: what is kept, what goes, and what a build in another process leaves when it is refused."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from bot.jobs import building
from bot.jobs.building import KEPT, LIBRARIES, NotBuiltError
from indexes.build import kept_library
from indexes.engine import SearchEngine
from knowledge import exam, files
from knowledge.release import freeze


def a_build(root: Path, name: str, age: int) -> None:
    """Put a directory there that looks like a build of some time ago."""
    place = root / name
    place.mkdir(parents=True)
    (place / "library.json").write_text(name)
    (place / "manifest.json").write_text("{}")
    at = (place / "manifest.json").stat().st_mtime - age
    os.utime(place / "manifest.json", (at, at))


def names(root: Path) -> set[str]:
    return {path.name for path in root.iterdir()}


async def nobody(_step: str, _share: float) -> None:
    """Hear nothing."""


def test_of_an_old_build_the_library_is_kept(tmp_path: Path) -> None:
    for age in range(KEPT + 2):
        a_build(tmp_path, f"{100 - age}-build", age)
    live, gone = f"{100 - KEPT - 1}-build", f"{100 - KEPT}-build"
    building.tidy(tmp_path, live)
    assert not (tmp_path / gone).exists()
    assert kept_library(tmp_path, gone).read_text() == gone
    assert (tmp_path / live / "library.json").is_file()  # the oldest, but it is the one that answers


def test_not_every_library_is_kept_for_ever(tmp_path: Path) -> None:
    kept_library(tmp_path, "").parent.mkdir()
    for age in range(LIBRARIES + 3):
        path = kept_library(tmp_path, f"{age}-old")
        path.write_text("{}")
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    building.tidy(tmp_path, None)
    left = {path.name for path in kept_library(tmp_path, "").parent.iterdir()}
    assert left == {f"{age}-old.json" for age in range(LIBRARIES)}


def test_what_a_killed_build_left_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    a_build(tmp_path, "7-whole", 0)
    (tmp_path / ".8-half-x1").mkdir()
    (tmp_path / ".release-8.json").write_text("{}")
    (tmp_path / ".LIVE-x").write_text("7-whole")  # somebody is writing the pointer just now
    building.clear(tmp_path)
    assert names(tmp_path) == {"7-whole", ".LIVE-x"}


async def test_a_build_in_another_process_that_fails_the_exam_gives_the_questions_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    library = files.load()
    kept = next(entry for entry in library.entries.values() if entry.topics[0] == "screens")
    thin = replace(library, entries={kept.id: replace(kept, related=())}, paraphrases={})
    questions = exam.load(files.CONTENT / exam.FOLDER)[::10]
    with pytest.raises(NotBuiltError, match="考题只找到") as refused:
        await building.build(freeze(thin, 5), tmp_path, model=None, dense=False, exam=questions, told=nobody)
    assert set(refused.value.missed) <= {one.question for one in questions}
    assert len(refused.value.missed) > len(questions) / 3
    assert names(tmp_path) == set()


async def test_a_build_in_another_process_tells_how_far_it_is(tmp_path: Path) -> None:
    steps: list[str] = []

    async def told(step: str, _share: float) -> None:
        steps.append(step)

    release = freeze(files.load(), 6)
    name = await building.build(release, tmp_path, model=None, dense=False, exam=(), told=told)
    assert steps == ["words", "check", "done"]
    assert SearchEngine.open(tmp_path / name).release == release
