"""The small Chinese embedding model, trained from the library itself at each build: new knowledge teaches it.

A static embedding: a vector for each gram, a text is their mean. The table begins as IDF times random normal and
is moved so that a wording lies near the other words of its own entry and away from its lookalikes. One thread and
one seed: the same library gives the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.documents import Document
from indexes.lexical import LexicalIndex, bag
from indexes.text import grams

UNKNOWN = "[UNK]"

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the model is trained."""

    size: int = 512
    epochs: int = 3
    batch: int = 1024
    rate: float = 0.05
    scale: float = 20.0
    body: int = 100  # grams of the body that stand for it each time
    lookalikes: int = 8  # a hard negative is drawn from so many best others
    seed: int = 20


def train(documents: Sequence[Document], lexical: LexicalIndex, path: Path, recipe: Recipe, progress: Progress) -> None:
    """Train on the documents' wordings and save a sentence-transformers model at `path`."""
    vocabulary, idf = _vocabulary(documents)
    corpus = _Corpus.build(documents, vocabulary, lexical, recipe)
    with _one_thread() as torch:
        table = _fit(torch, corpus, idf, recipe, progress)
    _save(vocabulary, table, path)


def _vocabulary(documents: Sequence[Document]) -> tuple[dict[str, int], NDArray[np.float32]]:
    """Every gram of a wording, and those of bodies that come up in several documents; and their IDF."""
    seen: Counter[str] = Counter()
    asked: set[str] = set()
    for document in documents:
        here = {gram for text in document.ways for gram in grams(text)}
        asked |= here
        seen.update(here | set(grams(document.body)))
    kept = sorted(gram for gram, times in seen.items() if gram in asked or times > 2)
    vocabulary = {UNKNOWN: 0} | {gram: at for at, gram in enumerate(kept, start=1)}
    idf = [0.0, *(np.log1p(len(documents) / seen[gram]) for gram in kept)]
    return vocabulary, np.array(idf, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class _Corpus:
    """The texts as gram numbers: each wording, each document's body, whose wording it is, its lookalikes."""

    wordings: list[NDArray[np.int64]]
    bodies: list[NDArray[np.int64]]
    owner: NDArray[np.int64]
    mine: list[NDArray[np.int64]]  # of each document, its wording numbers
    lookalikes: NDArray[np.int64]  # of each wording, documents that BM25 takes for its own

    @classmethod
    def build(
        cls, documents: Sequence[Document], vocabulary: dict[str, int], lexical: LexicalIndex, recipe: Recipe
    ) -> _Corpus:
        def numbers(text: str) -> NDArray[np.int64]:
            return np.array([vocabulary[gram] for gram in grams(text) if gram in vocabulary] or [0], dtype=np.int64)

        asked = [text for document in documents for text in document.ways]
        owner = np.repeat(np.arange(len(documents)), [len(document.ways) for document in documents])
        mine = [np.flatnonzero(owner == at) for at in range(len(documents))]
        near = [_lookalikes(lexical, text, int(at), recipe.lookalikes) for text, at in zip(asked, owner, strict=True)]
        return cls(
            [numbers(text) for text in asked],
            [numbers(document.body) for document in documents],
            owner,
            mine,
            np.array(near, dtype=np.int64),
        )

    def batches(self, recipe: Recipe, luck: np.random.Generator) -> Iterator[_Batch]:
        """Every wording once, in an order of chance, with a text of its own entry and one of a lookalike."""
        order = luck.permutation(len(self.wordings))
        for start in range(0, len(order), recipe.batch):
            anchors = order[start : start + recipe.batch]
            against = self.lookalikes[anchors, luck.integers(self.lookalikes.shape[1], size=len(anchors))]
            yield _Batch(
                [self.wordings[at] for at in anchors],
                [self._told(self.owner[at], at, recipe, luck) for at in anchors],
                [self._told(document, -1, recipe, luck) for document in against],
                self.owner[anchors],
                against,
            )

    def _told(self, document: int, anchor: int, recipe: Recipe, luck: np.random.Generator) -> NDArray[np.int64]:
        """What an entry says beside one of its wordings: another wording, and grams of the body drawn by chance."""
        others = self.mine[document][self.mine[document] != anchor]
        body = self.bodies[document]
        drawn = luck.choice(body, size=min(len(body), recipe.body), replace=False)
        return np.concatenate((self.wordings[luck.choice(others)], drawn)) if len(others) else drawn


@dataclass(frozen=True, slots=True)
class _Batch:
    asked: list[NDArray[np.int64]]
    told: list[NDArray[np.int64]]
    wrong: list[NDArray[np.int64]]
    own: NDArray[np.int64]  # whose wording, of each asked
    against: NDArray[np.int64]  # whose words, of each wrong


def _lookalikes(lexical: LexicalIndex, text: str, own: int, count: int) -> list[int]:
    scores = lexical.whole.score(bag(text))
    scores[own] = -1
    best = np.argsort(-scores, kind="stable")[:count].tolist()
    return [*best, *([best[0]] * (count - len(best)))]  # a tiny library has fewer others than asked for


def _fit(torch: Any, corpus: _Corpus, idf: NDArray[np.float32], recipe: Recipe, progress: Progress) -> Any:
    luck = np.random.default_rng(recipe.seed)
    start = idf[:, None] * luck.standard_normal((len(idf), recipe.size), dtype=np.float32)
    table = torch.nn.Parameter(torch.from_numpy(start / np.sqrt(recipe.size, dtype=np.float32)))
    optimiser = torch.optim.Adam([table], lr=recipe.rate)
    for epoch in range(recipe.epochs):
        for batch in corpus.batches(recipe, luck):
            optimiser.zero_grad()
            _loss(torch, table, batch, recipe.scale).backward()
            optimiser.step()
        progress((epoch + 1) / recipe.epochs)
    return table.detach()


def _loss(torch: Any, table: Any, batch: _Batch, scale: float) -> Any:
    """Symmetric cross entropy: each wording finds its own entry among all of the batch, and the other way round."""
    asked, told, wrong = (_embed(torch, table, texts) for texts in (batch.asked, batch.told, batch.wrong))
    owners = np.concatenate((batch.own, batch.against))
    same = (batch.own[:, None] == owners[None, :]) & ~np.eye(len(batch.own), len(owners), dtype=bool)
    scores = scale * asked @ torch.cat((told, wrong)).T
    scores = scores.masked_fill(torch.from_numpy(same), -1e4)  # other words of its own entry are no miss
    target = torch.arange(len(asked))
    back = scores[:, : len(asked)].T
    return torch.nn.functional.cross_entropy(scores, target) + torch.nn.functional.cross_entropy(back, target)


def _embed(torch: Any, table: Any, texts: Sequence[NDArray[np.int64]]) -> Any:
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
