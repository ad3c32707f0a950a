"""The proof: what was made of questions, and whether the live release answers them now. Pure but for the engine."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.store.misses import NOT_OURS, UNSURE, Miss
from bot.web.admin.unanswered.grouping import texts
from indexes.engine import SearchEngine
from indexes.hits import Query, Verdict
from knowledge.model import Library

Standing = Literal["writing", "live", "dropped"]
MOST = 1000  # different questions that are asked again
TOGETHER = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """One question asked again: `right` is whether it gets an answer now, and `title` which."""

    text: str
    right: bool
    title: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Proof:
    """What an editor made of a cluster: an entry by `key`, and how far that is. `asked` is empty until it is live."""

    handled: str
    key: str
    members: tuple[Miss, ...]
    standing: Standing
    asked: tuple[Asked, ...] = ()

    @property
    def answered(self) -> int:
        """How many of the different questions get an answer now."""
        return sum(one.right for one in self.asked)

    @property
    def left(self) -> tuple[Miss, ...]:
        """Those that still get none: they stay on the list."""
        if self.standing == "writing":
            return ()
        right = {one.text for one in self.asked if one.right}
        return tuple(one for one in self.members if texts([one])[0] not in right)


def standing(handled: str, library: Library, being_changed: Collection[str]) -> Standing:
    """Tell how far the entry is that somebody made of a cluster."""
    key = handled.partition(":")[2]
    if key in being_changed:
        return "writing"
    return "live" if key in library.entries else "dropped"


def proofs(
    engine: SearchEngine | None, misses: Sequence[Miss], library: Library, open_: Collection[str]
) -> list[Proof]:
    """Ask what was handled again, the newest first; a parent's region and stage go along. CPU: call it in a thread."""
    groups: dict[str, list[Miss]] = {}
    for one in misses:
        if one.handled and one.handled != NOT_OURS:
            groups.setdefault(one.handled, []).append(one)
    made, left = [], MOST
    for handled, members in groups.items():
        stands = standing(handled, library, open_)
        again = members[:left] if stands == "live" and engine is not None else []
        asked = tuple(_again(engine, again, handled.partition(":")[2])) if engine is not None else ()
        left -= len(asked)
        made.append(Proof(handled, handled.partition(":")[2], tuple(members), stands, asked))
    return made


def _again(engine: SearchEngine, members: Sequence[Miss], key: str) -> list[Asked]:
    """Ask them; what had an answer that did not help counts only when it is answered by what was made of it."""
    first = {texts([one])[0]: one for one in reversed(members)}
    made = []
    words = list(first)
    for start in range(0, len(words), TOGETHER):
        some = words[start : start + TOGETHER]
        found = engine.search_many([Query(text, region=first[text].region, stage=first[text].stage) for text in some])
        for text, hits in zip(some, found, strict=True):
            title = hits.items[0].title if hits.items else ""
            right = hits.verdict == "answer" and (first[text].reason == UNSURE or hits.items[0].id == key)
            made.append(Asked(text, right, title, hits.verdict))
    return made
