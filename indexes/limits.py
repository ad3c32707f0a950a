"""Where the verdicts part: the limits, which of them people may set, and what they may not be. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Limits:
    """Where the verdicts part, in what is believed (0..1), set by the exam without its sealed part."""

    beyond: float = 0.35  # less likely ours: even a short message is plainly not
    inside: float = 0.85  # less likely ours: not in the library
    sure_inside: float = 0.9  # an answer needs as much; and a question back instead of a no
    first: float = 0.7  # from here on the first is given as the answer
    three: float = 0.55  # below it not even a choice of three is worth offering
    second: float = 0.5  # a further worry in the message is worth offering
    short: int = 4  # fewer informative characters tell too little
    margin: float = 0.18  # from here on a message stands for itself, whatever was said before
    own: int = 8  # so many informative characters have a topic of their own
    scrap: int = 3  # fewer are about what was said before


# What people may set, between which shares, in whole percents. Beyond, the exam has hardly a question to tell by.
RANGES: Mapping[str, tuple[int, int]] = {"first": (50, 95), "three": (30, 90), "inside": (50, 90), "beyond": (10, 80)}
NAMES: Mapping[str, str] = {
    "first": "直接回答",
    "three": "给几条让家长选",
    "inside": "说库里没有",
    "beyond": "话很短也说没有",
}


class BadLimitsError(ValueError):
    """Limits that nobody may set."""


def faults(limits: Limits) -> dict[str, str]:
    """Give what is wrong with limits, a sentence by the field that should be mended."""
    found = {
        name: f"请写 {low} 到 {high} 之间的数。"
        for name, (low, high) in RANGES.items()
        if not low <= round(100 * getattr(limits, name), 6) <= high
    }
    if "first" not in found and "three" not in found and limits.first < limits.three:
        found["first"] = "直接回答要比给几条让家长选更有把握，这里不能比下面一格低。"
    if "inside" not in found and "beyond" not in found and limits.beyond > limits.inside:
        found["beyond"] = "话很短时本来就听不全，这里不能比上面一格高。"
    return found


def percents(limits: Limits) -> dict[str, int]:
    """Give what people may set, in percent."""
    return {name: round(100 * getattr(limits, name)) for name in RANGES}


def of_percents(held: Mapping[str, int]) -> Limits:
    """Make limits of percents; what is not named is as packaged."""
    shares: dict[str, Any] = {name: share / 100 for name, share in held.items() if name in RANGES}
    return replace(Limits(), **shares)


def encode(limits: Limits) -> str | None:
    """Write down what differs from what is packaged; None where nothing does."""
    packaged = asdict(Limits())
    changed = {name: value for name, value in asdict(limits).items() if value != packaged[name]}
    return json.dumps(changed, sort_keys=True) if changed else None


def decode(body: str | None) -> Limits:
    """Read what `encode` wrote, and check it again.

    Raises:
        BadLimitsError: it cannot be read, names what nobody may set, or is out of all reason.
    """
    if body is None:
        return Limits()
    try:
        held = json.loads(body)
    except ValueError as error:
        raise BadLimitsError("no JSON") from error
    if not isinstance(held, dict) or held.keys() - RANGES.keys():
        raise BadLimitsError("names nobody may set")
    if not all(type(value) in (int, float) for value in held.values()):
        raise BadLimitsError("no number")
    made = replace(Limits(), **held)
    if wrong := faults(made):
        raise BadLimitsError(", ".join(wrong))
    return made
