"""`python -m tests.bench.retrieval`: what a search costs by size, alone and together; what building costs; memory.

The larger libraries are made of the packaged lines, cut and joined anew: real grams in real proportions, no meaning.
"""

from __future__ import annotations

import gc
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import faiss
import numpy as np
import torch

from indexes import build as building
from indexes.dense import DenseIndex
from indexes.documents import documents
from indexes.engine import SearchEngine
from indexes.evaluate import query_of
from indexes.hits import Query
from indexes.lexical import LexicalIndex
from indexes.patch import patch
from knowledge import exam, files
from knowledge.model import Entry, Library
from knowledge.release import Release, freeze

ROUNDS = 300
TOGETHER = (1, 8, 32)


def mixed(library: Library, size: int, lines: int, luck: random.Random) -> Library:
    """A library of so many entries, each with so many ways to ask."""
    known = [line for entry in library.entries.values() for line in (entry.title, *entry.wordings)]
    known += [line for each in library.paraphrases.values() for line in each]
    patterns = list(library.entries.values())

    def line() -> str:
        one, other = luck.choice(known), luck.choice(known)
        return one[: len(one) // 2] + other[len(other) // 2 :]

    def entry(at: int) -> Entry:
        pattern = luck.choice(patterns)
        text = pattern.full if lines > 1 else ""
        return replace(pattern, id=f"e{at}", title=line(), wordings=tuple(line() for _ in range(lines - 1)), full=text)

    entries = {one.id: one for one in map(entry, range(size))}
    return Library(library.taxonomy, entries, sources=library.sources, regions=library.regions)


def opened(release: Release, like: SearchEngine) -> SearchEngine:
    """An engine over a release with the model of another."""
    assert like.embedder is not None
    made = SearchEngine(like.path, like.manifest, release, LexicalIndex.build(documents(release)), like.gate)
    made.add_dense(like.embedder, DenseIndex.build(made.documents, like.embedder))
    return made


def milliseconds(act: Callable[[], object], rounds: int) -> tuple[float, float]:
    """The median and the 99th percentile."""
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took), sorted(took)[int(0.99 * len(took))]


def speed(engine: SearchEngine, queries: Sequence[Query]) -> str:
    """Latency alone and together."""
    turns = iter(queries * 1000)
    engine.search(queries[0])
    cells = []
    for many in TOGETHER:
        median, slow = milliseconds(
            lambda many=many: engine.search_many([next(turns) for _ in range(many)]), ROUNDS // many + 20
        )
        cells.append(f"{median / many:>8.2f}{slow:>8.1f}")
    return "".join(cells)


def recall(engine: SearchEngine, queries: Sequence[Query]) -> float:
    """Of the ten nearest by comparing with all, how many a search of this index finds."""
    assert engine.embedder is not None
    assert engine.vectors is not None
    asked = engine.embedder.encode([query.text for query in queries], query=True)
    flat = faiss.IndexFlatIP(asked.shape[1])
    flat.add(engine.vectors.rows())
    truth = flat.search(asked, 10)[1]
    found = engine.vectors.index.search(asked, 10)[1]
    return float(np.mean([len(set(a) & set(b)) / 10 for a, b in zip(truth.tolist(), found.tolist(), strict=True)]))


def megabytes() -> float:
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return own / 2**10 if sys.platform != "darwin" else own / 2**20


def main() -> None:
    torch.set_num_threads(1)
    library = files.load()
    questions = exam.load(files.CONTENT / exam.FOLDER)
    queries = [replace(query_of(one), limit=3) for one in questions if not one.context][:400]
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        root = Path(folder)
        began, burnt = time.perf_counter(), time.process_time()
        built = building.build(freeze(library, 1), root, exam=questions)
        print(
            f"full build, {len(library.entries)} entries: {time.perf_counter() - began:.0f} s, "
            f"{time.process_time() - burnt:.0f} s of it computing"
        )
        gc.collect()
        gc.freeze()  # what building left behind must not slow what a server does without it
        began = time.perf_counter()
        engine = SearchEngine.open(built)
        at_once = time.perf_counter() - began
        engine.load_dense()
        print(f"open, lexical leg: {at_once:.2f} s; peak memory so far {megabytes():.0f} MB")
        one = next(iter(library.entries.values()))
        changed = replace(library, entries=library.entries | {one.id: replace(one, title=one.title + "呢")})
        began = time.perf_counter()
        place = patch(freeze(changed, 2), root, engine, questions)
        patched = time.perf_counter() - began
        assert place is not None
        SearchEngine.open(place, like=engine).load_dense(engine)
        print(f"one changed entry: built {patched:.2f} s, built and opened {time.perf_counter() - began:.2f} s")
        print(
            f"{'entries':>10}{'texts':>10}"
            + "".join(f"{f'{many} together ms':>16}" for many in TOGETHER)
            + f"{'recall':>9}{'peak MB':>9}"
        )
        print(f"{'':>20}" + f"{'median':>8}{'p99':>8}" * len(TOGETHER))
        _line(engine, queries)
        luck = random.Random(7)
        for size, lines in ((5_000, 12), (100_000, 1)):
            _line(opened(freeze(mixed(library, size, lines, luck), 3), engine), queries)


def _line(engine: SearchEngine, queries: Sequence[Query]) -> None:
    texts = sum(len(document.ways) for document in engine.documents)
    found, peak = recall(engine, queries), megabytes()
    print(
        f"{len(engine.documents):>10}{texts:>10}{speed(engine, queries)}{found:>9.3f}{peak:>9.0f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
