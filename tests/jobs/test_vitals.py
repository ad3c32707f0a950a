"""What the jobs say of themselves, and what is kept of WeChat's faults: never in the way of what they do."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.base import ChannelError
from bot.channels.wechat.errors import from_code, unreachable
from bot.channels.wechat.telling import Telling
from bot.jobs import vitals as telling
from bot.jobs.runner import Job, Pulses, Runner
from bot.store import vitals
from bot.store.database import open_engine
from tests.house import TUESDAY_EVENING, Clock

SEND = "message/custom/send"


async def of_wechat(engine: AsyncEngine) -> dict[str, Any]:
    async with engine.connect() as conn:
        found = await vitals.find(conn, vitals.WECHAT)
    return found.body if found else {}


def lost() -> float:
    return REGISTRY.get_sample_value("bot_failures_total", {"where": "vitals"}) or 0


async def test_a_runner_keeps_how_its_jobs_are() -> None:
    rounds: list[int] = []
    fourth = asyncio.Event()

    async def stumble() -> int:
        rounds.append(1)
        if len(rounds) == 4:
            fourth.set()
        if len(rounds) < 3:
            message = "a secret of a family"
            raise OSError(message)
        return 0

    async def long() -> int:
        await asyncio.Event().wait()
        return 0

    async def slow() -> int:
        return 0

    clock, pulses = Clock(TUESDAY_EVENING), Pulses()
    runner = Runner((Job("stumble", 0.001, stumble), Job("long", 60, long), Job("slow", 60, slow)), pulses, clock)
    runner.start()
    await asyncio.wait_for(fourth.wait(), 30)
    await runner.stop()
    stumbled = pulses["stumble"]
    assert (stumbled.failures, stumbled.failing, stumbled.error) == (2, 0, "OSError")
    assert stumbled.well == stumbled.ended
    assert pulses["long"].began is not None
    assert pulses["long"].ended is None
    assert pulses["slow"].every == 60


async def test_a_process_tells_of_its_jobs_and_those_long_gone_are_forgotten(engine: AsyncEngine) -> None:
    clock, pulses = Clock(TUESDAY_EVENING), Pulses()
    job = telling.job(engine, pulses, clock)

    async def fail() -> int:
        message = "a secret of a family"
        raise ValueError(message)

    runner = Runner((Job("failing", 60, fail), job), pulses, clock)
    async with engine.begin() as conn:
        await vitals.tell(conn, "jobs:old:1:aa", {"jobs": {}}, clock() - timedelta(days=2))
        await vitals.tell(conn, "jobs:young:1:aa", {"jobs": {}}, clock() - timedelta(hours=2))
        await vitals.tell(conn, vitals.WECHAT, {"code": "-1"}, clock() - timedelta(days=9))
    runner.start()
    await asyncio.sleep(0)
    await job.run()
    await runner.stop()
    async with engine.connect() as conn:
        found = await vitals.every(conn)
    [ours] = [one for one in found.values() if one.name not in ("jobs:young:1:aa", vitals.WECHAT)]
    assert ours.name.startswith("jobs:")
    told = ours.body["jobs"]["failing"]
    assert (told["failing"], told["error"], told["well"]) == (1, "ValueError", None)
    assert "secret" not in str(ours.body)
    assert {"jobs:young:1:aa", vitals.WECHAT} < set(found)


async def test_faults_are_counted_in_a_row_over_all_processes_until_a_call_goes_well(engine: AsyncEngine) -> None:
    clock = Clock(TUESDAY_EVENING)
    one, other = Telling(engine, clock), Telling(engine, clock)
    for tell in (one, other, one):
        tell(SEND, from_code(45009))
        await tell.settle()
    body = await of_wechat(engine)
    assert (body["code"], body["path"], body["in_a_row"]) == ("45009", SEND, 3)
    other("menu/create", None)
    await other.settle()
    body = await of_wechat(engine)
    assert (body["in_a_row"], body["code"]) == (0, "45009")
    assert body["well_at"] >= body["fault_at"]


async def test_what_only_one_parent_met_is_no_fault_of_the_account(engine: AsyncEngine) -> None:
    tell = Telling(engine, Clock(TUESDAY_EVENING))
    for path, code in (
        (SEND, 45015),
        (SEND, 45047),
        (SEND, 43004),
        ("menu/create", 40018),
        ("message/custom/typing", 45080),
    ):
        tell(path, from_code(code))
        await tell.settle()
    body = await of_wechat(engine)
    assert body["in_a_row"] == 0
    assert "code" not in body


async def test_that_all_goes_well_is_written_seldom_and_a_fault_at_once(engine: AsyncEngine) -> None:
    clock = Clock(TUESDAY_EVENING)
    tell = Telling(engine, clock)

    async def told(error: ChannelError | None) -> dict[str, Any]:
        tell(SEND, error)
        await tell.settle()
        return await of_wechat(engine)

    first = await told(None)
    assert await told(None) == first
    assert (await told(unreachable("timeout")))["in_a_row"] == 1
    assert (await told(None))["in_a_row"] == 0
    clock.forward(timedelta(minutes=1))
    assert (await told(None))["well_at"] > first["well_at"]


async def test_many_faults_at_once_are_one_writing_and_none_is_lost(engine: AsyncEngine) -> None:
    tell = Telling(engine, Clock(TUESDAY_EVENING))
    for _ in range(500):
        tell(SEND, unreachable("timeout"))
    assert len([task for task in asyncio.all_tasks() if "_write" in repr(task.get_coro())]) == 1
    await tell.settle()
    assert (await of_wechat(engine))["in_a_row"] == 500


@pytest.mark.parametrize("state", ["away", "locked"])
async def test_a_database_that_is_away_or_hangs_costs_a_count_and_no_call(
    engine: AsyncEngine, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.wechat.telling.PATIENCE", 0.2)
    nowhere = open_engine("postgresql://nobody@127.0.0.1:1/nothing")
    before = lost()
    async with engine.begin() as conn:
        await conn.exec_driver_sql("LOCK TABLE vitals IN ACCESS EXCLUSIVE MODE")
        tell = Telling(nowhere if state == "away" else engine, Clock(TUESDAY_EVENING))
        tell(SEND, unreachable("timeout"))  # neither waits nor fails
        await tell.settle()
    assert lost() == before + 1
    await nowhere.dispose()
