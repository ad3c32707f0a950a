"""The offices' own counts: what they report by month, typed in here, beside what the product counts itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.channels.web.forms import fields, text_of
from bot.channels.web.refused import Refused
from bot.dialogue.decision import Tools
from bot.store import audit, office_counts
from bot.store.audit import Act
from bot.store.office_counts import NAMES, Name, Suggested
from bot.store.people import Role, Staff
from bot.store.use_figures import Use
from bot.web.accounts import STAFF, face
from bot.web.admin.figures import sheets
from bot.web.admin.given import Given
from bot.web.admin.offices.regional import Regional, origin_of
from bot.web.sheets import Cell, Sheet, share
from knowledge.calendar import CHINA

WORDS: Mapping[Name, str] = {"events": "活动场次", "people": "参加人次", "courses": "课程门数", "calls": "热线接听"}
NOTE = (
    "场次、人次、门数、接听由各地按月填报，没有填的月份用学校和站点报的合计，其余自动统计。阅读是对话里看到指导的次数。"
)
MOST = 10_000_000
_MONTH = re.compile(r"(\d{4})-(\d{2})")


def sheet(
    tools: Tools,
    scope: Sequence[str] | None,
    use: Use,
    counts: Mapping[str, Mapping[str, Regional]],
    suggested: Mapping[str, Suggested],
) -> Sheet:
    """Give a row for each region that reported, or whose parents wrote; `scope` None means all of them."""
    known = {region for region in (*counts, *suggested, *use.by_region) if region}
    shown = sorted(known if scope is None else known & set(scope), key=tools.tree.name)
    rows: list[tuple[Cell, ...]] = []
    for region in shown:
        own, nothing = counts.get(region, {}), Regional()
        told: list[Cell] = [_told(own.get(name, nothing)) for name in ("events", "people", "courses")]
        read, calls = use.by_region.get(region), _told(own.get("calls", nothing))
        one = suggested.get(region, Suggested())
        rates = (share(one.closed, one.received), share(one.content, one.rated))
        origin = origin_of(own.values())
        rows.append((tools.tree.name(region), *told, sheets.many(read.acts if read else 0), calls, origin, *rates))
    head = ("辖区", "活动场次", "参加人次", "课程门数", "阅读", "热线接听", "数从哪里来", "建议办结率", "满意率")
    return Sheet("上报口径", head, tuple(rows))


def _told(one: Regional) -> Cell:
    return "没有填" if one.number is None else one.number


@dataclass(frozen=True, slots=True)
class OfficePages:
    """The handlers."""

    given: Given

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/figures/reported?region=&month=`: what a place reported for a month."""
        region, month = self._asked(request, request.query.get("region", ""), request.query.get("month", ""))
        async with self.given.engine.connect() as conn:
            held = await office_counts.of_month(conn, region, month) if region else {}
        return self._show(request, region, month, {name: str(number) for name, number in held.items()})

    async def save(self, request: web.Request) -> web.Response:
        """`POST /admin/figures/reported`: an empty field says nothing, 0 says that there was none."""
        typed, staff, now = await fields(request), request[STAFF], self.given.clock()
        region, month = self._asked(request, text_of(typed, "region"), text_of(typed, "month"))
        said: dict[str, str] = {name: text_of(typed, name).strip() for name in NAMES}
        wrong = [WORDS[name] for name in NAMES if said[name] and _number(said[name]) is None]
        problem = "请先选地方。" if not region else f"{'、'.join(wrong)}要写数字，没有就写 0。" if wrong else ""
        if problem:
            return self._show(request, region, month, said, problem=problem)
        counts = {name: number for name in NAMES if (number := _number(said[name])) is not None}
        async with self.given.engine.begin() as conn:
            await office_counts.report(conn, region, month, counts, staff.name, now)
            detail = {"what": f"{month.year} 年 {month.month} 月", "entries": len(counts)}
            await audit.record(conn, staff, Act.REPORTED, f"region:{region}", now, detail)
        where = f"/admin/figures/reported?region={region}&month={month:%Y-%m}&done=1"
        return web.Response(status=303, headers={"Location": where})

    def _asked(self, request: web.Request, region: str, month: str) -> tuple[str, date]:
        staff, tools = request[STAFF], self.given.tools()
        if region and region not in dict(places(tools, staff)):
            raise Refused(404, "没有这个地方，地址可能写错了。", "no-region")
        return region, _month(month, self.given.clock())

    def _show(
        self, request: web.Request, region: str, month: date, typed: Mapping[str, str], *, problem: str = ""
    ) -> web.Response:
        context = {
            "staff": face(request),
            "here": "figures",
            "region": region,
            "regions": places(self.given.tools(), request[STAFF]),
            "month": f"{month:%Y-%m}",
            "names": [(name, words, typed.get(name, "")) for name, words in WORDS.items()],
            "problem": problem,
            "done": request.query.get("done") == "1",
        }
        return render_template("admin/figures_reported.html", request, context, status=422 if problem else 200)


def places(tools: Tools, staff: Staff) -> list[tuple[str, str]]:
    """List the places that have services of their own, as far as this person's region reaches."""
    top = staff.region if staff.role != Role.ADMIN else None
    found = {one.region for one in tools.library.listings.values()} - {"china"}
    within = {key for key in found if top is None or tools.tree.within(key, top)}
    return sorted(((key, tools.tree.name(key)) for key in within), key=lambda one: one[1])


def _number(text: str) -> int | None:
    whole = text.replace(",", "").replace("，", "")
    return int(whole) if whole.isascii() and whole.isdecimal() and len(whole) < 9 and int(whole) <= MOST else None


def _month(text: str, now: datetime) -> date:
    """Read a month; one that cannot be read is this one."""
    found, today = _MONTH.fullmatch(text.strip()), now.astimezone(CHINA).date()
    if found and 2000 <= int(found[1]) <= today.year and 1 <= int(found[2]) <= 12:
        return date(int(found[1]), int(found[2]), 1)
    return today.replace(day=1)
