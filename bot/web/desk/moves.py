"""Giving a case to others, putting it off, taking it up again: a page of its own and its steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.channels.web.forms import fields, text_of
from bot.dialogue.decision import Tools
from bot.handoff import moving, passing, taking_back
from bot.handoff.desk import DeskError, UnknownCaseError
from bot.handoff.duty.again import Duty
from bot.handoff.steps import Step, may
from bot.store import cases, colleagues
from bot.store.cases import Case
from bot.store.people import Staff
from bot.web.accounts import STAFF, face
from bot.web.desk.rows import row
from knowledge.calendar import CHINA

MORNING = time(8, 30)


@dataclass(frozen=True, slots=True)
class Moves:
    """The handlers; `tools` gives the live library for names of departments, `duty` says who is there to wait for."""

    engine: AsyncEngine
    clock: Callable[[], datetime]
    tools: Callable[[], Tools]
    secret: bytes
    duty: Duty

    async def page(self, request: web.Request) -> web.Response:
        """`GET /desk/cases/{id}/move`: to whom, or until when."""
        return await self._page(request, {})

    async def _page(
        self, request: web.Request, given: Mapping[str, str], problem: str = "", status: int = 200
    ) -> web.Response:
        staff, now = request[STAFF], self.clock()
        async with self.engine.connect() as conn:
            case = await cases.find(conn, _case_id(request), seen_by=staff)
            if case is None:
                raise UnknownCaseError
            people = [one for one in await colleagues.reachable(conn, staff) if one.id != case.owner_id]
            stations = [one for one in await colleagues.stations_in_use(conn) if one.id != case.station_id]
        context = {
            "staff": face(request),
            "waiting": 0,
            "case": row(case, now=now, tools=self.tools(), secret=self.secret, me=staff.id),
            "people": people,
            "takes": staff.leads and case.owner_id != staff.id,
            "me": staff.id,
            "stations": stations,
            "departments": self.departments(case),
            "may": {step.value: not may(step, case, staff, now) for step in Step},
            "why": may(Step.TO_PERSON, case, staff, now),
            "given": {name: given.get(name, "") for name in ("to", "note", "until", "at", "why")},
            "step": request.match_info.get("step", ""),
            "problem": problem,
        }
        return render_template("desk/move.html", request, context, status=status)

    def departments(self, case: Case) -> list[str]:
        """List the departments that the library's duty table names for where the case is, or for everywhere."""
        tools = self.tools()
        chain = set(tools.tree.chain(case.region)) if case.region else {tools.default_region or "china", "china"}
        return sorted({duty.department for duty in tools.library.duties.values() if duty.region in chain})

    async def act(self, request: web.Request) -> web.Response:
        """`POST /desk/cases/{id}/{step}`: hand-over, snooze, rouse, reopen. What was typed is given back on refusal."""
        sent = await fields(request)
        given = {name: text_of(sent, name) for name in sent}
        try:
            async with self.engine.begin() as conn:
                back = await self._step(conn, request, given)
        except UnknownCaseError:
            raise
        except DeskError as error:
            return await self._page(request, given, str(error), 409)
        return web.Response(status=303, headers={"Location": back})

    async def take_back(self, request: web.Request) -> web.Response:
        """`POST /desk/cases/{id}/take-back`: what one has just handed over; too late, one reads who has it."""
        case_id, staff, now = _case_id(request), request[STAFF], self.clock()
        back = f"/desk/cases/{case_id}"
        try:
            async with self.engine.begin() as conn:
                await taking_back.take_back(conn, case_id, staff, now, self.duty)
        except UnknownCaseError:
            raise
        except DeskError as error:
            async with self.engine.connect() as conn:
                mine = await taking_back.handed(conn, case_id, staff, now)
            if mine is None:
                return await self._page(request, {}, str(error), 409)
            back = f"/desk?handed={case_id}"
        return web.Response(status=303, headers={"Location": back})

    async def _step(self, conn: AsyncConnection, request: web.Request, given: Mapping[str, str]) -> str:
        """Take a step; where to go after it: what was given away may be out of sight."""
        case_id, staff, now = _case_id(request), request[STAFF], self.clock()
        here = f"/desk/cases/{case_id}"
        match request.match_info["step"]:
            case "hand-over":
                return await self._hand_over(conn, case_id, staff, given, now)
            case "snooze":
                until = snoozed_until(given.get("until", ""), given.get("at", ""), now)
                await moving.snooze(conn, case_id, staff, until, given.get("why", ""), now)
                return "/desk"
            case "rouse":
                await moving.rouse(conn, case_id, staff, now)
                return here
            case _:
                await moving.reopen(conn, case_id, staff, now)
                return here

    async def _hand_over(
        self, conn: AsyncConnection, case_id: int, staff: Staff, given: Mapping[str, str], now: datetime
    ) -> str:
        to, _, whom = given.get("to", "").partition(":")
        note, number = given.get("note", ""), int(whom) if whom.isascii() and whom.isdecimal() and len(whom) < 18 else 0
        if to == "person":
            await passing.to_person(conn, case_id, staff, number, note, now, self.duty)
        elif to == "station":
            await passing.to_station(conn, case_id, staff, number, note, now, self.duty)
        elif to == "department":
            case = await cases.find(conn, case_id, seen_by=staff)
            known = whom if case is not None and whom in self.departments(case) else ""
            await passing.to_department(conn, case_id, staff, known, note, now)
            return f"/desk/cases/{case_id}"
        else:
            message = "请选转给谁。"
            raise DeskError(message)
        return f"/desk?handed={case_id}"


def snoozed_until(choice: str, own: str, now: datetime) -> datetime | None:
    """Read until when a case is put off: in an hour, tomorrow morning, or a moment of China's clock of one's own."""
    if choice == "hour":
        return now + timedelta(hours=1)
    local = now.astimezone(CHINA)
    if choice == "morning":
        return datetime.combine(local.date() + timedelta(days=1), MORNING, CHINA)
    try:
        return datetime.strptime(own, "%Y-%m-%dT%H:%M").replace(tzinfo=CHINA)
    except ValueError:
        return None


def _case_id(request: web.Request) -> int:
    return int(request.match_info["id"])
