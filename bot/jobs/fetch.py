"""Fetching the pictures of parents: WeChat drops them after three days, people may look later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from bot import observe
from bot.channels.base import ChannelError
from bot.channels.wechat.wire import Answer
from bot.jobs.runner import Job
from bot.store import media, thread
from bot.store.media import Wanted

EVERY_SECONDS = 1.0
LARGEST = 5 * 1024 * 1024  # bytes
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=2)
TRIES = 30  # some two days: WeChat keeps a picture for three

TOO_LARGE = "太大了，超过 5 MB"
NO_PICTURE = "收到的不是图片"
GIVEN_UP = "试了很多次都没取到，微信已经不再保留"

_BEGINNINGS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif"}

_log = observe.logger("fetch")


class Library(Protocol):
    """Where the pictures are: `bot.channels.wechat.client.WeChatClient`."""

    async def download_media(self, media_id: str) -> Answer:
        """Fetch what a parent sent; raises ChannelError."""


class Fetcher:
    """Takes due pictures one by one; several processes share them."""

    def __init__(self, engine: AsyncEngine, library: Library, clock: Callable[[], datetime]) -> None:
        """Take the database, where the pictures are, and the clock."""
        self._engine = engine
        self._library = library
        self._clock = clock

    def job(self) -> Job:
        """Make the job for the runner."""
        return Job("fetch", EVERY_SECONDS, self.run)

    async def run(self) -> int:
        """Fetch what is due; how many pictures were taken."""
        async with self._engine.begin() as conn:
            wanted = await media.claim(conn, self._clock())
        for one in wanted:
            await self._fetch(one)
        return len(wanted)

    async def _fetch(self, wanted: Wanted) -> None:
        try:
            answer = await self._library.download_media(wanted.media_id)
        except ChannelError as error:
            await self._troubled(wanted, error)
            return
        kind = image_type(answer.content)
        if len(answer.content) > LARGEST:
            await self._end(wanted, "failed", reason=TOO_LARGE)
        elif kind is None:
            await self._end(wanted, "failed", reason=NO_PICTURE)
        else:
            await self._end(wanted, "kept", mime=kind, body=answer.content)

    async def _troubled(self, wanted: Wanted, error: ChannelError) -> None:
        """Try again later, or say why it will not come; the answer of a server that is not well proves nothing."""
        _log.warning("picture not fetched", kind=error.kind, code=error.code, rid=error.rid, attempt=wanted.attempts)
        if error.permanent:
            await self._end(wanted, "failed", reason="微信那边已经没有了")
        elif wanted.attempts >= TRIES:
            await self._end(wanted, "failed", reason=GIVEN_UP)
        else:
            pause = min(FIRST_PAUSE * 2 ** (wanted.attempts - 1), LONGEST_PAUSE)
            observe.PICTURES.labels("again").inc()
            async with self._engine.begin() as conn:
                await media.finish(conn, wanted, due_at=self._clock() + pause)

    async def _end(self, wanted: Wanted, state: str, **values: object) -> None:
        observe.PICTURES.labels(state).inc()
        async with self._engine.begin() as conn:
            await media.finish(conn, wanted, state=state, **values)
            await thread.wake(conn, wanted.conversation_id)


def image_type(content: bytes) -> str | None:
    """Tell what kind of picture it is by its own first bytes; None when it is none that a browser shows."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for beginning, kind in _BEGINNINGS.items() if content.startswith(beginning)), None)
