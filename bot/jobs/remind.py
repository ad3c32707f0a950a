"""Reminding the owner of a family's file that a follow-up is due: in their queue, never by a message to the parent.

In the morning parents are told of home visits, and asked about them, as far as the night kept that back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from bot import observe
from bot.handoff import unasked
from bot.handoff.family import visiting
from bot.jobs.runner import Job
from bot.store import cases, follow_ups, visits
from bot.store.events import CaseTag
from bot.store.wake import DESK, wake

EVERY_SECONDS = 30.0

_log = observe.logger("remind")


def job(engine: AsyncEngine, clock: Callable[[], datetime]) -> Job:
    """Make the job; each follow-up is told once, by whichever process comes first."""

    async def run() -> int:
        now = clock()
        async with engine.begin() as conn:
            due = await follow_ups.take_due(conn, now)
            for case_id in due:
                at = await follow_ups.next_at(conn, case_id) or now
                # Due is due: a file that was put off comes back into the queue.
                await cases.change(conn, case_id, expect=("open", "claimed"), due_at=at, snoozed_until=None)
                await cases.add_event(conn, case_id, CaseTag.FILE_DUE, actor="bot", at=now)
            if due:
                await wake(conn, DESK)
        if due:
            _log.info("follow-ups due", files=len(due))
        await _visits(engine, now)
        return len(due)

    return Job("remind", EVERY_SECONDS, run)


async def _visits(engine: AsyncEngine, now: datetime) -> None:
    """Tell parents of the visits that wait for the morning, each in a transaction of its own."""
    if unasked.at_night(now):
        return
    async with engine.connect() as conn:
        waiting = await visits.waiting(conn)
    for one in waiting:
        if one.conversation_id is None:
            continue
        try:
            async with engine.begin() as conn:
                await visiting.settle(conn, one.id, one.conversation_id, now)
        except Exception as error:  # noqa: BLE001  (a loop's edge: the next family is told all the same)
            observe.FAILURES.labels("remind").inc()
            _log.error("a visit was not told", error=type(error).__name__)
