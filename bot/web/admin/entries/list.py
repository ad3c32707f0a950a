"""The list of entries: by state, searched, filtered, sorted, counted; what is due for review first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from bot.store.changes import Change
from bot.store.entry_figures import Helped
from bot.web.admin.entries.checking import plain
from bot.web.admin.entries.form import entry_of
from bot.web.sheets import FEW
from knowledge.check import Problem
from knowledge.editorial import STATE_WORDS, State
from knowledge.model import Entry, Library
from knowledge.rules.problem import place

PAGE = 50
TABS = (
    ("live", "在用"),
    ("due", "过了审读日"),
    (State.DRAFT.value, "草稿"),
    (State.IN_REVIEW.value, "待审"),
    (State.APPROVED.value, "已批准"),
    ("out", "停用"),
    ("given-up", "放弃的"),
)
SORTS = (
    ("review", "先看过期的"),
    ("problems", "先看要改的"),
    ("shown", "看得多的在前"),
    ("helped", "少人觉得有帮助的在前"),
    ("title", "按标题"),
)
INTENT_WORDS: Mapping[str, str] = {"guidance": "指导", "policy": "政策", "service": "办事"}
ORIGINS: Mapping[str, str] = {"import": "来自导入", "question": "来自没答上的", "call": "来自电话核实"}
FILTERS = ("tab", "q", "topic", "stage", "family", "intent", "problem", "sort")


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in the list; `change` is what is on its way, if anything.

    `origin` says where the change came from.
    """

    entry: Entry
    topics: tuple[str, ...]
    stages: tuple[str, ...]
    intent: str
    problems: tuple[str, ...]
    left: int
    change: Change | None
    state: str
    shown: int
    helped: Helped
    origin: str = ""

    @property
    def review(self) -> str:
        """How long until it must be read again."""
        return f"剩 {self.left} 天" if self.left >= 0 else f"过 {-self.left} 天"

    @property
    def share(self) -> str:
        """The share of those who said that it helped."""
        if not self.helped.said:
            return "还没有"
        return f"{self.helped.yes / self.helped.said:.0%}" if self.helped.said >= FEW else f"不足 {FEW} 人"


@dataclass(frozen=True, slots=True)
class Held:
    """Everything that the list is made of."""

    library: Library
    changes: tuple[Change, ...]
    problems: Mapping[str, tuple[str, ...]]
    shown: Mapping[str, int]
    helped: Mapping[str, Helped]
    today: date


def by_entry(problems: Iterable[Problem], library: Library) -> dict[str, tuple[str, ...]]:
    """Give the problems of each entry, in words for educators."""
    keys = {place(entry): entry.id for entry in library.entries.values()}
    found: dict[str, list[str]] = {}
    for problem in problems:
        if key := keys.get(problem.where):
            found.setdefault(key, []).append(plain(problem.message, library))
    return {key: tuple(sentences) for key, sentences in found.items()}


def tabbed(held: Held) -> dict[str, list[Line]]:
    """Give the lines of every tab."""
    opened = {change.key: change for change in held.changes if change.state in _OPEN}
    tabs: dict[str, list[Line]] = {name: [] for name, _ in TABS}
    for entry in held.library.entries.values():
        line = _line(held, entry, opened.get(entry.id))
        tabs["live"].append(line)
        if line.left < 0:
            tabs["due"].append(line)
    seen: set[str] = set()
    for change in held.changes:  # the one touched last first
        if change.key in seen and change.state not in _OPEN:
            continue
        seen.add(change.key)
        if name := _tab(change, held.library, opened):
            live = held.library.entries.get(change.key)
            body = change.body or {"title": change.title}
            entry = live if change.body is None and live is not None else entry_of(body, change.key, held.today)
            tabs[name].append(_line(held, entry, change))
    return tabs


_OPEN = (State.DRAFT, State.IN_REVIEW, State.APPROVED)


def _tab(change: Change, library: Library, opened: Mapping[str, Change]) -> str:
    if change.state in _OPEN:
        return change.state.value
    if change.key in library.entries or change.key in opened:
        return ""
    return "out" if change.state is State.PUBLISHED else "given-up"


def chosen(lines: Iterable[Line], want: Mapping[str, str]) -> list[Line]:
    """Filter and sort."""
    return sorted((line for line in lines if _matches(line, want)), key=_ORDERS.get(want["sort"], _ORDERS["review"]))


_ORDERS: Mapping[str, Callable[[Line], tuple[object, ...]]] = {
    "review": lambda line: (line.entry.review_by, line.entry.title),
    "problems": lambda line: (-len(line.problems), line.entry.review_by),
    "shown": lambda line: (-line.shown, line.entry.title),
    "helped": lambda line: (
        line.helped.said < FEW,
        line.helped.yes / line.helped.said if line.helped.said else 1.0,
        line.entry.review_by,
    ),
    "title": lambda line: (line.entry.title,),
}


def address(want: Mapping[str, str], **other: object) -> str:
    """Write the address of a view, so that it can be sent to a colleague."""
    kept = {name: str(value) for name, value in {**want, **other}.items() if value and (name, value) not in _USUAL}
    return "/admin/entries" + ("?" + urlencode(kept) if kept else "")


_USUAL = {("tab", "live"), ("sort", "review"), ("page", 1)}


def _matches(line: Line, want: Mapping[str, str]) -> bool:
    entry = line.entry
    fits = (
        (not want["topic"] or want["topic"] in entry.topics)
        and (not want["stage"] or not entry.stages or want["stage"] in entry.stages)
        and (not want["family"] or want["family"] in entry.families)
        and (not want["intent"] or want["intent"] == entry.intent)
        and (not want["problem"] or bool(line.problems))
    )
    words = want["q"].lower()
    texts = (entry.title, entry.brief, entry.full, *entry.wordings)
    return fits and (not words or any(words in text.lower() for text in texts))


def _line(held: Held, entry: Entry, change: Change | None) -> Line:
    names = _names(held.library)
    state = ""
    if change is not None:
        taken_out = change.body is None and change.state in _OPEN
        state = f"停用{STATE_WORDS[change.state]}" if taken_out else STATE_WORDS[change.state]
    return Line(
        entry,
        tuple(names["topics"].get(topic, topic) for topic in entry.topics),
        tuple(names["stages"].get(stage, stage) for stage in entry.stages),
        INTENT_WORDS[entry.intent],
        held.problems.get(entry.id, ()),
        (entry.review_by - held.today).days,
        change,
        state,
        held.shown.get(entry.id, 0),
        held.helped.get(entry.id, Helped()),
        ORIGINS.get(change.origin, "") if change is not None else "",
    )


def _names(library: Library) -> Mapping[str, Mapping[str, str]]:
    taxonomy = library.taxonomy
    return {
        "topics": {topic.id: topic.name for topic in taxonomy.topics.values()},
        "stages": {stage.id: stage.name for stage in taxonomy.stages.values()},
    }
