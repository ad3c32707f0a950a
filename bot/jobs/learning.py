"""Learning the words of what was published, beside.

A large change is live in seconds with the words known so far; how people ask for it is learned in the minutes after.
What was learned becomes live as a release of its own, of the same library.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot import observe
from bot.jobs import building
from bot.jobs.building import NotBuiltError, learned_place
from bot.jobs.publish import pointer
from bot.jobs.runner import Job
from bot.store import releases
from indexes.engine import SearchEngine
from indexes.live import Live
from indexes.patch import SMALL

EVERY_SECONDS = 5.0
NOTE = "内容没有变，把新条目的说法学了一遍。"

_log = observe.logger("learning")


@dataclass(frozen=True, slots=True)
class Learner:
    """The job. `live` is what this process answers from; `model` None trains our own."""

    engine: AsyncEngine
    live: Live
    root: Path
    clock: Callable[[], datetime]
    model: str | None = None

    def job(self) -> Job:
        """Make the job that learns when enough has come."""
        return Job("learn", EVERY_SECONDS, self.run)

    async def run(self) -> int:
        """Learn the live release if much of it is not learned yet, and nobody else does; then ask for its release."""
        base = self.live.engine
        if base is None or base.manifest.since <= SMALL:
            return 0
        async with releases.learner(self.engine) as held:
            if held and await self._due(base):
                await self._learn(base)
        return 0

    async def _due(self, base: SearchEngine) -> bool:
        """Whether this engine is the live one, nothing waits to be published, and this was not tried before."""
        if await pointer(self.engine, self.root) != base.path.name:
            return False
        async with self.engine.connect() as conn:
            return not await releases.waiting(conn) and not await releases.learned(conn, base.path.name)

    async def _learn(self, base: SearchEngine) -> None:
        """Build the whole index beside. One that fails is not tried again: the release that is live answers on."""
        place = learned_place(self.root, base.path.name)
        await asyncio.to_thread(shutil.rmtree, place.parent, ignore_errors=True)
        report: dict[str, object] = {"learned": base.path.name}
        state = releases.ASKED
        try:
            dense = base.manifest.model is not None
            await building.build(base.release, place.parent, model=self.model, dense=dense, exam=(), told=_nobody)
        except NotBuiltError as error:
            observe.FAILURES.labels("learning").inc()
            _log.error("not learned", release=base.release.number)
            state, report = releases.FAILED, report | {"sentence": str(error)}
        async with self.engine.begin() as conn:
            await releases.ask(conn, author=releases.PROGRAM, note=NOTE, report=report, at=self.clock(), state=state)


async def _nobody(_step: str, _share: float) -> None:
    """Tell nobody: the release that is live is the one to look at."""
