"""A library's words counted: what each gram is worth, and each document as one bag of grams.

A gram counts by how rare it is among the lines, and how much it leans to few topics. Rarity alone makes 很多 as telling
as 厌学.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexes.documents import Document
from indexes.text import grams

Scores = NDArray[np.float32]

BODY = 0.3  # of what a document says, beside what is asked for
LINE = 24  # grams of a line that counts once; a longer one counts less for each gram, by the root
RARITY = 0.75
LEANING = 0.35
DOUBT = 10.0  # so many sightings that follow the mean are added before a gram is believed to lean to a topic


@dataclass(frozen=True, slots=True)
class Texts:
    """Every line and every body of a library, as numbers: `terms[i]` stands `counts[i]` times in text `texts[i]`."""

    vocabulary: Mapping[str, int]
    terms: NDArray[np.int64]
    texts: NDArray[np.int64]
    counts: NDArray[np.float64]
    owner: NDArray[np.int64]  # of each text, its document
    is_line: NDArray[np.bool_]  # of each text, whether it is asked for with, not said

    @classmethod
    def of(cls, documents: Sequence[Document]) -> Texts:
        """Count the documents' lines and bodies."""
        said = [(at, text, True) for at, document in enumerate(documents) for text in _lines(document)]
        said += [(at, document.body, False) for at, document in enumerate(documents)]
        bags = [Counter(grams(text)) for _, text, _ in said]
        vocabulary = {gram: at for at, gram in enumerate(sorted({gram for bag in bags for gram in bag}))}
        return cls(
            vocabulary,
            np.array([vocabulary[gram] for bag in bags for gram in bag], dtype=np.int64),
            np.repeat(np.arange(len(bags)), [len(bag) for bag in bags]),
            np.array([count for bag in bags for count in bag.values()], dtype=np.float64),
            np.array([at for at, _, _ in said], dtype=np.int64),
            np.array([line for _, _, line in said], dtype=bool),
        )

    def worths(self, topics: Sequence[Sequence[str]]) -> tuple[Scores, float]:
        """What each gram is worth, and what one is worth that was seen but once.

        Rarity among the lines, times the divergence of its topics from those of all grams: one that comes with every
        topic alike (我, 很多) diverges by nought. DOUBT keeps one that was seen once from counting as a topic's own.
        """
        names = {name: at for at, name in enumerate(sorted({name for own in topics for name in own}))}
        topic = np.array([names[own[0]] if own else len(names) for own in topics], dtype=np.int64)
        size = len(self.vocabulary)
        cell = topic[self.owner[self.texts]] * size + self.terms
        weight = np.where(self.is_line[self.texts], self.counts, BODY * self.counts)
        flat = np.bincount(cell, weight, minlength=(len(names) + 1) * size).astype(np.float64)
        table = flat.reshape(len(names) + 1, size)
        often = np.bincount(self.terms, self.is_line[self.texts], minlength=size)
        rarity = np.log1p(self.is_line.sum() / (1 + often)) ** RARITY
        worth = (rarity * _leaning(table) ** LEANING).astype(np.float32)
        once = worth[often == 1]
        return worth, float(np.median(once)) if once.size else 1.0

    def bags(self) -> tuple[NDArray[np.int64], NDArray[np.int32], Scores]:
        """Each document as one bag of triples: its lines, each by its length, and a share of its body."""
        size = max(len(self.vocabulary), 1)
        lengths = np.bincount(self.texts, self.counts, minlength=len(self.owner))
        share = np.where(self.is_line, np.sqrt(LINE / np.maximum(lengths, 1)), BODY)
        cells, at = np.unique(self.owner[self.texts] * size + self.terms, return_inverse=True)
        counts = np.bincount(at, share[self.texts] * self.counts, minlength=len(cells)).astype(np.float32)
        return cells % size, (cells // size).astype(np.int32), counts


def _leaning(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Kullback-Leibler divergence of each column (a gram's topics) from the mean column; never quite nought."""
    mean = table.sum(axis=1, keepdims=True) + 1e-9
    mean /= mean.sum()
    share = table + DOUBT * mean
    share /= share.sum(axis=0, keepdims=True)
    divergence: NDArray[np.float64] = (share * np.log(share / mean)).sum(axis=0)
    return np.maximum(divergence, 1e-4)


def _lines(document: Document) -> tuple[str, ...]:
    """The title, and every way to ask, of which the title is the first: that makes it twice."""
    return (document.title, *document.ways)
