"""The exam: how often an index finds the right entry and topic, and how well it knows when it does not.

Every figure comes with its interval, and the engine is compared with each baseline case by case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from indexes.baselines import baselines
from indexes.documents import Document
from indexes.engine import SearchEngine
from indexes.figures import Difference, Share, auroc, difference, share
from indexes.hits import Hits, Query, Verdict
from indexes.text import informative
from knowledge.exam import Question

DEEP = 10  # places that are looked at
ENGINE = "engine"
_REFUSED: tuple[Verdict, ...] = ("none", "clarify")


@dataclass(frozen=True, slots=True)
class Place:
    """Where, from 1, the first right entry and the first of a right topic came; 0 where none did."""

    entry: int
    topic: int


@dataclass(frozen=True, slots=True)
class Sat:
    """One question, asked: the places of the right ones, and what the engine thought."""

    question: Question
    place: Place
    hits: Hits

    @property
    def right(self) -> bool:
        """Whether the first is a right entry."""
        return self.place.entry == 1


@dataclass(frozen=True, slots=True)
class Figures:
    """Over `cases` questions that have an answer."""

    cases: int
    topic1: Share
    topic3: Share
    entry1: Share
    entry3: Share
    mrr: Share

    @classmethod
    def of(cls, places: Sequence[Place]) -> Figures:
        """Count the places."""
        topics, entries = [at.topic for at in places], [at.entry for at in places]
        return cls(
            len(places),
            share([_within(at, 1) for at in topics]),
            share([_within(at, 3) for at in topics]),
            share([_within(at, 1) for at in entries]),
            share([_within(at, 3) for at in entries]),
            share([1 / at if at else 0.0 for at in entries]),
        )


@dataclass(frozen=True, slots=True)
class Abstention:
    """How well it knows when not: all shares.

    `scope`: AUROC of what the engine believes to be inside. Of the refusals (no answer and no choice), `precision` are
    of questions outside; of the questions outside, `recall` are refused. `turned_away`: of those inside, told that
    there is nothing. `answered`: of those inside, answered outright; `right`: of these, by a right entry; `fair`: by
    one of a right topic. `chosen`: of those offered a choice, the right entry is among the three.
    """

    outside: int
    scope: float
    precision: Share
    recall: Share
    turned_away: Share
    answered: Share
    right: Share
    fair: Share
    chosen: Share


@dataclass(frozen=True, slots=True)
class Step:
    """What a threshold would do, in shares.

    Of the questions inside, `given` reach it, and of these `right` have the right entry (first, or for `three` among
    three); of those outside, `outside` reach it.
    """

    at: float
    given: float
    right: float
    outside: float


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured.

    `rivals` are the baselines, `gains` the lead in topic@1 and entry@1 on the same questions. `curves` tell for
    each belief (inside, first, three) what every threshold would do.
    """

    found: Figures
    rivals: Mapping[str, Figures]
    gains: Mapping[str, tuple[Difference, Difference]]
    knowing: Abstention
    groups: Mapping[str, Mapping[str, Figures]]
    curves: Mapping[str, tuple[Step, ...]]
    missed: tuple[str, ...] = field(default_factory=tuple)


def evaluate(
    engine: SearchEngine, questions: Sequence[Question], *, rivals: bool = True, found: Sequence[Hits] | None = None
) -> Report:
    """Ask the engine every question, and the baselines those that entries answer.

    `found` is what the engine had, if it was asked already: of those that are ours, then of the others.
    """
    inside, beyond = ours_and_others(questions)
    judge = Judge(engine)
    hits = engine.search_many([query_of(asked) for asked in (*inside, *beyond)]) if found is None else found
    sat, refusing = judge.judged(inside, hits[: len(inside)]), hits[len(inside) :]
    ours = [one.place for one in sat]
    places = _rivals(engine, inside, judge) if rivals else {}
    return Report(
        Figures.of(ours),
        {name: Figures.of(theirs) for name, theirs in places.items()},
        {name: _gains(ours, theirs) for name, theirs in places.items()},
        _knowing(sat, refusing),
        {name: _grouped(sat, key) for name, key in _GROUPS.items()} | {"topic": _grouped(sat, judge.topic)},
        curves(sat, refusing),
        tuple(one.question.question for one in sat if not _within(one.place.entry, 3)),
    )


def ours_and_others(questions: Sequence[Question]) -> tuple[list[Question], list[Question]]:
    """Part those that entries answer from those that are not ours."""
    inside = [asked for asked in questions if asked.inside and (asked.entries or asked.topics)]
    return inside, [asked for asked in questions if not asked.inside]


def found_among_three(engine: SearchEngine, asked: Question) -> bool:
    """Whether a right entry is among the first three."""
    return bool({hit.id for hit in engine.search(query_of(asked)).items[:3]} & set(asked.entries))


def query_of(asked: Question) -> Query:
    """A question as the engine is asked it."""
    return Query(asked.question, asked.context, asked.region, asked.stage, asked.family, ("entry",), DEEP)


