"""The trained layer: how likely a message tells of danger, by what it saw in thousands of labelled messages.

Linear and small: known units of the message, weighed by rarity, times learned weights (`classifier.npz`, made by
`training.py` from `messages/`). It knows no rules and gives no reasons but the clause that weighed most. Without its
file the patterns decide alone.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from bot.messages import LEVELS, Level
from bot.safety.features import Units, units

FILE = Path(__file__).with_name("classifier.npz")
FORMAT = 3
VETO = 0.45  # so likely nothing is wrong: what the patterns call a danger is then a concern
_CLAUSE = re.compile(r"[^，。？]+")

Numbers = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the classifier makes of a message: a level, the kinds of danger by likelihood, who writes, where it stands.

    `levels` are the four likelihoods in the order of LEVELS, `clause` the span of the text that weighed most.
    """

    level: Level
    kinds: tuple[str, ...]
    levels: tuple[float, float, float, float]
    child: float
    clause: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Classifier:
    """The learned numbers. `weights` has a column for each level, each kind, and one for a child writing.

    `judge` is the last step: from the four likelihoods to concern, high and urgent.
    """

    vocabulary: Mapping[str, int]
    rarity: Numbers
    weights: Numbers
    bias: Numbers
    blocks: Mapping[str, float]
    kinds: tuple[str, ...]
    judge: Numbers  # (3, 4): of the logits of >=concern, >=high and urgent, and of one, to a logit each
    cuts: tuple[float, float, float]

    def opinion(self, text: str) -> Opinion:
        """Judge a normalised message."""
        scores = self._scores(units(text))
        levels = shares(scores[: len(LEVELS)])
        kinds = scores[len(LEVELS) : -1]
        reached = self.judge @ evidence(levels) > np.array(self.cuts)
        level = LEVELS[1 + int(reached[1]) + int(reached[1] and reached[2]) if reached[:2].any() else 0]
        return Opinion(
            level=level,
            kinds=tuple(self.kinds[number] for number in np.argsort(-kinds)),
            levels=(float(levels[0]), float(levels[1]), float(levels[2]), float(levels[3])),
            child=float(1 / (1 + np.exp(-scores[-1]))),
            clause=self._clause(text) if level != "none" else None,
        )

    def _scores(self, seen: Units) -> Numbers:
        scores = self.bias.copy()
        for block, weight in self.blocks.items():
            if known := self._known(block, seen):
                rarity = self.rarity[known]
                scores += weight * (rarity / np.sqrt(rarity @ rarity)) @ self.weights[known]
        return scores

    def _known(self, block: str, seen: Units) -> list[int]:
        named = (self.vocabulary.get(f"{block[0]}{unit}") for unit in seen[block])
        return sorted(number for number in named if number is not None)

    def _clause(self, text: str) -> tuple[int, int] | None:
        """The clause that speaks most for danger and least for none."""
        best, most = None, 0.0
        for found in _CLAUSE.finditer(text):
            known = self._known("grams", units(found.group()))
            pull = self.rarity[known] @ self.weights[known][:, : len(LEVELS)]
            if (weight := float(pull[2] + pull[3] - pull[0])) > most:
                best, most = found.span(), weight
        return best


def shares(scores: NDArray[Any]) -> Numbers:
    """Scores of the four levels as likelihoods, for one message or for a row each."""
    grown = np.exp(scores - scores.max(axis=-1, keepdims=True))
    found: Numbers = grown / grown.sum(axis=-1, keepdims=True)
    return found


def evidence(levels: Numbers) -> Numbers:
    """What the last step sees: the logits of a concern at least, of high at least, of urgent, and one."""
    none, _, high, urgent = (float(share) for share in levels)
    likely = np.clip([1 - none, high + urgent, urgent], 1e-4, 1 - 1e-4)
    return np.array([*np.log(likely / (1 - likely)), 1.0], dtype=np.float32)


def load(path: Path = FILE) -> Classifier:
    """Read the learned numbers.

    Raises:
        OSError, ValueError, KeyError, EOFError, BadZipFile: the file is not there, broken, or of another version.
    """
    with np.load(path, allow_pickle=False) as kept:
        about = json.loads(bytes(kept["about"]).decode())
        if about["format"] != FORMAT:
            message = f"classifier of format {about['format']}, expected {FORMAT}"
            raise ValueError(message)
        words = bytes(kept["vocabulary"]).decode().split("\n")
        return Classifier(
            vocabulary={word: number for number, word in enumerate(words)},
            rarity=kept["rarity"].astype(np.float32),
            weights=kept["weights"] * kept["step"],
            bias=kept["bias"],
            blocks=about["blocks"],
            kinds=tuple(about["kinds"]),
            judge=kept["judge"],
            cuts=tuple(about["cuts"]),
        )


@functools.cache
def trained() -> Classifier | None:
    """The packaged classifier; None where its file is missing or broken: then the patterns decide alone."""
    try:
        return load()
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
