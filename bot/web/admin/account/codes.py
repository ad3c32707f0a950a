"""The codes of all stations as sheets to print, one a page of paper."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.store import stations
from bot.web.accounts import face
from bot.web.admin.given import Given
from bot.web.admin.paging import PAGE, page_of, pager


@dataclass(frozen=True, slots=True)
class Codes:
    """The handler."""

    given: Given

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/codes`: thirty stations at a time, those that are in use."""
        async with self.given.engine.connect() as conn:
            found = [one for one in await stations.listing(conn) if one.active]
        number = page_of(request)
        chosen = found[(number - 1) * PAGE : number * PAGE]
        tree = self.given.tools().tree
        codes = await self.given.codes.of_all(request, chosen)
        context = {
            "staff": face(request),
            "here": "codes",
            "codes": [(one, tree.name(one.station.region) if one.station.region else "") for one in codes],
            "missing": self.given.codes.coder is not None and not all(one.wechat for one in codes),
            "pager": pager("/admin/codes", {}, number, len(chosen), len(found)),
        }
        return render_template("admin/codes.html", request, context)
