"""SearchEngine: one built index, opened. Lexical at once; the dense leg joins when somebody has loaded it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from indexes import manifest
from indexes.documents import Document, documents
from indexes.embed import Embedder, open_embedder, unit
from indexes.hits import Hit, Hits, Query
from indexes.lexical import LexicalIndex, Scores, bag
from indexes.manifest import BadIndex
from indexes.rank import Found, Legs, Limits, Weights, allowed, joins, mean_of_top, rank, verdict
from indexes.reading import BEFORE, Reading, reading
from indexes.scope import Gate
from indexes.text import informative, normalise
from knowledge.regions import RegionTree
from knowledge.release import Release, ReleaseError, read

if TYPE_CHECKING:
    from indexes.dense import DenseIndex

RELEASE = "library.json"
LEXICAL = "lexical.npz"
GATE = "gate.npz"
VECTORS = "vectors.faiss"
MODEL = "model"

PROBE = "孩子一写作业就哭"
LONGEST = 600  # characters that are searched: by then a message has told what it is about


@dataclass(frozen=True, slots=True)
class _Dense:
    """The dense leg: model and vectors in one, so that one assignment switches it on."""

    embedder: Embedder
    index: DenseIndex

    def score(self, readings: Sequence[Reading]) -> list[Scores]:
        """How near each reading is to each document; the message itself is embedded once for all of them."""
        context = readings[-1].context
        rows = self.embedder.encode([readings[0].words, context] if context else [readings[0].words], query=True)
        mixed = [rows[0] + np.float32(BEFORE) * rows[1] if told.context else rows[0] for told in readings]
        return list(self.index.score(unit(np.stack(mixed))))


class SearchEngine:
    """Searches one release. Nothing changes after opening but the arrival of the dense leg: safe in threads."""

    def __init__(self, path: Path, held: manifest.Manifest, release: Release) -> None:
        self.path = path
        self.manifest = held
        self.release = release
        self.weights = Weights()
        self.limits = Limits()
        self.documents: tuple[Document, ...] = documents(release)
        self.lexical = LexicalIndex.load(path / LEXICAL, self.documents)
        self.gate = Gate.load(path / GATE)
        self._tree = RegionTree(release.library.regions)
        self._dense: _Dense | None = None
        self._loading = threading.Lock()

    @classmethod
    def open(cls, path: Path, expect_model: str | None = None) -> SearchEngine:
        """Open a built index for lexical search; raise BadIndex if it is not what its manifest or the settings say."""
        held = manifest.verify(path, expect_model)
        try:
            engine = cls(path, held, read(path / RELEASE))
        except (ReleaseError, OSError, ValueError, KeyError, TypeError) as error:
            raise BadIndex("unreadable", f"索引 {path.name} 读不出来（{type(error).__name__}）") from error
        if held.documents != len(engine.documents):
            raise BadIndex("documents", f"索引 {path.name} 应有 {held.documents} 条，实有 {len(engine.documents)} 条")
        return engine

    @property
    def dense_ready(self) -> bool:
        """Whether the dense leg takes part."""
        return self._dense is not None

    def load_dense(self) -> None:
        """Load the model and the vectors: seconds, so call it in a thread. A lexical index has nothing to load."""
        with self._loading:
            if self.manifest.model is None or self._dense is not None:
                return
            from indexes.dense import DenseIndex  # noqa: PLC0415 - faiss must not delay the first answer

            index = DenseIndex.load(self.path / VECTORS, self.documents)
            ready = _Dense(open_embedder(self.manifest.model, self.path / MODEL), index)
            index.score(ready.embedder.encode([PROBE], query=True))  # warms it, and refuses a model of another size
            self._dense = ready

    def search(self, query: Query) -> Hits:
        """Find what answers a parent's words. Pure CPU, a few milliseconds; any text will do."""
        text, context = query.text[:LONGEST], query.context[-LONGEST:]
        dense = self._dense
        readings = [reading(query, text, before, self._tree.chain) for before in dict.fromkeys(("", context.strip()))]
        near = dense.score(readings) if dense else [None] * len(readings)
        found = [self._find(told, query.limit, cosines) for told, cosines in zip(readings, near, strict=True)]
        telling = informative(text)
        with_context = len(found) > 1 and joins(found[0], found[1], telling, self.limits)
        chosen = found[with_context]
        if with_context:
            telling += informative(context)
        return Hits(
            self._hits(chosen, readings[with_context]),
            verdict(chosen, telling, self.limits, dense=dense is not None),
            chosen.scope,
            chosen.margin,
            dense is not None,
            with_context,
        )

    def plain(self, query: Query) -> tuple[str, ...]:
        """The ids that BM25 alone puts first: the baseline that everything here has to beat."""
        told = reading(query, query.text, "", self._tree.chain)
        scores = np.where(allowed(self.documents, told.wish), self.lexical.whole.score(bag(query.text)), -1)
        best = np.argsort(-scores, kind="stable")[: query.limit]
        return tuple(self.documents[at].id for at in best if scores[at] > 0)

    def _find(self, told: Reading, limit: int, cosines: Scores | None) -> Found:
        said = told.grams
        same = self.lexical.exact.get(normalise(told.text), ()) if not told.context else ()
        legs = Legs(
            self.lexical.whole.score(said),
            self.lexical.by_document(self.lexical.wordings.score(said)),
            cosines,
            frozenset(same),
        )
        found = rank(self.documents, legs, told.wish, self.weights, limit)
        near = self.lexical.whole.cover(said) if cosines is None else cosines
        scope = 1.0 if found.exact else self._scope(told, near[allowed(self.documents, told.wish)])
        return replace(found, scope=scope, near=float(near[found.order[0]]) if found.order else 0.0)

    def _scope(self, told: Reading, near: Scores) -> float:
        return 0.5 * mean_of_top(near) + 0.5 * self.gate.ours(told.whole)

    def _hits(self, found: Found, told: Reading) -> tuple[Hit, ...]:
        by_wording = self.lexical.wordings.score(bag(told.text))
        return tuple(
            self._hit(self.documents[at], score, dict(parts), self.lexical.matched(by_wording, at))
            for at, score, parts in zip(found.order, found.scores, found.parts, strict=True)
        )

    def _hit(self, document: Document, score: float, parts: dict[str, float], matched: int) -> Hit:
        return Hit(
            document.kind,
            document.id,
            document.title,
            score,
            document.topics,
            document.stages,
            document.asked[matched],
            parts,
        )
