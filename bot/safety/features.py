"""What the classifier sees of a message: its grams, and pairs of characters that stand near each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

LONGEST = 240  # characters read: of what is longer the beginning and the end
GRAMS = 3
NEAR = 8  # characters apart at most, for two that count as a pair
_MARKS = frozenset("，。？")

Units = Mapping[str, set[str]]


def units(text: str) -> Units:
    """All that is seen of a normalised message, by block."""
    text = text if len(text) <= LONGEST else text[: LONGEST // 2] + "。" + text[-LONGEST // 2 :]
    return {"grams": set(_grams(f"^{text}$")), "pairs": set(_pairs([char for char in text if char not in _MARKS]))}


def _grams(text: str) -> Iterator[str]:
    for size in range(1, GRAMS + 1):
        for start in range(len(text) - size + 1):
            yield text[start : start + size]


def _pairs(chars: list[str]) -> Iterator[str]:
    for place, char in enumerate(chars):
        for other in chars[place + 2 : place + NEAR]:
            yield char + other
