"""The parent's routes: which path is answered by what. The application adds them to its table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.channels.web.chat import Chat
from bot.channels.web.limits import Limiter
from bot.channels.web.ports import Shelf, Thread
from bot.channels.web.refused import Refused
from bot.channels.web.stream import HEARTBEAT, LIFETIME, Stream
from bot.channels.web.visitor import Identity

PER_MINUTE = 20


class Reading:
    """The pages that only show something."""

    def __init__(self, shelf: Shelf, identity: Identity, clock: Callable[[], datetime]) -> None:
        self._shelf, self._identity, self._clock = shelf, identity, clock

    async def article(self, request: web.Request) -> web.Response:
        """`GET /e/{slug}`: the long form of an entry, with the lines to call where the visitor is."""
        article = self._shelf.article(request.match_info["slug"])
        if article is None:
            raise Refused(404, "这篇文章不在了，可能已经改写或停用。", "no-article")
        beside = await self._shelf.beside(self._identity.of(request, self._clock()))
        return render_template("article.html", request, {"article": article, "beside": beside})

    async def privacy(self, request: web.Request) -> web.Response:
        """`GET /privacy`: what is kept, for how long, who sees it and how it is deleted."""
        return render_template("privacy.html", request, {})


def routes(
    thread: Thread,
    shelf: Shelf,
    identity: Identity,
    clock: Callable[[], datetime],
    *,
    heartbeat: float = HEARTBEAT,
    lifetime: float = LIFETIME,
) -> tuple[list[web.RouteDef], Stream]:
    """Give the table, and the stream whose `stop` belongs in `app.on_shutdown`."""
    chat = Chat(thread, shelf, identity, clock, Limiter(PER_MINUTE, 60))
    stream = Stream(thread, identity, clock, heartbeat=heartbeat, lifetime=lifetime)
    reading = Reading(shelf, identity, clock)
    table = [
        web.get("/chat", chat.page),
        web.post("/chat/say", chat.say),
        web.get("/chat/stream", stream.__call__),
        web.post("/chat/settings", chat.settings),
        web.get("/e/{slug:[a-z0-9-]+}", reading.article),
        web.get("/privacy", reading.privacy),
    ]
    return table, stream
