"""Somebody of the pool is asked for one or more half days; what they said, and how many came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.web.refused import Refused
from bot.store import audit, engagements
from bot.store.audit import Act
from bot.store.engagements import STEPS, Engagement, State
from bot.store.people import Staff
from bot.store.pool import Person
from bot.web.admin.given import Given
from bot.web.admin.pool import form
from bot.web.admin.pool.incoming import back, id_of, typed
from bot.web.admin.pool.person import Drawn, PersonPages
from bot.web.admin.pool.words import MOST_PEOPLE, number, on_day
from bot.web.permissions import STAFF
from knowledge.calendar import CHINA

MOST_WEEKS = 20
NOTHING_ELSE: tuple[Engagement, ...] = ()
_TRAIL = {State.ASKED: "再请一次", State.AGREED: "答应了", State.DECLINED: "来不了", State.DONE: "办过了"}


@dataclass(frozen=True, slots=True)
class Asking:
    """The handlers."""

    given: Given
    pages: PersonPages

    async def ask(self, request: web.Request) -> web.Response:
        """`POST /admin/pool/{id}/engagements`: a half day, or the same of some weeks on end.

        Who already has something then is asked only if that is meant: two colleagues who ask at once wait for each
        other here, and the second is told.
        """
        staff, tools, now, given = request[STAFF], self.given.tools(), self.given.clock(), await typed(request)
        read = form.engagement(given, staff, tools, now.astimezone(CHINA).date())
        weeks = number(given.get("weeks", "") or "1", MOST_WEEKS)
        if not weeks:
            read.faults["weeks"] = f"请写 1 到 {MOST_WEEKS}。"
        if read.faults or weeks is None:
            return await self.pages.draw(request, Drawn(asking=given, asking_faults=read.faults, status=422))
        first = read.values.pop("on_day")
        days = [first + timedelta(weeks=week) for week in range(weeks)]
        async with self.given.engine.begin() as conn:
            one = await self.pages.load(conn, request, lock=True)
            problem, clash = await _barred(conn, one, days, read.values["part"], given)
            if not problem:
                await self._write(conn, staff, one.id, days, read.values)
        if problem:
            drawn = Drawn(asking=given, problem=problem, clash=clash, status=409)
            return await self.pages.draw(request, drawn)
        return back(f"/admin/pool/{one.id}", said="asked")

    async def _write(
        self, conn: AsyncConnection, staff: Staff, pool_id: int, days: Sequence[date], values: Mapping[str, Any]
    ) -> None:
        now = self.given.clock()
        for on in days:
            await engagements.add(conn, staff, pool_id, now, on_day=on, **values)
        what = f"请 {on_day(days[0])}" + (f"起 {len(days)} 周" if len(days) > 1 else "")
        await audit.record(conn, staff, Act.ENGAGED, f"pool:{pool_id}", now, {"what": what})

    async def move(self, request: web.Request) -> web.Response:
        """`POST /admin/pool/{id}/engagements/{engagement}`: what came of it; what is done has its number of people."""
        staff, now, given = request[STAFF], self.given.clock(), await typed(request)
        at, people = id_of(request, "engagement"), number(given.get("people", ""), MOST_PEOPLE)
        step, was = given.get("step", ""), given.get("was", "")
        async with self.given.engine.begin() as conn:
            one = await self.pages.load(conn, request, lock=True)
            found = await engagements.find(conn, one.id, at)
            if found is None:
                raise Refused(404, "没有这一场，地址可能写错了。", "no-engagement")
            problem, clash = _wrong(found, step, was, people, now.astimezone(CHINA).date()), NOTHING_ELSE
            if not problem and step == State.ASKED:
                problem, clash = await _barred(conn, one, [found.on_day], found.part, given, but=at)
            if not problem:
                values: dict[str, Any] = {"state": step, "people": people if step == State.DONE else None}
                if not await engagements.move(conn, staff, at, now, was=was, **values):
                    problem = _MOVED
            if not problem:
                what = f"{on_day(found.on_day)}{_TRAIL[State(step)]}"
                await audit.record(conn, staff, Act.ENGAGED, f"pool:{one.id}", now, {"what": what})
        if problem:
            status = 409 if problem == _MOVED or step == State.ASKED else 422
            shown = given.get("people", "")[:20]
            drawn = Drawn(problem=problem, at=at, people=shown, clash=clash, status=status)
            return await self.pages.draw(request, drawn)
        return back(f"/admin/pool/{one.id}", said="moved")


_MOVED = "刚刚有同事记过这一场，请看过再记。"


def _wrong(found: Engagement, step: str, was: str, people: int | None, today: date) -> str:
    """Say why this cannot follow; "" where it can."""
    if found.state != was or step not in STEPS.get(was, ()):
        return _MOVED
    if step != State.DONE:
        return ""
    if found.on_day > today:
        return "还没到这一天，办过了再记人次。"
    return "请写来了多少人，没有人来就写 0。" if people is None else ""


async def _barred(
    conn: AsyncConnection, one: Person, days: Sequence[date], part: str, given: Mapping[str, str], *, but: int = 0
) -> tuple[str, tuple[Engagement, ...]]:
    """Say why somebody cannot be asked for some half days ("" where they can), and what they have there already."""
    if not one.active:
        return "这一位不再请了。要请的话，先点“重新请”。", NOTHING_ELSE
    clash = [it for on in days for it in await engagements.clashes(conn, one.id, on, part, but=but)]
    return (_told(clash) if clash and given.get("anyway") != "1" else ""), tuple(clash)


def _told(clash: Sequence[Engagement]) -> str:
    """Say what somebody already has."""
    said = "；".join(f"{on_day(it.on_day)}在{it.place}，{it.topic}" for it in clash[:3])
    return f"这半天已经有安排了：{said}。换一天，或者勾上“还是要请”。"
