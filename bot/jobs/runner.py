"""The runner: each job is a coroutine called again and again; an error is logged and counted, never the end of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot import observe

_log = observe.logger("jobs")


@dataclass(frozen=True, slots=True)
class Job:
    """A job: `run` does what is due and gives how much it did; with 0 the runner waits `every` seconds."""

    name: str
    every: float
    run: Callable[[], Awaitable[int]]


class Runner:
    """Keeps jobs running until it is stopped."""

    def __init__(self, jobs: tuple[Job, ...]) -> None:
        """Take the jobs to keep running."""
        self._jobs = jobs
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start all jobs on the running loop."""
        self._tasks = [asyncio.create_task(self._keep(job), name=job.name) for job in self._jobs]

    async def stop(self) -> None:
        """Stop all jobs; a send under way is finished or claimed again later."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _keep(self, job: Job) -> None:
        while True:
            done = 0
            try:
                done = await job.run()
            except Exception as error:  # noqa: BLE001  (a loop's edge: the job must go on tomorrow)
                observe.FAILURES.labels(f"job {job.name}").inc()
                _log.error("job failed", job=job.name, error=type(error).__name__)
            if not done:
                await asyncio.sleep(job.every)
