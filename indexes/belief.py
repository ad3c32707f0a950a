"""What is believed of a search: how likely the message is ours at all, and where the right entry stands. Pure.

Logistic regressions over what a search shows of itself, fitted to the exam without its sealed part: docs/retrieval.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from operator import mul
from typing import NamedTuple


class Signs(NamedTuple):
    """What a search shows of itself, all but `length` 0..1.

    `margin`: how far the first is ahead of the second. `near`: how close the best three are by meaning, or, without
    the dense leg, by their words. `vote`: how much of the first few the strongest topic has. `agree`: 1 where both legs
    have the same first. `gate`: how much the message looks like one for the library. `length`: the logarithm of one
    plus the message's informative characters.
    """

    margin: float = 0.0
    near: float = 0.0
    vote: float = 0.0
    agree: float = 0.0
    gate: float = 0.0
    length: float = 0.0


class Belief(NamedTuple):
    """A logistic regression over what was seen of a search: a weight for each sign, and one for none."""

    bias: float
    weights: Signs = Signs()

    def of(self, signs: Signs) -> float:
        """How likely it is, 0..1."""
        raw = sum(map(mul, self.weights, signs), self.bias)
        return 1 / (1 + exp(-max(-30.0, min(30.0, raw))))


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What is believed of a search: that the message is one for the library, and where the right entry stands."""

    inside: Belief
    first: Belief
    three: Belief


WITH_DENSE = Beliefs(
    inside=Belief(-6.91, Signs(near=4.65, agree=1.68, gate=8.25, length=-0.05)),
    first=Belief(-6.64, Signs(margin=11.96, near=4.62, vote=0.52, agree=-0.18, gate=4.88, length=-0.34)),
    three=Belief(-7.05, Signs(margin=7.45, near=7.87, vote=-0.38, agree=0.10, gate=5.75, length=-0.40)),
)
LEXICAL_ONLY = Beliefs(
    inside=Belief(-8.96, Signs(near=5.39, vote=1.86, gate=7.61, length=0.55)),
    first=Belief(-6.56, Signs(margin=8.91, near=2.11, vote=1.07, gate=4.12, length=0.12)),
    three=Belief(-5.26, Signs(margin=6.11, near=1.64, vote=0.64, gate=4.92, length=0.03)),
)
