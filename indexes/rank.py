"""From the scores of each leg to an order and a verdict. Pure: arrays and values in, values out.

Legs are fused by a convex combination of min-max normalised scores: with equal ranks (reciprocal rank fusion) the
weaker leg drags the stronger one down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexes.documents import Document
from indexes.hits import Kind, Verdict

Scores = NDArray[np.float32]

EXACT = 2.0  # the very words of an entry come before all else
POOL = 40  # documents that are looked at closely after the legs have spoken


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much. The legs are shares of one; the rest is added to a fused score of 0..1."""

    whole: float = 0.45
    wording: float = 0.10
    dense: float = 0.45
    stage: float = 0.05
    other_stage: float = -0.13
    stage_said: float = 2.0  # times so much where the message itself tells the stage
    family: float = 0.05
    other_family: float = -0.05
    near: float = 0.04  # made for the parent's own region
    topic: float = 0.12  # the neighbours speak of the same topic
    neighbours: int = 8


@dataclass(frozen=True, slots=True)
class Limits:
    """Where the verdicts part, set by the exam.

    From `sure` on 87 answers in a hundred are the right entry itself; below `hazy` not half of the choices hold it.
    Without the dense leg `sure` is moved by `careful` to the safe side.
    """

    scope: float = 0.33
    sure: float = 1.07  # of `Found.certainty`
    hazy: float = 1.6  # of `Found.grip`: below it not even a choice of three is worth offering
    margin: float = 0.18  # from here on a message stands for itself, whatever was said before
    sure_scope: float = 0.42  # below it an answer is offered among others only
    short: int = 4  # fewer informative characters tell too little
    short_margin: float = 0.25
    own: int = 8  # so many informative characters have a topic of their own
    scrap: int = 3  # fewer are about what was said before
    beyond: float = 0.25  # below it even a short message is plainly not ours
    careful: float = 0.05


@dataclass(frozen=True, slots=True)
class Wish:
    """What is known beside the words: `places` are the parent's region and those above it."""

    kinds: tuple[Kind, ...] = ("entry",)
    places: tuple[str, ...] = ()
    stage: str | None = None
    family: str | None = None
    stage_said: bool = False  # by the message itself, not only known of the child


@dataclass(frozen=True, slots=True)
class Found:
    """One way of reading the message, searched: documents best first, and how sure that is.

    `near` 0..1: how close the first is by meaning, or by its words where there is no dense leg; `vote` 0..1: how
    much of the first few the strongest topic has.
    """

    order: tuple[int, ...] = ()
    scores: tuple[float, ...] = ()
    parts: tuple[Mapping[str, float], ...] = ()
    margin: float = 0.0
    scope: float = 0.0
    exact: bool = False
    topics: frozenset[str] = frozenset()  # of the first
    near: float = 0.0
    vote: float = 0.0

    @property
    def certainty(self) -> float:
        """How likely the first is right: ahead of the second, close, ours, among its like (weights by regression)."""
        return self.margin + 0.7 * self.near + 0.14 * self.vote + 0.86 * self.scope

    @property
    def grip(self) -> float:
        """How likely the right one is among the first three."""
        return self.margin + 1.57 * self.near + 0.2 * self.vote + 1.97 * self.scope


@dataclass(frozen=True, slots=True)
class Legs:
    """The raw scores of every document, one array a leg; `dense` None until that leg is there."""

    whole: Scores
    wording: Scores
    dense: Scores | None = None
    exact: frozenset[int] = frozenset()  # documents that hold the message as a wording


def allowed(documents: Sequence[Document], wish: Wish) -> NDArray[np.bool_]:
    """Which documents may be found: of the kinds asked for, for everywhere or for where the parent is."""
    return np.array(
        [
            document.kind in wish.kinds and (document.region is None or document.region in wish.places)
            for document in documents
        ],
        dtype=bool,
    )


def spread(scores: Scores) -> Scores:
    """Min-max to 0..1; where all are alike, or there is only one, each that matches at all has all of it."""
    low, high = (float(scores.min()), float(scores.max())) if scores.size else (0.0, 0.0)
    if high <= low:
        return (scores > 0).astype(np.float32)
    return (scores - np.float32(low)) / np.float32(high - low)


def fuse(legs: Legs, weights: Weights) -> dict[str, Scores]:
    """Each leg's share of the fused score; the shares of absent legs go to the others."""
    present = {"whole": legs.whole, "wording": legs.wording}
    share = {"whole": weights.whole, "wording": weights.wording}
    if legs.dense is not None:
        present["dense"] = legs.dense
        share["dense"] = weights.dense
    total = sum(share.values()) or 1.0
    return {name: spread(scores) * np.float32(share[name] / total) for name, scores in present.items()}


def agreement(document: Document, wish: Wish, weights: Weights) -> dict[str, float]:
    """What the child's stage, the family and the place add to a document, or take from it; nought is left out."""
    parts: dict[str, float] = {}
    if wish.stage and document.stages:
        agrees = weights.stage if wish.stage in document.stages else weights.other_stage
        parts["stage"] = agrees * (weights.stage_said if wish.stage_said else 1.0)
    if wish.family and document.families:
        parts["family"] = weights.family if wish.family in document.families else weights.other_family
    if document.region and document.region in wish.places:
        parts["near"] = weights.near
    return parts


