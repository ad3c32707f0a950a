"""BM25 over character 1+2-grams, as inverted lists in numpy: one row a document.

A document is one bag: its title twice, every way to ask for it, and, at a third, what it says. `indexes.worth` tells
what a gram is worth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.documents import Document
from indexes.text import grams, normalise
from indexes.worth import Scores, Texts

K1 = 4.0  # higher than usual: a document holds some fifty ways to say one thing
B = 0.75
NAMED = 3.0  # times so much counts a number of more than two digits: it names its thing
_SMALL = 2


@dataclass(frozen=True, slots=True)
class Postings:
    """Inverted lists: of the term number t, rows[starts[t]:starts[t+1]] hold it, so often as `counts` says.

    `weights` are the BM25 weights that follow from them. `fresh` is the worth of a gram that no line had when the
    worths were counted.
    """

    vocabulary: Mapping[str, int]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    counts: Scores
    worth: Scores
    fresh: float
    size: int
    weights: Scores

    def patched(self, origin: Sequence[int | None], texts: Texts) -> Postings:
        """The same lists for other rows: row i is the old row origin[i], or, where that is None, the next of `texts`.

        Worths stay as they are, and a gram that is new here is worth `fresh`: nothing is learned again.
        """
        moved = np.full(self.size, -1, dtype=np.int32)
        for row, old in enumerate(origin):
            if old is not None:
                moved[old] = row
        unseen = [gram for gram in texts.vocabulary if gram not in self.vocabulary]
        vocabulary = dict(self.vocabulary) | {gram: at for at, gram in enumerate(unseen, len(self.vocabulary))}
        terms, rows, counts = texts.bags()
        terms = np.array([vocabulary[gram] for gram in texts.vocabulary], dtype=np.int64)[terms]
        rows = np.array([row for row, old in enumerate(origin) if old is None], dtype=np.int32)[rows]
        kept = moved[self.rows] >= 0
        held = np.repeat(np.arange(len(self.vocabulary)), np.diff(self.starts))[kept]
        return self.of(
            vocabulary,
            np.concatenate((held, terms)),
            np.concatenate((moved[self.rows][kept], rows)),
            np.concatenate((self.counts[kept], counts)),
            np.concatenate((self.worth, np.full(len(unseen), self.fresh, dtype=np.float32))),
            self.fresh,
            len(origin),
        )

    @classmethod
    def of(
        cls,
        vocabulary: Mapping[str, int],
        terms: NDArray[np.int64],
        rows: NDArray[np.int32],
        counts: Scores,
        worth: Scores,
        fresh: float,
        size: int,
    ) -> Postings:
        """Make the lists of triples (term, row, count), each pair of term and row at most once."""
        order = np.argsort(terms * size + rows, kind="stable")  # quick where hardly anything has moved
        starts = np.concatenate(([0], np.cumsum(np.bincount(terms, minlength=len(vocabulary))))).astype(np.int64)
        rows, counts = rows[order], counts[order]
        weights = _weights(starts, rows, counts, worth, size)
        return cls(vocabulary, starts, rows, counts, worth, fresh, size, weights)

    def score(self, query: Mapping[str, float]) -> Scores:
        """The BM25 score of every row for a weighted bag of grams."""
        total = np.zeros(self.size, dtype=np.float32)
        for gram, weight in query.items():
            at = self.vocabulary.get(gram)
            if at is not None:
                here = slice(self.starts[at], self.starts[at + 1])
                total[self.rows[here]] += np.float32(weight) * self.weights[here]  # a row stands once in a list
        return total

    def cover(self, query: Mapping[str, float]) -> Scores:
        """How much of the query each row holds, 0..1, by the worth of its grams; it does not grow with length."""
        total = np.zeros(self.size, dtype=np.float32)
        mass = 0.0
        for gram, weight in query.items():
            at = self.vocabulary.get(gram)
            worth = weight * (self.fresh if at is None else float(self.worth[at]))
            mass += worth
            if at is not None:
                total[self.rows[self.starts[at] : self.starts[at + 1]]] += np.float32(worth)
        return total / np.float32(mass) if mass else total

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The lists as plain arrays for a file."""
        return {
            "words": np.frombuffer("\n".join(self.vocabulary).encode(), dtype=np.uint8),
            "starts": self.starts,
            "rows": self.rows,
            "counts": self.counts,
            "worth": self.worth,
            "fresh": np.array(self.fresh),
            "size": np.array(self.size),
        }

    @classmethod
    def of_arrays(cls, held: Mapping[str, NDArray[Any]]) -> Postings:
        """Read back what `arrays` wrote."""
        words = held["words"].tobytes().decode()
        vocabulary = {gram: at for at, gram in enumerate(words.split("\n"))} if words else {}
        starts, rows, counts = held["starts"], held["rows"], held["counts"]
        size = int(held["size"])
        weights = _weights(starts, rows, counts, held["worth"], size)
        return cls(vocabulary, starts, rows, counts, held["worth"], float(held["fresh"]), size, weights)


