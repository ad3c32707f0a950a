"""What families write is judged as the reviewers judged it."""

from __future__ import annotations

import pytest

from bot.messages import LEVELS
from bot.safety import assess
from tests.safety.messages_file import Row, rows

ROWS = rows()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.text[:24])
def test_a_message_gets_a_level_that_its_reviewers_allow(row: Row) -> None:
    found = assess(row.text)
    assert found.level in row.right, found


def test_there_are_enough_messages_of_each_sort() -> None:
    main = [row for row in ROWS if not row.section.startswith(("more", "later", "last"))]
    positives = [row for row in main if row.level != "none"]
    scenes = [row for row in positives if row.section.endswith("scenes")]
    negatives = [row for row in main if row.level == "none"]
    assert len(ROWS) >= 250
    assert len(scenes) * 2 >= len(positives) - 20  # about half of them say it without the word
    assert len({row.text for row in ROWS}) == len(ROWS)
    assert len(negatives) * 3 >= len(positives) + len(negatives)


def test_the_kind_is_nearly_always_the_reviewers_too() -> None:
    named = [row for row in ROWS if row.kinds]
    wrong = [(row.text, row.kinds, assess(row.text).kind) for row in named if assess(row.text).kind not in row.kinds]
    wrong = [one for one in wrong if one[2] is not None]
    assert len(wrong) <= 0.08 * len(named), wrong


def test_harmless_messages_are_seldom_even_a_concern() -> None:
    harmless = [row for row in ROWS if row.level == "none"]
    concerned = [row.text for row in harmless if assess(row.text).level == "concern"]
    assert len(concerned) <= 0.06 * len(harmless), concerned


def test_urgent_messages_are_mostly_found_at_their_full_level() -> None:
    urgent = [row for row in ROWS if row.level == "urgent"]
    found = [assess(row.text).level for row in urgent]
    assert all(LEVELS.index(level) >= LEVELS.index("high") for level in found)
    assert found.count("urgent") >= 0.85 * len(urgent)
