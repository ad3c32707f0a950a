"""Keeping the gauges that operations watch: what waits to be sent, what waits for a person or for their look."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from bot import observe
from bot.handoff.kinds import KINDS
from bot.jobs.runner import Job
from bot.store import cases, outbox

EVERY_SECONDS = 5.0


def job(engine: AsyncEngine) -> Job:
    """Make the job that counts."""

    async def run() -> int:
        async with engine.connect() as conn:
            observe.OUTBOX.set(await outbox.pending(conn))
            waiting = await cases.open_by_kind(conn)
            observe.UNACKNOWLEDGED.set(len(await cases.unseen(conn)))
        for kind in KINDS:
            observe.CASES_OPEN.labels(kind).set(waiting.get(kind, 0))
        return 0

    return Job("watch", EVERY_SECONDS, run)
