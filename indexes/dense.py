"""Nearest wordings by vector: the only place that knows FAISS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from indexes.documents import Document
from indexes.embed import Embedder, Vectors
from indexes.manifest import BadIndex


@dataclass(frozen=True, slots=True)
class DenseIndex:
    """One row a wording, then one row a whole document, compared exactly."""

    index: Any  # faiss has no types
    first: NDArray[np.int64]  # first[d]: the first wording row of document d; the whole documents come after the last

    @classmethod
    def build(cls, documents: Sequence[Document], embedder: Embedder) -> DenseIndex:
        """Embed every wording of every document, and each document as a whole."""
        asked = [text for document in documents for text in document.asked]
        rows = embedder.encode([*asked, *(" ".join((*document.ways, document.body)) for document in documents)])
        index = faiss.IndexFlatIP(rows.shape[1])
        index.add(rows)
        return cls(index, _first(documents))

    def save(self, path: Path) -> None:
        """Write the FAISS file."""
        faiss.write_index(self.index, str(path))

    @classmethod
    def load(cls, path: Path, documents: Sequence[Document]) -> DenseIndex:
        """Read the FAISS file that was built from the same documents."""
        try:
            index = faiss.read_index(str(path))
        except RuntimeError as error:
            raise BadIndex("faiss", f"向量文件读不出来：{path.name}") from error
        first = _first(documents)
        rows = int(first[-1]) + len(documents)
        if index.ntotal != rows:
            raise BadIndex("faiss", f"向量文件有 {index.ntotal} 行，资料应有 {rows} 行，请重新建立索引")
        return cls(index, first)

    def score(self, vectors: Vectors) -> Vectors:
        """Of each document (columns) the mean of two cosines with each vector (rows).

        One is that of its nearest wording, one its own: the wording finds who says the same, the whole
        who speaks of the same, and either alone is worse.
        """
        if vectors.shape[1] != self.index.d:
            raise BadIndex("size", f"模型给出 {vectors.shape[1]} 维，索引是 {self.index.d} 维，请重新建立索引")
        return np.stack([self._score(vector) for vector in vectors])  # one at a time: FAISS starts no threads for one

    def _score(self, vector: Vectors) -> Vectors:
        near, at = self.index.search(vector.reshape(1, -1), self.index.ntotal)
        cosines = np.empty(self.index.ntotal, dtype=np.float32)
        cosines[at[0]] = near[0]
        nearest: Vectors = np.maximum.reduceat(cosines[: self.first[-1]], self.first[:-1])
        return (nearest + cosines[self.first[-1] :]) / np.float32(2)


def _first(documents: Sequence[Document]) -> NDArray[np.int64]:
    return np.cumsum([0, *(len(document.asked) for document in documents)], dtype=np.int64)
