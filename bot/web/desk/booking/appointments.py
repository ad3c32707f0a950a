"""One case of kind appointment: who wants to come when, what was said, and what staff decide of each booking."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.channels.web.forms import HIGHEST, fields, text_of
from bot.dialogue.decision import Tools
from bot.handoff.booking import bookings
from bot.handoff.booking.rules import AHEAD, STEPS, called, fits, may, moment, standing
from bot.handoff.desk import DeskError, UnknownCaseError
from bot.messages import Booking, Slot
from bot.store import appointments, audit, cases, thread
from bot.store.audit import Act
from bot.store.people import Staff
from bot.times import clock as hours
from bot.web.accounts import STAFF, View, face
from bot.web.desk.rows import row
from bot.web.desk.steps import timeline

WORDS = 10  # of the newest lines of the parent and of people
LOOKED_AT = 80  # lines among which those are looked for
PROPOSED = 12  # times that one may be moved to
_MARKS = {"pending": "正在送", "parked": "留着", "failed": "没送出", "withdrawn": "已收回"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A booking as the template shows it; `may` are the steps that can be taken, `others` the times to propose."""

    id: int
    what: str
    end: str
    room: str
    state: str
    standing: str
    may: frozenset[str]
    others: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the talk: who, what, when, and how it was delivered if it was not."""

    who: str
    text: str
    at: datetime
    mark: str


@dataclass(frozen=True, slots=True)
class AppointmentPages:
    """The handlers; `talk` shows the conversation itself, `tools` names places, `secret` makes the parents' names."""

    engine: AsyncEngine
    clock: Callable[[], datetime]
    tools: Callable[[], Tools]
    secret: bytes
    talk: View

    async def page(
        self,
        request: web.Request,
        *,
        kept: Mapping[str, str] | None = None,
        problem: str = "",
        about: int = 0,
        status: int = 200,
    ) -> web.StreamResponse:
        """`GET /desk/cases/{id}`: the appointment; with `?view=talk` the conversation.

        `problem` stands beside the booking `about`; `kept` is what was typed.
        """
        if request.query.get("view") == "talk" and not problem:
            return await self.talk(request)
        case_id, staff, now = int(request.match_info["id"]), request[STAFF], self.clock()
        async with self.engine.begin() as conn:
            case = await cases.find(conn, case_id, seen_by=staff)
            if case is None or case.kind != bookings.KIND:
                raise UnknownCaseError
            await audit.record_reading(conn, staff, Act.READ_CASE, f"case:{case_id}", now)
            steps = await cases.timeline(conn, case_id)
            found = await appointments.of_case(conn, case_id)
            free = await _free(conn, found, now)
            reach = thread.Reach.of(case, staff)
            said = await _said(conn, case.conversation_id, reach) if case.conversation_id else []
        others = case.state == "claimed" and case.owner_id != staff.id and not staff.leads
        context = {
            "staff": face(request),
            "case": row(case, now=now, tools=self.tools(), secret=self.secret, me=staff.id),
            "station": case.station or "",
            "outcome": case.outcome or "",
            "erased": case.conversation_id is None,
            "question": str(case.detail.get("question") or ""),
            "bookings": [_shown(one, free, now, others=others) for one in reversed(found)],
            "said": said,
            "steps": timeline(steps),
            "kept": kept or {},
            "problem": problem,
            "about": about,
            "longest": bookings.LONGEST_WORD,
        }
        return render_template("desk/appointment.html", request, context, status=status)

    async def act(self, request: web.Request) -> web.StreamResponse:
        """`POST /desk/cases/{id}/bookings/{booking}/{step}`: confirm, decline, propose, attended, missed."""
        given = await fields(request)
        kept = {name: text_of(given, name) for name in given}
        case_id, booking_id = int(request.match_info["id"]), int(request.match_info["booking"])
        try:
            async with self.engine.begin() as conn:
                await self._step(conn, request[STAFF], case_id, booking_id, request.match_info["step"], kept)
        except UnknownCaseError:
            raise
        except DeskError as error:
            return await self.page(request, kept=kept, problem=str(error), about=booking_id, status=409)
        return web.Response(status=303, headers={"Location": f"/desk/cases/{case_id}"})

    async def _step(
        self, conn: AsyncConnection, staff: Staff, case_id: int, booking_id: int, step: str, given: Mapping[str, str]
    ) -> None:
        word, now = given.get("word", ""), self.clock()
        if step == "propose":
            chosen = given.get("slot", "")
            slot_id = int(chosen) if chosen.isdecimal() and int(chosen) <= HIGHEST else 0
            await bookings.propose(conn, case_id, booking_id, staff, slot_id, word, now)
        else:
            await bookings.decide(conn, case_id, booking_id, staff, step, word, now)


async def _free(conn: AsyncConnection, found: Sequence[Booking], now: datetime) -> list[Slot]:
    """Load the times to which the bookings that wait may be moved, of their station."""
    stations = {one.slot.station_id for one in found if one.active and one.slot.starts_at > now}
    free: list[Slot] = []
    for station in sorted(stations):
        free += await appointments.free(conn, now, now + AHEAD, regions=(), station=station)
    return free


async def _said(conn: AsyncConnection, conversation_id: int, reach: thread.Reach) -> list[Said]:
    """Load the newest words of the parent and of people."""
    lines = await thread.lines(conn, conversation_id, limit=LOOKED_AT, newest=True, reach=reach)
    spoken = [line for line in lines if line.who in ("parent", "person")][-WORDS:]
    return [Said(line.author or "家长", line.text, line.at, _mark(line)) for line in spoken]


def _mark(line: thread.Line) -> str:
    word = _MARKS.get(line.state, "")
    return f"{word}：{line.reason}" if word and line.reason else word


def _shown(one: Booking, free: Sequence[Slot], now: datetime, *, others: bool) -> Shown:
    """`others`: a colleague holds the case, so that only what may be written down by anybody can be done."""
    steps = frozenset(step for step in STEPS if not may(step, one, now) and not (others and not STEPS[step].after))
    slot = one.slot
    return Shown(
        id=one.id,
        what=called(slot),
        end=hours(slot.ends_at),
        room=f"{slot.taken} 家，共 {slot.places} 个位子",
        state=one.state,
        standing=standing(one, now),
        may=steps,
        others=tuple(
            (it.id, f"{moment(it)}，{it.title}，还有 {it.left} 个位子") for it in fits(one, free, now)[:PROPOSED]
        ),
    )
