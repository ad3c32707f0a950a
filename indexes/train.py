"""The small Chinese embedding model, trained from the library itself at each build: new knowledge teaches it.

A static embedding: a vector for each gram, a text is their mean. The table begins as worth times random normal and is
moved so that each way to ask lies nearer to what else its own document says than to any other document. One thread and
one seed: the same library gives the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.documents import Document
from indexes.lexical import LexicalIndex
from indexes.text import grams

UNKNOWN = "[UNK]"

Numbers = NDArray[np.int64]  # a text as the numbers of its grams
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the model is trained.

    Each time a document is told by so many other ways to ask for it (`lines`) and so many grams of what it says
    (`body`): little of it, so that the task stays hard and the model learns what words have in common.
    """

    size: int = 384
    epochs: int = 2
    batch: int = 1536
    rate: float = 0.05
    scale: float = 20.0
    lines: int = 2
    body: int = 40
    drop: float = 0.2  # of the grams of a way to ask, left out by chance
    begin: float = 3.0  # the mean length of a gram's vector at the beginning
    least: int = 2  # texts that a gram must be in to get a vector
    seed: int = 20


def train(documents: Sequence[Document], lexical: LexicalIndex, path: Path, recipe: Recipe, progress: Progress) -> None:
    """Train on the documents' ways to ask and save a sentence-transformers model at `path`."""
    corpus = _Corpus.build(documents, recipe)
    worth = np.array([_worth(lexical, gram) for gram in corpus.vocabulary], dtype=np.float32)
    with _one_thread() as torch:
        table = _fit(torch, corpus, worth, recipe, progress)
    _save(corpus.vocabulary, table, path)


def _worth(lexical: LexicalIndex, gram: str) -> float:
    at = lexical.whole.vocabulary.get(gram)
    return 0.0 if at is None else float(lexical.whole.worth[at])


@dataclass(frozen=True, slots=True)
class _Batch:
    asked: list[Numbers]
    told: list[Numbers]  # of every document, without the asked
    own: Numbers  # whose each asked is


@dataclass(frozen=True, slots=True)
class _Corpus:
    """The texts as gram numbers: each way to ask, each document's body, and whose way it is."""

    vocabulary: dict[str, int]
    asked: list[Numbers]
    bodies: list[Numbers]
    owner: Numbers
    mine: list[Numbers]  # of each document, the numbers of its ways to ask

    @classmethod
    def build(cls, documents: Sequence[Document], recipe: Recipe) -> _Corpus:
        ways = [[grams(text) for text in document.ways] for document in documents]
        bodies = [grams(document.body) for document in documents]
        seen = Counter(gram for texts in (*ways, bodies) for text in texts for gram in set(text))
        kept = sorted(gram for gram, times in seen.items() if times >= recipe.least)
        vocabulary = {UNKNOWN: 0} | {gram: at for at, gram in enumerate(kept, start=1)}

        def numbers(text: Sequence[str]) -> Numbers:
            return np.array([vocabulary[gram] for gram in text if gram in vocabulary] or [0], dtype=np.int64)

        ends = np.cumsum([0, *map(len, ways)])
        return cls(
            vocabulary,
            [numbers(text) for texts in ways for text in texts],
            [numbers(text) for text in bodies],
            np.repeat(np.arange(len(ways)), [len(texts) for texts in ways]),
            [np.arange(first, last) for first, last in pairwise(ends)],
        )

    def batches(self, recipe: Recipe, luck: np.random.Generator) -> Iterator[_Batch]:
        """Every way to ask once, in an order of chance, each beside all documents told by something else."""
        order = luck.permutation(len(self.asked))
        for start in range(0, len(order), recipe.batch):
            chosen = order[start : start + recipe.batch]
            free = np.ones(len(self.asked), dtype=bool)
            free[chosen] = False
            yield _Batch(
                [self._thinned(self.asked[at], recipe.drop, luck) for at in chosen],
                [self._told(document, free, recipe, luck) for document in range(len(self.bodies))],
                self.owner[chosen],
            )

    def _told(self, document: int, free: NDArray[np.bool_], recipe: Recipe, luck: np.random.Generator) -> Numbers:
        others = self.mine[document]
        others = others[free[others]]
        lines = luck.permutation(others)[: recipe.lines].tolist()
        body = self.bodies[document]
        return np.concatenate([*(self.asked[at] for at in lines), luck.permutation(body)[: recipe.body]])

    @staticmethod
    def _thinned(text: Numbers, drop: float, luck: np.random.Generator) -> Numbers:
        kept = text[luck.random(len(text)) >= drop]
        return kept if len(kept) else text


def _fit(torch: Any, corpus: _Corpus, worth: NDArray[np.float32], recipe: Recipe, progress: Progress) -> Any:
    luck = np.random.default_rng(recipe.seed)
    length = worth / max(float(worth.mean()), 1e-6) * recipe.begin / np.sqrt(recipe.size)
    start = length[:, None].astype(np.float32) * luck.standard_normal((len(worth), recipe.size), dtype=np.float32)
    table = torch.nn.Parameter(torch.from_numpy(start))
    optimiser = torch.optim.Adam([table], lr=recipe.rate)
    for epoch in range(recipe.epochs):
        for batch in corpus.batches(recipe, luck):
            optimiser.zero_grad()
            _loss(torch, table, batch, recipe.scale).backward()
            optimiser.step()
        progress((epoch + 1) / recipe.epochs)
    return table.detach()


def _loss(torch: Any, table: Any, batch: _Batch, scale: float) -> Any:
    """Cross entropy: each way to ask finds its own document among all."""
    scores = scale * _embed(torch, table, batch.asked) @ _embed(torch, table, batch.told).T
    return torch.nn.functional.cross_entropy(scores, torch.from_numpy(batch.own))


def _embed(torch: Any, table: Any, texts: Sequence[Numbers]) -> Any:
    starts = np.cumsum([0, *(len(text) for text in texts[:-1])])
    rows = torch.nn.functional.embedding_bag(
        torch.from_numpy(np.concatenate(texts)), table, torch.from_numpy(starts), mode="mean"
    )
    return torch.nn.functional.normalize(rows, dim=1)


@contextmanager
def _one_thread() -> Iterator[Any]:
    """Run torch on one thread: sums in one order, so that equal input gives equal bytes."""
    import torch  # noqa: PLC0415 - takes seconds and is needed for training only

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield torch
    finally:
        torch.set_num_threads(before)


def _save(vocabulary: dict[str, int], table: Any, path: Path) -> None:
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - the same
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding  # noqa: PLC0415 - the same
    from tokenizers import Tokenizer  # noqa: PLC0415 - comes with the former
    from tokenizers.models import WordLevel  # noqa: PLC0415 - the same
    from tokenizers.pre_tokenizers import WhitespaceSplit  # noqa: PLC0415 - the same

    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    module = StaticEmbedding(tokenizer, embedding_weights=table.numpy())
    SentenceTransformer(modules=[module], device="cpu").save(str(path), create_model_card=False)
