"""The exam: questions as parents type them, each with what answers it. Written apart from the entries' wordings.

The publish check and `eval` ask it of an index; nobody who writes wordings copies from it, or it measures nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

FOLDER = "exam"  # beside the entries, below the content folder
SEALED = frozenset({"laments", "scraps", "sisters"})  # files that no weight and no threshold is ever set by

INTENTS = (
    *("guidance", "policy", "service", "activity", "crisis", "handoff", "suggestion", "profile", "smalltalk"),
    "out-of-scope",
)
RISKS = ("none", "concern", "high", "urgent")


class ExamError(Exception):
    """A file of questions that cannot be read; the sentence names the file and the line or item."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question and what should be found.

    `entries` are the ids of the entries that answer it; without them any entry whose primary topic is among `topics`
    counts. `listings` are the listings, activities and duties that answer it. `inside` False means that the library
    has nothing to say to it and should not pretend. `part` is the name of its file. The rest is what is known of the
    parent beside the words.
    """

    question: str
    entries: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    inside: bool = True
    stage: str | None = None
    family: str | None = None
    region: str | None = None
    context: str = ""
    intent: str = "guidance"
    risk: str = "none"
    part: str = ""

    @property
    def sealed(self) -> bool:
        """Whether it is only for testing: nothing is set by it."""
        return self.part in SEALED


def load(place: Path) -> tuple[Question, ...]:
    """Read every .yaml and .jsonl file of a folder, or one such file.

    Raises:
        ExamError: a file or an item that cannot be read.
    """
    paths = [place] if place.is_file() else sorted([*place.glob("*.yaml"), *place.glob("*.jsonl")])
    return tuple(
        _question(item, f"{path.name} {at}", path.stem) for path in paths for at, item in enumerate(_items(path), 1)
    )


def _items(path: Path) -> list[Any]:
    text = path.read_text(encoding="utf-8")
    try:
        if path.suffix == ".jsonl":
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        held = yaml.load(text, Loader=yaml.CSafeLoader) or []
    except (ValueError, yaml.YAMLError) as error:
        raise ExamError(f"{path.name} 读不出来：{error}") from error
    if not isinstance(held, list):
        raise ExamError(f"{path.name} 应当是一个列表")
    return held


def _question(item: Any, where: str, part: str) -> Question:
    if not isinstance(item, dict) or not isinstance(item.get("question"), str):
        raise ExamError(f"{where} 没有 question")
    known = {one.name for one in fields(Question)} - {"part"}
    held: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in item.items() if name in known
    }
    found = Question(**{name: value for name, value in held.items() if value is not None}, part=part)
    if found.inside and not (found.entries or found.topics or found.listings):
        raise ExamError(f"{where} 要么写 entries、listings 或 topics，要么写 inside: false")
    return found
