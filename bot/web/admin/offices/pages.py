"""`/admin/demands`: how the units of a place stand with what is asked of them; and the evidence to take along."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.channels.web.refused import Refused
from bot.dialogue.decision import Tools
from bot.store import audit, office_counts, units
from bot.store.audit import Act
from bot.store.units import Unit
from bot.web.accounts import STAFF, face
from bot.web.admin.given import Given
from bot.web.admin.offices import reach, regional, words
from bot.web.admin.offices.pack import pack
from bot.web.admin.offices.reach import Asked
from bot.web.admin.offices.standings import Row, Standings, columns, months, range_of, stand
from bot.web.admin.paging import PAGE, page_of, pager
from bot.web.desk.lead.figures import MIME
from bot.web.sheets import as_csv, as_xlsx
from knowledge.calendar import CHINA
from knowledge.demands import SORTS, Demand, Table, packaged
from knowledge.regions import COUNTRY
from knowledge.terms import latest
from knowledge.verdicts import Counted, State

PATH = "/admin/demands"
MOST_CELLS = 300_000  # of a workbook: writing more takes longer than anybody waits
ORDER = (State.BEHIND, State.UNREPORTED, State.ON_THE_WAY, State.DONE)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a request asks for, judged."""

    asked: Asked
    units: Sequence[Unit]
    counted: Mapping[int, Counted]
    months: tuple[date, date]
    standings: Standings


@dataclass(frozen=True, slots=True)
class DemandPages:
    """The handlers."""

    given: Given

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/demands?region=&term=&sort=&show=&page=`."""
        staff, tools, table = request[STAFF], self.given.tools(), packaged()
        loaded = await self._load(request, tools, table, table.judged)
        asked, sums = loaded.asked, loaded.standings.sums()
        sorts = [sort for sort in SORTS if any(unit.sort == sort for unit in loaded.units)]
        sort = asked.sort or (sorts[0] if sorts else "")
        rows = loaded.standings.of(sort, asked.show) if sort else []
        page = page_of(request)
        shown = rows[(page - 1) * PAGE : page * PAGE]
        held = columns(loaded.standings.of(sort)) if sort else {}
        async with self.given.engine.connect() as conn:
            used = {unit.region for unit in await units.listing(conn, reach.regions_of(staff))}
        context = {
            "staff": face(request),
            "here": "demands",
            "asked": asked,
            "sort": sort,
            "regions": reach.choices(tools, staff, used | ({asked.region} if asked.region else set())),
            "terms": latest(asked.today, reach.TERMS_SHOWN),
            "week": asked.term.week(asked.today),
            "tabs": [
                (one, SORTS[one][0], len(loaded.standings.of(one)), asked.address(PATH, sort=one, show=""))
                for one in sorts
            ],
            "tiles": [(words.STATES[state], sums.get(state, 0), state) for state in ORDER],
            "whole": len(loaded.units),
            "unasked": sums.get(None, 0),
            "states": [(state.value, words.STATES[state]) for state in ORDER],
            "heads": [words.head(column, demands, table) for column, demands in held.items()],
            "lines": [self._line(row, list(held), asked, table, tools) for row in shown],
            "bases": [self._base(one, table, tools) for demands in held.values() for one in demands],
            "shares": [words.share(one, found, table) for one, found in loaded.standings.coverages],
            "place": await self._place(loaded),
            "exports": [(form, asked.address(f"{PATH}/export", format=form, sort="", show="")) for form in MIME],
            **pager(PATH, _kept(asked), page, len(shown), len(rows)),
        }
        return render_template("admin/demands.html", request, context)

    async def export(self, request: web.Request) -> web.Response:
        """`GET /admin/demands/export?region=&term=&format=csv|xlsx`: who took it along is kept."""
        staff, tools, table, form = request[STAFF], self.given.tools(), packaged(), request.query.get("format", "xlsx")
        if form not in MIME:
            raise Refused(404, "只能导出成 CSV 或 Excel 表格。", "no-format")
        loaded = await self._load(request, tools, table)
        held, term = range_of(*loaded.months), loaded.asked.term
        sources = tools.library.sources
        tables = await asyncio.to_thread(pack, table, tools.tree, sources, loaded.standings, loaded.counted, held, term)
        if form == "xlsx" and sum(len(one.rows) * len(one.head) for one in tables) > MOST_CELLS:
            raise Refused(413, "数太多，Excel 放不下。请选一个小一些的地方，或者导出 CSV。", "too-much")
        async with self.given.engine.begin() as conn:
            region = loaded.asked.region
            detail = {"what": term.words, "format": form, "title": tools.tree.name(region) if region else "全部"}
            await audit.record(conn, staff, Act.EXPORTED, "demands", self.given.clock(), detail)
        body = await asyncio.to_thread(as_csv if form == "csv" else as_xlsx, tables)
        headers = {"Content-Disposition": f'attachment; filename="demands-{term.key}.{form}"'}
        return web.Response(body=body, content_type=MIME[form], headers=headers)

    async def _load(
        self, request: web.Request, tools: Tools, table: Table, names: Collection[str] | None = None
    ) -> Loaded:
        today = self.given.clock().astimezone(CHINA).date()
        asked = reach.asked(request, request[STAFF], tools, today)
        first, last = months(table.demands, asked.term, today)
        stands = [count.id for count in table.counts.values() if not count.sums]
        async with self.given.engine.connect() as conn:
            own = await units.listing(conn, asked.regions)
            counted = await units.counted(conn, asked.regions, first, last, stands, names=names)
        standings = await asyncio.to_thread(stand, table, tools.tree, own, counted, asked.term, today)
        return Loaded(asked, own, counted, (first, last), standings)

    async def _place(self, loaded: Loaded) -> list[tuple[str, int | str, str]]:
        """Give the numbers of the whole place in the term, and where each comes from; nothing for all places."""
        asked = loaded.asked
        if not asked.region:
            return []
        first, until = asked.term.months.first, min(asked.term.months.last, asked.today) + timedelta(days=1)
        async with self.given.engine.connect() as conn:
            typed = (await office_counts.monthly(conn, first, until)).get(asked.region, {})
            summed = await units.by_region(conn, first, until, office_counts.NAMES)
        own = {key: held for key, held in summed.items() if asked.regions is None or key in asked.regions}
        found, counts = regional.of_one(typed, own), packaged().counts
        told = [(counts[name], found.get(name, regional.Regional())) for name in office_counts.NAMES]
        return [
            (count.name, "—" if one.number is None else f"{one.number} {count.measure}", one.origin)
            for count, one in told
        ]

    def _line(self, row: Row, held: list[tuple[str, str]], asked: Asked, table: Table, tools: Tools) -> dict[str, Any]:
        cells: list[words.Told | None] = []
        for column in held:
            found = row.verdicts.get(column)
            if found is None:
                cells.append(None)
            else:
                demand, verdict = found
                cells.append(words.told(verdict, demand, table.counts[demand.count], asked.term, asked.today))
        return {"unit": row.unit, "place": tools.tree.name(row.unit.region), "cells": cells}

    def _base(self, demand: Demand, table: Table, tools: Tools) -> dict[str, Any]:
        source, cited = words.cited(demand, tools.library.sources)
        return {
            "asks": words.asks(demand, table),
            "where": "全国" if demand.region == COUNTRY else tools.tree.name(demand.region),
            "source": source,
            "cited": cited,
            "says": demand.says,
            "paraphrase": demand.paraphrase,
            "note": demand.note,
        }


def _kept(asked: Asked) -> dict[str, str]:
    return {"region": asked.region, "term": asked.term.key, "sort": asked.sort, "show": asked.show}
