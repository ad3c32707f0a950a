"""Questions put together by meaning: agglomerative clustering with average linkage. Pure and deterministic.

A question joins those that it is like on average, so that one in the middle never chains two subjects into one. A
question is the company that it keeps (the documents nearest to it) and its own words: by the dense leg, or by grams.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexes.embed import HASHING, unit
from indexes.engine import SearchEngine
from indexes.lexical import Postings, bag
from indexes.text import grams, without_stage

Vectors = NDArray[np.float32]

# Mean cosine from which two groups are one subject. Of the exam's pairs of questions that this puts together, four in
# ten have the very same entry and more than half the same topic (docs/retrieval.md): higher splits more.
LIKE_DENSE, LIKE_LEXICAL = 0.5, 0.3
SIZE = 2048  # places into which grams are hashed
COMPANY = 20  # documents that a question keeps company with
SHARP_DENSE, SHARP_LEXICAL = 12, 3  # how much more the nearest of them count
MOST = 3000  # texts that are compared with each other: 36 MB


def vectors(engine: SearchEngine, texts: Sequence[str]) -> tuple[Vectors, float]:
    """Give a row of length one for each text, and how like two groups must be; CPU, so call it in a thread."""
    plain = [without_stage(text) or text for text in texts]
    if not plain:
        return np.zeros((0, 1), dtype=np.float32), LIKE_LEXICAL
    if engine.embedder is not None and engine.vectors is not None and engine.embedder.name != HASHING:
        rows = engine.embedder.encode(plain, query=True)
        near = np.stack(list(engine.vectors.score(rows))).clip(min=0)
        return unit(np.hstack((rows, _company(near, SHARP_DENSE)))), LIKE_DENSE
    whole = engine.lexical.whole
    near = np.stack([whole.score(bag(text)) for text in plain])
    return unit(np.hstack((_own(whole, plain), _company(near, SHARP_LEXICAL)))), LIKE_LEXICAL


def _own(whole: Postings, texts: Sequence[str]) -> Vectors:
    """The grams of each text by what they are worth."""
    rows = np.zeros((len(texts), SIZE), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        for gram in grams(text):
            at = whole.vocabulary.get(gram)
            row[zlib.crc32(gram.encode()) % SIZE] += whole.fresh if at is None else float(whole.worth[at])
    return unit(rows)


def _company(near: Vectors, sharp: int) -> Vectors:
    """The documents that each text is nearest to; `near` has a row of scores for each text."""
    edge = np.sort(near, axis=1)[:, -min(COMPANY, near.shape[1])][:, None]
    best = np.maximum(near.max(axis=1, keepdims=True), 1e-6)
    return unit(np.where(near < edge, 0, near / best) ** sharp)


def clusters(rows: Vectors, like: float) -> list[tuple[int, ...]]:
    """Put rows of length one into groups; of each the numbers, the most central first; groups by their first number.

    By chains of nearest neighbours: the same tree as merging the two likest again and again, in the square of the time.
    """
    count = len(rows)
    if not count:
        return []
    alike = (rows @ rows.T).astype(np.float32)
    np.fill_diagonal(alike, -np.inf)
    sizes, alive = np.ones(count), np.ones(count, dtype=bool)
    groups: dict[int, list[int]] = {at: [at] for at in range(count)}
    chain: list[int] = []
    while alive.sum() > 1:
        if not chain:
            chain.append(int(np.flatnonzero(alive)[0]))
        here = chain[-1]
        nearest = int(alike[here].argmax())
        if len(chain) > 1 and alike[here, chain[-2]] >= alike[here, nearest]:
            nearest = chain[-2]  # of equals the one before, or the chain would never end
        if alike[here, nearest] < like:  # nothing will ever join what is like nothing: average linkage only falls
            _retire(here, alike, alive)
            chain.pop()
        elif len(chain) > 1 and nearest == chain[-2]:
            chain[-2:] = []
            _join(min(here, nearest), max(here, nearest), alike, sizes, groups)
            _retire(max(here, nearest), alike, alive)
        else:
            chain.append(nearest)
    found = [_central(rows, sorted(group)) for group in groups.values()]
    return sorted(found, key=min)


def _join(one: int, other: int, alike: Vectors, sizes: NDArray[np.float64], groups: dict[int, list[int]]) -> None:
    whole = sizes[one] + sizes[other]
    with np.errstate(invalid="ignore"):
        mean = (alike[one] * sizes[one] + alike[other] * sizes[other]) / whole
    mean[one] = -np.inf
    alike[one], alike[:, one] = mean, mean
    sizes[one] = whole
    groups[one] += groups.pop(other)


def _retire(at: int, alike: Vectors, alive: NDArray[np.bool_]) -> None:
    """Take a row out of the comparison."""
    alive[at] = False
    alike[at], alike[:, at] = -np.inf, -np.inf


def _central(rows: Vectors, group: list[int]) -> tuple[int, ...]:
    """The members by how near they are to their mean."""
    near = rows[group] @ rows[group].mean(axis=0)
    return tuple(group[at] for at in np.argsort(-near.round(5), kind="stable"))