def _weights(starts: NDArray[np.int64], rows: NDArray[np.int32], counts: Scores, worth: Scores, size: int) -> Scores:
    lengths = np.bincount(rows, counts, minlength=size).astype(np.float32)
    mean = max(float(lengths.mean()), 1e-6) if size else 1.0
    stretch = np.float32(K1) * (1 - np.float32(B) + np.float32(B) * lengths / np.float32(mean))
    weights = counts * np.float32(K1 + 1) / (counts + stretch[rows]) * np.repeat(worth, np.diff(starts))
    return weights.astype(np.float32)


@dataclass(frozen=True, slots=True)
class LexicalIndex:
    """The documents as bags, and by the normalised text of what they are asked for with."""

    whole: Postings
    plain: tuple[tuple[str, ...], ...]  # of each document, what is asked for it, normalised
    exact: Mapping[str, tuple[int, ...]]  # such a text -> the documents that have it

    @classmethod
    def build(cls, documents: Sequence[Document]) -> LexicalIndex:
        """Index the documents in their order."""
        texts = Texts.of(documents)
        worth, fresh = texts.worths([document.topics[:1] for document in documents])
        terms, rows, counts = texts.bags()
        whole = Postings.of(texts.vocabulary, terms, rows, counts, worth, fresh, len(documents))
        plain = [_plain(document) for document in documents]
        return cls(whole, tuple(plain), _exact(plain))

    def patched(self, documents: Sequence[Document], origin: Sequence[int | None]) -> LexicalIndex:
        """The same for other documents: document i is the old one origin[i], or a new one where that is None."""
        fresh = Texts.of([document for document, old in zip(documents, origin, strict=True) if old is None])
        plain = [
            _plain(document) if old is None else self.plain[old]
            for document, old in zip(documents, origin, strict=True)
        ]
        return LexicalIndex(self.whole.patched(origin, fresh), tuple(plain), _exact(plain))

    def save(self, path: Path) -> None:
        """Write one .npz file."""
        text = "\n".join("\t".join(asked) for asked in self.plain)
        held = self.whole.arrays() | {"plain": np.frombuffer(text.encode(), dtype=np.uint8)}
        np.savez(path, allow_pickle=False, **held)

    @classmethod
    def load(cls, path: Path) -> LexicalIndex:
        """Read back what `save` wrote."""
        with np.load(path, allow_pickle=False) as held:
            arrays = {name: held[name] for name in held.files}
        whole = Postings.of_arrays(arrays)
        text = arrays["plain"].tobytes().decode()
        plain = tuple(tuple(asked.split("\t")) for asked in text.split("\n")) if whole.size else ()
        return cls(whole, plain, _exact(plain))

    def matched(self, text: str, document: int) -> int:
        """Which way to ask for one document is most like a text, by the pairs of characters they share."""
        said = set(map("".join, pairwise(normalise(text))))

        def likeness(asked: str) -> float:
            pairs = set(map("".join, pairwise(asked)))
            return len(said & pairs) / len(pairs | said) if pairs or said else 0.0

        likes = [likeness(asked) for asked in self.plain[document]]
        return likes.index(max(likes))


def bag(text: str, weight: float = 1.0) -> dict[str, float]:
    """A query as weighted grams; a gram said four times counts twice, and a number to call (12356) three times."""
    return {
        gram: weight * times**0.5 * (NAMED if gram.isdigit() and len(gram) > _SMALL else 1.0)
        for gram, times in Counter(grams(text)).items()
    }


def _plain(document: Document) -> tuple[str, ...]:
    return tuple(normalise(text) for text in document.asked)


def _exact(plain: Sequence[Sequence[str]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for at, asked in enumerate(plain):
        for text in dict.fromkeys(asked):
            if text:
                found[text] = (*found.get(text, ()), at)
    return found
