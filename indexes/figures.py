"""Figures of finding, with their doubt: shares, ranks, how well a number tells two kinds apart. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ROUNDS = 2000  # of the bootstrap
LEVEL = 0.95

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Share:
    """A mean over cases with its interval: 95 in 100 drawings with replacement lie within."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """As percent."""
        return f"{100 * self.value:.1f} ({100 * self.low:.0f}–{100 * self.high:.0f})"


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better one system is than another on the same cases; `chance` that it is not, by the same drawings."""

    value: float
    low: float
    high: float
    chance: float

    def __str__(self) -> str:
        """As points of percent."""
        return f"{100 * self.value:+.1f} ({100 * self.low:+.1f} to {100 * self.high:+.1f}, p {self.chance:.3f})"


def share(values: Sequence[float]) -> Share:
    """The mean of values of 0..1, by bootstrap over the cases."""
    if not values:
        return Share(0.0, 0.0, 0.0)
    drawn = _drawn(np.asarray(values, dtype=np.float64))
    return Share(float(np.mean(values)), *_interval(drawn))


def difference(ours: Sequence[float], theirs: Sequence[float]) -> Difference:
    """The mean of the differences case by case: paired, so that hard cases are hard for both."""
    if len(ours) != len(theirs):
        raise ValueError("a paired comparison needs the same cases")
    if not ours:
        return Difference(0.0, 0.0, 0.0, 1.0)
    apart = np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64)
    drawn = _drawn(apart)
    return Difference(float(apart.mean()), *_interval(drawn), float((drawn <= 0).mean()))


def auroc(ours: Sequence[float], others: Sequence[float]) -> float:
    """How likely a number is higher for one of ours than for one of the others; equals count half."""
    if not ours or not others:
        return 0.5
    both = np.concatenate((np.asarray(ours), np.asarray(others)))
    _, at, times = np.unique(both, return_inverse=True, return_counts=True)
    places = (np.cumsum(times) - (times - 1) / 2)[at]
    rank_sum = float(places[: len(ours)].sum())
    return (rank_sum - len(ours) * (len(ours) + 1) / 2) / (len(ours) * len(others))


def _drawn(values: Values) -> Values:
    luck = np.random.default_rng(20)
    size = len(values)
    means: Values = values[luck.integers(size, size=(ROUNDS, size))].mean(axis=1)
    return means


def _interval(drawn: Values) -> tuple[float, float]:
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]).tolist()
    return low, high
