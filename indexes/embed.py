"""Sentences to vectors of length one, behind one interface.

The heavy packages are imported inside: they take seconds, and the first answers must not wait for them.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from indexes.manifest import BadIndex
from indexes.text import grams

Vectors = NDArray[np.float32]

OWN = "library"  # the model that is trained from the library itself and lies in the index
HASHING = "hashing"

_BGE_QUERY = "为这个句子生成表示以用于检索相关文章："


class Embedder(Protocol):
    """Turns texts into rows of one length; `query` tells a parent's words from the library's."""

    name: str

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """One normalised row a text."""
        ...


class HashingEmbedder:
    """Grams hashed into a short vector, nothing learned: for tests and for machines without torch."""

    name = HASHING

    def __init__(self, size: int = 512) -> None:
        self.size = size

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """One normalised row a text; queries and documents are treated alike."""
        rows = np.zeros((len(texts), self.size), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for gram in grams(text):
                code = zlib.crc32(gram.encode())
                row[code % self.size] += 1.0 if code & 0x80000000 else -1.0
        return unit(rows)


class LibraryEmbedder:
    """Our own model: a vector for each gram, a text is their mean. Opening it takes seconds (sentence-transformers).

    The mean is taken here: for one short text the way through tokenizer and torch costs ten times as much.
    """

    name = OWN

    def __init__(self, path: Path) -> None:
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - takes seconds; see the module

        module: Any = SentenceTransformer(str(path), device="cpu")[0]
        self._vocabulary: dict[str, int] = module.tokenizer.get_vocab()
        self._table: Vectors = module.embedding.weight.detach().numpy()

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """One normalised row a text; queries and documents are treated alike."""
        rows = np.zeros((len(texts), self._table.shape[1]), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            if found := [self._vocabulary.get(gram, 0) for gram in grams(text)]:
                np.mean(self._table[found], axis=0, out=row)
        return unit(rows)


class SentenceEmbedder:
    """Any sentence-transformers model by path or hub name. Making one is slow: do it in a thread."""

    def __init__(self, name: str) -> None:
        import torch  # noqa: PLC0415 - takes seconds; see the module
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - the same

        # One short text at a time: more threads than one only wait for each other, and take the cores from the loop.
        torch.set_num_threads(1)
        self.name = name
        self._model: Any = SentenceTransformer(name, device="cpu")
        told = self._model.prompts or {}
        query, passage = prefixes(name)
        self._query, self._passage = told.get("query") or query, told.get("document") or passage
        self._one_at_a_time = threading.Lock()  # fast tokenizers raise "Already borrowed" when shared

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """One normalised row a text, with the prefix that the model was trained with."""
        prefix = self._query if query else self._passage
        with self._one_at_a_time:
            rows = self._model.encode(
                [prefix + text for text in texts], prompt="", show_progress_bar=False, convert_to_numpy=True
            )
        return unit(np.asarray(rows, dtype=np.float32))


def prefixes(name: str) -> tuple[str, str]:
    """What a model wants to stand before a query and before a passage, by its name, where its files do not say."""
    plain = name.lower()
    if "bge" in plain and "zh" in plain:
        return _BGE_QUERY, ""
    if "e5-" in plain:
        return "query: ", "passage: "
    return "", ""


def unit(rows: Vectors) -> Vectors:
    """The rows at length one; an empty one stays zero."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def open_embedder(name: str, own: Path) -> Embedder:
    """The embedder of that name; our own model lies at `own`. Slow but for the hashing one."""
    if name == HASHING:
        return HashingEmbedder()
    try:
        return LibraryEmbedder(own) if name == OWN else SentenceEmbedder(name)
    except Exception as error:  # a foreign model may fail in any way its packages know
        raise BadIndex("embedder", f"语义模型 {name} 打不开（{type(error).__name__}）") from error
