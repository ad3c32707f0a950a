"""Releases as the page tells them: their state in words, how far one is, what a trial has shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.store import releases
from bot.store.releases import Publishing
from indexes.build import kept_library

STEPS = {
    "words": "整理词句",
    "model": "学习新内容",
    "vectors": "算意思的远近",
    "check": "像陌生人一样问一遍标题",
    "exam": "考试",
    "compare": "拿家长问过的比一比",
    "done": "建好了",
}


_SUBJECTS = (
    ("第一条就对", "first", "cases"),
    ("前三条里有", "three", "cases"),
    ("主题对", "topic", "cases"),
    ("该说不知道", "refused", "outside"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """One release in the list. `badge` is the colour of its state, `may` what may be done: live, rebuild or nothing."""

    number: int
    at: datetime
    author: str
    note: str
    size: int
    state: str
    badge: str
    may: str


@dataclass(frozen=True, slots=True)
class Subject:
    """One row of the exam: before and after, as shares; `n` questions."""

    name: str
    before: float
    after: float
    n: int


def told(held: Sequence[Publishing], live: str | None, root: Path) -> list[Told]:
    """Tell of releases; looks at the disk, so call it off the loop."""
    return [
        Told(one.number, one.asked_at, one.author, one.note, len(one.new), *_state(one, live), _may(one, live, root))
        for one in held
    ]


def _state(one: Publishing, live: str | None) -> tuple[str, str]:
    if one.state == releases.BUILT:
        if one.directory == live:
            return "在用", "good"
        return ("建好了，还没发布", "info") if one.trial and one.live_at is None else ("用过", "none")
    return {
        releases.ASKED: ("排着队", "warn"),
        releases.BUILDING: ("正在建", "warn"),
        releases.REFUSED: ("没有通过", "bad"),
    }.get(one.state, ("没有建成", "bad"))


def _may(one: Publishing, live: str | None, root: Path) -> str:
    if one.state != releases.BUILT or one.directory is None or one.directory == live:
        return ""
    if (root / one.directory / "manifest.json").is_file():
        return "live"
    return "rebuild" if kept_library(root, one.directory).is_file() else ""


def progress(one: Publishing) -> tuple[str, int]:
    """Say what is being done, and how much of it is done in percent."""
    if one.state == releases.ASKED:
        return "排着队，马上开始", 0
    try:
        held = json.loads(one.progress)
        return STEPS.get(held["step"], "正在建"), round(100 * held["share"])
    except (ValueError, KeyError, TypeError):
        return "正在查和建", 10


def subjects(report: dict[str, Any]) -> list[Subject]:
    """Give the exam before and after a trial."""
    compared = report.get("compared")
    if not compared:
        return []
    before, after = compared["exam"]
    return [Subject(name, before[key], after[key], after[of]) for name, key, of in _SUBJECTS]


def newly_missed(report: dict[str, Any]) -> list[str]:
    """Give the questions of the exam that were found before a trial and are not after it."""
    compared = report.get("compared")
    if not compared:
        return []
    before, after = compared["exam"]
    known = set(before["missed"])
    return [question for question in after["missed"] if question not in known]
