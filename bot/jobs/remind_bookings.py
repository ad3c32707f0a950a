"""Reminding parents of appointments: the day before at 10:00, and an hour before. Each once, whoever runs the job."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from bot import observe
from bot.handoff.booking import bookings
from bot.handoff.booking.rules import reminder
from bot.jobs.runner import Job
from bot.messages import Booking
from bot.store import appointments

EVERY_SECONDS = 20.0
AHEAD = timedelta(hours=38)  # from 10:00 to the end of the next day

_log = observe.logger("remind")


def job(engine: AsyncEngine, clock: Callable[[], datetime]) -> Job:
    """Make the job. A reminder that the channel does not let out is parked like all words."""

    async def run() -> int:
        now = clock()
        async with engine.connect() as conn:
            ahead = await appointments.confirmed(conn, now, now + AHEAD)
        for booking in ahead:
            if reminder(booking, now):
                await _one(engine, booking, now)
        return 0  # looked at all there is: the next look can wait

    return Job("remind-bookings", EVERY_SECONDS, run)


async def _one(engine: AsyncEngine, booking: Booking, now: datetime) -> None:
    """Remind of one booking in a transaction of its own: one that fails must not keep the others waiting."""
    try:
        async with engine.begin() as conn:
            await bookings.remind(conn, booking, now)
    except Exception as error:  # noqa: BLE001  (a loop's edge: the next parent waits for their reminder)
        observe.FAILURES.labels("remind").inc()
        _log.error("a reminder was not written", error=type(error).__name__)
