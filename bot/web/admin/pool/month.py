"""`/admin/pool/month`: who is where in a month; `/admin/pool/figures`: what was done, by place and month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.dialogue.decision import Tools
from bot.store import audit, engagements
from bot.store.audit import Act
from bot.store.engagements import Counted, State
from bot.web.admin.given import Given
from bot.web.admin.pool import places, words
from bot.web.admin.pool.exports import along, form_of
from bot.web.admin.pool.rows import rows
from bot.web.desk.lead.figures import MIME
from bot.web.permissions import STAFF, face
from bot.web.sheets import Cell, Sheet
from knowledge.calendar import CHINA

LONGEST = 36  # months
Counts = Mapping[tuple[str, date], Counted]


@dataclass(frozen=True, slots=True)
class MonthPages:
    """The handlers."""

    given: Given

    async def month(self, request: web.Request) -> web.Response:
        """`GET /admin/pool/month?month=2026-05&region=`: day by day, who has two things at once marked."""
        staff, tools, today = request[STAFF], self.given.tools(), self._today()
        first, region = words.month(request.query.get("month", ""), today), places.asked(request, staff, tools)
        async with self.given.engine.connect() as conn:
            found = await engagements.between(conn, first, words.after(first), places.within(staff))
        told = rows(found, (), staff, tools, today)
        shown = [row for row in told if not region or tools.tree.within(row.it.region, region)]
        context = {
            "staff": face(request),
            "here": "pool",
            "first": first,
            "month": f"{first:%Y-%m}",
            "earlier": f"{words.before(first):%Y-%m}",
            "later": f"{words.after(first):%Y-%m}",
            "region": region,
            "regions": places.choices(staff, tools, {it.region for it in found}),
            "days": [(day, list(some)) for day, some in groupby(shown, key=lambda row: row.day)],
            "events": sum(row.it.state == State.DONE for row in shown),
            "people": sum(row.it.people or 0 for row in shown if row.it.state == State.DONE),
            "open": sum(row.it.state in (State.ASKED, State.AGREED) for row in shown),
            "clashes": sum(row.clashes for row in shown),
        }
        return render_template("admin/pool_month.html", request, context)

    async def figures(self, request: web.Request) -> web.Response:
        """`GET /admin/pool/figures?from=2026-01&to=2026-05`: how many half days were done, and who came."""
        first, last, problem = self._asked(request)
        context = {
            "staff": face(request),
            "here": "pool",
            "first": f"{first:%Y-%m}",
            "last": f"{last:%Y-%m}",
            "problem": problem,
            "sheets": await self._sheets(request, first, last),
            "exports": [(form, f"from={first:%Y-%m}&to={last:%Y-%m}&format={form}") for form in MIME],
        }
        return render_template("admin/pool_figures.html", request, context)

    async def export(self, request: web.Request) -> web.Response:
        """`GET /admin/pool/figures/export?from=&to=&format=`: the tables of the page; no names stand in them."""
        form, (first, last, _) = form_of(request), self._asked(request)
        tables = await self._sheets(request, first, last)
        async with self.given.engine.begin() as conn:
            detail = {"from": f"{first:%Y-%m}", "to": f"{last:%Y-%m}", "format": form}
            await audit.record(conn, request[STAFF], Act.EXPORTED, "engagements", self.given.clock(), detail)
        return await along(tables, f"engagements-{first:%Y-%m}-{last:%Y-%m}", form)

    async def _sheets(self, request: web.Request, first: date, last: date) -> list[Sheet]:
        async with self.given.engine.connect() as conn:
            found = await engagements.counted(conn, first, words.after(last), places.within(request[STAFF]))
        return sheets(found, self.given.tools())

    def _asked(self, request: web.Request) -> tuple[date, date, str]:
        """Read the months that are asked for; this year's up to now if none are given."""
        today = self._today()
        start = request.query.get("from", "") or f"{today.year}-01"
        first, last = (words.month(text, today) for text in (start, request.query.get("to", "")))
        problem = ""
        if first > last:
            first, last, problem = last, first, "起止的月份写反了，已经替您换过来。"
        if (last.year - first.year) * 12 + last.month - first.month >= LONGEST:
            years, month = divmod(last.year * 12 + last.month - LONGEST, 12)
            first, problem = date(years, month + 1, 1), f"一次最多看 {LONGEST} 个月，先给您看最后这些。"
        return first, last, problem

    def _today(self) -> date:
        return self.given.clock().astimezone(CHINA).date()


def sheets(found: Counts, tools: Tools) -> list[Sheet]:
    """Make the tables: by place, by month, and by place and month."""
    by_place: dict[str, Counted] = {}
    by_month: dict[date, Counted] = {}
    for (region, month), one in found.items():
        by_place[region] = _sum(by_place.get(region, Counted()), one)
        by_month[month] = _sum(by_month.get(month, Counted()), one)
    named = {region: places.name(tools, region) for region in by_place}
    whole = Counted(sum(one.events for one in found.values()), sum(one.people for one in found.values()))
    places_: list[tuple[Cell, ...]] = [
        (named[region], one.events, one.people) for region, one in sorted(by_place.items(), key=lambda it: named[it[0]])
    ]
    months: list[tuple[Cell, ...]] = [
        (_month(month), by_month[month].events, by_month[month].people) for month in sorted(by_month)
    ]
    both: list[tuple[Cell, ...]] = [
        (named[region], _month(month), one.events, one.people)
        for (region, month), one in sorted(found.items(), key=lambda it: (named[it[0][0]], it[0][1]))
    ]
    total: tuple[Cell, ...] = ("合计", whole.events, whole.people)
    counts = ("场次", "人次")
    return [
        Sheet("各地", ("地方", *counts), (*places_, total) if places_ else ()),
        Sheet("各月", ("月份", *counts), (*months, total) if months else ()),
        Sheet("各地各月", ("地方", "月份", *counts), tuple(both)),
    ]


def _sum(one: Counted, other: Counted) -> Counted:
    return Counted(one.events + other.events, one.people + other.people)


def _month(first: date) -> str:
    return f"{first.year} 年 {first.month} 月"
