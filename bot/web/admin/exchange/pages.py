"""`/admin/exchange`: what may be taken away, what may be brought."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.channels.web.refused import Refused
from bot.store import audit, uploads
from bot.store.audit import Act
from bot.web.accounts import face
from bot.web.admin.exchange.incoming import incoming
from bot.web.admin.given import Given
from bot.web.permissions import STAFF
from knowledge import amend
from knowledge.amend import SORT_WORDS, SORTS, Sort
from knowledge.imports.exports import FORMAT_WORDS, FORMATS, HOLDS, Exported, Format, exported
from knowledge.imports.templates import template

MOST_WAITING = 3
STATE_WORDS = {"reading": "正在读", "read": "等您选", "importing": "正在导入", "done": "已导入", "refused": "没有读成"}


@dataclass(frozen=True, slots=True)
class Exchange:
    """The handlers."""

    given: Given

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/exchange`: import and export side by side."""
        return await self._page(request)

    async def upload(self, request: web.Request) -> web.Response:
        """`POST /admin/exchange/imports`: keep a file; the job reads it, the next page shows how far it is."""
        staff, now = request[STAFF], self.given.clock()
        try:
            file = await incoming(request)
            async with self.given.engine.begin() as conn:
                if await uploads.waiting(conn, staff.id, now) >= MOST_WAITING:
                    raise Refused(429, "前面的文件还没有读完，请等一会儿再上传。", "still-reading")
                number = await uploads.add(conn, staff.id, staff.name, file.name, file.data, now)
        except Refused as refused:
            return await self._page(request, problem=refused.sentence, status=refused.status)
        return web.Response(status=303, headers={"Location": f"/admin/exchange/imports/{number}"})

    async def export(self, request: web.Request) -> web.Response:
        """`GET /admin/exchange/export?what=&as=`: what is live, as a file."""
        form, sorts = _form(request), _sorts(request)
        library = self.given.tools().library
        try:
            made = await asyncio.to_thread(exported, library, form, sorts)
        except ValueError:
            raise Refused(404, "这种格式只能放条目，请换成 Excel 或 CSV。", "no-format") from None
        detail = {"format": FORMAT_WORDS[form], "what": "、".join(SORT_WORDS[sort] for sort in sorts)}
        async with self.given.engine.begin() as conn:
            await audit.record(conn, request[STAFF], Act.EXPORTED, "library", self.given.clock(), detail)
        return attached(made)

    async def template(self, request: web.Request) -> web.Response:
        """`GET /admin/exchange/template?what=&as=`: a file to be filled in."""
        form, sorts = _form(request), _sorts(request)
        try:
            return attached(await asyncio.to_thread(template, self.given.tools().library, form, sorts[0]))
        except ValueError:
            raise Refused(404, "这种格式只能放条目，请换成 Excel 或 CSV。", "no-format") from None

    async def _page(self, request: web.Request, *, problem: str = "", status: int = 200) -> web.Response:
        library = self.given.tools().library
        async with self.given.engine.connect() as conn:
            mine = await uploads.of(conn, request[STAFF].id, self.given.clock())
        context = {
            "staff": face(request),
            "here": "exchange",
            "problem": problem,
            "sorts": [(sort, SORT_WORDS[sort], len(amend.of(library, sort))) for sort in SORTS],
            "formats": [(form, FORMAT_WORDS[form], HOLDS[form]) for form in FORMATS],
            "mine": [(number, name, STATE_WORDS[state], state, at) for number, name, state, at in mine],
            "now": self.given.clock(),
        }
        return render_template("admin/exchange.html", request, context, status=status)


def attached(made: Exported) -> web.Response:
    """Give a file to be saved; its Chinese name in the form that all browsers read."""
    name = f"attachment; filename=\"export.{made.name.rpartition('.')[2]}\"; filename*=UTF-8''{quote(made.name)}"
    return web.Response(body=made.data, content_type=made.type, headers={"Content-Disposition": name})


def _form(request: web.Request) -> Format:
    form = request.query.get("as", "xlsx")
    if form not in FORMATS:
        raise Refused(404, "没有这种格式。", "no-format")
    return form


def _sorts(request: web.Request) -> Sequence[Sort]:
    what = request.query.get("what", "all")
    if what == "all":
        return SORTS
    if what not in SORTS:
        raise Refused(404, "没有这一类。", "no-sort")
    return (what,)
