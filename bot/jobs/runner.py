"""The runner: each job is a coroutine called again and again; an error is logged and counted, never the end of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot import clock as clocks
from bot import observe

_log = observe.logger("jobs")


@dataclass(frozen=True, slots=True)
class Job:
    """A job: `run` does what is due and gives how much it did; with 0 the runner waits `every` seconds."""

    name: str
    every: float
    run: Callable[[], Awaitable[int]]


@dataclass(slots=True)
class Pulse:
    """How a job is in this process. `failing` counts the failures since it last went well."""

    every: float
    began: datetime | None = None
    ended: datetime | None = None  # of the last run, well or not
    well: datetime | None = None  # of the last run that went well
    seconds: float = 0.0
    failures: int = 0
    failing: int = 0
    error: str = ""  # the type of the last error; no words of it


Pulses = dict[str, Pulse]  # by the name of the job


class Runner:
    """Keeps jobs running until it is stopped, and `pulses` as they are."""

    def __init__(
        self, jobs: tuple[Job, ...], pulses: Pulses | None = None, clock: Callable[[], datetime] = clocks.now
    ) -> None:
        """Take the jobs to keep running, where to keep how they are, and the clock."""
        self._jobs = jobs
        self._clock = clock
        self.pulses: Pulses = pulses if pulses is not None else {}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start all jobs on the running loop."""
        self.pulses.update({job.name: Pulse(job.every) for job in self._jobs})
        self._tasks = [asyncio.create_task(self._keep(job), name=job.name) for job in self._jobs]

    async def stop(self) -> None:
        """Stop all jobs; a send under way is finished or claimed again later."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _keep(self, job: Job) -> None:
        pulse = self.pulses[job.name]
        while True:
            done = 0
            pulse.began = self._clock()
            try:
                done = await job.run()
            except Exception as error:  # noqa: BLE001  (a loop's edge: the job must go on tomorrow)
                observe.FAILURES.labels(f"job {job.name}").inc()
                _log.error("job failed", job=job.name, error=type(error).__name__)
                pulse.failures, pulse.failing, pulse.error = pulse.failures + 1, pulse.failing + 1, type(error).__name__
                pulse.ended = self._clock()
            else:
                pulse.ended = pulse.well = self._clock()
                pulse.failing = 0
            pulse.seconds = max(0.0, (pulse.ended - pulse.began).total_seconds())
            if not done:
                await asyncio.sleep(job.every)
