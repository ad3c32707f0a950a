"""Setting up the pages: templates, filters, files by digest, and what a person reads when something goes wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import aiohttp_jinja2
import jinja2
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.channels.web.refused import Refused
from bot.observe import FAILURES, logger
from bot.web import security, words

HERE = Path(__file__).parent
STATIC = HERE / "static"

# Machines read these; they get plain answers, never a page.
MACHINE_PATHS = ("/wechat", "/health/", "/metrics")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happened and what to do, in a person's words; `kept` is what they had typed."""

    status: int
    title: str
    todo: str
    kept: str = ""


TROUBLES: Mapping[int, tuple[str, str]] = {
    400: ("这一步没有收完整。", "请回到刚才的页面再试一次。"),
    401: ("这一页要先登录。", "请登录以后再来。"),
    403: ("这一步没有做成。", "请重新打开页面再试。"),
    404: ("这一页不在了。", "地址可能写错了，也可能内容换了地方。到对话页问一句，我帮您找。"),
    405: ("这个地址不能这样打开。", "请从对话页开始。"),
    410: ("这个链接已经不能用了。", "也可以直接在这里重新开始问。"),
    413: ("内容太长了，没有收下。", "请分成几段再发。"),
    429: ("来得太快了。", "请等一分钟再试。"),
    500: ("我们这边出了点问题，已经记下来了。", "请过一会儿再试一次。"),
    503: ("这里正在维护。", "请过几分钟再来。"),
}


def trouble(status: int, sentence: str = "", kept: str = "") -> Trouble:
    """Give the words for a status; a sentence of its own takes the place of the general one."""
    title, todo = TROUBLES.get(status) or TROUBLES[400 if status < 500 else 500]
    return Trouble(status, sentence or title, todo, kept)


def _wants_json(request: web.Request) -> bool:
    return "application/json" in request.headers.get("Accept", "") or request.content_type == "application/json"


def show(request: web.Request, what: Trouble) -> web.Response:
    """Answer with the error page, or with its sentence where script asked."""
    if _wants_json(request):
        return web.json_response({"error": what.title}, status=what.status)
    return aiohttp_jinja2.render_template("error.html", request, {"trouble": what}, status=what.status)


def _named(error: Exception, known: Mapping[type[Exception], int]) -> Trouble | None:
    """Give the words for an exception that somebody meant; None for the others."""
    if isinstance(error, Refused):
        return trouble(error.status, error.sentence, error.kept)
    if isinstance(error, web.HTTPException):
        return trouble(error.status)
    status = next((status for kind, status in known.items() if isinstance(error, kind)), None)
    return trouble(status, str(error)) if status else None


def troubles(known: Mapping[type[Exception], int]) -> Middleware:
    """Make the outermost middleware: every exception becomes a page.

    `known` maps the domain exceptions of other rooms to a status; their `str()` is the sentence that is shown.
    """
    log = logger("web")

    @web.middleware
    async def explain(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(MACHINE_PATHS):
            return await handler(request)
        try:
            return await handler(request)
        except web.HTTPRedirection:
            raise
        except Exception as error:
            what = _named(error, known)
            if what is None:
                FAILURES.labels("web").inc()
                log.error("request failed", method=request.method, route=_route(request), exc_info=True)
            return show(request, what or trouble(500))

    return explain


def _route(request: web.Request) -> str:
    """Name the route without what stands in it: ids of people are not for logs."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"


class Look:
    """How the reader of this request likes to read: kept in cookies, rendered by the server, so that nothing flashes.

    One object serves all requests: templates ask it while a request is being answered. (aiohttp-jinja2's own
    context processors warn with aiohttp 3.14, and warnings are errors here.)
    """

    _cookies: ContextVar[Mapping[str, str]] = ContextVar("cookies", default=MappingProxyType({}))

    @property
    def large(self) -> bool:
        """Whether 大字 is on."""
        return self._cookies.get().get("large") == "1"

    @property
    def theme(self) -> str:
        """Give light, dark, or nothing: as the system has it."""
        theme = self._cookies.get().get("theme", "")
        return theme if theme in ("light", "dark") else ""

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Note the cookies of the request that is being answered."""
        self._cookies.set(request.cookies)
        return await handler(request)


@lru_cache(maxsize=64)
def asset(name: str) -> str:
    """Give the address of a static file with its digest, so that browsers may keep it for good."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


def install(
    app: web.Application,
    *,
    clock: Callable[[], datetime],
    public_url: str = "",
    operator: str = "",
    retention_days: int = 180,
    known: Mapping[type[Exception], int] | None = None,
    to_verify: Callable[[], int] = lambda: 0,
) -> jinja2.Environment:
    """Give an application its templates, files, error pages, headers and cross-origin check.

    `to_verify` counts the numbers that somebody ought to dial; the menu of the admin shows it.
    """
    env = aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., str]] = {
        "kind": lambda value: type(value).__name__,
        "clock": words.clock,
        "day": lambda at: words.day(at, clock()),
        "when": lambda at: words.when(at, clock()),
        "calendar_day": words.calendar_day,
        "phones": words.phones,
        "markdown": words.markdown,
    }
    env.filters |= filters
    look = Look()
    env.globals |= {
        "asset": asset,
        "look": look,
        "operator": operator,
        "retention_days": retention_days,
        "public_url": public_url,
        "to_verify": to_verify,
    }
    app.middlewares.extend((look.middleware, troubles(known or {}), security.guard(public_url)))
    app.on_response_prepare.append(security.headers(public_url))
    app.router.add_static("/static", STATIC)
    return env
