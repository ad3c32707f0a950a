"""Figures of the desk for those who lead: by period, station, person and kind; charts with their tables; export."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.channels.web.refused import Refused
from bot.handoff.kinds import KINDS
from bot.store import audit, desk_figures, roster, stations
from bot.store.audit import Act
from bot.store.desk_figures import Sieve
from bot.store.funnel import Funnel, funnel
from bot.store.people import AT_DESK, Staff
from bot.store.tally import Figures, Work, tally
from bot.web.accounts import STAFF, face
from bot.web.charts import bars
from bot.web.desk.lead.board_rows import Stat, took
from bot.web.desk.lead.periods import Asked, asked, quick
from bot.web.desk.lead.sheets import many, sheets
from bot.web.sheets import FEW, Sheet, as_csv, as_xlsx, share
from knowledge.calendar import CHINA

Names = tuple[dict[int, str], dict[int, str]]  # of stations and of people

MIME = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@dataclass(frozen=True, slots=True)
class Choices:
    """What somebody can narrow the figures by: numbers and names of their stations and people."""

    stations: list[tuple[int, str]]
    people: list[tuple[int, str]]

    def read(self, request: web.Request, now: datetime) -> Asked:
        """Read what a request asks for."""
        places, people = [one[0] for one in self.stations], [one[0] for one in self.people]
        return asked(request.query, now, stations=places, people=people, kinds=tuple(KINDS))


async def choices(conn: AsyncConnection, staff: Staff) -> Choices:
    """Load the stations and people that somebody looks after."""
    people = [one.staff for one in await roster.members(conn, staff) if one.staff.role in AT_DESK]
    places = [(one.id, one.name) for one in await stations.listing(conn, staff)]
    return Choices(places, [(one.id, one.name if one.active else f"{one.name}（已停用）") for one in people])


@dataclass(frozen=True, slots=True)
class FigurePages:
    """The handlers."""

    engine: AsyncEngine
    clock: Callable[[], datetime]

    async def page(self, request: web.Request) -> web.Response:
        """`GET /desk/figures`."""
        staff, now = request[STAFF], self.clock()
        async with self.engine.connect() as conn:
            known = await choices(conn, staff)
        wanted = known.read(request, now)
        whole, tables = await self._load(staff, wanted)
        *groups, days = tables
        highest = max((n for n in days.bars if n), default=0)
        label = f"{days.title}，最多的一段 {highest} 件" if highest else f"{days.title}，这段时间很少"
        ticks = [str(row[0]).replace(" 月 ", "/").removesuffix("起").removesuffix(" 日") for row in days.rows]
        context = {
            "staff": face(request),
            "wanted": wanted,
            "choices": known,
            "kinds": [(name, kind.name) for name, kind in KINDS.items()],
            "quick": [
                (words, Asked(first, last, wanted.station_id, wanted.staff_id, wanted.kind).address("/desk/figures"))
                for words, first, last in quick(now.astimezone(CHINA).date())
            ],
            "stats": _stats(whole, tables),
            "tables": groups[1:],
            "days": days,
            "chart": bars(label, ticks, days.bars, every=max(1, len(ticks) // 12)),
            "exports": [(form, wanted.address("/desk/figures/export", format=form)) for form in MIME],
            "empty": whole.cases == 0,
        }
        return render_template("desk/figures.html", request, context)

    async def export(self, request: web.Request) -> web.Response:
        """`GET /desk/figures/export?format=csv|xlsx`: the tables of the page. Who took them along is kept."""
        staff, now, form = request[STAFF], self.clock(), request.query.get("format", "csv")
        if form not in MIME:
            raise Refused(404, "只能导出成 CSV 或 Excel 表格。", "no-format")
        async with self.engine.begin() as conn:
            wanted = (await choices(conn, staff)).read(request, now)
            detail = {"from": wanted.first.isoformat(), "to": wanted.last.isoformat(), "format": form}
            narrow = {"station": wanted.station_id, "person": wanted.staff_id, "kind": wanted.kind}
            given = detail | {name: value for name, value in narrow.items() if value is not None}
            await audit.record(conn, staff, Act.EXPORTED, "figures", now, given)
        _, tables = await self._load(staff, wanted)
        body = as_csv(tables) if form == "csv" else await asyncio.to_thread(as_xlsx, tables)
        name = f"figures-{wanted.first}-{wanted.last}.{form}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(body=body, content_type=MIME[form], headers=headers)

    async def _load(self, staff: Staff, wanted: Asked) -> tuple[Work, list[Sheet]]:
        """Count in two halves at once, each on a connection of its own: half a year takes too long else."""
        sieve = Sieve(wanted.since, wanted.until, wanted.station_id, wanted.staff_id, wanted.kind)

        async def groups() -> tuple[Figures, Names]:
            async with self.engine.connect() as conn:
                batches = await desk_figures.batches(conn, staff, sieve)
                found = await asyncio.to_thread(tally, batches)
                return found, await desk_figures.names(conn, found)

        async def dangers() -> Funnel:
            async with self.engine.connect() as conn:
                return await funnel(conn, wanted.since, wanted.until, sieve.condition(staff))

        (found, names), crises = await asyncio.gather(groups(), dangers())
        return found.all, sheets(found, crises, names, (wanted.first, wanted.last))


def _stats(whole: Work, tables: list[Sheet]) -> list[Stat]:
    """Give the numbers of the top row; what few parents said or did is not told."""
    first = whole.first if whole.answered >= FEW else None
    lasted = whole.whole if whole.closed >= FEW else None
    in_time = next(table for table in tables if table.title == "意见建议").rows[3][1]
    return [
        Stat("来了", str(many(whole.cases)), "件"),
        Stat("首次回应", took(first.median if first else None), f"九成在 {took(first.p90)}内" if first else "还太少"),
        Stat("到结案", took(lasted.median if lasted else None), f"九成在 {took(lasted.p90)}内" if lasted else "还太少"),
        Stat("结案", str(many(whole.closed)), "件"),
        Stat("满意", share(whole.content, whole.rated), f"评价的 {many(whole.rated)}"),
        Stat("建议按时答复", str(in_time), "占答复了的"),
    ]
