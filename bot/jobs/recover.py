"""Picking up acts that were written down and never answered, because their process was killed in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from bot import observe
from bot.dialogue.turn import Turns
from bot.jobs.runner import Job
from bot.store import inbounds

EVERY_SECONDS = 3.0

_log = observe.logger("recover")


def job(engine: AsyncEngine, turns: Turns, clock: Callable[[], datetime]) -> Job:
    """Make the job that answers what was left behind, by API."""

    async def run() -> int:
        async with engine.begin() as conn:
            left = await inbounds.forsaken(conn, clock())
        for receipt, inbound in left:
            _log.warning("answering an act that was left behind", kind=inbound.kind)
            try:
                await turns.recover(receipt, inbound)
            except Exception as error:  # noqa: BLE001  (one that cannot be answered must not keep the others waiting)
                observe.FAILURES.labels("recover").inc()
                _log.error("an act left behind was not answered", kind=inbound.kind, error=type(error).__name__)
        return len(left)

    return Job("recover", EVERY_SECONDS, run)
