"""Rules about the ways parents ask: enough of them, told apart, none a copy of another or of the title."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import combinations

from knowledge.likeness import alike_among, bigrams, jaccard, squash
from knowledge.model import Entry, Library
from knowledge.rules.problem import Problem, among, place

COUNT = (8, 15)
ALIKE = 0.5  # share of common character pairs from which two wordings teach the search nothing new
SAME_TITLE = 0.7  # the same between the titles of two entries
SPREAD = 2  # the longest wording has at least so many times the letters of the shortest: parents mutter and pour out
TELLING = 5  # letters from which being nearly alike says something: 不去 and 不去了 may well ask different things
OPENING, OPENINGS = 3, 3  # at most so many wordings of one entry begin with the same so many letters


def check(library: Library, part: Library) -> Iterator[Problem]:
    """Look at the wordings of each entry of `part`, then at those and the titles beside those of all entries."""
    entries, looked_at = list(library.entries.values()), among(library, part)
    for entry in part.entries.values():
        yield from _own(entry)
        yield from _variety(entry)
    yield from _shared(entries, looked_at)
    yield from _titles(entries, looked_at)


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


def _variety(entry: Entry) -> Iterator[Problem]:
    """Short and long ones, and not all with the same first words: else the search learns one voice only."""
    squashed = [letters for letters in map(squash, entry.wordings) if letters]
    if len(squashed) < COUNT[0]:
        return
    lengths = [len(letters) for letters in squashed]
    if max(lengths) < SPREAD * min(lengths):
        yield Problem(place(entry), "wordings-variety", "问法长短都差不多，请写几个三五个字的，也写几个一大段的。")
    for opening, times in Counter(letters[:OPENING] for letters in squashed).items():
        if times > OPENINGS:
            message = f"有 {times} 种问法都以“{opening}”开头，最多 {OPENINGS} 种，请换些说法。"
            yield Problem(place(entry), "wordings-variety", message)


def _shared(entries: Sequence[Entry], looked_at: Collection[int] | None) -> Iterator[Problem]:
    """A wording belongs to one entry: the same or nearly the same in two leaves the search to chance."""
    held = [(at, wording) for at, entry in enumerate(entries) for wording in entry.wordings if squash(wording)]
    mine = None if looked_at is None else {number for number, (at, _) in enumerate(held) if at in looked_at}
    for one, other in alike_among([wording for _, wording in held], ALIKE, mine):
        (first, near), (entry, wording) = ((entries[held[at][0]], held[at][1]) for at in (one, other))
        same = squash(near) == squash(wording)
        if first is not entry and (same or min(len(squash(near)), len(squash(wording))) >= TELLING):
            what = "也有" if same else f"有差不多的“{near}”"
            message = f"问法“{wording}”在 {first.id} 里{what}，只能属于一篇，请删去或改写一处。"
            yield Problem(place(entry), "wordings-shared", message)


def _titles(entries: Sequence[Entry], looked_at: Collection[int] | None) -> Iterator[Problem]:
    """Nearly the same title twice, unless the two are for different ages."""
    for a, b in alike_among([entry.title for entry in entries], SAME_TITLE, looked_at):
        one, other = entries[a], entries[b]
        if not one.stages or not other.stages or set(one.stages) & set(other.stages):
            message = f"标题和 {one.id} 的“{one.title}”太像，请合并两篇或改标题。"
            yield Problem(place(other), "titles-alike", message)
