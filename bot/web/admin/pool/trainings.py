"""`/admin/training`: what people were trained in, year by year; one training, and who was there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.web.refused import Refused
from bot.store import audit, training
from bot.store.audit import Act
from bot.store.training import Training
from bot.web.admin.given import Given
from bot.web.admin.pool import form, places
from bot.web.admin.pool.attending import Attendee, attendees, chosen, hours_told
from bot.web.admin.pool.incoming import back, id_of, seen, typed
from bot.web.admin.pool.words import EARLIEST, LATE, number
from bot.web.permissions import STAFF, face
from knowledge.calendar import CHINA

SAID: Mapping[str, str] = {
    "added": "记下了。下面勾上来的人。",
    "saved": "存好了。",
    "ticked": "谁来了，记下了。",
    "dropped": "这一次删掉了。",
}


@dataclass(frozen=True, slots=True)
class TrainingPages:
    """The handlers."""

    given: Given

    async def listing(self, request: web.Request) -> web.Response:
        """`GET /admin/training?year=`."""
        staff, tools, today = request[STAFF], self.given.tools(), self._today()
        year = year_of(request, today)
        async with self.given.engine.connect() as conn:
            found = await training.listed(conn, date(year, 1, 1), date(year + 1, 1, 1), places.within(staff))
        context = {
            "staff": face(request),
            "here": "training",
            "year": year,
            "this_year": today.year,
            "lines": [(it, places.name(tools, it.region), hours_told(it.hours)) for it in found],
            "whole": hours_told(sum(it.hours * it.there for it in found)),
            "there": sum(it.there for it in found),
            "said": SAID.get(request.query.get("said", ""), ""),
        }
        return render_template("admin/training.html", request, context)

    async def new(self, request: web.Request) -> web.Response:
        """`GET /admin/training/new`."""
        staff, tools = request[STAFF], self.given.tools()
        blank = {"region": places.filled(staff, tools), "on_day": self._today().isoformat()}
        return self._form(request, blank, {})

    async def add(self, request: web.Request) -> web.Response:
        """`POST /admin/training/new`."""
        staff, now, given = request[STAFF], self.given.clock(), await typed(request)
        read = form.training(given, staff, self.given.tools(), self._today())
        if read.faults:
            return self._form(request, given, read.faults)
        async with self.given.engine.begin() as conn:
            made = await training.add(conn, staff, now, **read.values)
            await self._trail(conn, request, made, "新加")
        return back(f"/admin/training/{made}", said="added")

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/training/{id}?q=`: the training, and all who could have been there."""
        return await self._draw(request)

    async def save(self, request: web.Request) -> web.Response:
        """`POST /admin/training/{id}`: who saves after somebody else is told, and keeps what they typed."""
        staff, now, given = request[STAFF], self.given.clock(), await typed(request)
        read, at = form.training(given, staff, self.given.tools(), self._today()), id_of(request)
        if read.faults:
            return await self._draw(request, given, read.faults, status=422)
        async with self.given.engine.begin() as conn:
            await self._load(conn, request)
            written = await training.change(conn, staff, at, now, seen=seen(given), **read.values)
            if written:
                await self._trail(conn, request, at, "改资料")
        if not written:
            return await self._draw(request, given, problem=LATE, status=409)
        return back(f"/admin/training/{at}", said="saved")

    async def tick(self, request: web.Request) -> web.Response:
        """`POST /admin/training/{id}/there`: only what somebody changed is written, so that two can tick at once."""
        staff, now, given, at = request[STAFF], self.given.clock(), await typed(request), id_of(request)
        before, ticked = chosen(given.get("was", "").split()), chosen(form.ticked(given, "who"))
        async with self.given.engine.begin() as conn:
            await self._load(conn, request, lock=True)
            known = {one.who for one in await attendees(conn, staff, at, self.given.tools())}
            came, not_there = (ticked - before) & known, (before - ticked) & known
            await training.tick(conn, staff, at, now, came=came, not_there=not_there)
            if came or not_there:
                await self._trail(conn, request, at, f"来了加 {len(came)} 位，去掉 {len(not_there)} 位")
        kept = {"q": given["q"][:60]} if given.get("q") else {}
        return back(f"/admin/training/{at}", said="ticked", **kept)

    async def drop(self, request: web.Request) -> web.Response:
        """`POST /admin/training/{id}/drop`: takes out one that was written down by mistake; nobody was there."""
        at = id_of(request)
        async with self.given.engine.begin() as conn:
            it = await self._load(conn, request, lock=True)
            dropped = await training.drop(conn, at)
            if dropped:
                await self._trail(conn, request, at, f"删掉“{it.title}”")
        if not dropped:
            return await self._draw(request, problem="有人来过的培训不能删。记错了的话，先把勾去掉。", status=409)
        return back("/admin/training", said="dropped", year=str(it.on_day.year))

    async def _load(self, conn: AsyncConnection, request: web.Request, *, lock: bool = False) -> Training:
        found = await training.find(conn, id_of(request), places.within(request[STAFF]), lock=lock)
        if found is None:
            raise Refused(404, "没有这一次培训，地址可能写错了。", "no-training")
        return found

    async def _draw(
        self,
        request: web.Request,
        shown: Mapping[str, Any] | None = None,
        faults: Mapping[str, str] | None = None,
        *,
        problem: str = "",
        status: int = 200,
    ) -> web.Response:
        staff, tools, q = request[STAFF], self.given.tools(), request.query.get("q", "").strip()[:60]
        async with self.given.engine.connect() as conn:
            it = await self._load(conn, request)
            everybody = await attendees(conn, staff, it.id, tools)
        listed = [one for one in everybody if all(_has(one, word) for word in q.split())]
        kept = {name: getattr(it, name) for name in ("title", "on_day", "by_whom", "link", "note")}
        kept |= {"region": places.name(tools, it.region), "hours": hours_told(it.hours)}
        ours = [one.who for one in everybody if one.there]
        context = {
            "staff": face(request),
            "here": "training",
            "it": it,
            "place": places.name(tools, it.region),
            "hours": hours_told(it.hours),
            "form": shown or kept,
            "faults": faults or {},
            "problem": problem,
            "q": q,
            "listed": listed,
            "was": " ".join(one.key for one in listed if one.there),
            "elsewhere": it.there - len(ours),
            "suggested": places.suggested(staff, tools, ()),
            "said": SAID.get(request.query.get("said", ""), "") if request.method == "GET" else "",
        }
        return render_template("admin/training_one.html", request, context, status=status)

    def _form(self, request: web.Request, shown: Mapping[str, Any], faults: Mapping[str, str]) -> web.Response:
        suggested = places.suggested(request[STAFF], self.given.tools(), ())
        more = {"form": shown, "faults": faults, "suggested": suggested}
        context = {"staff": face(request), "here": "training", **more}
        return render_template("admin/training_new.html", request, context, status=422 if faults else 200)

    async def _trail(self, conn: AsyncConnection, request: web.Request, at: int, what: str) -> None:
        await audit.record(conn, request[STAFF], Act.TRAINING, f"training:{at}", self.given.clock(), {"what": what})

    def _today(self) -> date:
        return self.given.clock().astimezone(CHINA).date()


def year_of(request: web.Request, today: date) -> int:
    """Give the year that an address asks for; one that cannot be read is this one."""
    found = number(request.query.get("year", ""), today.year + 2)
    return found if found is not None and found >= EARLIEST.year else today.year


def _has(one: Attendee, word: str) -> bool:
    return any(word in words for words in (one.name, one.what, one.place))
