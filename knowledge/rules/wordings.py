"""Rules about the ways parents ask: enough of them, none twice, none a copy of another or of the title."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from knowledge.likeness import bigrams, jaccard, squash
from knowledge.model import Entry, Library
from knowledge.rules.problem import Problem, place

COUNT = (8, 15)
ALIKE = 0.6  # share of common character pairs from which two wordings teach the search nothing new
SAME_TITLE = 0.7  # the same between the titles of two entries


def check(library: Library) -> Iterator[Problem]:
    """Look at the wordings of each entry, then at those and the titles of all entries together."""
    for entry in library.entries.values():
        yield from _own(entry)
    yield from _shared(library)
    yield from _titles(list(library.entries.values()))


def _own(entry: Entry) -> Iterator[Problem]:
    where = place(entry)
    least, most = COUNT
    if not least <= len(entry.wordings) <= most:
        yield Problem(where, "wordings-count", f"有 {len(entry.wordings)} 种问法，应有 {least} 到 {most} 种。")
    title = squash(entry.title)
    pairs = [(wording, squash(wording), bigrams(wording)) for wording in entry.wordings]
    for wording, squashed, marks in pairs:
        if not squashed:
            yield Problem(where, "wordings-empty", f"问法“{wording}”没有文字，请删去。")
        elif squashed == title or jaccard(marks, bigrams(entry.title)) >= ALIKE:
            yield Problem(where, "wordings-title", f"问法“{wording}”和标题太像，请换一种真会这样问的说法。")
    for (one, a, marks), (other, b, others) in combinations(pairs, 2):
        if a == b:
            yield Problem(where, "wordings-twice", f"问法“{other}”写了两次，请删去一个。")
        elif jaccard(marks, others) >= ALIKE:
            yield Problem(where, "wordings-alike", f"问法“{one}”和“{other}”太像，请换掉一个。")


def _shared(library: Library) -> Iterator[Problem]:
    first: dict[str, Entry] = {}
    for entry in library.entries.values():
        for wording in entry.wordings:
            squashed = squash(wording)
            other = first.setdefault(squashed, entry)
            if squashed and other is not entry:
                message = f"问法“{wording}”在 {other.id} 里也有，只能属于一篇，请删去一处。"
                yield Problem(place(entry), "wordings-shared", message)


def _titles(entries: Sequence[Entry]) -> Iterator[Problem]:
    """Nearly the same title twice, unless the two are for different ages."""
    marked = [(entry, bigrams(entry.title)) for entry in entries]
    for (one, marks), (other, others) in combinations(marked, 2):
        if _far(len(marks), len(others)) or jaccard(marks, others) < SAME_TITLE:
            continue
        if not one.stages or not other.stages or set(one.stages) & set(other.stages):
            message = f"标题和 {one.id} 的“{one.title}”太像，请合并两篇或改标题。"
            yield Problem(place(other), "titles-alike", message)


def _far(one: int, other: int) -> bool:
    """Whether the sizes alone rule out that two sets are so alike; spares most comparisons."""
    return min(one, other) < SAME_TITLE * max(one, other)