def topic_votes(neighbours: Sequence[tuple[Document, float]]) -> dict[str, float]:
    """How much of the neighbours' score each topic has, 0..1: one lucky hit is outvoted by several that agree."""
    votes: dict[str, float] = {}
    for document, score in neighbours:
        for topic in document.topics:
            votes[topic] = votes.get(topic, 0.0) + score
    total = sum(score for _, score in neighbours) or 1.0
    return {topic: vote / total for topic, vote in votes.items()}


def rank(documents: Sequence[Document], legs: Legs, wish: Wish, weights: Weights, limit: int) -> Found:
    """Fuse, add what agrees, and put the allowed documents in order. `scope` and `near` are left to the caller."""
    free = np.flatnonzero(allowed(documents, wish))
    if not free.size:
        return Found()
    parts = _explain(documents, free, legs, wish, weights)
    if not parts:
        return Found()
    total = {document: sum(part.values()) for document, part in parts.items()}
    order = sorted(parts, key=lambda document: (-total[document], document))
    best = order[:limit]
    votes = topic_votes([(documents[document], total[document]) for document in order[: weights.neighbours]])
    return Found(
        tuple(best),
        tuple(min(1.0, max(0.0, total[document])) for document in best),
        tuple(parts[document] for document in best),
        relative_margin([total[document] for document in order[:2]]),
        exact=order[0] in legs.exact,
        topics=frozenset(documents[order[0]].topics),
        vote=max(votes.values(), default=0.0),
    )


def _explain(
    documents: Sequence[Document], free: NDArray[np.intp], legs: Legs, wish: Wish, weights: Weights
) -> dict[int, dict[str, float]]:
    """The parts of the score of the best documents by words alone, and of those that hold the very words."""
    shares = fuse(_only(legs, free), weights)
    fused = np.sum(list(shares.values()), axis=0)
    pool = [at for at in np.argsort(-fused, kind="stable")[:POOL].tolist() if fused[at] > 0]
    pool += [at for at in np.flatnonzero(np.isin(free, list(legs.exact))).tolist() if at not in pool]
    votes = topic_votes([(documents[free[at]], float(fused[at])) for at in pool[: weights.neighbours]])
    explained: dict[int, dict[str, float]] = {}
    for at in pool:
        document = documents[free[at]]
        parts = {name: float(share[at]) for name, share in shares.items()} | agreement(document, wish, weights)
        parts["topic"] = weights.topic * max((votes.get(topic, 0.0) for topic in document.topics), default=0.0)
        if int(free[at]) in legs.exact:
            parts["exact"] = EXACT
        explained[int(free[at])] = parts
    return explained


def _only(legs: Legs, free: NDArray[np.intp]) -> Legs:
    return Legs(legs.whole[free], legs.wording[free], None if legs.dense is None else legs.dense[free])


def relative_margin(best: Sequence[float]) -> float:
    """(first - second) / first, 0..1: unlike a score it does not grow with the length of the message."""
    if not best or best[0] <= 0:
        return 0.0
    return 1.0 if len(best) == 1 else min(1.0, max(0.0, (best[0] - best[1]) / best[0]))


def mean_of_top(scores: Scores, count: int = 3) -> float:
    """The mean of the best scores: how much the library speaks of this at all."""
    return float(np.sort(scores)[::-1][:count].mean()) if scores.size else 0.0


def joins(alone: Found, joined: Found, informative: int, limits: Limits) -> bool:
    """Whether to go by the message joined with what was said before, not by the message alone.

    A scrap of a message needs it. A message that is clear by itself, or has a topic of its own, drops it: the old
    talk must not pull it back.
    """
    if alone.exact or not joined.order:
        return False
    if informative < limits.scrap or not alone.order:
        return True
    if alone.scope < limits.beyond:
        return False  # 今天天气怎么样 is no question about what was said before
    if alone.scope < limits.sure_scope:
        return joined.margin > alone.margin
    changed = informative >= limits.own and not (alone.topics & joined.topics)
    return not changed and alone.margin < limits.margin and joined.margin > alone.margin


def verdict(found: Found, informative: int, limits: Limits, *, dense: bool) -> Verdict:
    """What to do with what was found."""
    if found.exact:
        return "answer"
    if not found.order:
        return "clarify" if informative < limits.short else "none"
    if found.scope < limits.beyond and informative > limits.scrap:
        return "none"
    sure = found.certainty >= limits.sure + (0.0 if dense else limits.careful) and found.scope >= limits.sure_scope
    if informative < limits.short and not (sure and found.margin >= limits.short_margin):
        return "clarify"
    if found.scope < limits.scope:
        return "none"
    if sure:
        return "answer"
    if found.grip < limits.hazy:
        return "clarify" if found.scope >= limits.sure_scope else "none"
    return "choose"
