"""`/admin/figures`: how the bot is used, in numbers, charts and tables; and the same as CSV or a workbook."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.web.refused import Refused
from bot.dialogue.decision import Tools
from bot.store import audit, office_counts, units, use_figures
from bot.store.audit import Act
from bot.store.funnel import funnel
from bot.store.people import Role, Staff
from bot.store.use_figures import Count, Sieve, Use
from bot.web import pages
from bot.web.accounts import STAFF, face
from bot.web.admin.figures import charts, offices, sheets
from bot.web.admin.figures.charts import Chart
from bot.web.admin.given import Given
from bot.web.admin.offices import regional
from bot.web.desk.lead.figures import MIME
from bot.web.desk.lead.periods import Asked, asked, quick
from bot.web.desk.lead.sheets import funnel_sheet
from bot.web.sheets import FEW, as_csv, as_xlsx, share
from knowledge.calendar import CHINA

ECHARTS = "vendor/echarts.min.js"
TOGETHER = 3  # connections over which a period is counted


@dataclass(frozen=True, slots=True)
class Stat:
    """One number of the top row, with a sentence of comparison."""

    name: str
    value: str
    more: str


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is asked for: the period, a region (its slug, "" for all that this person may see), a stage."""

    period: Asked
    region: str
    stage: str

    def address(self, path: str, **more: str) -> str:
        narrow = {"region": self.region, "stage": self.stage}
        return self.period.address(path, **{name: value for name, value in narrow.items() if value}, **more)


