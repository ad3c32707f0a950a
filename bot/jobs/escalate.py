"""Escalating what nobody has acknowledged: the next round of alerts when its time has come.

The first round goes out from the turn itself; it is taken here only when the process died in between.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from bot import observe
from bot.handoff.escalation import next_step
from bot.jobs.alert import Alerts
from bot.jobs.runner import Job
from bot.store import alerts as rounds

EVERY_SECONDS = 2.0
# A round that has not ended by then was lost with its process: all tries of a robot that hangs take a minute.
LOST = timedelta(seconds=90)

_log = observe.logger("escalate")


def job(engine: AsyncEngine, alerts: Alerts, minutes: int, clock: Callable[[], datetime]) -> Job:
    """Make the job; `minutes` is how long an urgent case may wait for somebody to acknowledge it."""

    async def run() -> int:
        now = clock()
        taken = []
        async with engine.begin() as conn:
            found = await rounds.waiting(conn)
            if await rounds.again(conn, [case.id for case in found], now - LOST):
                found = await rounds.waiting(conn)
            for case in found:
                step = next_step(case.level, case.alerts, case.alerted_at, acknowledged=False, now=now, minutes=minutes)
                due = await alerts.take(conn, case.id, case.level, step, now) if step else None
                if due is not None:
                    taken.append(due)
        for one in taken:
            _log.warning("alert", case=one.case_id, level=one.level, round=one.step.round)
            alerts.knock(one)
        return len(taken)

    return Job("escalate", EVERY_SECONDS, run)
