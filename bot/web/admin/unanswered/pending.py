"""Which questions a change on its way has among its wordings already: nobody need write that twice. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.store.changes import Change
from bot.store.misses import Miss
from bot.web.admin.unanswered.drafting import ALIKE, plain
from bot.web.admin.unanswered.grouping import texts
from knowledge.editorial import State
from knowledge.likeness import bigrams, jaccard
from knowledge.model import Library

WORDS = {
    State.DRAFT: "已在草稿里",
    State.IN_REVIEW: "已在待审的修改里",
    State.APPROVED: "已批准，等着发布",
}
_FIRST = (State.APPROVED, State.IN_REVIEW, State.DRAFT)  # what comes to parents soonest


@dataclass(frozen=True, slots=True)
class Pending:
    """A change on its way: the entry's id and title, and how far it is, in words."""

    key: str
    title: str
    words: str


def found(groups: Sequence[Sequence[Miss]], begun: Sequence[Change], library: Library) -> dict[int, Pending]:
    """Give for each question the change that has it, by its number.

    Every question is looked for as it was said; the most central one of a group also by likeness, and then the whole
    group is taken to be meant.
    """
    known: dict[str, Pending] = {}
    for change in sorted(begun, key=lambda one: _FIRST.index(one.state)):
        for words in _fresh(change, library):
            known.setdefault(words, Pending(change.key, change.title, WORDS[change.state]))
    if not known:
        return {}
    marks = [(bigrams(words), one) for words, one in known.items()]
    made: dict[int, Pending] = {}
    for members in groups:
        central = bigrams(plain(texts(members[:1])[0]))
        alike = next((one for mark, one in marks if jaccard(mark, central) >= ALIKE), None)
        for one in members:
            meant = known.get(plain(texts([one])[0])) or alike
            if meant is not None:
                made[one.id] = meant
    return made


def _fresh(change: Change, library: Library) -> Iterator[str]:
    """The title and wordings that the live entry does not have."""
    live = library.entries.get(change.key)
    held = {plain(one) for one in (live.title, *live.wordings)} if live is not None else set()
    body = change.body or {}
    for one in (body.get("title") or "", *(body.get("wordings") or ())):
        words = plain(str(one))
        if words and words not in held:
            yield words
