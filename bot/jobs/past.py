"""What a trial is held against: questions that the product keeps, masked, and what colleagues and editors wrote.

Nothing is kept for this. Of a parent's question only its number goes into the report: who is erased takes it along.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.privacy import mask
from bot.store import misses, trials
from bot.store.misses import Miss
from bot.store.trials import Trial
from knowledge.model import Library

LATELY = timedelta(days=60)
PARENTS, TRIED, WORDINGS = 700, 300, 800  # of each source the newest, or the nearest, so many

# parent: kept because the answer was not sure, or did not help. tried: of a trial. wording: an entry's own.
Source = Literal["parent", "tried", "wording"]


@dataclass(frozen=True, slots=True)
class Past:
    """A question; `ids` are rows of parents', the newest of each, and stand nowhere else. The text is masked.

    `times`: so many different parents asked it.
    """

    source: Source
    text: str
    region: str | None = None
    stage: str | None = None
    ids: tuple[int, ...] = ()
    times: int = 1

    def asked(self) -> dict[str, Any]:
        """Give what an index is asked."""
        return {"text": self.text, "region": self.region, "stage": self.stage}

    def told(self, before: Sequence[str], after: Sequence[str]) -> dict[str, Any]:
        """Give what stands in the report: what was shown before and after, each a verdict and a title."""
        named = {"ids": list(self.ids)} if self.source == "parent" else {"text": self.text}
        return {"source": self.source, "times": self.times, "before": before, "after": after, **named}


async def kept(conn: AsyncConnection, now: datetime) -> tuple[list[Miss], list[Trial]]:
    """Read what is kept: parents' questions of any reason, and what colleagues tried."""
    return await misses.since(conn, now - LATELY, reason=None), await trials.listed(conn, 20)


def gathered(
    asked: Sequence[Miss], tried: Sequence[Trial], before: Library, after: Library, changed: Collection[str]
) -> list[Past]:
    """Give all of it, each question once; CPU, because parents' words are masked by the newest rules: in a thread."""
    found: dict[tuple[str, str | None, str | None], Past] = {}
    for one in (*_of_parents(asked), *_tried(tried), *_wordings(before, after, changed)):
        found.setdefault((one.text, one.region, one.stage), one)
    return list(found.values())


def _of_parents(asked: Sequence[Miss]) -> Iterator[Past]:
    """The newest different ones."""
    rows: dict[tuple[str, str | None, str | None], dict[int, int]] = {}
    for one in asked:
        rows.setdefault((mask(one.text), one.region, one.stage), {}).setdefault(one.parent, one.id)
    for (text, region, stage), newest in list(rows.items())[:PARENTS]:
        yield Past("parent", text, region, stage, tuple(newest.values()), len(newest))


def _tried(tried: Sequence[Trial]) -> Iterator[Past]:
    lines = dict.fromkeys(mask(line.text) for one in tried for line in one.lines)
    for text in list(lines)[:TRIED]:
        yield Past("tried", text)


def _wordings(before: Library, after: Library, changed: Collection[str]) -> Iterator[Past]:
    """Wordings of entries beside the changed ones: these must not be drawn away."""
    held = [library.entries[key] for library in (before, after) for key in changed if key in library.entries]
    topics = {topic for entry in held for topic in entry.topics}
    beside = [one for one in before.entries.values() if one.id not in changed and topics & set(one.topics)]
    near = sorted(beside, key=lambda one: not any(one.id in entry.related for entry in held))
    texts = [(text, entry.region) for entry in near for text in (entry.title, *entry.wordings)]
    for text, region in texts[:WORDINGS]:
        yield Past("wording", text, region)
