"""From the scores of each leg to an order, and from what is believed of it to a verdict. Pure: values in, values out.

Legs are fused by a convex combination of min-max normalised scores: with equal ranks (reciprocal rank fusion) the
weaker leg drags the stronger one down. docs/retrieval.md has the figures behind every number here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from indexes.belief import Signs
from indexes.documents import Document
from indexes.hits import Kind, Verdict
from indexes.limits import Limits

Scores = NDArray[np.float32]

EXACT = 2.0  # the very words of an entry come before all else
POOL = 40  # documents that are looked at closely after the legs have spoken


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much. The legs are shares of one; the rest is added to a fused score of 0..1."""

    lexical: float = 0.55
    dense: float = 0.45
    stage: float = 0.07
    other_stage: float = -0.16
    stage_said: float = 1.3  # times so much where the message itself tells the stage
    family: float = 0.11
    other_family: float = -0.07  # made for families of a kind, and the parent has told of another or of none
    near: float = 0.2  # made for the parent's own region
    neighbours: int = 8


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
    """One way of reading the message, searched: documents best first, and what is believed of it."""

    order: tuple[int, ...] = ()
    scores: tuple[float, ...] = ()
    parts: tuple[Mapping[str, float], ...] = ()
    exact: bool = False
    topics: frozenset[str] = frozenset()  # of the first
    signs: Signs = field(default_factory=Signs)
    inside: float = 0.0
    first: float = 0.0
    three: float = 0.0


@dataclass(frozen=True, slots=True)
class Legs:
    """The raw scores of every document, one array a leg; `dense` None until that leg is there."""

    lexical: Scores
    dense: Scores | None = None
    exact: frozenset[int] = frozenset()  # documents that hold the message as a wording


def allowed(documents: Sequence[Document], kinds: Sequence[Kind], places: Sequence[str]) -> NDArray[np.intp]:
    """The numbers of the documents that may be found: of these kinds, for everywhere or for where the parent is."""
    free = (
        at
        for at, document in enumerate(documents)
        if document.kind in kinds and (document.region is None or document.region in places)
    )
    return np.fromiter(free, dtype=np.intp)


def spread(scores: Scores) -> Scores:
    """Min-max to 0..1; where all are alike, or there is only one, each that matches at all has all of it."""
    low, high = (float(scores.min()), float(scores.max())) if scores.size else (0.0, 0.0)
    if high <= low:
        return (scores > 0).astype(np.float32)
    return (scores - np.float32(low)) / np.float32(high - low)


def fuse(legs: Legs, weights: Weights) -> dict[str, Scores]:
    """Each leg's share of the fused score; without the dense leg the other has all."""
    if legs.dense is None:
        return {"lexical": spread(legs.lexical)}
    total = weights.lexical + weights.dense
    return {
        "lexical": spread(legs.lexical) * np.float32(weights.lexical / total),
        "dense": spread(legs.dense) * np.float32(weights.dense / total),
    }


def agreement(document: Document, wish: Wish, weights: Weights) -> dict[str, float]:
    """What the child's stage, the family and the place add to a document, or take from it; nought is left out."""
    parts: dict[str, float] = {}
    if wish.stage and document.stages:
        agrees = weights.stage if wish.stage in document.stages else weights.other_stage
        parts["stage"] = agrees * (weights.stage_said if wish.stage_said else 1.0)
    if document.families:
        parts["family"] = weights.family if wish.family in document.families else weights.other_family
    if document.region and document.region in wish.places:
        parts["near"] = weights.near
    return parts


def topic_votes(neighbours: Sequence[tuple[Document, float]]) -> dict[str, float]:
    """How much of the neighbours' score each topic has, 0..1."""
    votes: dict[str, float] = {}
    for document, score in neighbours:
        for topic in document.topics:
            votes[topic] = votes.get(topic, 0.0) + score
    total = sum(score for _, score in neighbours) or 1.0
    return {topic: vote / total for topic, vote in votes.items()}


