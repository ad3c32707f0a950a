"""The desk live: the queue's rows when anything in it changes, a case's lines as they come, dangers nobody looks at."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp_jinja2 import render_string

from bot.channels.web.stream import HEADERS, HEARTBEAT, LIFETIME, event, seen
from bot.store import cases, thread
from bot.store.wake import DESK, Wakes, until
from bot.web.accounts import STAFF, STILL
from bot.web.desk.views import Desk, staff_line

QUEUE_SECONDS = 1.0  # how often an open page looks by itself; a few small queries
BETWEEN = 0.1  # and not more often than so, however much news there is

Look = Callable[[web.StreamResponse], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class DeskStream:
    """The two streams of the desk."""

    desk: Desk
    wakes: Wakes
    open: set[asyncio.Task[object]] = field(default_factory=set)

    async def stop(self, _: web.Application) -> None:
        """End all connections at shutdown; the browsers come back by themselves."""
        for task in list(self.open):
            task.cancel()

    async def queue(self, request: web.Request) -> web.StreamResponse:
        """`GET /desk/stream`: an event `queue` with all rows whenever they differ from the last ones."""
        last = ""

        async def look(response: web.StreamResponse) -> bool:
            nonlocal last
            async with self.desk.engine.connect() as conn:
                context = await self.desk.queue_context(conn, request.query.get("view", "open"), request[STAFF].id)
            html = render_string("desk/queue.html", request, context)
            digest = hashlib.sha256(html.encode()).hexdigest()
            if digest == last:
                return False
            last = digest
            data = "".join(f"data: {part}\n" for part in html.splitlines() or [""])
            await response.write(f"event: queue\n{data}\n".encode())
            return True

        return await self._serve(request, look, DESK)

    async def case(self, request: web.Request) -> web.StreamResponse:
        """`GET /desk/cases/{id}/stream`: an event `turn` for each line after the last one that the page has."""
        async with self.desk.engine.connect() as conn:
            case = await cases.find(conn, int(request.match_info["id"]))
        if case is None or case.conversation_id is None:
            raise web.HTTPNotFound
        conversation_id, after = case.conversation_id, seen(request)

        async def look(response: web.StreamResponse) -> bool:
            nonlocal after
            async with self.desk.engine.connect() as conn:
                lines = await thread.lines(conn, conversation_id, after=after)
            for line in lines:
                html = render_string("turn.html", request, {"line": staff_line(line), "side": "desk"})
                await response.write(event(line.id, html))
                after = line.id
            return bool(lines)

        return await self._serve(request, look, conversation_id)

    async def _serve(self, request: web.Request, look: Look, key: int | str) -> web.StreamResponse:
        """Hold one connection, so that `stop` finds it; look anew when there is news of the key, or after a second."""
        task = asyncio.current_task()
        held = {task} if task else set()
        self.open.update(held)
        alarm = self._alarm()
        try:
            with self.wakes.waiting(key) as news:

                async def both(response: web.StreamResponse) -> bool:
                    news.clear()  # before looking: what comes meanwhile is looked for again
                    return bool(await look(response) | await alarm(response))

                async def pause() -> None:
                    await asyncio.sleep(BETWEEN)
                    await until(news, QUEUE_SECONDS)

                return await _serve(request, both, pause)
        finally:
            self.open.difference_update(held)

    def _alarm(self) -> Look:
        """Make what tells every page of the desk, whatever it shows, of dangers that nobody has acknowledged.

        An event `alarm` names them when they change, each as number and round of alerts: 12-1 13-4.
        """
        last = ""

        async def look(response: web.StreamResponse) -> bool:
            nonlocal last
            async with self.desk.engine.connect() as conn:
                found = await cases.unseen(conn)
            now = " ".join(f"{case}-{max(rounds, 1)}" for case, rounds in found)  # the first is on its way
            if now == last:
                return False
            last = now
            await response.write(f"event: alarm\ndata: {now}\n\n".encode())
            return True

        return look


def _there(request: web.Request) -> bool:
    return request.transport is not None and not request.transport.is_closing()


async def _serve(request: web.Request, look: Look, pause: Callable[[], Awaitable[None]]) -> web.StreamResponse:
    """Look and pause until the lifetime or the session is over or the reader has gone.

    A heartbeat keeps proxies quiet.
    """
    response = web.StreamResponse(headers=HEADERS)
    await response.prepare(request)
    clock = asyncio.get_running_loop().time
    end, beat = clock() + LIFETIME, clock()
    try:
        await response.write(b"retry: 1000\n\n")
        while clock() < end and _there(request) and await request[STILL]():
            if await look(response):
                beat = clock()
            elif clock() - beat > HEARTBEAT:
                await response.write(b": still here\n\n")
                beat = clock()
            await pause()
    except ConnectionResetError:
        pass  # the reader closed the page
    return response
