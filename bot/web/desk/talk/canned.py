"""Canned replies: the page where a station keeps them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.web.forms import fields, text_of
from bot.channels.web.refused import Refused
from bot.handoff.placeholders import NAMES, unknown
from bot.store import canned
from bot.store.people import Staff
from bot.web.accounts import STAFF, face

LONGEST_TITLE, LONGEST_TEXT = 30, 1000  # characters


@dataclass(frozen=True, slots=True)
class CannedPages:
    """The handlers."""

    engine: AsyncEngine
    clock: Callable[[], datetime]

    async def page(
        self,
        request: web.Request,
        *,
        problem: str = "",
        kept: dict[str, str] | None = None,
        editing: int = 0,
        status: int = 200,
    ) -> web.Response:
        """`GET /desk/canned`: what one may use; what one may change has a form."""
        staff = request[STAFF]
        async with self.engine.connect() as conn:
            ready, own = await canned.readable(conn, staff), await canned.changeable(conn, staff)
        context = {
            "staff": face(request),
            "waiting": 0,
            "ready": ready,
            "own": own,
            "placeholders": NAMES,
            "everybody": staff.leads,
            "station": staff.station_id is not None,
            "problem": problem,
            "kept": kept or {},
            "editing": editing,
        }
        return render_template("desk/canned.html", request, context, status=status)

    async def add(self, request: web.Request) -> web.Response:
        """`POST /desk/canned`: keep one for the own station, or for everybody where one leads."""
        given, staff = await fields(request), request[STAFF]
        title, words = text_of(given, "title").strip(), text_of(given, "text").replace("\r\n", "\n").strip()
        everybody = text_of(given, "for") == "everybody"
        problem = _problem(title, words) or _place(staff, everybody=everybody)
        if problem:
            return await self.page(request, problem=problem, kept={"title": title, "text": words}, status=409)
        station = None if everybody else staff.station_id
        async with self.engine.begin() as conn:
            await canned.add(conn, title, words, author=staff.name, station_id=station, now=self.clock())
        return _back()

    async def change(self, request: web.Request) -> web.Response:
        """`POST /desk/canned/{id}`: change one, or drop it."""
        given, staff, ident = await fields(request), request[STAFF], int(request.match_info["id"])
        title, words = text_of(given, "title").strip(), text_of(given, "text").replace("\r\n", "\n").strip()
        drop = text_of(given, "do") == "remove"
        problem = "" if drop else _problem(title, words)
        async with self.engine.begin() as conn:
            if ident not in await canned.changeable(conn, staff):
                raise Refused(404, "没有这一条快捷语。", "no-canned")
            if drop:
                await canned.remove(conn, ident, staff)
            elif not problem:
                now = self.clock()
                await canned.change(conn, ident, staff, title=title, text=words, author=staff.name, at=now)
        if problem:
            kept = {"title": title, "text": words}
            return await self.page(request, problem=problem, kept=kept, editing=ident, status=409)
        return _back()


def _back() -> web.Response:
    return web.Response(status=303, headers={"Location": "/desk/canned"})


def _problem(title: str, words: str) -> str:
    """Say what is wrong with a canned reply; "" when nothing is."""
    if not title or not words:
        return "名字和要说的话都要写。"
    if len(title) > LONGEST_TITLE:
        return f"名字最多 {LONGEST_TITLE} 个字，现在是 {len(title)} 个。"
    if len(words) > LONGEST_TEXT:
        return f"一条最多 {LONGEST_TEXT} 个字，现在是 {len(words)} 个。"
    if odd := unknown(words):
        return f"认不出 {{{odd[0]}}}。可以用的有：{'、'.join(f'{{{name}}}' for name in NAMES)}。"
    return ""


def _place(staff: Staff, *, everybody: bool) -> str:
    if everybody and not staff.leads:
        return "给大家用的快捷语由站长或主管来写。"
    if not everybody and staff.station_id is None:
        return "您没有站点，请站长或主管来写，或请管理员给您加上站点。"
    return ""
