"""The desk live: the queue's rows when anything in it changes, a case's lines as they come, dangers nobody looks at."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp_jinja2 import render_string
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.web.stream import HEADERS, HEARTBEAT, LIFETIME, seen
from bot.observe import FAILURES, logger
from bot.store import audit, cases, queue
from bot.store.audit import Act
from bot.store.people import Staff
from bot.store.queue import Pressing
from bot.store.wake import DESK, PARENT, Wakes, typing_key, until
from bot.web.accounts import STAFF, STILL
from bot.web.desk.family.news import FileNews
from bot.web.desk.queue import Queue, asked
from bot.web.desk.talk.shown import shows_talk
from bot.web.desk.talk.stream import CaseNews

QUEUE_SECONDS = 1.0  # how often an open page looks by itself, for dangers and for what only time changes
CASE_SECONDS = 10.0  # how often the page of a case does, whose news all ring
BETWEEN = 0.1  # and not more often than so, however much news there is
QUEUE_BETWEEN = 1.0  # every answer at any desk is news of the queue, and a queue is long
ALARM_LASTS = 0.7  # seconds for which all pages of one person share what presses
STILL_SECONDS = 5.0  # how soon a page ends whose session was ended
AT_ONCE = 5  # looks of all streams together: what people send must always find a connection to the database

_log = logger("desk")

Look = Callable[[web.StreamResponse], Awaitable[bool]]


@dataclass(slots=True)
class _Pressing:
    """What pressed for somebody a moment ago."""

    staff: Staff | None = None
    at: float = 0.0
    found: list[Pressing] = field(default_factory=list)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True)
class DeskStream:
    """The two streams of the desk."""

    engine: AsyncEngine
    rows: Queue
    wakes: Wakes
    open: set[asyncio.Task[object]] = field(default_factory=set)
    pressing: dict[int, _Pressing] = field(default_factory=dict)
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def stop(self, _: web.Application) -> None:
        """End all connections at shutdown; the browsers come back by themselves."""
        for task in list(self.open):
            task.cancel()

    async def queue(self, request: web.Request) -> web.StreamResponse:
        """`GET /desk/stream`: an event `queue` with tabs and rows whenever they differ from the last ones."""
        wanted, last = asked(request.query), ""

        async def look(response: web.StreamResponse) -> bool:
            nonlocal last
            async with self.engine.connect() as conn:
                context = await self.rows.context(conn, wanted, request[STAFF])
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
        """`GET /desk/cases/{id}/stream`: what is new in one case, from the last line that the page has on.

        Of a family's file it is where the consent stands. Reading along is a reading, as opening the page is.
        """
        staff = request[STAFF]
        async with self.engine.begin() as conn:
            case = await cases.find(conn, int(request.match_info["id"]), seen_by=staff)
            if case is None:
                raise web.HTTPNotFound
            talk = case.conversation_id if shows_talk(case) else None
            if talk is not None:
                await audit.record_reading(conn, staff, Act.READ_CASE, f"case:{case.id}", self.rows.clock())
        if case.kind == "file":  # who is in a file does not read along in the talk; it stays when that is erased
            return await self._serve(request, FileNews(self.engine, staff, case.id).look, DESK, every=CASE_SECONDS)
        if talk is None:
            raise web.HTTPNotFound
        with self.wakes.waiting(typing_key(talk, PARENT)) as typing:

            def writing() -> bool:
                rung = typing.is_set()
                typing.clear()
                return rung

            news = CaseNews(self.engine, self.rows.clock, request, staff, case.id, talk, seen(request), writing)
            return await self._serve(request, news.look, talk, every=CASE_SECONDS, between=BETWEEN)

    async def serve(self, request: web.Request, look: Look, key: int | str) -> web.StreamResponse:
        """Serve a page that looks in its own way, with what every page of the desk is told of."""
        return await self._serve(request, look, key)

    async def _serve(
        self,
        request: web.Request,
        look: Look,
        key: int | str,
        *,
        every: float = QUEUE_SECONDS,
        between: float = QUEUE_BETWEEN,
    ) -> web.StreamResponse:
        """Hold one connection, so that `stop` finds it; look anew when there is news of the key, or `every` seconds."""
        task = asyncio.current_task()
        held = {task} if task else set()
        self.open.update(held)
        alarm = self._alarm(request[STAFF])
        clock = asyncio.get_running_loop().time
        looked = clock() - every
        try:
            with self.wakes.waiting(key) as news:

                async def both(response: web.StreamResponse) -> bool:
                    nonlocal looked
                    told = False
                    if news.is_set() or clock() - looked >= every:
                        async with self.room:
                            news.clear()  # before looking: what comes meanwhile is looked for again
                            looked = clock()
                            told = await look(response)
                    return bool(await alarm(response) | told)

                async def pause() -> None:
                    await asyncio.sleep(between)
                    await until(news, QUEUE_SECONDS)

                return await _serve(request, both, pause)
        finally:
            self.open.difference_update(held)

    async def _pressing(self, staff: Staff) -> list[Pressing]:
        """Look for what presses, once for all the pages that somebody has open."""
        shared = self.pressing.setdefault(staff.id, _Pressing())
        async with shared.turn:
            now = asyncio.get_running_loop().time()
            if shared.staff != staff or now - shared.at > ALARM_LASTS:
                async with self.engine.connect() as conn:
                    shared.found = await queue.pressing(conn, staff, self.rows.clock())
                shared.staff, shared.at = staff, now
            return shared.found

    def _alarm(self, staff: Staff) -> Look:
        """Make what tells every page of the desk, whatever it shows, of dangers and of those who wait.

        An event `alarm` names the dangers that nobody has acknowledged when they change, each as number and round of
        alerts: 12-1 13-4. An event `news` names the other cases that nobody has taken: 14-none-new 15-high-over.
        """
        # The first news are always told, also that there are none: what comes after them is new.
        last: dict[str, str | None] = {"alarm": "", "news": None}

        async def look(response: web.StreamResponse) -> bool:
            found = await self._pressing(staff)
            now = {
                "alarm": " ".join(f"{one.id}-{max(one.alerts, 1)}" for one in found if one.unseen),  # one is on its way
                "news": " ".join(_waiting(one) for one in found if not one.unseen),
            }
            told = [f"event: {name}\ndata: {data}\n\n" for name, data in now.items() if data != last[name]]
            last.update(now)
            if told:
                await response.write("".join(told).encode())
            return bool(told)

        return look


def _waiting(one: Pressing) -> str:
    return f"{one.id}-{one.level}-{'over' if one.overdue else 'new'}"


def _there(request: web.Request) -> bool:
    return request.transport is not None and not request.transport.is_closing()


async def _serve(request: web.Request, look: Look, pause: Callable[[], Awaitable[None]]) -> web.StreamResponse:
    """Look and pause until the lifetime or the session is over or the reader has gone.

    A heartbeat keeps proxies quiet.
    """
    response = web.StreamResponse(headers=HEADERS)
    await response.prepare(request)
    clock = asyncio.get_running_loop().time
    end, beat, known = clock() + LIFETIME, clock(), clock()
    try:
        await response.write(b"retry: 1000\n\n")
        while clock() < end and _there(request):
            if clock() - known > STILL_SECONDS:
                if not await request[STILL]():
                    break
                known = clock()
            if await look(response):
                beat = clock()
            elif clock() - beat > HEARTBEAT:
                await response.write(b": still here\n\n")
                beat = clock()
            await pause()
    except ConnectionResetError:
        pass  # the reader closed the page
    except Exception as error:  # noqa: BLE001  (no error page can follow a stream that has begun: the browser comes back)
        FAILURES.labels("desk-stream").inc()
        _log.error("stream broke off", error=type(error).__name__)
    return response
