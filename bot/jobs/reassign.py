"""Taking talks back from who does not answer, and passing on what nobody takes: the rules of time, kept by a job.

Each case is a transaction of its own, so that one that fails holds up no other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from bot import observe
from bot.handoff import reassigning
from bot.handoff.duty.again import Duty
from bot.jobs.runner import Job
from bot.store import unanswered

EVERY_SECONDS = 3.0

_log = observe.logger("reassign")


def job(engine: AsyncEngine, minutes: int, clock: Callable[[], datetime], duty: Duty) -> Job:
    """Make the job; `minutes` is how long a parent's words may wait for an answer of the person who holds the talk.

    `duty` tells what a parent may be told of those who are to come next.
    """

    async def run() -> int:
        now = clock()
        async with engine.connect() as conn:
            silent = await reassigning.silent(conn, now, minutes)
            most = reassigning.MOST_MOVES
            overdue = await unanswered.overdue(conn, reassigning.PERIODS, now=now, most=most)
        done = 0
        for found in silent:
            async with engine.begin() as conn:
                moved = await reassigning.requeue(conn, found, now, minutes, duty)
            if moved:
                done += 1
                _log.warning("not answered", case=found.id)
        for case_id, conversation_id in overdue:
            async with engine.begin() as conn:
                moved = await reassigning.pass_on(conn, case_id, conversation_id, now, duty)
            if moved:
                done += 1
                _log.warning("passed on", case=case_id)
        return done

    return Job("reassign", EVERY_SECONDS, run)
