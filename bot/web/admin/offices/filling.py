"""`/admin/demands/fill`: many units' numbers at once, in a table that is taken away, filled in and brought back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.channels.web.refused import Refused
from bot.store import audit, units
from bot.store.audit import Act
from bot.store.units import Unit
from bot.web.accounts import STAFF, face
from bot.web.admin.exchange.incoming import incoming
from bot.web.admin.given import Given
from bot.web.admin.offices import filled, numbers, reach
from bot.web.admin.offices.filled import Filled
from bot.web.desk.lead.figures import MIME
from bot.web.sheets import Sheet, as_line, as_xlsx
from knowledge.calendar import CHINA
from knowledge.demands import SORTS, packaged
from knowledge.imports.base import MOST_ROWS, RefusedFile
from knowledge.regions import RegionTree

PATH = "/admin/demands/fill"
READING = asyncio.Semaphore(1)  # a workbook takes a thread and a process of up to 1 GB: one at a time


@dataclass(frozen=True, slots=True)
class Filling:
    """The handlers."""

    given: Given

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/demands/fill`."""
        return await self._page(request)

    async def form(self, request: web.Request) -> web.Response:
        """`GET /admin/demands/form?region=&sort=&year=&format=`: the table of a year, with the numbers there are."""
        form = request.query.get("format", "xlsx")
        if form not in MIME:
            raise Refused(404, "只能下载 CSV 或 Excel 表格。", "no-format")
        staff, tools, today = request[STAFF], self.given.tools(), self._today()
        asked = reach.asked(request, staff, tools, today)
        year = numbers.year_of(request.query.get("year", ""), today)
        months = numbers.months_of(year, today)
        async with self.given.engine.begin() as conn:
            held = await units.listing(conn, asked.regions, sort=asked.sort)
            counted = await units.counted(conn, asked.regions, months[0], months[-1], ())
            detail = {"what": f"{year} 年", "format": form, "entries": len(held)}
            await audit.record(conn, staff, Act.EXPORTED, "demands", self.given.clock(), detail)
        table = filled.form(packaged(), tools.tree, held, counted, months)
        body = await asyncio.to_thread(_file, table, form)
        headers = {"Content-Disposition": f'attachment; filename="numbers-{year}.{form}"'}
        return web.Response(body=body, content_type=MIME[form], headers=headers)

    async def bring(self, request: web.Request) -> web.Response:
        """`POST /admin/demands/fill?over=`: all of a file or nothing of it.

        A number that is there is another one only where that is meant (over=1): the form may be older than it.
        """
        staff, tools, now = request[STAFF], self.given.tools(), self.given.clock()
        async with self.given.engine.connect() as conn:
            held = await units.listing(conn, reach.regions_of(staff))
        try:
            file = await incoming(request)
            read = await _read(file.data, tools.tree, held, self._today())
        except Refused as refused:
            return await self._page(request, (refused.sentence,), status=refused.status)
        except RefusedFile as refused:
            return await self._page(request, (str(refused),), status=422)
        faults = read.faults if read.faults or read.numbers else ("文件里一个数也没有。",)
        if faults:
            return await self._page(request, faults, status=422)
        months = [month for _, month, _ in read.numbers]
        async with self.given.engine.begin() as conn:
            await units.hold(conn, {unit for unit, _, _ in read.numbers})
            kept = await units.counted(conn, reach.regions_of(staff), min(months), max(months), ())
            changed = _changed(read.numbers, kept)
            others = () if request.query.get("over") == "1" else _others(changed, kept, held)
            if changed and not others:
                await units.write(conn, changed, staff.name, now)
                detail = {"what": "填报表", "entries": len(changed)}
                await audit.record(conn, staff, Act.REPORTED, "demands", now, detail)
        if others:
            return await self._page(request, others=others, status=409)
        return web.Response(status=303, headers={"Location": f"{PATH}?done={len(changed)}"})

    async def _page(
        self, request: web.Request, faults: Sequence[str] = (), *, others: Sequence[str] = (), status: int = 200
    ) -> web.Response:
        staff, tools, today = request[STAFF], self.given.tools(), self._today()
        async with self.given.engine.connect() as conn:
            held = await units.listing(conn, reach.regions_of(staff))
        done = request.query.get("done", "")
        context = {
            "staff": face(request),
            "here": "demands",
            "regions": reach.choices(tools, staff, {unit.region for unit in held}),
            "sorts": [(sort, name) for sort, (name, _) in SORTS.items() if any(unit.sort == sort for unit in held)],
            "years": [year for year in (today.year, today.year - 1) if year >= numbers.FIRST_YEAR],
            "faults": faults,
            "others": others[: filled.MOST_FAULTS],
            "unlisted": max(len(others) - filled.MOST_FAULTS, 0),
            "most": filled.MOST_FAULTS,
            "done": int(done) if done.isascii() and done.isdecimal() and len(done) < 7 else None,
            "whole": len(held),
        }
        return render_template("admin/demands_fill.html", request, context, status=status)

    def _today(self) -> date:
        return self.given.clock().astimezone(CHINA).date()


async def _read(data: bytes, tree: RegionTree, held: Sequence[Unit], today: date) -> Filled:
    """Read a file off the loop, where no other is being read.

    Raises:
        Refused: one is.
    """
    if READING.locked():
        raise Refused(503, "正在读别人传的表，请过一分钟再传。", "busy")
    async with READING:
        return await asyncio.to_thread(filled.read, data, packaged(), tree, held, today)


def _file(table: Sheet, form: str) -> bytes:
    if len(table.rows) > MOST_ROWS:
        raise Refused(413, f"超过 {MOST_ROWS} 行，请选一个小一些的地方，或者一种一种地填。", "too-much")
    if form == "xlsx":
        return as_xlsx([table])
    return "".join(as_line(row) for row in (table.head, *table.rows)).encode("utf-8-sig")


def _changed(
    given: Mapping[tuple[int, date, str], int], kept: Mapping[int, Mapping[str, Mapping[date, int]]]
) -> dict[tuple[int, date, str], int | None]:
    return {
        (unit, month, name): number
        for (unit, month, name), number in given.items()
        if kept.get(unit, {}).get(name, {}).get(month) != number
    }


def _others(
    changed: Mapping[tuple[int, date, str], int | None],
    kept: Mapping[int, Mapping[str, Mapping[date, int]]],
    held: Sequence[Unit],
) -> list[str]:
    """Say which numbers that are there a file would change."""
    names, counts = {unit.id: unit.name for unit in held}, packaged().counts
    found = []
    for (unit, month, name), number in changed.items():
        now = kept.get(unit, {}).get(name, {}).get(month)
        if now is not None:
            what = f"{names[unit]} {counts[name].name} {month.year} 年 {month.month} 月"
            found.append(f"{what}：现在是 {now}，表里是 {number}。")
    return found
