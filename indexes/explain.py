"""Why a search found what it found: the rank in each leg, what was put back, what was not allowed. Pure CPU.

What is fused, added and allowed is asked of the same functions that search; here it is only written down beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from indexes.engine import SearchEngine
from indexes.hits import Hits, Query
from indexes.rank import Legs, Scores, Wish, agreement, best_of, fuse, rank
from indexes.text import informative

ROWS = 6  # the best that are shown
NEAR = 10  # so many of the best by words and meaning alone are looked at for what fell

Fate = Literal["kept", "place", "stage", "family"]


@dataclass(frozen=True, slots=True)
class Seen:
    """One document as the search saw it.

    `lexical` and `dense` are its ranks in the legs (from 1; 0: not found there), the shares what each gave to `score`.
    `fate` tells what became of it: kept, of another place, or put back for its stage or families.
    """

    kind: str
    id: str
    title: str
    lexical: int
    dense: int
    score: float
    parts: Mapping[str, float] = field(default_factory=dict)
    wording: str = ""
    fate: Fate = "kept"
    stages: tuple[str, ...] = ()
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """`rows` best first, `fallen` what words and meaning alone would have put among the first.

    `by_words` counts the documents that share any word with the message, `allowed` those that may be found here.
    `telling` is the number of informative characters. `stage` and `family` are those that counted.
    """

    rows: tuple[Seen, ...] = ()
    fallen: tuple[Seen, ...] = ()
    by_words: int = 0
    allowed: int = 0
    dense: bool = False
    telling: int = 0
    stage: str | None = None
    family: str | None = None


def explain(engine: SearchEngine, query: Query, hits: Hits) -> Explained:
    """Say why `hits` came of `query`; both must be of this engine."""
    told, legs = engine.legs(query, with_context=hits.with_context)
    here = engine.free(told.wish)
    if not here.size:
        return Explained(telling=informative(told.whole))
    ours = np.array([at for at, held in enumerate(engine.documents) if held.kind in query.kinds], dtype=np.intp)
    ranks = _ranks(legs.lexical, ours), _ranks(legs.dense, ours) if legs.dense is not None else {}
    found = rank(engine.documents, here, legs, told.wish, engine.weights, ROWS)

    def seen(at: int, score: float, parts: Mapping[str, float], fate: Fate = "kept") -> Seen:
        held = engine.documents[at]
        wording = held.asked[engine.lexical.matched(told.text, at)]
        place = ranks[0].get(at, 0), ranks[1].get(at, 0)
        return Seen(held.kind, held.id, held.title, *place, score, parts, wording, fate, held.stages, held.region)

    rows = [seen(at, score, parts) for at, score, parts in zip(found.order, found.scores, found.parts, strict=True)]
    fused = _fused(legs, ours, engine)
    fallen = []
    allowed = set(here.tolist())
    for place in best_of(fused, NEAR):
        at = int(ours[place])
        if at not in found.order and (fate := _fate(engine, at, told.wish, allowed)) != "kept" and fused[place] > 0:
            fallen.append(seen(at, float(fused[place]), {}, fate))
    wish = told.wish
    by_words = int((legs.lexical[here] > 0).sum())
    dense = legs.dense is not None
    return Explained(
        tuple(rows), tuple(fallen), by_words, len(here), dense, informative(told.whole), wish.stage, wish.family
    )


def _ranks(scores: Scores, among: NDArray[np.intp]) -> dict[int, int]:
    """The rank of each document that has anything, best first; of equals the earlier."""
    order: Sequence[int] = among[np.argsort(-scores[among], kind="stable")].tolist()
    return {at: place for place, at in enumerate(order, 1) if scores[at] > 0}


def _fused(legs: Legs, among: NDArray[np.intp], engine: SearchEngine) -> Scores:
    """What both legs alone would give, wherever a document holds."""
    here = Legs(legs.lexical[among], None if legs.dense is None else legs.dense[among])
    total: Scores = np.sum(list(fuse(here, engine.weights).values()), axis=0)
    return total


def _fate(engine: SearchEngine, at: int, wish: Wish, allowed: set[int]) -> Fate:
    if at not in allowed:
        return "place"
    parts = agreement(engine.documents[at], wish, engine.weights)
    if parts.get("stage", 0.0) < 0:
        return "stage"
    return "family" if parts.get("family", 0.0) < 0 else "kept"
