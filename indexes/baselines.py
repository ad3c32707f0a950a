"""What others do, on our library: the rankings that ours has to beat, asked in the same run with the same questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from indexes.documents import Document
from indexes.embed import Embedder
from indexes.text import grams, normalise

Scores = NDArray[np.float64]
Baseline = Callable[[str], Scores]  # a message -> a score for each document

K1, B = 1.5, 0.75  # as in the textbook


def baselines(documents: Sequence[Document], embedder: Embedder | None) -> dict[str, Baseline]:
    """All that can be had here, by name; the ones by meaning use our own model, and need it."""
    known = [" ".join((document.title, *document.ways, document.body)) for document in documents]
    bags = [Counter(grams(text)) for text in known]
    told = [Counter(grams(f"{document.title} {document.title} {document.body}")) for document in documents]
    sparse = bm25(bags, grams)
    found: dict[str, Baseline] = {
        "BM25, 1+2-grams of titles and text": bm25(told, grams),
        "BM25, 1+2-grams of all": sparse,
        "TF-IDF, 1+2-grams of all": tf_idf(bags, grams),
    }
    if words := _jieba():
        sparse = bm25([Counter(words(text)) for text in known], words)
        found = {"BM25, jieba words of all": sparse, **found}
    if embedder is not None:
        near = nearest(documents, embedder)
        found["dense, no cut-off"] = near
        found["0.9 dense + 0.1 sparse"] = mixed(near, sparse, 0.9)
    return found


def bm25(bags: Sequence[Mapping[str, int]], units: Callable[[str], list[str]]) -> Baseline:
    """BM25 as in the textbook, of documents given as counts of the units that messages are cut into."""
    lengths = np.array([sum(bag.values()) for bag in bags], dtype=np.float64)
    stretch = K1 * (1 - B + B * lengths / max(lengths.mean(), 1.0))
    lists = _lists(bags)

    def score(message: str) -> Scores:
        total = np.zeros(len(bags))
        for unit, times in Counter(units(message)).items():
            rows, counts = lists.get(unit, _NONE)
            idf = np.log1p((len(bags) - len(rows) + 0.5) / (len(rows) + 0.5))
            total[rows] += times * idf * counts * (K1 + 1) / (counts + stretch[rows])
        return total

    return score


def tf_idf(bags: Sequence[Mapping[str, int]], units: Callable[[str], list[str]]) -> Baseline:
    """The cosine of TF-IDF vectors with logarithmic counts."""
    lists = _lists(bags)
    idf = {unit: float(np.log((1 + len(bags)) / (1 + len(rows)))) + 1 for unit, (rows, _) in lists.items()}
    squares = np.zeros(len(bags))
    for unit, (rows, counts) in lists.items():
        squares[rows] += ((1 + np.log(counts)) * idf[unit]) ** 2
    lengths = np.sqrt(np.maximum(squares, 1e-12))

    def score(message: str) -> Scores:
        total = np.zeros(len(bags))
        for unit, times in Counter(units(message)).items():
            rows, counts = lists.get(unit, _NONE)
            if len(rows):
                total[rows] += (1 + np.log(times)) * (1 + np.log(counts)) * idf[unit] ** 2
        return total / lengths

    return score


def nearest(documents: Sequence[Document], embedder: Embedder) -> Baseline:
    """The nearest title or wording by cosine, whatever its distance: how Ask A Question does it."""
    asked = [document.asked for document in documents]
    rows = embedder.encode([text for texts in asked for text in texts])
    first = np.cumsum([0, *map(len, asked)])[:-1]

    def score(message: str) -> Scores:
        cosines = rows @ embedder.encode([message], query=True)[0]
        best: Scores = np.maximum.reduceat(cosines, first).astype(np.float64)
        return best

    return score


def mixed(one: Baseline, other: Baseline, weight: float) -> Baseline:
    """Two scores, each by min-max, with a fixed weight: how AstrBot does it."""

    def score(message: str) -> Scores:
        return weight * _spread(one(message)) + (1 - weight) * _spread(other(message))

    return score


_NONE = (np.zeros(0, dtype=np.int64), np.zeros(0))


def _lists(bags: Sequence[Mapping[str, int]]) -> dict[str, tuple[NDArray[np.int64], Scores]]:
    rows: dict[str, list[int]] = {}
    counts: dict[str, list[int]] = {}
    for at, bag in enumerate(bags):
        for unit, times in bag.items():
            rows.setdefault(unit, []).append(at)
            counts.setdefault(unit, []).append(times)
    return {unit: (np.array(rows[unit]), np.array(counts[unit], dtype=np.float64)) for unit in rows}


def _spread(scores: Scores) -> Scores:
    low, high = float(scores.min()), float(scores.max())
    return (scores - low) / max(high - low, 1e-9)


def _jieba() -> Callable[[str], list[str]] | None:
    """Words as jieba cuts them; None where it is not installed (it comes with what the tests need)."""
    try:
        import rjieba  # noqa: PLC0415 - for measuring only
    except ImportError:
        return None

    def words(text: str) -> list[str]:
        return [word for word in rjieba.cut(normalise(text)) if word.strip()]

    return words
