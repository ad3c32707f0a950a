"""Deleting what is older than we promised to keep it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs.runner import Job
from bot.store import conversations, proofs, sessions, uploads

EVERY_SECONDS = 3600.0
PROOFS_LAST = timedelta(hours=1)  # far beyond the freshness window: an older push is refused for its age


def job(engine: AsyncEngine, days: int, clock: Callable[[], datetime]) -> Job:
    """Make the job that forgets people who have not written for `days` and have no open case."""

    async def run() -> int:
        now = clock()
        async with engine.begin() as conn:
            await proofs.forget(conn, now - PROOFS_LAST)
            await sessions.forget(conn, now)
            await uploads.forget(conn, now)
            return await conversations.forget_older(conn, now - timedelta(days=days))

    return Job("retain", EVERY_SECONDS, run)
