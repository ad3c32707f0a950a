"""Look-ups: questions for a line or a place, each with the listings of which one must be shown.

Packaged beside the exam, and written apart from the listings' names for each other. What asks them is
`bot.dialogue.lookups`: a change that loses one is not published. Where a packaged library is built anew, without an
index that is live, there is nothing to lose them from: those of the packaged library are held by the tests.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

import yaml

from knowledge.exam import ExamError, Question

FILE = "lookups.yaml"  # in the content folder


@dataclass(frozen=True, slots=True)
class LookUp:
    """A question and the listings of which any is right; with a time of the day, one must be open then."""

    question: str
    listings: tuple[str, ...]
    region: str | None = None
    at: time | None = None


def load(path: Path) -> tuple[LookUp, ...]:
    """Read the packaged look-ups.

    Raises:
        ExamError: the file or an item cannot be read.
    """
    try:
        held = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or []
    except (ValueError, yaml.YAMLError) as error:
        raise ExamError(f"{path.name} 读不出来：{error}") from error
    if not isinstance(held, list):
        raise ExamError(f"{path.name} 应当是一个列表")
    return tuple(_look_up(item, f"{path.name} 第 {at} 条") for at, item in enumerate(held, 1))


def of_exam(questions: Iterable[Question]) -> tuple[LookUp, ...]:
    """Give what editors' questions ask of listings: what should have been found was no entry."""
    return tuple(
        LookUp(one.question, one.listings, one.region) for one in questions if one.listings and not one.entries
    )


def _look_up(item: Any, where: str) -> LookUp:
    if not isinstance(item, dict) or not isinstance(item.get("question"), str):
        raise ExamError(f"{where} 没有 question")
    listings = item.get("listings")
    if not isinstance(listings, list) or not listings:
        raise ExamError(f"{where} 没有写 listings")
    try:
        at = time.fromisoformat(item["at"]) if "at" in item else None
    except (TypeError, ValueError) as error:
        raise ExamError(f'{where} 的 at 要写成 "23:30" 这样') from error
    return LookUp(item["question"], tuple(str(one) for one in listings), item.get("region"), at)
