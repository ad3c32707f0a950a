"""Whether a message is one for this library at all: a logistic regression over grams, learned at each build.

Ours it learns from the library's wordings, what is not ours from `scope.yaml`. It sees shapes of asking
(帮我写, 多少钱) that nearness to an entry cannot tell: 帮我写篇作文 lies near every entry on essays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
import yaml

from indexes.text import grams

STEPS = 1000
RATE = 4.0
SHRINK = 2e-4  # keeps a gram that was seen once from deciding alone


@dataclass(frozen=True, slots=True)
class Gate:
    """A weight for each gram, and one for none."""

    weights: Mapping[str, float]
    bias: float

    def ours(self, text: str) -> float:
        """How likely a message is one for the library, 0..1; half where nothing of it is known."""
        found = set(grams(text))
        known = [self.weights[gram] for gram in found if gram in self.weights]
        if not known:
            return 0.5
        return float(1 / (1 + np.exp(-(self.bias + sum(known) / np.sqrt(len(found))))))

    def save(self, path: Path) -> None:
        """Write one .npz file."""
        words = np.frombuffer("\n".join(self.weights).encode(), dtype=np.uint8)
        weights = np.array([*self.weights.values()], dtype=np.float32)
        np.savez(path, allow_pickle=False, words=words, weights=weights, bias=np.array(self.bias))

    @classmethod
    def load(cls, path: Path) -> Gate:
        """Read back what `save` wrote."""
        with np.load(path, allow_pickle=False) as held:
            words = held["words"].tobytes().decode().split("\n")
            return cls(dict(zip(words, held["weights"].tolist(), strict=True)), float(held["bias"]))


def samples() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The packaged messages: those that follow on something said before, and those that are not for the library."""
    held = yaml.safe_load((resources.files("indexes") / "scope.yaml").read_text(encoding="utf-8"))
    return tuple(held["following"]), tuple(text for texts in held["outside"].values() for text in map(str, texts))


def train_gate(wordings: Sequence[str]) -> Gate:
    """The gate for a library with these wordings."""
    following, outside = samples()
    return learn((*wordings, *following), outside)


def learn(inside: Sequence[str], beyond: Sequence[str]) -> Gate:
    """Fit the gate; both sides weigh the same, however many lines they have. Deterministic."""
    bags = [sorted(set(grams(text))) for text in (*inside, *beyond)]
    vocabulary = {gram: at for at, gram in enumerate(sorted({gram for bag in bags for gram in bag}))}
    terms = np.array([vocabulary[gram] for bag in bags for gram in bag], dtype=np.int64)
    lengths = np.array([len(bag) for bag in bags])
    rows = np.repeat(np.arange(len(bags)), lengths)
    values = (1 / np.sqrt(np.maximum(lengths, 1)))[rows]
    target = np.repeat([1.0, 0.0], [len(inside), len(beyond)])
    share = np.where(target > 0, 0.5 / max(len(inside), 1), 0.5 / max(len(beyond), 1))
    weights, bias = np.zeros(len(vocabulary)), 0.0
    for _ in range(STEPS):
        raw = np.bincount(rows, weights[terms] * values, minlength=len(bags)) + bias
        error = share * (1 / (1 + np.exp(-raw)) - target)
        weights -= RATE * (np.bincount(terms, error[rows] * values, minlength=len(vocabulary)) + SHRINK * weights)
        bias -= RATE * float(error.sum())
    return Gate(dict(zip(vocabulary, weights.tolist(), strict=True)), bias)
