"""Nearest documents by vector: the only place that knows FAISS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from indexes.documents import Document
from indexes.embed import Embedder, Vectors, unit
from indexes.manifest import BadIndex

EXACT_UP_TO = 20_000  # rows that are compared one by one; beyond, the nearest cells only
NEAREST = 200  # documents that a search through cells gives
RECALL = 0.995  # of the nearest ten, that a search through cells must find
_PROBES = 200  # rows with which that is tried out

faiss.omp_set_num_threads(1)  # a search is short, and the other core is the event loop's


@dataclass(frozen=True, slots=True)
class DenseIndex:
    """One row a document."""

    index: Any  # faiss has no types

    @classmethod
    def build(cls, documents: Sequence[Document], embedder: Embedder) -> DenseIndex:
        """Embed each document as a whole: every way to ask for it, and what it says."""
        return cls.of(embedder.encode([_whole(document) for document in documents]))

    @classmethod
    def of(cls, rows: Vectors) -> DenseIndex:
        """Index rows of length one; many of them by cells, as many of which are looked at as RECALL needs."""
        flat = faiss.IndexFlatIP(rows.shape[1])
        if len(rows) <= EXACT_UP_TO:
            flat.add(rows)
            return cls(flat)
        cells = int(4 * len(rows) ** 0.5)
        index = faiss.IndexIVFFlat(flat, rows.shape[1], cells, faiss.METRIC_INNER_PRODUCT)
        index.cp.seed, index.cp.niter, index.cp.max_points_per_centroid = 20, 8, 64
        index.train(rows)
        index.add(rows)
        index.nprobe = _enough(index, rows, cells)
        return cls(index)

    def patched(self, documents: Sequence[Document], origin: Sequence[int | None], embedder: Embedder) -> DenseIndex:
        """The same for other documents: document i is the old row origin[i], or embedded where that is None."""
        old = self.rows()
        fresh = [at for at, row in enumerate(origin) if row is None]
        rows = np.zeros((len(origin), old.shape[1]), dtype=np.float32)
        kept = [at for at, row in enumerate(origin) if row is not None]
        rows[kept] = old[[row for row in origin if row is not None]]
        if fresh:
            rows[fresh] = embedder.encode([_whole(documents[at]) for at in fresh])
        return DenseIndex.of(rows)

    def rows(self) -> Vectors:
        """Every row, in the documents' order."""
        if isinstance(self.index, faiss.IndexIVF):
            self.index.make_direct_map()
        rows: Vectors = self.index.reconstruct_n(0, self.index.ntotal)
        return rows

    def save(self, path: Path) -> None:
        """Write the FAISS file."""
        faiss.write_index(self.index, str(path))

    @classmethod
    def load(cls, path: Path, documents: int) -> DenseIndex:
        """Read the FAISS file that was built from so many documents."""
        try:
            index = faiss.read_index(str(path))
        except RuntimeError as error:
            raise BadIndex("faiss", f"向量文件读不出来：{path.name}") from error
        if index.ntotal != documents:
            raise BadIndex("faiss", f"向量文件有 {index.ntotal} 行，资料应有 {documents} 行，请重新建立索引")
        return cls(index)

    def score(self, vectors: Vectors) -> Vectors:
        """The cosine of each document (columns) with each vector (rows).

        By cells only the nearest are known; all others get the cosine of the furthest of these.
        """
        if vectors.shape[1] != self.index.d:
            raise BadIndex("size", f"模型给出 {vectors.shape[1]} 维，索引是 {self.index.d} 维，请重新建立索引")
        total = self.index.ntotal
        near, at = self.index.search(vectors, total if total <= EXACT_UP_TO else NEAREST)
        found = at >= 0
        least = np.where(found, near, np.inf).min(axis=1, keepdims=True, initial=1.0)
        cosines = np.repeat(least.astype(np.float32), total, axis=1)
        rows = np.broadcast_to(np.arange(len(vectors))[:, None], at.shape)
        cosines[rows[found], at[found]] = near[found]
        return cosines


def _whole(document: Document) -> str:
    return " ".join((*document.ways, document.body))


def _enough(index: Any, rows: Vectors, cells: int) -> int:
    """Four times the fewest cells (a power of two) with which RECALL of the nearest ten are found.

    Tried with means of two rows: like a message, they lie near several documents and on none. Messages are further off
    still, hence the four times.
    """
    luck = np.random.default_rng(20)
    probes = unit(rows[luck.integers(len(rows), size=_PROBES)] + rows[luck.integers(len(rows), size=_PROBES)])
    flat = faiss.IndexFlatIP(rows.shape[1])
    flat.add(rows)
    truth = flat.search(probes, 10)[1]
    looked = 8
    while looked < cells:
        index.nprobe = looked
        if _shared(truth, index.search(probes, 10)[1]) >= RECALL:
            break
        looked *= 2
    return min(4 * looked, cells)


def _shared(truth: NDArray[np.int64], found: NDArray[np.int64]) -> float:
    both = (len(set(wanted) & set(got)) for wanted, got in zip(truth.tolist(), found.tolist(), strict=True))
    return sum(both) / max(truth.size, 1)
