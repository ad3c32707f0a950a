"""How well an index finds: recall, reciprocal rank and abstention over the exam, against plain BM25. No thresholds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from indexes.engine import SearchEngine
from indexes.hits import Query
from knowledge.exam import Question

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Figures:
    """Over `cases` questions that have an answer: shares of 0..1.

    `recall1` and `recall3`: a right entry came first, or among the first three; `topic1` and `topic3`: one of a right
    entry's topic did.
    """

    cases: int = 0
    recall1: float = 0.0
    recall3: float = 0.0
    mrr: float = 0.0
    topic1: float = 0.0
    topic3: float = 0.0


@dataclass(frozen=True, slots=True)
class _Places:
    """Where, from 1, the first right entry and the first of a right topic came; None where none did."""

    entry: int | None
    topic: int | None


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
            f"{'':24}{'n':>5}{'R@1':>8}{'R@3':>8}{'MRR':>8}{'T@1':>8}{'T@3':>8}",
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


def evaluate(engine: SearchEngine, questions: Sequence[Question]) -> Report:
    """Ask the engine, and BM25 alone, every question that entries answer, and those that nothing answers."""
    primary = {entry.id: entry.topics[0] for entry in engine.release.library.entries.values() if entry.topics}

    def place(asked: Question, ids: Iterable[str]) -> _Places:
        found, topics = list(ids), {primary.get(name, "") for name in asked.entries} or set(asked.topics)
        entry = (at for at, name in enumerate(found, 1) if _answers(asked, name, primary))
        topic = (at for at, name in enumerate(found, 1) if primary.get(name) in topics)
        return _Places(next(entry, None), next(topic, None))

    inside = [asked for asked in questions if asked.inside and (asked.entries or asked.topics)]
    beyond = [asked for asked in questions if not asked.inside]
    hits = [engine.search(_query(asked)) for asked in inside]
    places = [place(asked, (hit.id for hit in found.items)) for asked, found in zip(inside, hits, strict=True)]
    plain = [place(asked, engine.plain(_query(asked))) for asked in inside]
    verdicts = [found.verdict for found in hits]
    sure = [at.entry for at, said in zip(places, verdicts, strict=True) if said == "answer"]
    refused = [engine.search(_query(asked)).verdict for asked in beyond]
    return Report(
        _figures(places),
        _figures(plain),
        _by_topic(inside, places, primary),
        len(beyond),
        _share(refused, lambda said: said in ("none", "clarify")),
        _share(verdicts, lambda said: said == "none"),
        len(sure) / max(len(places), 1),
        _share(sure, lambda at: at == 1),
        tuple(asked.question for asked, at in zip(inside, places, strict=True) if at.entry is None),
    )


def _answers(asked: Question, found: str, primary: Mapping[str, str]) -> bool:
    """Whether an entry answers: it is one of those named, or, where none is named, its topic is."""
    return found in asked.entries if asked.entries else primary.get(found) in asked.topics


def _query(asked: Question) -> Query:
    return Query(asked.question, asked.context, asked.region, asked.stage, asked.family, ("entry",), 3)


def _by_topic(
    questions: Sequence[Question], places: Sequence[_Places], primary: Mapping[str, str]
) -> dict[str, Figures]:
    by_topic: dict[str, list[_Places]] = {}
    for asked, at in zip(questions, places, strict=True):
        topic = primary.get(asked.entries[0], "-") if asked.entries else asked.topics[0]
        by_topic.setdefault(topic, []).append(at)
    return {topic: _figures(found) for topic, found in by_topic.items()}


def _figures(places: Sequence[_Places]) -> Figures:
    entries, topics = [at.entry for at in places], [at.topic for at in places]
    return Figures(
        len(places),
        _share(entries, lambda at: at == 1),
        _share(entries, lambda at: at is not None and at <= 3),
        sum(1 / at for at in entries if at) / max(len(places), 1),
        _share(topics, lambda at: at == 1),
        _share(topics, lambda at: at is not None and at <= 3),
    )


def _share(values: Sequence[T], wanted: Callable[[T], bool]) -> float:
    return sum(map(wanted, values)) / max(len(values), 1)


def _line(name: str, figures: Figures) -> str:
    shares = f"{figures.recall1:>8.1%}{figures.recall3:>8.1%}{figures.mrr:>8.3f}"
    return f"{name:24}{figures.cases:>5}{shares}{figures.topic1:>8.1%}{figures.topic3:>8.1%}"
