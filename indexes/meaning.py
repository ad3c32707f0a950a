"""The dense leg of an open index: how near a message comes to each document in meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from indexes.embed import Embedder, unit
from indexes.reading import BEFORE, Reading
from indexes.worth import Scores

if TYPE_CHECKING:
    from indexes.dense import DenseIndex


@dataclass(frozen=True, slots=True)
class Meaning:
    """Model and vectors in one, so that one assignment switches the leg on."""

    embedder: Embedder
    index: DenseIndex

    def score(self, readings: Sequence[Reading]) -> Sequence[Scores]:
        """How near each reading is to each document; all are embedded in one go, and no text twice."""
        texts = list(dict.fromkeys(text for told in readings for text in (told.words, told.context) if text)) or [""]
        at = {text: number for number, text in enumerate(texts)}
        rows = self.embedder.encode(texts, query=True)
        nothing = np.zeros(rows.shape[1], dtype=np.float32)

        def row(text: str) -> Scores:
            return rows[at[text]] if text else nothing

        mixed = [row(told.words) + np.float32(BEFORE) * row(told.context) for told in readings]
        return list(self.index.score(unit(np.stack(mixed))))
