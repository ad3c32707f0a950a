"""Whether a message is one for this library at all: a logistic regression over grams, learned at each build.

Ours it learns from all the library's ways to ask, what is not ours from `scope.yaml`. It sees shapes of asking
(帮我写, 多少钱) that nearness to an entry cannot tell: 帮我写篇作文 lies near every entry on essays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from indexes.text import grams

TRUST = 10.0  # in the examples, against small weights


@dataclass(frozen=True, slots=True)
class Gate:
    """Of each gram, by its number, a weight and its rarity; and a weight for none."""

    vocabulary: Mapping[str, int]
    weights: NDArray[np.float32]
    rarity: NDArray[np.float32]
    bias: float

    def ours(self, text: str) -> float:
        """How likely a message is one for the library, 0..1; half where nothing of it is known."""
        known = sorted(self.vocabulary[gram] for gram in set(grams(text)) if gram in self.vocabulary)
        if not known:
            return 0.5
        rarity = self.rarity[known]
        return float(1 / (1 + np.exp(-(self.bias + self.weights[known] @ rarity / np.sqrt(rarity @ rarity)))))

    def save(self, path: Path) -> None:
        """Write one .npz file."""
        words = np.frombuffer("\n".join(self.vocabulary).encode(), dtype=np.uint8)
        np.savez(path, words=words, weights=self.weights, rarity=self.rarity, bias=self.bias)

    @classmethod
    def load(cls, path: Path) -> Gate:
        """Read back what `save` wrote."""
        with np.load(path, allow_pickle=False) as held:
            words = held["words"].tobytes().decode().split("\n")
            vocabulary = {word: at for at, word in enumerate(words)}
            return cls(vocabulary, held["weights"], held["rarity"], float(held["bias"]))


def source() -> bytes:
    """The packaged file of messages as it is."""
    return (resources.files("indexes") / "scope.yaml").read_bytes()


def samples() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The packaged messages: those that follow on something said before, and those that are not for the library."""
    held = yaml.safe_load(source())
    return tuple(held["following"]), tuple(text for texts in held["outside"].values() for text in map(str, texts))


def train_gate(wordings: Sequence[str]) -> Gate:
    """The gate for a library with these wordings."""
    following, outside = samples()
    return learn((*wordings, *following), outside)


def learn(inside: Sequence[str], beyond: Sequence[str]) -> Gate:
    """Fit the gate; both sides weigh the same, however many lines they have. Deterministic."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - takes a second, and is needed for building only
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - the same

    bags = [sorted(set(grams(text))) for text in (*inside, *beyond)]
    seen = Counter(gram for bag in bags for gram in bag)
    vocabulary = {gram: at for at, gram in enumerate(sorted(seen))}
    rarity = np.log1p([len(bags) / (1 + seen[gram]) for gram in vocabulary])
    if not inside or not beyond:
        nothing = np.zeros(len(vocabulary), dtype=np.float32)
        return Gate(vocabulary, nothing, rarity.astype(np.float32), 1.0 if inside else -1.0)
    terms = np.array([vocabulary[gram] for bag in bags for gram in bag], dtype=np.int32)
    ends = np.cumsum([0, *map(len, bags)])
    values = rarity[terms]
    rows = np.repeat(np.arange(len(bags)), np.diff(ends))
    lengths = np.sqrt(np.maximum(np.bincount(rows, values**2, minlength=len(bags)), 1e-9))
    table = csr_matrix((values / lengths[rows], terms, ends), shape=(len(bags), len(vocabulary)))
    target = np.repeat([1, 0], [len(inside), len(beyond)])
    model = LogisticRegression(C=TRUST, class_weight="balanced", solver="liblinear", random_state=0).fit(table, target)
    weights = model.coef_[0].astype(np.float32)
    return Gate(vocabulary, weights, rarity.astype(np.float32), float(model.intercept_[0]))
