"""What families write is judged as its reviewers judged it: messages that the patterns were made with."""

from __future__ import annotations

import pytest

from bot.messages import LEVELS
from bot.safety import assess
from bot.safety.labelled import LEARN, Labelled, read

REVIEWED = "reviewed.tsv"
ROWS = read(LEARN, REVIEWED)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.text[:24])
def test_a_message_is_no_further_off_than_a_concern(row: Labelled) -> None:
    """A danger is never nothing, and what is harmless is no crisis."""
    found = assess(row.text)
    if row.level == "none":
        assert not found.crisis, found
    else:
        assert found.level != "none"


def test_nearly_every_message_gets_a_level_that_its_reviewers_allow() -> None:
    wrong = [(row.text, row.right, assess(row.text).level) for row in ROWS if assess(row.text).level not in row.right]
    assert len(wrong) <= 0.03 * len(ROWS), wrong


def test_the_kind_is_nearly_always_the_reviewers_too() -> None:
    named = [row for row in ROWS if row.kind and assess(row.text).kind]
    wrong = [(row.text, row.kind, assess(row.text).kind) for row in named if assess(row.text).kind != row.kind]
    assert len(wrong) <= 0.1 * len(named), wrong


def test_urgent_messages_are_mostly_found_at_their_full_level() -> None:
    urgent = [row for row in ROWS if row.level == "urgent"]
    found = [assess(row.text).level for row in urgent]
    assert sum(LEVELS.index(level) >= LEVELS.index("high") for level in found) >= 0.98 * len(urgent)
    assert found.count("urgent") >= 0.85 * len(urgent)
