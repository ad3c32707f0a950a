"""What a trial shows of two indexes: other answers, not other titles of the same; of sealed questions numbers alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.jobs import building
from indexes.engine import SearchEngine
from indexes.patch import patched
from knowledge.exam import Question
from knowledge.release import freeze

KEY = "screens-junior-phone-conflict"
OPEN = Question("谁也没有写过的一件事", entries=("gone",), part="school")
SEALED = Question("另一件没有写过的事", entries=("gone",), part="scraps")


@pytest.fixture
def renamed(index_path: Path, tmp_path: Path) -> Path:
    """An index in which one entry has another title, and nothing else is other."""
    base = SearchEngine.open(index_path)
    library = base.release.library
    entry = library.entries[KEY]
    mended = replace(entry, title=f"{entry.title}呢")
    engine = patched(freeze(replace(library, entries={**library.entries, KEY: mended}), 2), tmp_path, base)
    assert engine is not None
    return engine.path


async def test_an_entry_that_has_another_title_is_no_other_answer(index_path: Path, renamed: Path) -> None:
    entry = SearchEngine.open(index_path).release.library.entries[KEY]
    asked = [{"text": text, "region": None, "stage": None} for text in entry.wordings[:8]]
    exam = [Question(text, entries=(KEY,), part="school") for text in entry.wordings[:8]]
    found = await building.compare(index_path, renamed, exam, asked)
    assert found["asked"] == len(asked)
    assert found["exam"][0]["first"] > 0.5
    assert found["changed"] == found["turned"] == []


async def test_sealed_questions_are_counted_and_not_told(index_path: Path) -> None:
    found = await building.compare(index_path, index_path, [OPEN, SEALED], [])
    for figures in found["exam"]:
        assert figures["cases"] == 2
        assert figures["missed"] == [OPEN.question]
