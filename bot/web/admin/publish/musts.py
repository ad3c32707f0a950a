"""What must be right whatever is published: danger is known, lines are found. Asked beside, and remembered.

Judging all messages takes seconds. They are judged a few at a time in a thread, so that parents do not wait; who opens
the page before it is done is told so. What breaks is begun again by the next one who asks.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from bot.dialogue import lookups as dialogue
from bot.dialogue.decision import Tools
from bot.safety import patterns, recognised
from bot.safety.patterns import Book
from bot.safety.recognised import Count, Part
from bot.web.admin.given import Given
from knowledge import lookups
from knowledge.files import CONTENT
from knowledge.lookups import LookUp
from knowledge.model import Library

PATIENCE = 1.0  # seconds that a page waits
TOGETHER = 5  # messages that are judged in one go


@dataclass(slots=True)
class _Asking:
    """The rules that are being asked, or were."""

    book: Book
    work: asyncio.Task[dict[Part, Count]]


@dataclass(slots=True)
class Musts:
    """Asks the rules in force and the live library, each once."""

    given: Given
    _dangers: _Asking | None = None
    _lines: tuple[Library, Count] | None = None
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def dangers(self) -> dict[Part, Count] | None:
        """Say how well danger is known by the rules in force; None while they are being asked."""
        book = patterns.IN_FORCE.get()
        if _FOUND and _FOUND[0][0] is book:
            return _FOUND[0][1]
        asking = self._dangers
        broken = asking is not None and asking.work.done() and _broke(asking.work)
        if asking is None or asking.book is not book or broken:
            if asking is not None:
                asking.work.cancel()
            self._dangers = asking = _Asking(book, asyncio.create_task(_asked(book)))
        await asyncio.wait({asking.work}, timeout=PATIENCE)
        return asking.work.result() if asking.work.done() and not _broke(asking.work) else None

    async def lines(self) -> Count:
        """Say how many look-ups the live library answers."""
        async with self._reading:
            tools = self.given.tools()
            if self._lines is None or self._lines[0] is not tools.library:
                self._lines = tools.library, await asyncio.to_thread(_sat, tools, self.given.clock())
            return self._lines[1]


# What the rules that were asked last came to: they are the same for all of the process.
_FOUND: list[tuple[Book, dict[Part, Count]]] = []


async def _asked(book: Book) -> dict[Part, Count]:
    every = await asyncio.to_thread(recognised.cases)
    judged = []
    for start in range(0, len(every), TOGETHER):
        some = every[start : start + TOGETHER]
        judged += await asyncio.to_thread(_judged, book, some)
    _FOUND[:] = [(book, recognised.counted(judged))]
    return _FOUND[0][1]


def _judged(book: Book, some: tuple[recognised.Case, ...]) -> list[tuple[recognised.Case, bool]]:
    with patterns.IN_FORCE.trying(book):
        return [(case, recognised.right(case)) for case in some]


def _broke(work: asyncio.Task[dict[Part, Count]]) -> bool:
    return work.cancelled() or work.exception() is not None


def _sat(tools: Tools, now: datetime) -> Count:
    asked = tuple(one for one in _packaged() if dialogue.known(one, tools.library))
    found = dialogue.sit(tools, asked, now)
    missed = tuple(one.question for one, good in zip(asked, found, strict=True) if not good)
    return Count(len(asked), sum(found), missed)


@cache
def _packaged() -> tuple[LookUp, ...]:
    return lookups.load(CONTENT / lookups.FILE)
