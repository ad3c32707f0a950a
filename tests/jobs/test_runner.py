"""The runner keeps its jobs going: an error is counted and not the end, stopping ends them all."""

from __future__ import annotations

import asyncio

from prometheus_client import REGISTRY

from bot.jobs.runner import Job, Runner


def failures(job: str) -> float:
    return REGISTRY.get_sample_value("bot_failures_total", {"where": f"job {job}"}) or 0


async def test_an_error_is_counted_and_does_not_end_the_job() -> None:
    rounds: list[int] = []
    third = asyncio.Event()

    async def run() -> int:
        rounds.append(len(rounds))
        if len(rounds) == 3:
            third.set()
        message = "the database is away"
        raise OSError(message)

    before = failures("stumbling")
    runner = Runner((Job("stumbling", 0.001, run),))
    runner.start()
    await asyncio.wait_for(third.wait(), 30)
    await runner.stop()
    assert failures("stumbling") - before == len(rounds)


async def test_a_failing_job_does_not_hold_up_another() -> None:
    worked = asyncio.Event()

    async def fail() -> int:
        raise ZeroDivisionError

    async def work() -> int:
        worked.set()
        return 0

    runner = Runner((Job("failing", 0.001, fail), Job("working", 60, work)))
    runner.start()
    await asyncio.wait_for(worked.wait(), 30)
    await runner.stop()


async def test_while_there_is_work_it_goes_on_without_a_pause_and_then_waits() -> None:
    left, done = [3, 2, 1, 0], asyncio.Event()

    async def run() -> int:
        found = left.pop(0)
        if not left:
            done.set()
        return found

    runner = Runner((Job("busy", 3600, run),))
    runner.start()
    await asyncio.wait_for(done.wait(), 30)
    await runner.stop()
    assert left == []  # an hour's pause after any of them would have kept some


async def test_stopping_ends_all_jobs_also_one_in_the_middle_of_its_work() -> None:
    under_way, ended = asyncio.Event(), []

    async def long() -> int:
        try:
            under_way.set()
            await asyncio.Event().wait()
        finally:
            ended.append("long")
        return 0

    async def idle() -> int:
        return 0

    runner = Runner((Job("long", 60, long), Job("idle", 60, idle)))
    runner.start()
    await asyncio.wait_for(under_way.wait(), 30)
    await asyncio.wait_for(runner.stop(), 30)
    assert ended == ["long"]
    assert not [task for task in asyncio.all_tasks() if task.get_name() in ("long", "idle")]


async def test_a_runner_that_never_started_can_be_stopped() -> None:
    await Runner(()).stop()
