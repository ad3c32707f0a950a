"""The gauges say what waits: messages to be sent, cases that nobody has taken."""

from __future__ import annotations

from prometheus_client import REGISTRY
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.handoff.kinds import KINDS
from bot.jobs import watch
from bot.jobs.send import Sender
from bot.store import cases
from bot.store.tables import cases as table
from tests.jobs.conftest import Clock, Postman, Talk


def waiting(kind: str) -> float | None:
    return REGISTRY.get_sample_value("bot_cases_open", {"kind": kind})


async def test_what_waits_to_be_sent_is_counted_until_it_is_sent(
    engine: AsyncEngine, talk: Talk, clock: Clock, postman: Postman
) -> None:
    job = watch.job(engine)
    await talk.says("一", "二")
    assert await job.run() == 0  # with nothing "done" the runner waits before it counts again
    assert REGISTRY.get_sample_value("bot_outbox_pending") == 2
    sender = Sender(engine, {"wechat": postman}, clock)
    while await sender.run():
        pass
    await job.run()
    assert REGISTRY.get_sample_value("bot_outbox_pending") == 0


async def test_cases_are_counted_by_kind_while_nobody_has_taken_them(
    engine: AsyncEngine, talk: Talk, clock: Clock
) -> None:
    job, now = watch.job(engine), clock()
    async with engine.begin() as conn:
        for kind in ("crisis", "suggestion", "suggestion"):
            await cases.open_case(conn, {"kind": kind, "opened_at": now, "due_at": now})
    await job.run()
    assert {kind: waiting(kind) for kind in KINDS if waiting(kind)} == {"crisis": 1, "suggestion": 2}
    async with engine.begin() as conn:
        for case_id in await conn.scalars(select(table.c.id)):
            await cases.change(conn, case_id, expect=("open", "claimed"), state="closed", closed_at=now)
    await job.run()
    assert {waiting(kind) for kind in KINDS} == {0}


async def test_dangers_that_nobody_looks_at_are_counted(engine: AsyncEngine, clock: Clock) -> None:
    job, now = watch.job(engine), clock()
    async with engine.begin() as conn:
        for level in ("urgent", "high", "concern"):
            await cases.open_case(conn, {"kind": "crisis", "level": level, "opened_at": now, "due_at": now})
    await job.run()
    assert REGISTRY.get_sample_value("bot_cases_unacknowledged") == 2
    async with engine.begin() as conn:
        for case_id in await conn.scalars(select(table.c.id)):
            await cases.change(conn, case_id, expect=("open",), acknowledged_at=now)
    await job.run()
    assert REGISTRY.get_sample_value("bot_cases_unacknowledged") == 0
