"""Loading and clustering, once for each release and each new question; all CPU in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.dialogue.decision import Tools
from bot.store import changes, misses
from bot.store.changes import Change
from bot.store.misses import NOT_OURS, UNSURE, Miss, Reason
from bot.web.admin.given import Given
from bot.web.admin.unanswered import pending
from bot.web.admin.unanswered.grouping import WEEK, WEEKS, texts
from bot.web.admin.unanswered.pending import Pending
from bot.web.admin.unanswered.proof import Proof, proofs
from indexes.clusters import MOST, clusters, vectors
from indexes.engine import SearchEngine

YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Found:
    """What stands behind a page, all of one release: clusters still to be handled, what was made of others.

    `pending` tells of questions, by number, in which change on its way they are answered already.
    """

    tools: Tools
    todo: tuple[tuple[Miss, ...], ...]
    not_ours: tuple[tuple[Miss, ...], ...]
    proofs: tuple[Proof, ...]
    pending: Mapping[int, Pending] = field(default_factory=dict)


@dataclass(slots=True)
class Reading:
    """Remembers the newest reading of the list, and of the year."""

    given: Given
    _held: dict[str, tuple[tuple[Any, ...], Found]] = field(default_factory=dict)
    _working: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def reason_of(self, number: int) -> Reason:
        """Tell on which of the lists a question stands; of one that is gone, on the first."""
        async with self.given.engine.connect() as conn:
            return await misses.reason_of(conn, number) or UNSURE

    async def found(self, reason: Reason = UNSURE, *, year: bool = False) -> Found:
        """Give all of the last weeks for a reason, or of the last year for any, handled ones among the rest."""
        now, tools, engine = self.given.clock(), self.given.tools(), self.given.live.engine
        first = now - (YEAR if year else WEEK * WEEKS)
        place = "year" if year else reason
        digest = (engine.release.digest, engine.dense_ready, engine.limits) if engine is not None else ()
        async with self._working:
            async with self.given.engine.connect() as conn:
                begun = await changes.listed(conn, sort="entry")
                saved = frozenset((one.id, one.saved, one.state) for one in begun)
                name = (digest, await misses.mark(conn), saved, now.date())
                held = self._held.get(place)
                if held is not None and held[0] == name:
                    return held[1]
                asked = await misses.since(conn, first, reason=None if year else reason)
            found = await asyncio.to_thread(_read, engine, tools, asked, begun, year)
            self._held[place] = name, found
            return found


def _read(
    engine: SearchEngine | None, tools: Tools, asked: Sequence[Miss], begun: Sequence[Change], year: bool
) -> Found:
    if year:
        return Found(tools, tuple(clustered(engine, asked)), (), ())
    open_: Collection[str] = {one.key for one in begun}
    made = proofs(engine, asked, tools.library, open_)
    back = {one.id for proof in made for one in proof.left}
    todo = [one for one in asked if one.handled is None or one.id in back]
    gone = [one for one in asked if one.handled == NOT_OURS]
    groups = tuple(clustered(engine, todo))
    waiting = pending.found(groups, begun, tools.library)
    return Found(tools, groups, tuple(clustered(engine, gone)), tuple(made), waiting)


def clustered(engine: SearchEngine | None, asked: Sequence[Miss]) -> list[tuple[Miss, ...]]:
    """Cluster questions by their different words, of each cluster the most central first, the largest cluster first.

    Beyond so many different texts only the newest are compared.
    """
    same: dict[str, list[Miss]] = {}
    for one in asked:
        same.setdefault(texts([one])[0], []).append(one)
    words = list(same)[:MOST]
    groups = clusters(*vectors(engine, words)) if engine is not None else [(at,) for at in range(len(words))]
    found = [tuple(one for at in group for one in same[words[at]]) for group in groups]
    return sorted(found, key=lambda members: (-len({one.parent for one in members}), -max(one.id for one in members)))
