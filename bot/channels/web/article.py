"""The long form of an entry as a page: to read on a phone, to pass on, to print and hang up, to ask a person from."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import segno
from aiohttp import web
from aiohttp_jinja2 import render_template
from markupsafe import Markup

from bot.channels.web.forms import fields, key_of, text_of
from bot.channels.web.limits import Limiter, address
from bot.channels.web.ports import Article, Shelf, Thread
from bot.channels.web.refused import Refused
from bot.channels.web.visitor import Identity
from bot.observe import FAILURES, logger

VERDICTS = ("yes", "no")
PERSON = "我想找老师聊聊"
ABOUT = "刚看了文章《{title}》"
CHARACTERS_A_MINUTE = 350  # how fast a grown-up reads such a text on a phone, on the slow side
COUNTING = 0.5  # seconds that a page waits for its count

log = logger("web")


class Articles:
    """The handlers of an article's page."""

    def __init__(
        self,
        thread: Thread,
        shelf: Shelf,
        identity: Identity,
        clock: Callable[[], datetime],
        limiter: Limiter,
        public_url: str = "",
    ) -> None:
        self._thread, self._shelf, self._identity = thread, shelf, identity
        self._clock, self._limiter, self._public_url = clock, limiter, public_url.rstrip("/")

    async def page(self, request: web.Request) -> web.Response:
        """`GET /e/{slug}`: the article, with the lines to call where the visitor is; `?said=` thanks for a rating."""
        article = self._article(request)
        await self._count(article.slug)
        beside = await self._shelf.beside(self._identity.of(request, self._clock()))
        site = self._public_url or f"{request.scheme}://{request.host}"
        context: dict[str, Any] = {
            "article": article,
            "beside": beside,
            "said": request.query.get("said", ""),
            "minutes": max(1, round(len(article.full) / CHARACTERS_A_MINUTE)),
            "site": site,
            "key": self._identity.new_id(),
            "code": qr_code(f"{site}/e/{article.slug}"),
        }
        return render_template("article.html", request, context)

    async def digests(self, request: web.Request) -> web.Response:
        """`GET /digest`: the weekly digests that went out, with links to their articles."""
        return render_template("digests.html", request, {"weeks": await self._shelf.digests()})

    async def _count(self, slug: str) -> None:
        """Count the opening; a page is never late or missing for a count."""
        try:
            async with asyncio.timeout(COUNTING):
                await self._shelf.opened(slug)
        except Exception as error:  # noqa: BLE001  (whatever the store does, the reader gets the article)
            FAILURES.labels("reads").inc()
            log.warning("opening not counted", error=type(error).__name__)

    async def rate(self, request: web.Request) -> web.Response:
        """`POST /e/{slug}/rating`: whether it helped; counted without the reader."""
        article, verdict = self._article(request), text_of(await fields(request), "verdict")
        if verdict not in VERDICTS:
            raise Refused(400, "请点“有帮助”或“没说到点子上”。", "verdict")
        self._slow_down(request)
        try:
            await self._shelf.rate(article.slug, verdict)
        except Exception as error:  # whatever the store does, the reader learns that it was not counted
            FAILURES.labels("rating").inc()
            log.error("rating not counted", error=type(error).__name__)
            raise Refused(503, "这一下没有记上，过几分钟再点就好。", "not-counted") from error
        return _back(f"/e/{article.slug}?said={verdict}#said")

    async def ask(self, request: web.Request) -> web.Response:
        """`POST /e/{slug}/person`: asks for a person in the reader's conversation, which begins here if need be."""
        article, now = self._article(request), self._clock()
        key = key_of(await fields(request), self._identity.new_id)
        self._slow_down(request)
        visitor = self._identity.of(request, now) or self._identity.fresh()
        await self._thread.say(visitor, f"{PERSON}。{ABOUT.format(title=article.title)}", key)
        response = _back("/chat#end")
        if visitor.channel == "web":
            self._identity.remember(response, visitor, now)
        return response

    def _article(self, request: web.Request) -> Article:
        article = self._shelf.article(request.match_info["slug"])
        if article is None:
            raise Refused(404, "这篇文章不在了，可能已经改写或停用。", "no-article")
        return article

    def _slow_down(self, request: web.Request) -> None:
        if not self._limiter.allow(f"article:{address(request)}", self._clock()):
            raise Refused(429, "点得有点快了，请等一分钟再点；有危险请先打 110 或 120。", "too-fast")


def qr_code(url: str) -> Markup:
    """Draw the QR code of an address as SVG, black on white whatever the theme, with the quiet zone it needs."""
    drawn = segno.make(url, error="m").svg_inline(
        border=4, scale=1, light="#fff", omitsize=True, svgclass="qr", lineclass=None
    )
    return Markup(drawn)  # noqa: S704 - drawn by segno from modules; the address is not text in it


def _back(location: str) -> web.Response:
    return web.Response(status=303, headers={"Location": location})
