"""`/admin/units/{id}`: a year of one unit's numbers at a glance, typed in here; its name; closing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.channels.web.forms import fields, text_of
from bot.channels.web.refused import Refused
from bot.store import audit, units
from bot.store.audit import Act
from bot.store.units import Key, Unit, Written
from bot.web.accounts import STAFF, face
from bot.web.admin.given import Given
from bot.web.admin.offices import lines, numbers, reach, words
from bot.web.admin.offices.list import PATH
from bot.web.admin.offices.standings import months, stand
from knowledge.calendar import CHINA
from knowledge.demands import SORTS, packaged
from knowledge.terms import term_of

NAMED = 5  # fields with a fault that are named above the table
CHANGES = {"rename": "改名字", "close": "停用", "open": "重新用起来"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows besides what is kept: what was typed, what is wrong with it, where."""

    typed: Mapping[str, str] | None = None
    faults: Mapping[str, str] | None = None
    problem: str = ""
    name: str = ""
    name_problem: str = ""


@dataclass(frozen=True, slots=True)
class UnitPages:
    """The handlers."""

    given: Given

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/units/{id}?year=`."""
        return await self._page(request, request.query.get("year", ""), Shown())

    async def save(self, request: web.Request) -> web.Response:
        """`POST /admin/units/{id}`: the numbers of a year; who saves late is told, and keeps what they typed."""
        given, staff, now = await fields(request), request[STAFF], self.given.clock()
        unit, today = await self._unit(request), now.astimezone(CHINA).date()
        year = numbers.year_of(text_of(given, "year"), today)
        counts, open_months = packaged().counted_by(unit.sort), numbers.months_of(year, today)
        sent = numbers.read({name: text_of(given, name) for name in given}, counts, open_months)
        if sent.faults:
            named = "、".join(sent.wrong[:NAMED]) + ("等" if len(sent.wrong) > NAMED else "")
            problem = f"{named}要改一下再存。别的都还在。"
            return await self._page(request, str(year), Shown(sent.typed, sent.faults, problem))
        async with self.given.engine.begin() as conn:
            await units.hold(conn, [unit.id])
            held = await units.of_unit(conn, unit.id, date(year, 1, 1), date(year, 12, 31))
            late = text_of(given, "seen") != numbers.seen(held)
            changed = numbers.changed(sent, held)
            if changed and not late:
                await units.write(conn, _of(unit, changed), staff.name, now)
                detail = {"what": f"{year} 年", "entries": len(changed), "title": unit.name}
                await audit.record(conn, staff, Act.REPORTED, f"unit:{unit.id}", now, detail)
        if changed and late:
            faults = {name: why for key, (name, why) in _others(changed, held).items() if key in changed}
            who = numbers.last_author(held)
            problem = f"{who}刚才也改了这一年，和您写的不一样的格子标出来了。再按一次“存下来”，就照您写的。"
            return await self._page(request, str(year), Shown(sent.typed, faults, problem), status=409)
        return _to(unit, year=year, done=len(changed))

    async def change(self, request: web.Request) -> web.Response:
        """`POST /admin/units/{id}/{step}`: another name, closed, or in use again."""
        given, staff, now = await fields(request), request[STAFF], self.given.clock()
        unit, step = await self._unit(request), request.match_info["step"]
        name, problem = unit.name, ""
        if step == "rename":
            name = lines.name_of(text_of(given, "name"))
            problem = _name_problem(name)
        values: dict[str, Any] = {"name": name} if step == "rename" else {"active": step == "open"}
        if not problem:
            async with self.given.engine.begin() as conn:
                if await units.change(conn, unit, **values):
                    detail = {"what": CHANGES[step], "title": name}
                    await audit.record(conn, staff, Act.UNITS, f"unit:{unit.id}", now, detail)
                else:
                    problem = "这个地方已经有叫这个名字的了。"
        if problem:
            return await self._page(request, "", Shown(name=name, name_problem=problem))
        return _to(unit, done="changed")

    async def _unit(self, request: web.Request) -> Unit:
        async with self.given.engine.connect() as conn:
            unit = await units.find(conn, int(request.match_info["id"]), reach.regions_of(request[STAFF]))
        if unit is None:
            raise Refused(404, "没有这个单位，地址可能写错了。", "no-unit")
        return unit

    async def _page(self, request: web.Request, year_text: str, shown: Shown, *, status: int = 0) -> web.Response:
        unit, tools, table = await self._unit(request), self.given.tools(), packaged()
        today = self.given.clock().astimezone(CHINA).date()
        year, term = numbers.year_of(year_text, today), term_of(today)
        stands = [count.id for count in table.counts.values() if not count.sums]
        first, last = months(table.demands, term, today)
        async with self.given.engine.connect() as conn:
            held = await units.of_unit(conn, unit.id, date(year, 1, 1), date(year, 12, 31))
            counted = await units.counted(conn, {unit.region}, first, last, stands, unit.id)
        [row] = stand(table, tools.tree, [unit], counted, term, today).rows
        demands = [demand for demand, _ in row.verdicts.values()]
        context = {
            "staff": face(request),
            "here": "demands",
            "unit": unit,
            "kind": SORTS[unit.sort][0],
            "place": tools.tree.name(unit.region),
            "year": year,
            "years": [one for one in (year - 1, year + 1) if numbers.FIRST_YEAR <= one <= today.year],
            "months": range(1, 13),
            "term": term,
            "asked": [
                (words.asks(one, table), words.told(verdict, one, table.counts[one.count], term, today))
                for one, verdict in row.verdicts.values()
            ],
            "lines": _lines(
                unit, year, today, held, shown, {name for one in demands for name in (one.count, one.as_many_as)}
            ),
            "seen": numbers.seen(held),
            "last": max(held.values(), key=lambda one: one.at) if held else None,
            "shown": shown,
            "name": shown.name or unit.name,
            "done": _done(request),
        }
        status = status or (422 if shown.problem or shown.name_problem else 200)
        return render_template("admin/unit.html", request, context, status=status)


def _lines(
    unit: Unit, year: int, today: date, held: Mapping[Key, Written], shown: Shown, asked: set[str]
) -> list[dict[str, object]]:
    """Give a row for each count, what is asked first, with its twelve fields; a month to come has none."""
    typed, faults = shown.typed or {}, shown.faults or {}
    begun = set(numbers.months_of(year, today))
    counts = packaged().counted_by(unit.sort)
    made: list[dict[str, object]] = []
    for count in sorted(counts, key=lambda one: one.id not in asked):
        cells = []
        for month in (date(year, number, 1) for number in range(1, 13)):
            name, kept = numbers.field_of(count, month), held.get((month, count.id))
            value = typed.get(name, "" if kept is None else str(kept.number))
            cells.append((name if month in begun else "", month.month, value, faults.get(name, "")))
        made.append({"count": count, "asked": count.id in asked, "cells": cells})
    return made


def _others(changed: Mapping[Key, int | None], held: Mapping[Key, Written]) -> dict[Key, tuple[str, str]]:
    """Say what stands now where somebody else has written another number."""
    table = packaged().counts
    return {
        key: (
            numbers.field_of(table[key[1]], key[0]),
            f"现在是 {held[key].number}（{held[key].author}）" if key in held else "现在空着",
        )
        for key in changed
    }


def _name_problem(name: str) -> str:
    if not name:
        return "请写上名字。"
    return f"名字最多 {lines.LONGEST} 个字。" if len(name) > lines.LONGEST else ""


def _of(unit: Unit, changed: Mapping[Key, int | None]) -> dict[tuple[int, date, str], int | None]:
    return {(unit.id, month, name): number for (month, name), number in changed.items()}


def _to(unit: Unit, *, done: int | str, year: int = 0) -> web.Response:
    where = f"{PATH}/{unit.id}?done={done}" + (f"&year={year}" if year else "")
    return web.Response(status=303, headers={"Location": where})


def _done(request: web.Request) -> str:
    value = request.query.get("done", "")
    return value if value == "changed" or (value.isascii() and value.isdecimal() and len(value) < 5) else ""
