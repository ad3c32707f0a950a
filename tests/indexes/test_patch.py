import os
from dataclasses import replace
from pathlib import Path

import pytest

from indexes import manifest
from indexes.build import BuildError, build
from indexes.engine import SearchEngine
from indexes.hits import Query
from indexes.patch import SMALL, patch, patched
from knowledge.exam import Question
from knowledge.model import Entry, Library
from knowledge.release import freeze


@pytest.fixture
def base(library: Library, tmp_path: Path) -> SearchEngine:
    engine = SearchEngine.open(build(freeze(library, 1), tmp_path, model="hashing"))
    engine.load_dense()
    return engine


def changed(library: Library, *more: Entry) -> Library:
    """One entry with other words, one gone, and some new ones."""
    other = replace(library.entries["eating-picky"], title="孩子只吃螺蛳粉", wordings=("顿顿都要螺蛳粉",))
    entries = {name: entry for name, entry in library.entries.items() if name != "romance-junior"}
    return replace(library, entries=entries | {"eating-picky": other} | {entry.id: entry for entry in more})


def opened(path: Path | None, base: SearchEngine) -> SearchEngine:
    assert path is not None
    engine = SearchEngine.open(path, like=base)
    engine.load_dense(base)
    return engine


def test_what_changed_is_found_and_what_went_is_gone(library: Library, base: SearchEngine, tmp_path: Path) -> None:
    fresh = replace(library.entries["sleep-late"], id="tent", title="要在客厅搭帐篷睡", wordings=("帐篷搭客厅",))
    engine = opened(patch(freeze(changed(library, fresh), 2), tmp_path, base), base)
    assert engine.search(Query("顿顿都要螺蛳粉")).items[0].id == "eating-picky"
    assert engine.search(Query("帐篷搭客厅")).items[0].id == "tent"
    assert "romance-junior" not in {hit.id for hit in engine.search(Query("发现孩子早恋")).items}
    assert engine.search(Query("手机拿走就踹门")).items[0].id == "phone-junior"


def test_it_answers_like_an_index_that_was_built_whole(library: Library, base: SearchEngine, tmp_path: Path) -> None:
    release = freeze(changed(library), 2)
    patched = opened(patch(release, tmp_path, base), base)
    whole = SearchEngine.open(build(release, tmp_path / "whole", model="hashing"))
    whole.load_dense()
    for entry in release.library.entries.values():
        for asked in (entry.title, *entry.wordings):
            query = Query(asked, region=entry.region)
            assert patched.search(query).items[0].id == whole.search(query).items[0].id


def test_the_model_is_taken_over_and_the_index_says_from_where(
    library: Library, base: SearchEngine, tmp_path: Path
) -> None:
    engine = opened(patch(freeze(changed(library), 2), tmp_path, base), base)
    assert engine.manifest.learned == base.manifest.digest
    assert engine.embedder is base.embedder
    assert (engine.path / "gate.npz").stat().st_ino == (base.path / "gate.npz").stat().st_ino
    manifest.verify(engine.path)
    again = opened(patch(freeze(library, 3), tmp_path, engine), engine)
    assert again.manifest.learned == base.manifest.digest


def test_without_hard_links_files_are_copied(
    library: Library, base: SearchEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_paths: Path) -> None:
        raise OSError("not on this disk")

    monkeypatch.setattr(os, "link", refused)
    engine = opened(patch(freeze(changed(library), 2), tmp_path, base), base)
    assert (engine.path / "gate.npz").stat().st_ino != (base.path / "gate.npz").stat().st_ino


def test_a_large_change_is_worth_learning(library: Library, base: SearchEngine, tmp_path: Path) -> None:
    pattern = library.entries["sleep-late"]
    many = [replace(pattern, id=f"new-{at}", title=f"新的第{at}条") for at in range(SMALL + 1)]
    assert patch(freeze(changed(library, *many), 2), tmp_path, base) is None


def test_any_change_can_be_added_where_it_is_asked_for(library: Library, base: SearchEngine, tmp_path: Path) -> None:
    pattern = library.entries["sleep-late"]
    many = [replace(pattern, id=f"new-{at}", title=f"新的第{at}条") for at in range(SMALL + 1)]
    steps: list[str] = []
    engine = patched(
        freeze(changed(library, *many), 2), tmp_path, base, most=None, progress=lambda step, _: steps.append(step)
    )
    assert engine is not None
    assert engine.search(Query("新的第30条")).items[0].id == "new-30"
    assert engine.manifest.since == SMALL + 2  # one had other words
    assert steps == ["words", "check", "exam"]


def test_a_large_change_after_which_too_little_is_found_is_refused(
    library: Library, base: SearchEngine, tmp_path: Path
) -> None:
    asked = [Question(question=f"一件谁也没有写过的事 {at}", entries=("gone",)) for at in range(4)]
    with pytest.raises(BuildError, match="考题只找到"):
        patched(freeze(changed(library), 2), tmp_path, base, asked, most=None)
    assert [path.name for path in tmp_path.iterdir()] == [base.path.name]


def test_an_engine_whose_dense_leg_is_not_there_yet_is_no_base(library: Library, tmp_path: Path) -> None:
    cold = SearchEngine.open(build(freeze(library, 1), tmp_path, model="hashing"))
    assert patch(freeze(changed(library), 2), tmp_path, cold) is None


def test_a_lexical_index_is_patched_too(library: Library, tmp_path: Path) -> None:
    base = SearchEngine.open(build(freeze(library, 1), tmp_path, dense=False))
    engine = opened(patch(freeze(changed(library), 2), tmp_path, base), base)
    assert engine.search(Query("顿顿都要螺蛳粉")).items[0].id == "eating-picky"


def test_what_cannot_find_itself_is_refused_and_leaves_nothing(
    library: Library, base: SearchEngine, tmp_path: Path
) -> None:
    blank = replace(library.entries["sleep-late"], id="blank", title="怎么办", wordings=("怎么办",))
    with pytest.raises(BuildError, match="用自己的标题也找不到：blank"):
        patch(freeze(changed(library, blank), 2), tmp_path, base)
    assert [path.name for path in tmp_path.iterdir()] == [base.path.name]


def test_a_change_that_loses_what_the_exam_asks_is_refused(
    library: Library, base: SearchEngine, tmp_path: Path
) -> None:
    asked = (Question("青菜进嘴就吐", entries=("eating-picky",)), Question("手机拿走就踹门", entries=("phone-junior",)))
    with pytest.raises(BuildError, match="青菜进嘴就吐"):
        patch(freeze(changed(library), 2), tmp_path, base, asked)
    assert patch(freeze(library, 2), tmp_path, base, asked) is not None


def test_who_loses_a_sealed_question_is_refused_and_does_not_learn_it(
    library: Library, base: SearchEngine, tmp_path: Path
) -> None:
    asked = (Question("青菜进嘴就吐", entries=("eating-picky",), part="scraps"),)
    with pytest.raises(BuildError, match="封存的题，不列") as refused:
        patch(freeze(changed(library), 2), tmp_path, base, asked)
    assert "青菜" not in str(refused.value)
