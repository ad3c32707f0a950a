"""How alike two short Chinese texts are, by the pairs of characters they share. No meaning, no model: only letters."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from math import ceil


@lru_cache(maxsize=1 << 16)  # the lines of a library, which an editor's every key is held against
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


def alike(sets: Sequence[frozenset[str]], least: float) -> Iterator[tuple[int, int]]:
    """Give the places of every two sets whose `jaccard` is at least `least` (0..1, above 0), the earlier first.

    Two such sets share one of their rarest members, so only those that do are compared: the prefix filter of
    Chaudhuri, Ganti and Kaushik, "A primitive operator for similarity joins" (ICDE 2006).
    """
    common = Counter(mark for marks in sets for mark in marks)
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for at, marks in enumerate(sets):
        rarest = sorted(marks, key=lambda mark: (common[mark], mark))
        prefix = rarest[: len(rarest) - ceil(least * len(rarest)) + 1]
        for other in sorted({held for mark in prefix for held in holders[mark]}):
            if jaccard(sets[other], marks) >= least:
                yield other, at
        for mark in prefix:
            holders[mark].append(at)


def alike_among(texts: Sequence[str], least: float, among: Collection[int] | None) -> Iterator[tuple[int, int]]:
    """Do the same for texts; with `among` only the pairs that have one of these texts in them, which is far quicker."""
    if among is None:
        yield from alike([bigrams(text) for text in texts], least)
        return
    mine = {at: bigrams(texts[at]) for at in among}
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for at, marks in mine.items():
        for mark in marks:
            holders[mark].append(at)
    for other, text in enumerate(texts if holders else ()):
        marks = mine[other] if other in mine else bigrams(text)
        for at in {at for mark in marks if mark in holders for at in holders[mark]}:
            if (at < other or other not in mine) and jaccard(mine[at], marks) >= least:
                yield min(at, other), max(at, other)