class Judge:
    """Says where the right ones stand."""

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine
        self._primary = {entry.id: entry.topics[0] for entry in engine.release.library.entries.values() if entry.topics}

    def sit(self, questions: Sequence[Question]) -> list[Sat]:
        """Ask the engine."""
        return self.judged(questions, self._engine.search_many([query_of(asked) for asked in questions]))

    def judged(self, questions: Sequence[Question], found: Sequence[Hits]) -> list[Sat]:
        """Put what was found beside what should be."""
        return [
            Sat(asked, self.place(asked, (hit.id for hit in hits.items)), hits)
            for asked, hits in zip(questions, found, strict=True)
        ]

    def place(self, asked: Question, found: Iterable[str]) -> Place:
        """Where the right entry and topic come. Without entries any entry of a right topic is right."""
        topics = self._topics(asked)
        entry = topic = 0
        for at, name in enumerate(found, 1):
            fits = self._primary.get(name) in topics
            topic = topic or at * fits
            entry = entry or at * (name in asked.entries if asked.entries else fits)
        return Place(entry, topic)

    def topic(self, sat: Sat) -> str:
        """The topic that a question counts for."""
        asked = sat.question
        return self._primary.get(asked.entries[0], "-") if asked.entries else asked.topics[0]

    def _topics(self, asked: Question) -> set[str]:
        return {self._primary[name] for name in asked.entries if name in self._primary} | set(asked.topics)


def _rivals(engine: SearchEngine, questions: Sequence[Question], judge: Judge) -> dict[str, list[Place]]:
    """Where the right ones stand for each baseline. They too see only what holds where the parent is."""
    free = {asked.region: engine.open_to(asked.region) for asked in questions}
    held: list[Document] = list(engine.documents)
    found: dict[str, list[Place]] = {}
    for name, score in baselines(held, engine.embedder).items():
        found[name] = [_place(score(asked.question), free[asked.region], held, asked, judge) for asked in questions]
    return found


def _place(scores: np.ndarray, free: np.ndarray, held: Sequence[Document], asked: Question, judge: Judge) -> Place:
    best = free[np.argsort(-scores[free], kind="stable")[:DEEP]]
    return judge.place(asked, (held[at].id for at in best if scores[at] > 0))


def _gains(ours: Sequence[Place], theirs: Sequence[Place]) -> tuple[Difference, Difference]:
    return (
        difference([_within(at.topic, 1) for at in ours], [_within(at.topic, 1) for at in theirs]),
        difference([_within(at.entry, 1) for at in ours], [_within(at.entry, 1) for at in theirs]),
    )


def _knowing(sat: Sequence[Sat], outside: Sequence[Hits]) -> Abstention:
    refused = [one.hits.verdict in _REFUSED for one in sat]
    rejected = [hits.verdict in _REFUSED for hits in outside]
    given = [one for one in sat if one.hits.verdict == "answer"]
    chosen = [one for one in sat if one.hits.verdict == "choose"]
    return Abstention(
        len(outside),
        auroc([one.hits.inside for one in sat], [hits.inside for hits in outside]),
        share([0.0] * sum(refused) + [1.0] * sum(rejected)),
        share([float(said) for said in rejected]),
        share([float(one.hits.verdict == "none") for one in sat]),
        share([float(one.hits.verdict == "answer") for one in sat]),
        share([float(one.right) for one in given]),
        share([_within(one.place.topic, 1) for one in given]),
        share([_within(one.place.entry, 3) for one in chosen]),
    )


def curves(sat: Sequence[Sat], outside: Sequence[Hits]) -> dict[str, tuple[Step, ...]]:
    """What every threshold would do, for each belief."""
    return {name: _curve(sat, outside, belief, places) for name, (belief, places) in _BELIEFS.items()}


def _curve(
    sat: Sequence[Sat], outside: Sequence[Hits], belief: Callable[[Hits], float], places: int
) -> tuple[Step, ...]:
    steps = []
    for at in _STEPS:
        reached = [one for one in sat if belief(one.hits) >= at]
        right = sum(_within(one.place.entry, places) for one in reached)
        beyond = sum(belief(hits) >= at for hits in outside)
        steps.append(
            Step(at, len(reached) / max(len(sat), 1), right / max(len(reached), 1), beyond / max(len(outside), 1))
        )
    return tuple(steps)


_STEPS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
_BELIEFS: Mapping[str, tuple[Callable[[Hits], float], int]] = {
    "inside": (lambda hits: hits.inside, 1),
    "first": (lambda hits: hits.first, 1),
    "three": (lambda hits: hits.three, 3),
}


def _grouped(sat: Sequence[Sat], key: Callable[[Sat], str]) -> dict[str, Figures]:
    groups: dict[str, list[Place]] = {}
    for one in sat:
        groups.setdefault(key(one), []).append(one.place)
    return {name: Figures.of(places) for name, places in sorted(groups.items())}


def _length(sat: Sat) -> str:
    telling = informative(sat.question.question)
    return next((f"{low:02}–{high - 1:02}" for low, high in _LENGTHS if telling < high), "40 and more")


_LENGTHS = ((0, 4), (4, 8), (8, 15), (15, 25), (25, 40))  # informative characters
_GROUPS: Mapping[str, Callable[[Sat], str]] = {
    "part": lambda sat: "sealed" if sat.question.sealed else "development",
    "file": lambda sat: sat.question.part,
    "stage": lambda sat: sat.question.stage or "not told",
    "length": _length,
    "intent": lambda sat: sat.question.intent,
}


def _within(at: int, places: int) -> float:
    return float(0 < at <= places)
