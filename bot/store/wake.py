"""Waking pages: one LISTEN connection a process, and an event for each key (a conversation, the desk) waited for."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.embedded import asyncpg_url

RETRY_SECONDS = 2.0
DESK = "desk"  # the key of the queue, beside those of conversations
PARENT, PERSON = "parent", "person"  # who is writing in a conversation


async def wake(conn: AsyncConnection, key: int | str) -> None:
    """Tell the pages that wait for this key, when the transaction commits, that there is something new."""
    await conn.execute(text("SELECT pg_notify('lines', :key)"), {"key": str(key)})


def typing_key(conversation_id: int, who: str) -> str:
    """Name what a page waits for that shows whether the other side is writing."""
    return f"typing:{conversation_id}:{who}"


async def typing(conn: AsyncConnection, conversation_id: int, who: str) -> None:
    """Tell the other side's pages that somebody is writing just now; nothing is kept of it.

    The second payload wakes who waits for the conversation and finds the first one rung.
    """
    await wake(conn, typing_key(conversation_id, who))
    await wake(conn, conversation_id)


class Wakes:
    """Lets a stream wait for news of a conversation; a lost connection only makes it look by itself more slowly."""

    def __init__(self, url: str, on_error: Callable[[BaseException], None]) -> None:
        """Take the database's URL and what to do with an error of the listening connection (log, count)."""
        self._url = asyncpg_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._on_error = on_error
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    def ring(self, conversation_id: str) -> None:
        """Wake everybody who waits for this conversation."""
        for event in self._waiting.get(conversation_id, ()):
            event.set()

    @contextlib.contextmanager
    def waiting(self, conversation_id: int | str) -> Iterator[asyncio.Event]:
        """Give an event that news of the conversation sets. Look for lines inside, then wait: nothing slips between."""
        event = asyncio.Event()
        key = str(conversation_id)
        self._waiting[key].add(event)
        try:
            yield event
        finally:
            self._waiting[key].discard(event)
            if not self._waiting[key]:
                del self._waiting[key]

    async def listen(self) -> None:
        """Keep listening until cancelled; connect again when the connection is lost."""
        while True:
            try:
                await self._session()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                self._on_error(error)
            await asyncio.sleep(RETRY_SECONDS)

    async def _session(self) -> None:
        lost = asyncio.Event()
        connection: Any = await asyncpg.connect(self._url, timeout=RETRY_SECONDS)
        try:
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener("lines", lambda _c, _pid, _channel, payload: self.ring(payload))
            await lost.wait()
        finally:
            with contextlib.suppress(OSError, asyncpg.InterfaceError, TimeoutError):
                await connection.close(timeout=1)


async def until(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event, at most so long; whether it came."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
