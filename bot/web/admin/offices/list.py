"""`/admin/units`: the schools, kindergartens and stations for which somebody counts; adding one or many."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.channels.web.forms import fields, text_of
from bot.store import audit, units
from bot.store.audit import Act
from bot.web.accounts import STAFF, face
from bot.web.admin.given import Given
from bot.web.admin.offices import lines, reach
from bot.web.admin.paging import PAGE, page_of, pager
from knowledge.demands import SORTS

PATH = "/admin/units"


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed to add units, and what is wrong with it."""

    region: str = ""
    sort: str = "school"
    names: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class UnitList:
    """The handlers."""

    given: Given

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/units?region=&sort=&q=&page=`."""
        return await self._page(request, Typed(request.query.get("region", "")))

    async def add(self, request: web.Request) -> web.Response:
        """`POST /admin/units`: who is there already stays as it is."""
        given, staff, tools = await fields(request), request[STAFF], self.given.tools()
        typed = Typed(text_of(given, "region").strip(), text_of(given, "sort"), text_of(given, "names"))
        found = lines.read(typed.names, typed.sort)
        problem = found.problem
        if typed.region not in dict(reach.served(tools, staff)):
            problem = "请先选在哪里。"
        elif typed.sort not in SORTS:
            problem = "请先选是哪一种。"
        if problem:
            return await self._page(request, Typed(typed.region, typed.sort, typed.names, problem), status=422)
        now = self.given.clock()
        async with self.given.engine.begin() as conn:
            added = await units.add(conn, typed.region, found.given, now)
            if added:
                detail = {"what": f"加在{tools.tree.name(typed.region)}", "entries": len(added)}
                await audit.record(conn, staff, Act.UNITS, "units", now, detail)
        told = {"region": typed.region, "added": len(added), "there": len(dict(found.given)) - len(added)}
        return web.Response(status=303, headers={"Location": f"{PATH}?{urlencode(told)}"})

    async def _page(self, request: web.Request, typed: Typed, *, status: int = 200) -> web.Response:
        staff, tools = request[STAFF], self.given.tools()
        chosen = {name: request.query.get(name, "").strip() for name in ("region", "sort", "q")}
        regions = reach.reached(chosen["region"], staff, tools)
        async with self.given.engine.connect() as conn:
            whole = await units.listing(conn, reach.regions_of(staff), closed=True)
        held = [
            unit
            for unit in whole
            if (regions is None or unit.region in regions)
            and chosen["sort"] in ("", unit.sort)
            and chosen["q"].casefold() in unit.name.casefold()
        ]
        page = page_of(request)
        shown = held[(page - 1) * PAGE : page * PAGE]
        context = {
            "staff": face(request),
            "here": "demands",
            "typed": typed,
            "chosen": chosen,
            "filtered": any(chosen.values()),
            "regions": reach.choices(tools, staff, {unit.region for unit in whole}),
            "served": reach.served(tools, staff),
            "sorts": [(sort, name) for sort, (name, _) in SORTS.items()],
            "units": [(unit, SORTS[unit.sort][0], tools.tree.name(unit.region)) for unit in shown],
            "added": _count(request, "added"),
            "there": _count(request, "there"),
            "most": lines.MOST,
            **pager(PATH, chosen, page, len(shown), len(held)),
        }
        return render_template("admin/units.html", request, context, status=status)


def _count(request: web.Request, name: str) -> int | None:
    value = request.query.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 5 else None
