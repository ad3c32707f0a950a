"""The parent's routes: which path is answered by what. The application adds them to its table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.channels.web.article import Articles
from bot.channels.web.chat import Chat
from bot.channels.web.limits import Limiter
from bot.channels.web.ports import Shelf, Thread
from bot.channels.web.stream import HEARTBEAT, LIFETIME, Stream
from bot.channels.web.visitor import Identity
from bot.dialogue.phrases import phrase, phrase_list

PER_MINUTE = 20


async def privacy(request: web.Request) -> web.Response:
    """`GET /privacy`: what is kept, for how long, who sees it and how it is deleted."""
    context = {
        "version": phrase("notice.version"),
        "notice": phrase("notice.short"),
        "items": phrase_list("notice.full"),
    }
    return render_template("privacy.html", request, context)


def routes(
    thread: Thread,
    shelf: Shelf,
    identity: Identity,
    clock: Callable[[], datetime],
    *,
    public_url: str = "",
    heartbeat: float = HEARTBEAT,
    lifetime: float = LIFETIME,
) -> tuple[list[web.RouteDef], Stream]:
    """Give the table, and the stream whose `stop` belongs in `app.on_shutdown`."""
    chat = Chat(thread, shelf, identity, clock, Limiter(PER_MINUTE, 60))
    stream = Stream(thread, identity, clock, heartbeat=heartbeat, lifetime=lifetime)
    articles = Articles(thread, shelf, identity, clock, Limiter(PER_MINUTE, 60), public_url)
    table = [
        web.get("/chat", chat.page),
        web.post("/chat/say", chat.say),
        web.post("/chat/typing", chat.typing),
        web.get("/chat/stream", stream.__call__),
        web.post("/chat/settings", chat.settings),
        web.get("/e/{slug:[a-z0-9-]+}", articles.page),
        web.post("/e/{slug:[a-z0-9-]+}/rating", articles.rate),
        web.post("/e/{slug:[a-z0-9-]+}/person", articles.ask),
        web.get("/digest", articles.digests),
        web.get("/privacy", privacy),
    ]
    return table, stream
