"""Keeping how calls of WeChat's API end, for the page of the account's health.

A call never waits for it: what happened is noted in memory, and one task at a time writes it down. A database that is
slow or away costs news and a count, nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot import observe
from bot.channels.base import ChannelError
from bot.channels.wechat import errors
from bot.store import vitals
from bot.store.database import DOWN, SQLAlchemyError

SELDOM = timedelta(seconds=30)  # how often it is written down that all goes well
PATIENCE = 2.0  # seconds for one writing

_log = observe.logger("wechat-vitals")


class Telling:
    """An observer of `WeChatClient`: the account's own faults count, what only one parent's message met does not."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], datetime]) -> None:
        """Take where it is kept, and the clock."""
        self._engine = engine
        self._clock = clock
        self._writing: asyncio.Task[None] | None = None
        self._body: dict[str, Any] = {}
        self._failed = 0
        self._well = False
        self._written: datetime | None = None  # when it was last written down that a call went well

    def __call__(self, path: str, error: ChannelError | None) -> None:
        """Note how a call ended."""
        now = self._clock()
        if error is not None and _is_fault(path, error):
            self._failed += 1
            self._written = None  # the next one that goes well is news
            self._body |= {"code": error.code, "path": path, "fault_at": now.isoformat()}
        elif self._written is None or abs(now - self._written) > SELDOM:
            self._failed, self._well, self._written = 0, True, now
            self._body["well_at"] = now.isoformat()
        else:
            return
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def settle(self) -> None:
        """Wait until what was noted is written, as far as it can be."""
        if self._writing is not None:
            await asyncio.wait({self._writing})

    async def _write(self) -> None:
        while self._body:
            body, well, failed = self._body, self._well, self._failed
            self._body, self._well, self._failed = {}, False, 0
            try:
                async with asyncio.timeout(PATIENCE), self._engine.begin() as conn:
                    await vitals.calls(conn, body, well=well, failed=failed, at=self._clock())
            except (*DOWN, SQLAlchemyError) as error:
                observe.FAILURES.labels("vitals").inc()
                _log.debug("how WeChat's API is was not kept", error=type(error).__name__)
                return


def _is_fault(path: str, error: ChannelError) -> bool:
    if path.endswith("typing") and error.code in {str(code) for code in errors.TYPING_CODES}:
        return False
    return error.kind in ("transient", "misconfigured")