def rank(
    documents: Sequence[Document], free: NDArray[np.intp], legs: Legs, wish: Wish, weights: Weights, limit: int
) -> Found:
    """Fuse, add what agrees, and put the `free` documents in order. What is believed of it is left to `believe`."""
    here = Legs(legs.lexical[free], None if legs.dense is None else legs.dense[free])
    parts = _explain(documents, free, fuse(here, weights), legs.exact, wish, weights)
    if not parts:
        return Found()
    total = {document: sum(part.values()) for document, part in parts.items()}
    order = sorted(parts, key=lambda document: (-total[document], document))
    best = order[:limit]
    votes = topic_votes([(documents[at], total[at]) for at in order[: weights.neighbours]])
    agree = here.dense is not None and int(here.lexical.argmax()) == int(here.dense.argmax())
    return Found(
        tuple(best),
        tuple(min(1.0, max(0.0, total[document])) for document in best),
        tuple(parts[document] for document in best),
        exact=order[0] in legs.exact,
        topics=frozenset(documents[order[0]].topics),
        signs=Signs(
            relative_margin([total[document] for document in order[:2]]),
            vote=max(votes.values(), default=0.0),
            agree=float(agree),
        ),
    )


def _explain(
    documents: Sequence[Document],
    free: NDArray[np.intp],
    shares: Mapping[str, Scores],
    exact: frozenset[int],
    wish: Wish,
    weights: Weights,
) -> dict[int, dict[str, float]]:
    """The parts of the score of the best documents by both legs, and of those that hold the very words."""
    fused: Scores = np.sum(list(shares.values()), axis=0)
    pool = [at for at in best_of(fused, POOL) if fused[at] > 0]
    if exact:
        pool += [at for at in np.flatnonzero(np.isin(free, list(exact))).tolist() if at not in pool]
    explained: dict[int, dict[str, float]] = {}
    for at in pool:
        document = int(free[at])
        parts = {name: float(share[at]) for name, share in shares.items()}
        parts |= agreement(documents[document], wish, weights)
        if document in exact:
            parts["exact"] = EXACT
        explained[document] = parts
    return explained


def best_of(scores: Scores, count: int) -> list[int]:
    """The numbers of the highest scores, best first, of equals the earlier; without sorting the rest."""
    among = np.arange(scores.size)
    if scores.size > 10 * count:  # most are alike and low: out with them before anything is compared
        above = np.flatnonzero(scores > scores.mean())
        among = above if above.size >= count else among
    if among.size > count:
        edge = np.partition(scores[among], among.size - count)[among.size - count]
        among = among[scores[among] >= edge]
    best: list[int] = among[np.argsort(-scores[among], kind="stable")][:count].tolist()
    return best


def relative_margin(best: Sequence[float]) -> float:
    """(first - second) / first, 0..1: unlike a score it does not grow with the length of the message."""
    if not best or best[0] <= 0:
        return 0.0
    return 1.0 if len(best) == 1 else min(1.0, max(0.0, (best[0] - best[1]) / best[0]))


def mean_of_top(scores: Scores, count: int = 3) -> float:
    """The mean of the best scores: how much the library speaks of this at all."""
    return float(np.mean([scores[at] for at in best_of(scores, count)])) if scores.size else 0.0


def joins(alone: Found, joined: Found, informative: int, limits: Limits) -> bool:
    """Whether to go by the message joined with what was said before, not by the message alone.

    A scrap of a message needs it. A message that is clear by itself, or has a topic of its own, drops it: the old
    talk must not pull it back.
    """
    if alone.exact or not joined.order:
        return False
    if informative < limits.scrap or not alone.order:
        return True
    if alone.inside < limits.beyond:
        return False  # 今天天气怎么样 is no question about what was said before
    clearer = joined.signs.margin > alone.signs.margin
    if alone.inside < limits.sure_inside:
        return clearer
    changed = informative >= limits.own and not (alone.topics & joined.topics)
    return not changed and alone.signs.margin < limits.margin and clearer


def verdict(found: Found, informative: int, limits: Limits) -> Verdict:
    """What to do with what was found."""
    if found.exact:
        return "answer"
    short = informative < limits.short
    if not found.order:
        return "clarify" if short else "none"
    if found.inside < (limits.beyond if short else limits.inside):
        return "clarify" if informative < limits.scrap else "none"
    if found.first >= limits.first and found.inside >= limits.sure_inside:
        return "answer"
    if found.three >= limits.three:
        return "choose"
    return "clarify" if short or found.inside >= limits.sure_inside else "none"
