"""What other limits would do, measured on the exam: asked once of a release, in a thread; limits are tried on that.

It takes seconds for the first who asks. Who waits too long is told how far it is, and the asking goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import exam_questions
from indexes.effect import Asked, Effect, Group, Outcome, asked, effect
from indexes.engine import SearchEngine
from indexes.limits import Limits, encode
from knowledge import exam
from knowledge.exam import Question
from knowledge.files import CONTENT

PATIENCE = 20.0  # seconds that a page waits for the exam
KEPT = 8  # pairs of limits whose effect is remembered

GROUPS: Mapping[Group, str] = {
    "ordinary": "平常的问法",
    "hard": "难的问法",
    "added": "同事记下的",
    "outside": "不归我们的",
}
_OURS: Mapping[Outcome, tuple[str, str]] = {
    "right": ("直接答对", "good"),
    "wrong": ("直接答错", "bad"),
    "among": ("让家长选，有对的", ""),
    "astray": ("让家长选，没有对的", "warn"),
    "asked": ("再问一句", ""),
    "refused": ("说没有", "warn"),
}
_OTHERS: Mapping[Outcome, tuple[str, str]] = {
    "wrong": ("硬答了", "bad"),
    "astray": ("硬给选项", "warn"),
    "asked": ("再问一句", ""),
    "refused": ("说没有，对了", "good"),
}


def words(outcome: Outcome, *, inside: bool) -> tuple[str, str]:
    """Say an outcome of a question that is ours, or is not, and how good it is."""
    return words_of(inside=inside)[outcome]


class NotAskedError(Exception):
    """The exam could not be asked."""


@dataclass(slots=True)
class _Asking:
    """One release that is being asked, or was: `done` questions of it so far."""

    index: SearchEngine
    name: str
    work: asyncio.Task[Asked]
    done: list[int]


def words_of(*, inside: bool) -> Mapping[Outcome, tuple[str, str]]:
    """Give all outcomes of a group with their words, in the order in which they are shown."""
    return _OURS if inside else _OTHERS


# What a release found, by the name of what was asked: kept as long as the release is open.
_FOUND: WeakKeyDictionary[SearchEngine, tuple[str, Asked]] = WeakKeyDictionary()


@dataclass(slots=True)
class Effects:
    """Asks the exam of the release that was wanted last, and remembers what limits made of it."""

    engine: AsyncEngine
    _asking: _Asking | None = None
    _effects: dict[tuple[str, Limits, Limits], Effect] = field(default_factory=dict)

    async def exam(self, index: SearchEngine) -> tuple[str, Asked | None]:
        """Name what is asked of whom, and give what was found; None while it is still being asked.

        Another release, or another question of colleagues, makes another name.

        Raises:
            NotAskedError: it broke; the next one who wants it begins again.
        """
        async with self.engine.connect() as conn:
            added = await exam_questions.active(conn)
        name, asking = _named(index, added), self._asking
        known = _FOUND.get(index)
        if known is not None and known[0] == name:
            return name, known[1]
        if asking is None or (asking.index, asking.name) != (index, name):
            done = [0]
            work = asyncio.create_task(asyncio.to_thread(_asked, index, added, done))
            self._asking = asking = _Asking(index, name, work, done)
        await asyncio.wait({asking.work}, timeout=PATIENCE)
        if not asking.work.done():
            return name, None
        if self._asking is asking:
            self._asking = None  # an index that makes way is not kept open for this
        if (error := asking.work.exception()) is not None:
            raise NotAskedError from error
        _FOUND[index] = name, asking.work.result()
        return _FOUND[index]

    @property
    def done(self) -> int:
        """How many questions were asked so far."""
        return self._asking.done[0] if self._asking else 0

    async def of(self, index: SearchEngine, name: str, held: Asked, before: Limits, after: Limits) -> Effect:
        """Say what other limits would make of it."""
        key = (name, before, after)
        if key not in self._effects:
            made = await asyncio.to_thread(effect, index, held, before, after)
            for old in list(self._effects)[: max(0, len(self._effects) - KEPT + 1)]:
                self._effects.pop(old, None)
            self._effects[key] = made
        return self._effects[key]


@cache
def _packaged() -> tuple[Question, ...]:
    return tuple(one for one in exam.load(CONTENT / exam.FOLDER) if not one.sealed)


def _asked(index: SearchEngine, added: list[Question], done: list[int]) -> Asked:
    def told(count: int) -> None:
        done[0] = count

    return asked(index, (*_packaged(), *added), told)


def _named(index: SearchEngine, added: list[Question]) -> str:
    questions = sha256(repr(added).encode()).hexdigest()[:8]
    return f"{index.release.digest[:16]}-{int(index.dense_ready)}-{questions}"


def shown(name: str, before: Limits, after: Limits) -> str:
    """Say what somebody has been shown: the form that saves brings it back."""
    return f"{name} {sha256(f'{encode(before)} {encode(after)}'.encode()).hexdigest()[:16]}"
