"""Running trials: many questions, one release after the other, a few at a time so that parents do not wait.

One further index is open at a time and gone before the next. What can go wrong: an index that cannot be opened, or is
gone by now, fails the trial with a sentence; a process that dies leaves a trial that goes silent and is called failed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot import observe
from bot.jobs.runner import Job
from bot.store import trials
from bot.store.trials import Found, Run, Trial
from indexes.engine import SearchEngine
from indexes.live import Live
from indexes.manifest import BadIndex
from indexes.sitting import Result, ask

EVERY_SECONDS = 1.0
TOGETHER = 10  # questions that are asked in one go
GONE = "{name} 这一版的索引打不开，可能已经清理掉了。请换一版再试。"

_log = observe.logger("trials")


def job(engine: AsyncEngine, live: Live, root: Path, clock: Callable[[], datetime]) -> Job:
    """Make the job that runs what waits."""

    async def run() -> int:
        async with engine.begin() as conn:
            await trials.give_up_silent(conn, clock())
            taken = await trials.take(conn, clock())
        if taken is None:
            return 0
        await _run(engine, live, root, clock, taken)
        return 1

    return Job("trials", EVERY_SECONDS, run)


async def _run(engine: AsyncEngine, live: Live, root: Path, clock: Callable[[], datetime], trial: Trial) -> None:
    for directory in trial.wanted:
        try:
            index = await asyncio.to_thread(opened, live, root, directory)
            found = await _asked(engine, index, clock, trial)
        except Exception as error:  # noqa: BLE001  (whatever is wrong with one index, the one who asked is told)
            _log.error("trial failed", trial=trial.id, error=type(error).__name__)
            fault = GONE.format(name=directory) if isinstance(error, BadIndex) else "没有试成，请再试一次。"
            async with engine.begin() as conn:
                await trials.failed(conn, trial.id, fault)
            return
        if found is None:
            return  # it was called failed meanwhile, or somebody took it over
        async with engine.begin() as conn:
            await trials.finished(conn, trial.id, Run(directory, clock().isoformat(), found), clock())


async def _asked(
    engine: AsyncEngine, index: SearchEngine, clock: Callable[[], datetime], trial: Trial
) -> tuple[Found, ...] | None:
    found: list[Found] = []
    for start in range(0, len(trial.lines), TOGETHER):
        some = [(line.text, line.expected) for line in trial.lines[start : start + TOGETHER]]
        found += [told(one) for one in await asyncio.to_thread(ask, index, some)]
        async with engine.begin() as conn:
            if not await trials.progress(conn, trial.id, len(found), clock()):
                return None
    return tuple(found)


def opened(live: Live, root: Path, directory: str) -> SearchEngine:
    """Give the live engine where it is the one, or open another; slow, so call it in a thread.

    Raises:
        BadIndex: it is not there, or not sound.
    """
    held = live.engine
    if held is not None and held.path.name == directory:
        return held
    index = SearchEngine.open(root / directory, like=held)
    index.load_dense(held)
    return index


def told(result: Result) -> Found:
    """Give a result as it is kept."""
    first = result.first
    score = round(result.score, 3)
    return Found(first.id if first else "", first.title if first else "", result.verdict, score, result.right)
