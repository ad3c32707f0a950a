"""SearchEngine: one built index, opened. Lexical at once; the dense leg joins when somebody has loaded it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log1p
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexes import manifest
from indexes.belief import LEXICAL_ONLY, WITH_DENSE
from indexes.documents import Document, documents
from indexes.embed import Embedder, open_embedder
from indexes.hits import Hit, Hits, Query
from indexes.lexical import LexicalIndex
from indexes.limits import Limits
from indexes.manifest import BadIndex
from indexes.meaning import Meaning
from indexes.rank import (
    Found,
    Legs,
    Weights,
    Wish,
    allowed,
    joins,
    mean_of_top,
    rank,
    verdict,
)
from indexes.reading import Reading, reading
from indexes.scope import Gate
from indexes.text import informative, normalise, worries
from indexes.worth import Scores
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
class Weighed:
    """What was found for a query in each way of reading it, before limits say what is done with it."""

    query: Query
    readings: Sequence[Reading]
    found: Sequence[Found]
    parts: Sequence[tuple[Reading, Found]]
    dense: bool


class SearchEngine:
    """Searches one release. Nothing changes after opening but the dense leg, which comes late, and `limits`.

    Each is one assignment, and a search takes each once: safe in threads.
    """

    def __init__(
        self,
        path: Path,
        held: manifest.Manifest,
        release: Release,
        lexical: LexicalIndex,
        gate: Gate,
        like: SearchEngine | None = None,
    ) -> None:
        """Take the parts of an index; `open` reads them. Places and limits are those of another one, if it is given."""
        self.path = path
        self.manifest = held
        self.release = release
        self.weights = Weights()
        self.limits: Limits = Limits() if like is None else like.limits  # who holds it sets them: Live
        self.documents: tuple[Document, ...] = documents(release)
        self.lexical = lexical
        self.gate = gate
        regions = release.library.regions
        same = like is not None and like.release.library.regions == regions
        self._tree: RegionTree = like._tree if same and like is not None else RegionTree(regions)  # noqa: SLF001 - of its own kind
        self._regions = {document.region for document in self.documents if document.region}
        self._free: dict[tuple[object, ...], NDArray[np.intp]] = {}
        self._dense: Meaning | None = None
        self._loading = threading.Lock()

    @classmethod
    def open(cls, path: Path, expect_model: str | None = None, like: SearchEngine | None = None) -> SearchEngine:
        """Open a built index for lexical search; raise BadIndex if it is not what its manifest or the settings say.

        Files that it shares with an index that is open already (see `indexes.patch`) are not read again to verify them.
        """
        held = manifest.verify(path, expect_model, like.shared_with(path) if like else None)
        try:
            release = read(path / RELEASE, verified=True)
            shared = like is not None and _one_file(path / GATE, like.path / GATE)
            gate = like.gate if shared and like is not None else Gate.load(path / GATE)
            engine = cls(path, held, release, LexicalIndex.load(path / LEXICAL), gate, like)
        except (ReleaseError, OSError, ValueError, KeyError, TypeError) as error:
            raise BadIndex("unreadable", f"索引 {path.name} 读不出来（{type(error).__name__}）") from error
        if held.digest != release.digest:
            raise BadIndex("digest", f"索引 {path.name} 里的资料不是清单上的那一版")
        if not held.documents == len(engine.documents) == engine.lexical.whole.size:
            raise BadIndex("documents", f"索引 {path.name} 应有 {held.documents} 条，实有 {len(engine.documents)} 条")
        return engine

    @property
    def dense_ready(self) -> bool:
        """Whether the dense leg takes part."""
        return self._dense is not None

    def load_dense(self, like: SearchEngine | None = None) -> None:
        """Load the model and the vectors: seconds, so call it in a thread. A lexical index has nothing to load.

        The model of another open engine is shared where it is the same, byte for byte.
        """
        with self._loading:
            if self.manifest.model is None or self._dense is not None:
                return
            from indexes.dense import DenseIndex  # noqa: PLC0415 - faiss must not delay the first answer

            index = DenseIndex.load(self.path / VECTORS, len(self.documents))
            embedder = like.embedder if like is not None and self.manifest.same_model(like.manifest) else None
            self.add_dense(embedder or open_embedder(self.manifest.model, self.path / MODEL), index)

    def add_dense(self, embedder: Embedder, index: DenseIndex) -> None:
        """Let the dense leg take part; raise BadIndex if model and vectors are not of one size."""
        index.score(embedder.encode([PROBE], query=True))  # warms it, too
        self._dense = Meaning(embedder, index)

    def shared_with(self, path: Path) -> dict[str, str]:
        """The digests of this index's files that lie in another directory as well: the same files by another name."""
        return {
            name: digest for name, digest in self.manifest.files.items() if _one_file(self.path / name, path / name)
        }

    @property
    def embedder(self) -> Embedder | None:
        """The model, once it is loaded."""
        return self._dense.embedder if self._dense else None

    @property
    def vectors(self) -> DenseIndex | None:
        """The documents' vectors, once they are loaded."""
        return self._dense.index if self._dense else None

    def search(self, query: Query) -> Hits:
        """Find what answers a parent's words. Pure CPU, a few milliseconds; any text will do."""
        return self.search_many([query])[0]

    def search_many(self, queries: Sequence[Query]) -> list[Hits]:
        """The same for several at once: they are embedded and compared together."""
        limits = self.limits
        return [self.settle(one, limits) for one in self.weigh(queries)]

    def weigh(self, queries: Sequence[Query]) -> list[Weighed]:
        """Find, and leave it to `settle` what is done with it: that is quick, and under any limits."""
        dense = self._dense
        told = [self._readings(query) for query in queries]
        parts = [self._parts(query) for query in queries]
        flat = [one for readings in (*told, *parts) for one in readings]
        near = iter(dense.score(flat) if dense and flat else [None] * len(flat))
        found = [
            [self._find(one, query.limit, next(near)) for one in each]
            for query, each in zip(queries, told, strict=True)
        ]
        apart = [[(one, self._find(one, 1, next(near))) for one in each] for each in parts]
        return [
            Weighed(query, readings, seen, further, dense is not None)
            for query, readings, seen, further in zip(queries, told, found, apart, strict=True)
        ]

    def finds(self, document: Document) -> bool:
        """Whether a document is among the first when asked for by its own title, where it holds."""
        query = Query(document.title, region=document.region, kinds=(document.kind,))
        return document.id in {hit.id for hit in self.search(query).items}

    def open_to(self, region: str | None) -> NDArray[np.intp]:
        """The numbers of the entries that a parent of a region may be shown."""
        return self._allowed(Wish(("entry",), self._tree.chain(region) if region else ()))

    def legs(self, query: Query, *, with_context: bool = False) -> tuple[Reading, Legs]:
        """How a message is read, and what each leg gives every document for it: for those who ask why."""
        dense, told = self._dense, self._readings(query)[-1 if with_context else 0]
        same = self.lexical.exact.get(normalise(told.text), ()) if not told.context else ()
        cosines = dense.score([told])[0] if dense else None
        return told, Legs(self.lexical.whole.score(told.grams), cosines, frozenset(same))

    def free(self, wish: Wish) -> NDArray[np.intp]:
        """The numbers of the documents that may be found for a wish."""
        return self._allowed(wish)

    def _readings(self, query: Query) -> list[Reading]:
        text, context = query.text[:LONGEST], query.context[-LONGEST:].strip()
        return [reading(query, text, before, self._tree.chain) for before in dict.fromkeys(("", context))]

    def _parts(self, query: Query) -> list[Reading]:
        """The worries of a message one by one, where it tells of several."""
        texts = worries(query.text[:LONGEST])
        return [reading(query, text, "", self._tree.chain) for text in texts] if len(texts) > 1 else []

    def settle(self, one: Weighed, limits: Limits) -> Hits:
        """Say what limits make of what this engine found."""
        found, telling = one.found, informative(one.query.text[:LONGEST])
        with_context = len(found) > 1 and joins(found[0], found[1], telling, limits)
        chosen, told = found[with_context], one.readings[with_context]
        if with_context:
            telling += informative(told.context)
        return Hits(
            self._hits(chosen, told),
            verdict(chosen, telling, limits),
            chosen.inside,
            chosen.first,
            chosen.three,
            chosen.signs.margin,
            one.dense,
            with_context,
            self._second(chosen, one.parts, limits),
        )

    def _second(self, chosen: Found, parts: Sequence[tuple[Reading, Found]], limits: Limits) -> Hit | None:
        """What the surest of the worries that are of another topic would be answered with."""
        others = [(found, told) for told, found in parts if found.order and not found.topics & chosen.topics]
        sure = [(found, told) for found, told in others if found.first >= limits.second]
        return self._hits(*max(sure, key=lambda pair: pair[0].first))[0] if sure else None

    def _find(self, told: Reading, limit: int, cosines: Scores | None) -> Found:
        said, free = told.grams, self._allowed(told.wish)
        if not free.size:
            return Found()
        same = self.lexical.exact.get(normalise(told.text), ()) if not told.context else ()
        legs = Legs(self.lexical.whole.score(said), cosines, frozenset(same))
        found = rank(self.documents, free, legs, told.wish, self.weights, limit)
        near = self.lexical.whole.cover(said) if cosines is None else cosines
        signs = found.signs._replace(
            near=mean_of_top(near[free]),
            gate=self.gate.ours(told.whole),
            length=log1p(informative(told.whole)),
        )
        believed = LEXICAL_ONLY if cosines is None else WITH_DENSE
        return replace(
            found,
            signs=signs,
            inside=1.0 if found.exact else believed.inside.of(signs),
            first=1.0 if found.exact else believed.first.of(signs),
            three=1.0 if found.exact else believed.three.of(signs),
        )

    def _allowed(self, wish: Wish) -> NDArray[np.intp]:
        """Which documents may be found; of thousands of places only those that have documents make a difference."""
        places = tuple(place for place in wish.places if place in self._regions)
        key = (wish.kinds, places)
        if key not in self._free:
            self._free[key] = allowed(self.documents, wish.kinds, places)
        return self._free[key]

    def _hits(self, found: Found, told: Reading) -> tuple[Hit, ...]:
        return tuple(
            self._hit(self.documents[at], score, dict(parts), self.lexical.matched(told.text, at))
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


def _one_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
