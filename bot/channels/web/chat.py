"""The parent's chat page: shows the thread, takes words from a form or from script, keeps how the reader likes to read.

It works without script: a form is posted and the page comes back. Script only makes it live (`static/chat.js`).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.channels.web.forms import fields, id_of, key_of, text_of
from bot.channels.web.limits import Limiter
from bot.channels.web.ports import Beside, Line, Shelf, Thread, Unkept, Visitor
from bot.channels.web.refused import Refused
from bot.channels.web.stream import fragments
from bot.channels.web.visitor import Identity, read_link
from bot.dialogue.phrases import phrase, phrase_list
from bot.messages import Tap
from bot.observe import FAILURES, logger

LONGEST = 2000  # characters of one message
PAGE = 50  # lines shown at first
PATIENCE = 2.5  # seconds for the lines of a page
DAY = 24 * 3600
YEAR = 365 * DAY
STATION = "station"  # the cookie of a scanned code: the slug alone, which is no secret and nobody's name
_SLUG = re.compile(r"[a-z0-9-]{1,40}")
TYPING_A_MINUTE = 30
AWAY = "之前的话暂时读不出来，您可以接着写；有危险请先打 110 或 120"

log = logger("web")

# What a tap of the beginning asks where its label alone says less than it means.
_MEANT = {"现在能打的热线": "现在有能打的心理热线吗"}
ALWAYS = (
    ("person", Tap("找值班老师", "我想找老师聊聊")),
    ("note", Tap("提个建议", "我想提个建议")),
    ("lock", Tap("删除我的数据")),
)

_LOOKS: Mapping[str, frozenset[str]] = {"large": frozenset({"0", "1"}), "theme": frozenset({"light", "dark", "auto"})}


@dataclass(frozen=True, slots=True)
class Words:
    """What a parent sent: the text, the key that tells sendings apart, the last line the page has (script only)."""

    text: str
    key: str
    after: int | None


async def read_words(request: web.Request, new_key: Callable[[], str]) -> Words:
    """Read a message from a form or from JSON; refuse what is too long or not text."""
    given = await fields(request)
    text = text_of(given, "text").replace("\r\n", "\n").strip()
    if len(text) > LONGEST:
        raise Refused(413, "这段话太长了，请分成几段发，每段不超过 2000 字。", "too-long", kept=text)
    return Words(text, key_of(given, new_key), id_of(given, "after"))


def _station(request: web.Request) -> str:
    """Read the station whose code brought this browser here."""
    slug = request.cookies.get(STATION, "")
    return slug if _SLUG.fullmatch(slug) else ""


def _inside(path: str) -> str:
    """Keep a way back inside the site: `//host` and other addresses lead to the chat."""
    return path if re.fullmatch(r"/(?![/\\])[^\s\\]*", path) else "/chat"


class Chat:
    """The handlers of the chat page."""

    def __init__(
        self,
        thread: Thread,
        shelf: Shelf,
        identity: Identity,
        clock: Callable[[], datetime],
        limiter: Limiter,
    ) -> None:
        self._thread, self._shelf, self._identity = thread, shelf, identity
        self._clock, self._limiter = clock, limiter
        self._writing = Limiter(TYPING_A_MINUTE, 60)

    async def page(self, request: web.Request) -> web.Response:
        """`GET /chat`: the last lines of the thread; `?t=` opens a WeChat conversation, `?before=` older lines."""
        now = self._clock()
        if token := request.query.get("t"):
            return self._enter(token, now)
        if station := request.query.get("s"):
            return self._from_code(station)
        visitor = self._identity.of(request, now) or self._identity.fresh()
        before = request.query.get("before", "")
        older = int(before) if before.isascii() and before.isdecimal() and len(before) <= 18 else None
        try:
            async with asyncio.timeout(PATIENCE):
                lines = await self._thread.latest(visitor, PAGE, older)
                beside = await self._shelf.beside(visitor)
        except Exception as error:  # noqa: BLE001  (whatever the store does, somebody in danger must be able to write)
            FAILURES.labels("chat-page").inc()
            log.error("page without its lines", error=type(error).__name__)
            lines, beside = [Line(0, "event", AWAY, now)], Beside()
        response = self._render(request, lines, beside, full=len(lines) == PAGE, live=older is None)
        # Written anew at each visit, so that the year starts again; a link's few days are not stretched.
        if visitor.channel == "web":
            self._identity.remember(response, visitor, now)
        return response

    def _render(
        self, request: web.Request, lines: list[Line], beside: Beside, *, full: bool = False, live: bool = True
    ) -> web.Response:
        context = {
            "lines": [line for line in lines if line.who != "note"],
            "older": lines[0].id if full else None,
            "last": lines[-1].id if lines else 0,
            "live": live,
            "key": self._identity.new_id(),
            "hello": phrase("welcome.hello"),
            "notice": phrase("notice.short"),
            "start": [Tap(label, _MEANT.get(label, "")) for label in phrase_list("welcome.taps")],
            "always": ALWAYS,
            "beside": beside,
        }
        return render_template("chat.html", request, context)

    def _enter(self, token: str, now: datetime) -> web.Response:
        """Become the visitor of a signed link, and leave the token out of the address bar and the history."""
        visitor = read_link(self._identity.secret, token, now)
        if visitor is None:
            raise Refused(410, "这个链接已经过期了。请回到公众号，再点一次最新的链接。", "link-expired")
        response = web.Response(status=303, headers={"Location": "/chat"})
        self._identity.remember(response, visitor, now)
        return response

    def _from_code(self, station: str) -> web.Response:
        """Note the station whose code was scanned until the first words; what is no station's name is left out."""
        response = web.Response(status=303, headers={"Location": "/chat"})
        if _SLUG.fullmatch(station):
            response.set_cookie(
                STATION, station, max_age=DAY, samesite="Lax", secure=self._identity.secure, httponly=True
            )
        return response

    async def say(self, request: web.Request) -> web.Response:
        """`POST /chat/say`: a form goes back to the page, script gets the lines that are new since `after`."""
        words, now = await read_words(request, self._identity.new_id), self._clock()
        visitor = self._identity.of(request, now)
        if visitor is None:
            sentence = "这一页放得太久了，请重新打开再发；有危险请先打 110 或 120。"
            raise Refused(403, sentence, "no-visitor", kept=words.text)
        script = request.content_type == "application/json"
        try:
            if words.text:
                await self._take(visitor, words, now, _station(request))
        except Unkept as unkept:
            return self._once(request, unkept, words, now, script=script)
        if not script:
            return web.Response(status=303, headers={"Location": "/chat#end"})
        lines = [] if words.after is None else await self._thread.lines(visitor, words.after, PAGE)
        return web.json_response({"lines": [{"id": line.id, "html": html} for line, html in fragments(request, lines)]})

    async def _take(self, visitor: Visitor, words: Words, now: datetime, station: str) -> None:
        if not self._limiter.allow(f"{visitor.channel}:{visitor.sender}", now):
            sentence = "您发得有点快，我跟不上了。请等一分钟再发；有危险请先打 110 或 120。"
            raise Refused(429, sentence, "too-fast", kept=words.text)
        await self._thread.say(visitor, words.text, words.key, station)

    def _once(self, request: web.Request, unkept: Unkept, words: Words, now: datetime, *, script: bool) -> web.Response:
        """Show answers that are kept nowhere; the store is not asked for anything, it may be the reason."""
        answers = [Line(0, "bot" if reply.automatic else "person", "", now, reply) for reply in unkept.replies]
        if script:
            html = [html for _, html in fragments(request, answers)]
            return web.json_response({"lines": [], "unkept": html, "erased": unkept.erased})
        return self._render(request, [Line(0, "parent", words.text, now), *answers], Beside(), live=False)

    async def typing(self, request: web.Request) -> web.Response:
        """`POST /chat/typing`: somebody at the desk sees that the parent is writing; too often counts as not at all."""
        now = self._clock()
        visitor = self._identity.of(request, now)
        if visitor is not None and self._writing.allow(f"{visitor.channel}:{visitor.sender}", now):
            await self._thread.typing(visitor)
        return web.Response(status=204)

    async def settings(self, request: web.Request) -> web.Response:
        """`POST /chat/settings`: 大字 and the theme, kept in cookies that the server reads, so that nothing flashes."""
        given = await fields(request)
        response = web.Response(status=303, headers={"Location": _inside(text_of(given, "next"))})
        for name, allowed in _LOOKS.items():
            if (value := text_of(given, name)) in allowed:
                response.set_cookie(
                    name, value, max_age=YEAR, samesite="Lax", secure=self._identity.secure, httponly=True
                )
        return response
