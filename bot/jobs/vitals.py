"""Saying how the jobs of this process are, so that the page of health can show those of all processes."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs.runner import Job, Pulse
from bot.store import vitals

EVERY_SECONDS = 10.0
GONE = timedelta(days=1)  # a process that has said nothing for so long is not shown any more


def job(engine: AsyncEngine, pulses: Mapping[str, Pulse], clock: Callable[[], datetime]) -> Job:
    """Make the job; a database that is away is told at the next round."""
    name = f"{vitals.JOBS}{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(2)}"

    async def run() -> int:
        now = clock()
        body = {job_name: _told(pulse) for job_name, pulse in pulses.items()}
        async with engine.begin() as conn:
            await vitals.tell(conn, name, {"jobs": body}, now)
            await vitals.forget(conn, now - GONE)
        return 0

    return Job("vitals", EVERY_SECONDS, run)


def _told(pulse: Pulse) -> dict[str, Any]:
    moments = {"began": pulse.began, "ended": pulse.ended, "well": pulse.well}
    return {
        "every": pulse.every,
        "seconds": round(pulse.seconds, 3),
        "failures": pulse.failures,
        "failing": pulse.failing,
        "error": pulse.error,
        **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
    }