@dataclass(frozen=True, slots=True)
class UsePages:
    """The handlers."""

    given: Given

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/figures?from=&to=&region=&stage=`."""
        staff, tools, now = request[STAFF], self.given.tools(), self.given.clock()
        wanted = _wanted(request, staff, tools, self.given)
        use, before = await self._use(staff, tools, wanted)
        async with self.given.engine.connect() as conn:
            drawn = await self._charts(conn, staff, tools, wanted, use)
            seen = await use_figures.use_regions(conn)
        context = {
            "staff": face(request),
            "here": "figures",
            "wanted": wanted.period,
            "region": wanted.region,
            "stage": wanted.stage,
            "regions": _choices(tools, staff, seen),
            "stages": [(stage.id, stage.name) for stage in tools.library.taxonomy.stages.values()],
            "quick": [
                (words, _Wanted(Asked(first, last), wanted.region, wanted.stage).address("/admin/figures"))
                for words, first, last in quick(now.astimezone(CHINA).date())
            ],
            "stats": _stats(use, before),
            "charts": drawn,
            "exports": [(form, wanted.address("/admin/figures/export", format=form)) for form in MIME],
            "echarts": ECHARTS if (pages.STATIC / ECHARTS).is_file() else "",
            "empty": use.whole.acts == 0,
        }
        return render_template("admin/figures.html", request, context)

    async def export(self, request: web.Request) -> web.Response:
        """`GET /admin/figures/export?format=csv|xlsx`: the tables of the page; who took them along is kept."""
        staff, tools, now = request[STAFF], self.given.tools(), self.given.clock()
        form = request.query.get("format", "csv")
        if form not in MIME:
            raise Refused(404, "只能导出成 CSV 或 Excel 表格。", "no-format")
        wanted = _wanted(request, staff, tools, self.given)
        use, _ = await self._use(staff, tools, wanted)
        async with self.given.engine.begin() as conn:
            tables = [chart.sheet for chart in await self._charts(conn, staff, tools, wanted, use)]
            detail = {"from": wanted.period.first.isoformat(), "to": wanted.period.last.isoformat(), "format": form}
            await audit.record(conn, staff, Act.EXPORTED, "use", now, detail)
        body = as_csv(tables) if form == "csv" else await asyncio.to_thread(as_xlsx, tables)
        name = f"use-{wanted.period.first}-{wanted.period.last}.{form}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(body=body, content_type=MIME[form], headers=headers)

    async def _use(self, staff: Staff, tools: Tools, wanted: _Wanted) -> tuple[Use, Count]:
        """Load the period, and how much there was in the one as long before it, over some connections at once."""
        since, until = wanted.period.since, wanted.period.until
        scope = _scope(staff, tools, wanted.region)
        earlier = Sieve(since - (until - since), since, scope, wanted.stage or None)
        async with contextlib.AsyncExitStack() as stack:
            conns = [await stack.enter_async_context(self.given.engine.connect()) for _ in range(TOGETHER)]
            use = await use_figures.use(conns, Sieve(since, until, scope, wanted.stage or None))
            return use, await use_figures.whole(conns[0], earlier)

    async def _charts(
        self, conn: AsyncConnection, staff: Staff, tools: Tools, wanted: _Wanted, use: Use
    ) -> list[Chart]:
        library, period = tools.library, wanted.period
        found = [
            charts.heat(sheets.hours(use)),
            charts.columns(sheets.days(use, period.first, period.last)),
            charts.bars(sheets.outcomes(use)),
            charts.bars(sheets.topics(use, library)),
            charts.bars(sheets.stages(use, library)),
            charts.bars(sheets.regions(use, tools.tree)),
            charts.table(sheets.entries(use, library), "“看后找人”：看过以后半小时内请了老师。"),
            charts.bars(sheets.services(use, library), _night(use)),
        ]
        if staff.region is None:  # of these no smaller part is told
            crises = await funnel(conn, period.since, period.until)
            found.append(charts.table(funnel_sheet(crises)))
        until = period.last + timedelta(days=1)
        own = await office_counts.monthly(conn, period.first, until)
        summed = await units.by_region(conn, period.first, until, office_counts.NAMES)
        counts = regional.by_region(own, summed, tools.tree)
        suggested = await office_counts.suggested(conn, period.since, period.until)
        scope = _scope(staff, tools, wanted.region)
        found.append(charts.table(offices.sheet(tools, scope, use, counts, suggested), offices.NOTE))
        return found


def _wanted(request: web.Request, staff: Staff, tools: Tools, given: Given) -> _Wanted:
    period = asked(request.query, given.clock(), stations=(), people=())
    region, stage = (request.query.get(name, "").strip() for name in ("region", "stage"))
    if region and (region not in tools.library.regions or not _theirs(staff, tools, region)):
        raise Refused(404, "没有这个地方，地址可能写错了。", "no-region")
    if stage and stage not in tools.library.taxonomy.stages:
        raise Refused(404, "没有这个阶段，地址可能写错了。", "no-stage")
    return _Wanted(period, region, stage)


def _theirs(staff: Staff, tools: Tools, region: str) -> bool:
    return staff.region is None or staff.role == Role.ADMIN or tools.tree.within(region, staff.region)


def _scope(staff: Staff, tools: Tools, region: str) -> list[str] | None:
    """Give the regions whose acts this person is shown; a supervisor of a region sees no other."""
    top = region or (staff.region if staff.role != Role.ADMIN else None)
    return sorted(tools.tree.beneath(top)) if top else None


def _choices(tools: Tools, staff: Staff, seen: list[str]) -> list[tuple[str, str]]:
    found = {key for key in seen if key in tools.library.regions and _theirs(staff, tools, key)}
    found |= {key for key in {one.region for one in tools.library.listings.values()} if _theirs(staff, tools, key)}
    return sorted(((key, tools.tree.name(key)) for key in found - {"china"}), key=lambda one: one[1])


def _stats(use: Use, before: Count) -> list[Stat]:
    """Give the numbers of the top row."""
    acts = {key: count.acts for key, count in use.by_outcome.items()}
    asked_of_us = sum(acts.get(key, 0) for key in ("answered", "clarified", "abstained", "person", "danger"))
    helpful = sum(one.helpful for one in use.entries.values())
    judged = sum(one.judged for one in use.entries.values())
    looked = sum(one.acts for one in use.listings.values())
    return [
        Stat("来问的家长", str(sheets.many(use.whole.parents)), _compared(use.whole.parents, before.parents)),
        Stat(
            "直接答上",
            share(acts.get("answered", 0), asked_of_us),
            f"请家长挑 {share(acts.get('clarified', 0), asked_of_us)}",
        ),
        Stat("说不知道", share(acts.get("abstained", 0), asked_of_us), "都进了“没答上的”"),
        Stat("转人工", share(acts.get("person", 0), asked_of_us), f"{sheets.many(acts.get('person', 0))} 句"),
        Stat("点“有帮助”", share(helpful, judged), f"点过的 {sheets.many(judged)} 次"),
        Stat("查热线和服务", str(sheets.many(looked)), f"其中 22 点到 6 点 {sheets.many(use.at_night)}"),
    ]


def _compared(now: int, before: int) -> str:
    if before < FEW or now < FEW:
        return "和上一段时间不好比"
    change = (now - before) / before
    return (
        "和上一段时间差不多" if abs(change) < 0.01 else f"比上一段时间{'多' if change > 0 else '少'} {abs(change):.0%}"
    )


def _night(use: Use) -> str:
    looked = sum(one.acts for one in use.listings.values())
    return f"22 点到 6 点查的占 {share(use.at_night, looked)}。" if looked >= FEW else ""
