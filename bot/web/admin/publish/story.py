"""Releases as the page tells them: their state in words, how far one is, what a trial has shown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.safety.recognised import Count, Part
from bot.store import releases
from bot.store.releases import Publishing
from bot.web.sheets import FEW
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


SOURCES = {"parent": "家长问过", "tried": "成批试问", "wording": "条目的问法", "exam": "考题"}
_DANGERS: dict[Part, str] = {"must": "危险必须认出", "grave": "没教过的危险说法", "calm": "平常话不误报"}
_SUBJECTS = (
    ("第一条就对", "first", "cases"),
    ("前三条里有", "three", "cases"),
    ("主题对", "topic", "cases"),
    ("该说不知道", "refused", "outside"),
)
# Questions of danger get the protocol first, so what a search finds for them is no subject of its own.
_INTENTS = {"guidance": "其中：怎么教孩子", "policy": "其中：政策规定"}
FEWER = f"不足 {FEW} 人"
_FEW = 10  # questions: a group of fewer tells nothing


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


@dataclass(frozen=True, slots=True)
class Turned:
    """A question that gets another answer: where it comes from, how many parents asked it, what is said then and now.

    `asked` are words: of few parents no number is told, and of what no parent asked nothing.
    """

    text: str
    source: str
    asked: str
    before: str
    after: str


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
    """Give the exam before and after: the lines of every release, the rest where it was compared."""
    return [*_lines(report), *_exam(report)]


def _lines(report: dict[str, Any]) -> list[Subject]:
    sat = report.get("lookups")
    if not sat or not sat["asked"]:
        return []
    return [Subject("热线和服务问得到", sat["before"] / sat["asked"], sat["after"] / sat["asked"], sat["asked"])]


def _exam(report: dict[str, Any]) -> list[Subject]:
    compared = report.get("compared")
    if not compared:
        return []
    before, after = compared["exam"]
    whole = [Subject(name, before[key], after[key], after[of]) for name, key, of in _SUBJECTS]
    of = {name: (before.get("groups", {}), after.get("groups", {})) for name in _INTENTS}
    parts = [
        Subject(words, old[name]["first"], new[name]["first"], new[name]["cases"])
        for name, words in _INTENTS.items()
        for old, new in [of[name]]
        if name in old and name in new and new[name]["cases"] >= _FEW
    ]
    return [*whole, *parts]


def dangers(found: Mapping[Part, Count] | None) -> list[tuple[str, Count]] | None:
    """Put in words how well danger is known by the rules in force; None while it is being asked."""
    return None if found is None else [(words, found[part]) for part, words in _DANGERS.items()]


def parents(report: dict[str, Any]) -> set[int]:
    """Give the numbers of parents' questions that a trial tells of: their words are kept elsewhere."""
    return {number for one in (report.get("compared") or {}).get("changed", ()) for number in one.get("ids", ())}


def changed(report: dict[str, Any], texts: Mapping[int, str]) -> list[Turned]:
    """Give the questions that get another answer; of those whose parent was erased meanwhile nothing is left."""
    made = []
    for one in (report.get("compared") or {}).get("changed", ()):
        known = [texts[number] for number in one.get("ids", ()) if number in texts]
        text = one.get("text") or next(iter(known), "")
        if text:
            source = SOURCES.get(one.get("source", "parent"), "")
            asked = _parents(len(known)) if known else ""
            made.append(Turned(text, source, asked, _shown(one["before"]), _shown(one["after"])))
    return made


def _parents(many: int) -> str:
    return f"{many} 人" if many >= FEW else FEWER


def _shown(said: Any) -> str:
    """Put in words what is said to a question: a verdict and a title; earlier reports have the title alone."""
    if isinstance(said, str):
        return said or "没答上"
    verdict, title = str(said[0]), str(said[1])
    return {"answer": title, "choose": f"让家长选，第一个是《{title}》", "clarify": "再问一句"}.get(verdict, "没答上")


def newly_missed(report: dict[str, Any]) -> list[str]:
    """Give the questions of the exam that were found before a trial and are not after it."""
    compared = report.get("compared")
    if not compared:
        return []
    before, after = compared["exam"]
    known = set(before["missed"])
    return [question for question in after["missed"] if question not in known]
