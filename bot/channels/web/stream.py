"""`GET /chat/stream`: the conversation as server-sent events, one rendered turn each, from the reader's last id on."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from aiohttp import web
from aiohttp_jinja2 import render_string
from prometheus_client import Gauge

from bot.channels.web.ports import Line, Thread, Visitor
from bot.channels.web.refused import Refused
from bot.channels.web.visitor import Identity
from bot.observe import FAILURES, logger

STREAMS = Gauge("bot_chat_streams_open", "Pages of parents that are connected")

HEARTBEAT = 20.0  # seconds; proxies cut what is silent for 30 or 60
LIFETIME = 600.0  # seconds; a fresh connection now and then lets processes be replaced
PER_VISITOR = 6
ALTOGETHER = 2000  # of one process: a stranger with many cookies must not take the database from everybody
HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would hold events back otherwise
}
BATCH = 50
log = logger("web")


def seen(request: web.Request) -> int:
    """Give the id of the last line that a reader has: what the browser resumes from, else what the page named."""
    for value in (request.headers.get("Last-Event-ID"), request.query.get("after")):
        if value is not None and value.isascii() and value.isdecimal() and len(value) <= 18:
            return int(value)
    return 0


def fragments(request: web.Request, lines: list[Line]) -> list[tuple[Line, str]]:
    """Render lines for the parent; what colleagues note among themselves is left out."""
    shown = [line for line in lines if line.who != "note"]
    return [(line, render_string("turn.html", request, {"line": line, "side": "parent"})) for line in shown]


def event(ident: int, html: str) -> bytes:
    """Frame one event; `data:` per line, as the format wants it."""
    data = "".join(f"data: {part}\n" for part in html.splitlines())
    return f"id: {ident}\nevent: turn\n{data}\n".encode()


class Stream:
    """The handler and the connections that it holds."""

    def __init__(
        self,
        thread: Thread,
        identity: Identity,
        clock: Callable[[], datetime],
        *,
        heartbeat: float = HEARTBEAT,
        lifetime: float = LIFETIME,
    ) -> None:
        self._thread, self._identity, self._clock = thread, identity, clock
        self._heartbeat, self._lifetime = heartbeat, lifetime
        self._open: Counter[Visitor] = Counter()
        self._tasks: set[asyncio.Task[object]] = set()

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until its lifetime is over or the reader has gone."""
        visitor = self._identity.of(request, self._clock())
        if visitor is None:
            raise Refused(403, "这一页放得太久了，请重新打开。", "no-visitor")
        if self._open[visitor] >= PER_VISITOR:
            raise Refused(429, "您同时打开的页面太多了，请关掉几个。", "too-many-streams")
        if len(self._tasks) >= ALTOGETHER:
            raise Refused(503, "现在看的人太多，新的话请刷新页面来看。", "full")
        with self._held(visitor):
            return await self._serve(request, visitor)

    async def stop(self, _: web.Application) -> None:
        """End all connections at shutdown; the browsers come back by themselves."""
        for task in list(self._tasks):
            task.cancel()

    @contextmanager
    def _held(self, visitor: Visitor) -> Iterator[None]:
        """Count one connection while it lasts."""
        task = asyncio.current_task()
        held = {task} if task else set()
        self._tasks |= held
        self._open[visitor] += 1
        STREAMS.inc()
        try:
            yield
        finally:
            STREAMS.dec()
            self._tasks -= held
            self._open -= Counter({visitor: 1})  # in-place subtraction drops what has come to zero

    async def _serve(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        response = web.StreamResponse(headers=HEADERS)
        await response.prepare(request)
        try:
            await response.write(b"retry: 1000\n\n")
            await self._follow(request, response, visitor)
        except ConnectionResetError:
            pass  # the reader closed the page
        except Exception:
            # An error page cannot follow a stream that has begun: note it and end, the browser comes back.
            FAILURES.labels("chat-stream").inc()
            log.error("stream broke off", exc_info=True)
        return response

    async def _follow(self, request: web.Request, response: web.StreamResponse, visitor: Visitor) -> None:
        clock = asyncio.get_running_loop().time
        after, end = seen(request), clock() + self._lifetime
        while (left := end - clock()) > 0:
            lines = await self._thread.lines(visitor, after, BATCH)
            for line, html in fragments(request, lines):
                await response.write(event(line.id, html))
            after = max([after, *(line.id for line in lines)])
            if lines:
                continue
            news = await self._thread.wait(visitor, after, min(self._heartbeat, left))
            if news == "typing":
                await response.write(b"event: typing\ndata: person\n\n")
            elif not news:
                await response.write(b": still here\n\n")
