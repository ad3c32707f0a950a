"""Alerting the staff of a danger: at once, in the background of the turn that found it, with a few tries.

The case itself stands at the top of the desk already; this is the knock on the door. Only its number and level go out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import aiohttp
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import observe
from bot.channels.base import ChannelError
from bot.channels.wecom import alert
from bot.messages import Level, Opening
from bot.store import cases
from bot.store.database import DOWN
from bot.store.events import CaseTag

PAUSES = (1.0, 5.0, 30.0)  # seconds between the tries

_log = observe.logger("alert")


class Alerts:
    """Sends alerts to the group robot, if there is one; what could not be sent is logged and counted."""

    def __init__(
        self,
        engine: AsyncEngine,
        clock: Callable[[], datetime],
        address: str,
        session: Callable[[], aiohttp.ClientSession] | None,
        pauses: tuple[float, ...] = PAUSES,
    ) -> None:
        """Take where timelines are, the clock, the robot's address (empty: none) and how to get a session."""
        self._engine = engine
        self._clock = clock
        self._address = address
        self._session = session
        self._pauses = pauses
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, case_id: int, opening: Opening) -> None:
        """Alert the staff of a case if it is grave; returns at once."""
        if self._address and self._session is not None and opening.level in ("high", "urgent"):
            task = asyncio.create_task(self._knock(self._session(), case_id, opening.level))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """End what still tries."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _knock(self, session: aiohttp.ClientSession, case_id: int, level: Level) -> None:
        for pause in self._pauses:
            try:
                await alert(session, self._address, case_id=case_id, level=level)
            except ChannelError as error:
                observe.FAILURES.labels("alert").inc()
                _log.error("alert not sent", case=case_id, code=error.code)
                await asyncio.sleep(pause)
            else:
                await self._note(case_id)
                return

    async def _note(self, case_id: int) -> None:
        """Write the alert into the timeline; nobody is knocked up again because that failed."""
        try:
            async with self._engine.begin() as conn:
                await cases.add_event(conn, case_id, CaseTag.ALERTED, actor="bot", at=self._clock())
        except DOWN as error:
            observe.FAILURES.labels("alert").inc()
            _log.error("alert not noted", case=case_id, error=type(error).__name__)
