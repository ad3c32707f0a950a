"""How alike two short Chinese texts are, by the pairs of characters they share. No meaning, no model: only letters."""

from __future__ import annotations

import unicodedata


def squash(text: str) -> str:
    """Give the letters and digits alone, in half width and lower case: what remains when only the words count."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(character for character in folded if character.isalnum())


def bigrams(text: str) -> frozenset[str]:
    """Give the pairs of neighbouring characters of the squashed text; a single character stands for itself."""
    squashed = squash(text)
    if len(squashed) < 2:
        return frozenset({squashed} if squashed else ())
    return frozenset(squashed[i : i + 2] for i in range(len(squashed) - 1))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of common members in all members, 0..1; two empty sets have nothing in common."""
    if not one or not other:
        return 0.0
    common = len(one & other)
    return common / (len(one) + len(other) - common)
