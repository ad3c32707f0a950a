"""What limits make of the exam, before anybody is answered by them. The exam is asked once; limits are quick to try."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from indexes.build import FailedExam, below_bar
from indexes.engine import SearchEngine, Weighed
from indexes.evaluate import Judge, Sat, Step, curves, ours_and_others, query_of
from indexes.hits import Verdict
from indexes.limits import Limits
from knowledge.exam import Question

TOGETHER = 10  # questions that are asked in one go, so that parents do not wait
AMONG = 3
LEAST_RIGHT = 0.8  # of what is answered outright so much must be right
LEAST_REFUSED = 0.8  # of what is not ours so much must get neither an answer nor a choice
LEAST_GIVEN = 0.5  # of what is ours so much must get one of them
_GIVEN: frozenset[Verdict] = frozenset({"answer", "choose"})

# right, wrong: answered outright. among, astray: offered a choice, with or without the right one. asked: asked back.
# refused: told that there is nothing, which is right of what is not ours alone.
Outcome = Literal["right", "wrong", "among", "astray", "asked", "refused"]
Group = Literal["ordinary", "hard", "added", "outside"]
# From the worst for a parent to the best, of what is ours and of what is not.
_OURS: tuple[Outcome, ...] = ("wrong", "astray", "refused", "asked", "among", "right")
_OTHERS: tuple[Outcome, ...] = ("wrong", "astray", "asked", "refused")


@dataclass(frozen=True, slots=True)
class Asked:
    """The exam as one release found it: what can be told of limits without asking again."""

    questions: tuple[Question, ...]
    weighed: tuple[Weighed, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many questions of a group came to what, under the limits in force and under others."""

    group: Group
    total: int
    before: Mapping[Outcome, int]
    after: Mapping[Outcome, int]


@dataclass(frozen=True, slots=True)
class Turned:
    """A question that comes to something else: what, and the title of what came first."""

    text: str
    before: Outcome
    after: Outcome
    title_before: str
    title_after: str
    inside: bool

    @property
    def worse(self) -> bool:
        """Whether a parent gets less than now."""
        order = _OURS if self.inside else _OTHERS
        return order.index(self.after) < order.index(self.before)


@dataclass(frozen=True, slots=True)
class Effect:
    """All of it. `turned`: wrong ones first; `failed` says why nobody may set these limits; `steps` is the curve."""

    counts: tuple[Counts, ...]
    turned: tuple[Turned, ...]
    steps: tuple[Step, ...]
    failed: FailedExam | None = None

    def total(self, outcome: Outcome, *, after: bool, inside: bool) -> int:
        """Count an outcome over the groups of what is ours, or over what is not."""
        found = [one for one in self.counts if (one.group != "outside") == inside]
        return sum((one.after if after else one.before).get(outcome, 0) for one in found)


def asked(engine: SearchEngine, questions: Sequence[Question], told: Callable[[int], None]) -> Asked:
    """Ask the exam without its sealed part; `told` hears how many were asked. Seconds: call it in a thread."""
    inside, beyond = ours_and_others([one for one in questions if not one.sealed])
    every = (*inside, *beyond)
    weighed: list[Weighed] = []
    for start in range(0, len(every), TOGETHER):
        some = every[start : start + TOGETHER]
        weighed += engine.weigh([replace(query_of(one), limit=AMONG) for one in some])
        told(len(weighed))
    return Asked(every, tuple(weighed))


def effect(engine: SearchEngine, held: Asked, before: Limits, after: Limits) -> Effect:
    """Say what other limits would make of the exam, by the engine that was asked."""
    old, new = judged(engine, held, before), judged(engine, held, after)
    turned = [_turned(one, other) for one, other in zip(old, new, strict=True) if _told(one) != _told(other)]
    inside = [one for one in new if one.question.inside]
    outside = [one for one in new if not one.question.inside]
    return Effect(
        tuple(_counts(old, new)),
        tuple(sorted(turned, key=_gravity)),
        curves(inside, [one.hits for one in outside])["first"],
        failure(inside, outside),
    )


def judged(engine: SearchEngine, held: Asked, limits: Limits) -> list[Sat]:
    """What comes of every question under these limits."""
    found = [engine.settle(one, limits) for one in held.weighed]
    return Judge(engine).judged(held.questions, found)


def outcome(sat: Sat) -> Outcome:
    """What a parent would get."""
    inside = sat.question.inside
    given: dict[Verdict, Outcome] = {
        "answer": "right" if inside and sat.right else "wrong",
        "choose": "among" if inside and 0 < sat.place.entry <= AMONG else "astray",
        "clarify": "asked",
        "none": "refused",
    }
    return given[sat.hits.verdict]


def failure(inside: Sequence[Sat], outside: Sequence[Sat]) -> FailedExam | None:
    """Why nobody may be answered so: by the bar of releases, and by what limits alone decide."""
    missed = [one for one in inside if not 0 < one.place.entry <= AMONG]
    if failed := below_bar(len(inside), 1 - len(missed) / max(len(inside), 1), _texts(missed)):
        return failed
    given = [one for one in inside if one.hits.verdict == "answer"]
    rules = (
        (given, [one for one in given if not one.right], LEAST_RIGHT, "直接回答的里面，答对的"),
        (outside, [one for one in outside if one.hits.verdict in _GIVEN], LEAST_REFUSED, "不归我们的里面，没有硬答的"),
        (inside, [one for one in inside if one.hits.verdict not in _GIVEN], LEAST_GIVEN, "能答的里面，有答案或选项的"),
    )
    for every, bad, least, of in rules:
        share = 1 - len(bad) / max(len(every), 1)
        if every and share < least:
            return FailedExam(f"{of}只有 {share:.1%}，不到 {least:.0%}。", _texts(bad))
    return None


def _texts(found: Sequence[Sat]) -> tuple[str, ...]:
    return tuple(one.question.question for one in found)


def group(question: Question) -> Group:
    """Which group a question counts for; those that colleagues added are of no file."""
    if not question.inside:
        return "outside"
    return "hard" if question.part == "hard" else "ordinary" if question.part else "added"


def _counts(old: Sequence[Sat], new: Sequence[Sat]) -> Iterator[Counts]:
    for name in ("ordinary", "hard", "added", "outside"):
        pairs = [(one, other) for one, other in zip(old, new, strict=True) if group(one.question) == name]
        if pairs:
            before, after = ([outcome(pair[at]) for pair in pairs] for at in (0, 1))
            yield Counts(name, len(pairs), _times(before), _times(after))


def _times(found: Sequence[Outcome]) -> dict[Outcome, int]:
    return {one: found.count(one) for one in _OURS}


def _told(sat: Sat) -> tuple[Outcome, str]:
    """What a parent notices: of an answer the title, of a choice and of the rest only that."""
    return outcome(sat), _title(sat) if sat.hits.verdict == "answer" else ""


def _turned(old: Sat, new: Sat) -> Turned:
    asked_ = old.question
    return Turned(asked_.question, outcome(old), outcome(new), _title(old), _title(new), asked_.inside)


def _title(sat: Sat) -> str:
    return sat.hits.items[0].title if sat.hits.items else ""


def _gravity(turned: Turned) -> tuple[bool, bool, bool, str]:
    """What becomes wrong comes first, then what is not wrong any more, then what else gets worse."""
    return turned.after != "wrong", turned.before != "wrong", not turned.worse, turned.text
