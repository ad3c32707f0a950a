"""How well an index finds: recall, reciprocal rank and abstention over cases, against plain BM25. No thresholds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

import yaml

from indexes.engine import SearchEngine
from indexes.hits import Query

T = TypeVar("T")


class CaseError(Exception):
    """A file of cases that cannot be read; the sentence names the file and the line or item."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question and what should be found: any of `entries`, or an entry whose primary topic is among `topics`.

    `inside` False means that the library has nothing to say to it and should not pretend.
    """

    question: str
    entries: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    inside: bool = True
    stage: str | None = None
    family: str | None = None
    region: str | None = None
    context: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """Over `cases` questions that have an answer: shares of 0..1."""

    cases: int = 0
    recall1: float = 0.0
    recall3: float = 0.0
    mrr: float = 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured; shares are 0..1.

    `rejected`: of the questions outside, those that got no answer and no choice; `turned_away`: of those inside,
    those that were told there is nothing; `answered`: of those inside, those answered outright, and `right`: of
    these, those where the first hit is a right one. `missed`: questions inside where none of three was.
    """

    found: Figures
    baseline: Figures
    topics: Mapping[str, Figures]
    outside: int
    rejected: float
    turned_away: float
    answered: float
    right: float
    missed: tuple[str, ...] = field(default_factory=tuple)

    def table(self) -> str:
        """The figures as text to print, worst topics first."""
        lines = [
            f"{'':24}{'n':>5}{'R@1':>8}{'R@3':>8}{'MRR':>8}",
            _line("engine", self.found),
            _line("BM25 alone", self.baseline),
            "",
            *(_line(topic, figures) for topic, figures in self._worst_first()),
            "",
            f"outside rejected {self.rejected:.1%} of {self.outside}; inside turned away {self.turned_away:.1%}",
            f"answered outright {self.answered:.1%}, of these right {self.right:.1%}",
        ]
        return "\n".join(lines)

    def _worst_first(self) -> list[tuple[str, Figures]]:
        return sorted(self.topics.items(), key=lambda item: item[1].recall1)


def load_cases(folder: Path) -> tuple[Case, ...]:
    """Read every .yaml and .jsonl file of a folder, or one such file."""
    paths = [folder] if folder.is_file() else sorted([*folder.glob("*.yaml"), *folder.glob("*.jsonl")])
    return tuple(_case(item, f"{path.name} {at}") for path in paths for at, item in enumerate(_items(path), start=1))


def _items(path: Path) -> list[Any]:
    text = path.read_text(encoding="utf-8")
    try:
        if path.suffix == ".jsonl":
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        held = yaml.safe_load(text) or []
    except (ValueError, yaml.YAMLError) as error:
        raise CaseError(f"{path.name} 读不出来：{error}") from error
    if not isinstance(held, list):
        raise CaseError(f"{path.name} 应当是一个列表")
    return held


def _case(item: Any, where: str) -> Case:
    if not isinstance(item, dict) or not isinstance(item.get("question"), str):
        raise CaseError(f"{where} 没有 question")
    known = {one.name for one in fields(Case)}
    held: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in item.items() if name in known
    }
    case = Case(**{name: value for name, value in held.items() if value is not None})
    if case.inside and not (case.entries or case.topics):
        raise CaseError(f"{where} 要么写 entries 或 topics，要么写 inside: false")
    return case


def evaluate(engine: SearchEngine, cases: Sequence[Case]) -> Report:
    """Ask the engine, and BM25 alone, all the cases."""
    primary = {entry.id: entry.topics[0] for entry in engine.release.library.entries.values() if entry.topics}

    def place(case: Case, ids: Iterable[str]) -> int | None:
        hits = (at for at, found in enumerate(ids, 1) if found in case.entries or primary.get(found) in case.topics)
        return next(hits, None)

    inside = [case for case in cases if case.inside]
    beyond = [case for case in cases if not case.inside]
    hits = [engine.search(_query(case)) for case in inside]
    places = [place(case, (hit.id for hit in found.items)) for case, found in zip(inside, hits, strict=True)]
    plain = [place(case, engine.plain(_query(case))) for case in inside]
    verdicts = [found.verdict for found in hits]
    sure = [at for at, said in zip(places, verdicts, strict=True) if said == "answer"]
    refused = [engine.search(_query(case)).verdict for case in beyond]
    return Report(
        _figures(places),
        _figures(plain),
        _by_topic(inside, places),
        len(beyond),
        _share(refused, lambda said: said in ("none", "clarify")),
        _share(verdicts, lambda said: said == "none"),
        len(sure) / max(len(places), 1),
        _share(sure, lambda at: at == 1),
        tuple(case.question for case, at in zip(inside, places, strict=True) if at is None),
    )


def _query(case: Case) -> Query:
    return Query(case.question, case.context, case.region, case.stage, case.family, ("entry",), 3)


def _by_topic(cases: Sequence[Case], places: Sequence[int | None]) -> dict[str, Figures]:
    by_topic: dict[str, list[int | None]] = {}
    for case, at in zip(cases, places, strict=True):
        by_topic.setdefault(case.topics[0] if case.topics else "-", []).append(at)
    return {topic: _figures(found) for topic, found in by_topic.items()}


def _figures(places: Sequence[int | None]) -> Figures:
    return Figures(
        len(places),
        _share(places, lambda at: at == 1),
        _share(places, lambda at: at is not None and at <= 3),
        sum(1 / at for at in places if at) / max(len(places), 1),
    )


def _share(values: Sequence[T], wanted: Callable[[T], bool]) -> float:
    return sum(map(wanted, values)) / max(len(values), 1)


def _line(name: str, figures: Figures) -> str:
    return f"{name:24}{figures.cases:>5}{figures.recall1:>8.1%}{figures.recall3:>8.1%}{figures.mrr:>8.3f}"
