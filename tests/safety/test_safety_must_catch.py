"""Every expression of the must-catch list is at a level that is right for it, with the classifier and without."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.safety import assess
from bot.safety.patterns import HERE, read_yaml

ROWS: list[list[str]] = read_yaml("must_catch.yaml")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:24])
def test_nothing_of_the_list_is_missed(row: list[str]) -> None:
    text, *right = row
    assert assess(text).level in right


def test_the_list_is_whole_and_packaged() -> None:
    assert Path(HERE / "must_catch.yaml").is_file()
    assert len(ROWS) >= 300
    assert len({row[0] for row in ROWS}) == len(ROWS)
    assert {level for row in ROWS for level in row[1:2]} == {"none", "concern", "high", "urgent"}
