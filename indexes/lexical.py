"""BM25 over character 1+2-grams, as inverted lists in numpy: whole documents and, beside them, single wordings.

The whole document is one field: the title twice, the wordings, the body. The view by wording lets a wording
that is the question win at once, whatever else its document says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.documents import Document
from indexes.text import grams, normalise

Scores = NDArray[np.float32]

K1 = 2.0  # higher than usual: a document holds a dozen ways to say one thing
B = 0.75


@dataclass(frozen=True, slots=True)
class Postings:
    """Inverted lists: of the term number t, rows[starts[t]:starts[t+1]] hold it, with its BM25 weight in each."""

    vocabulary: Mapping[str, int]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    weights: Scores
    idf: Scores
    size: int

    @classmethod
    def build(cls, texts: Iterable[Mapping[str, int]]) -> Postings:
        """Index texts given as gram counts, one row each."""
        counts = list(texts)
        vocabulary = {gram: at for at, gram in enumerate(sorted({gram for count in counts for gram in count}))}
        lengths = np.array([sum(count.values()) for count in counts], dtype=np.float64)
        terms = np.array([vocabulary[gram] for count in counts for gram in count], dtype=np.int64)
        rows = np.repeat(np.arange(len(counts), dtype=np.int32), [len(count) for count in counts])
        often = np.array([times for count in counts for times in count.values()], dtype=np.float64)
        seen = np.bincount(terms, minlength=len(vocabulary))
        idf = np.log1p((len(counts) - seen + 0.5) / (seen + 0.5))
        stretch = K1 * (1 - B + B * lengths / max(lengths.mean(), 1.0)) if counts else lengths
        weights = idf[terms] * often * (K1 + 1) / (often + stretch[rows])
        order = np.argsort(terms, kind="stable")
        starts = np.concatenate(([0], np.cumsum(seen))).astype(np.int64)
        return cls(
            vocabulary, starts, rows[order], weights[order].astype(np.float32), idf.astype(np.float32), len(counts)
        )

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
        """How much of the query each row holds, 0..1, rare grams counting more; it does not grow with length."""
        total = np.zeros(self.size, dtype=np.float32)
        unknown = float(np.log1p(2 * self.size + 1))
        mass = 0.0
        for gram, weight in query.items():
            at = self.vocabulary.get(gram)
            worth = weight * (unknown if at is None else float(self.idf[at]))
            mass += worth
            if at is not None:
                total[self.rows[self.starts[at] : self.starts[at + 1]]] += np.float32(worth)
        return total / np.float32(mass) if mass else total

    def arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """The lists as plain arrays for a file, named with a prefix."""
        words = np.frombuffer("\n".join(self.vocabulary).encode(), dtype=np.uint8)
        held: dict[str, NDArray[Any]] = {
            "words": words,
            "starts": self.starts,
            "rows": self.rows,
            "weights": self.weights,
            "idf": self.idf,
        }
        held["size"] = np.array(self.size)
        return {f"{prefix}_{name}": array for name, array in held.items()}

    @classmethod
    def of_arrays(cls, prefix: str, held: Mapping[str, NDArray[Any]]) -> Postings:
        """Read back what `arrays` wrote."""
        words = held[f"{prefix}_words"].tobytes().decode()
        vocabulary = {gram: at for at, gram in enumerate(words.split("\n"))} if words else {}
        return cls(
            vocabulary,
            held[f"{prefix}_starts"].astype(np.int64),
            held[f"{prefix}_rows"].astype(np.int32),
            held[f"{prefix}_weights"].astype(np.float32),
            held[f"{prefix}_idf"].astype(np.float32),
            int(held[f"{prefix}_size"]),
        )


@dataclass(frozen=True, slots=True)
class LexicalIndex:
    """Both views of the documents, and the wordings by their normalised text."""

    whole: Postings
    wordings: Postings
    first: NDArray[np.int64]  # first[d]: the first wording row of document d; one more at the end
    plain: tuple[str, ...]  # every wording row, normalised
    exact: Mapping[str, tuple[int, ...]]  # such a text -> the documents that have it

    @classmethod
    def build(cls, documents: Sequence[Document]) -> LexicalIndex:
        """Index the documents in their order."""
        whole = Postings.build(_bag(document) for document in documents)
        wordings = Postings.build(Counter(grams(text)) for document in documents for text in document.asked)
        plain = tuple(normalise(text) for document in documents for text in document.asked)
        return cls(whole, wordings, _first(documents), plain, _exact(plain, documents))

    def save(self, path: Path) -> None:
        """Write one .npz file."""
        plain = np.frombuffer("\n".join(self.plain).encode(), dtype=np.uint8)
        held = self.whole.arrays("whole") | self.wordings.arrays("wording") | {"plain": plain}
        np.savez(path, allow_pickle=False, **held)

    @classmethod
    def load(cls, path: Path, documents: Sequence[Document]) -> LexicalIndex:
        """Read back what `save` wrote for the same documents."""
        with np.load(path, allow_pickle=False) as held:
            arrays = {name: held[name] for name in held.files}
        whole, wordings = Postings.of_arrays("whole", arrays), Postings.of_arrays("wording", arrays)
        plain = tuple(arrays["plain"].tobytes().decode().split("\n")) if wordings.size else ()
        return cls(whole, wordings, _first(documents), plain, _exact(plain, documents))

    def by_document(self, by_wording: Scores) -> Scores:
        """Of each document the score of its best wording: several wordings of one entry count once."""
        return np.maximum.reduceat(by_wording, self.first[:-1]) if len(by_wording) else by_wording

    def matched(self, by_wording: Scores, document: int) -> int:
        """Which wording of one document scored best."""
        return int(np.argmax(by_wording[self.first[document] : self.first[document + 1]]))


def bag(text: str, weight: float = 1.0) -> dict[str, float]:
    """A query as weighted grams; a gram said twice counts twice."""
    return {gram: weight * times for gram, times in Counter(grams(text)).items()}


def _bag(document: Document) -> Counter[str]:
    count = Counter(grams(document.title))
    for text in (*document.ways, document.body):  # the title stands among what is asked: that makes it twice
        count.update(grams(text))
    return count


def _first(documents: Sequence[Document]) -> NDArray[np.int64]:
    return np.cumsum([0, *(len(document.asked) for document in documents)], dtype=np.int64)


def _exact(plain: Sequence[str], documents: Sequence[Document]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    owners = (at for at, document in enumerate(documents) for _ in document.asked)
    for text, at in zip(plain, owners, strict=True):
        if text and at not in found.get(text, ()):
            found[text] = (*found.get(text, ()), at)
    return found
