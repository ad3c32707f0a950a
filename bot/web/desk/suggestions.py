"""Suggestions at the desk: the list with the figures of the closed loop, and one with its department and its answer."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.channels.web.forms import fields, text_of
from bot.dialogue.decision import Tools
from bot.handoff import desk, suggestions
from bot.handoff.desk import DeskError, UnknownCaseError
from bot.handoff.loop import KIND, WORDS, due_day, standing
from bot.handoff.suggestions import RESULTS
from bot.privacy import pseudonym
from bot.store import audit, cases
from bot.store import suggestions as rows
from bot.store.audit import Act
from bot.store.cases import Case
from bot.store.people import Staff
from bot.store.suggestions import Figures
from bot.times import day
from bot.web.accounts import STAFF, View, face
from bot.web.desk.steps import timeline
from knowledge.calendar import CHINA
from knowledge.regions import COUNTRY

VIEWS = (("open", "待答复"), ("late", "超期"), ("answered", "已答复"), ("low", "家长不满意"))
PAGE = 50
PERIOD = timedelta(days=90)  # of the figures above the list


@dataclass(frozen=True, slots=True)
class Shown:
    """A suggestion as the templates show it; `due_state` colours the day: "", soon or over."""

    id: int
    who: str
    text: str
    more: tuple[str, ...]
    listings: tuple[str, ...]
    region: str
    station: str
    standing: str
    state: str
    department: str
    owner: str
    mine: bool
    opened: datetime
    due: str
    due_state: str
    outcome: str
    rating: str
    content: bool
    erased: bool


@dataclass(frozen=True, slots=True)
class SuggestionPages:
    """The handlers; `tools` gives the live library, `secret` makes the short names of parents."""

    engine: AsyncEngine
    clock: Callable[[], datetime]
    tools: Callable[[], Tools]
    secret: bytes

    async def listing(self, request: web.Request) -> web.Response:
        """`GET /desk/suggestions`: the earliest day first, and how the closed loop goes."""
        now, staff = self.clock(), request[STAFF]
        view = request.query.get("view", "open")
        view = view if view in dict(VIEWS) else "open"
        page = int(number) if (number := request.query.get("page", "")).isdecimal() and len(number) < 6 else 0
        async with self.engine.connect() as conn:
            found = await rows.listed(conn, staff, view, now, limit=PAGE + 1, offset=page * PAGE)
            figures = await rows.figures(conn, staff, _first_day(now), now + timedelta(days=1), now)
        context = {
            "staff": face(request),
            "views": [(f"/desk/suggestions?view={key}", words, key == view) for key, words in VIEWS],
            "suggestions": [self._shown(case, staff, now) for case in found[:PAGE]],
            "figures": figures,
            "stats": _stats(figures),
            "earlier": f"/desk/suggestions?view={view}&page={page - 1}" if page else "",
            "later": f"/desk/suggestions?view={view}&page={page + 1}" if len(found) > PAGE else "",
        }
        return render_template("desk/suggestions.html", request, context)

    async def page(
        self,
        request: web.Request,
        *,
        kept: Mapping[str, str] | None = None,
        problem: str = "",
        about: str = "",
        status: int = 200,
    ) -> web.Response:
        """`GET /desk/cases/{id}`: one suggestion. `problem` stands beside the step `about`; `kept` what was typed."""
        case_id, staff, now = int(request.match_info["id"]), request[STAFF], self.clock()
        async with self.engine.begin() as conn:
            case = await cases.find(conn, case_id, seen_by=staff)
            if case is None or case.kind != KIND:
                raise UnknownCaseError
            await audit.record_reading(conn, staff, Act.READ_CASE, f"case:{case_id}", now)
            steps = await cases.timeline(conn, case_id)
        context = {
            "staff": face(request),
            "it": self._shown(case, staff, now),
            "steps": timeline(steps),
            "departments": self._departments(case),
            "suggested": self._suggested(case),
            "results": RESULTS,
            "key": secrets.token_urlsafe(12),
            "kept": kept or {},
            "problem": problem,
            "about": about,
        }
        return render_template("desk/suggestion.html", request, context, status=status)

    async def act(self, request: web.Request) -> web.Response:
        """`POST /desk/suggestions/{id}/{step}`: claim, department, progress, answer, note, close."""
        given = await fields(request)
        kept = {name: text_of(given, name) for name in given}
        step = request.match_info["step"]
        try:
            async with self.engine.begin() as conn:
                await self._step(conn, request, step, kept)
        except UnknownCaseError:
            raise
        except DeskError as error:
            return await self.page(request, kept=kept, problem=str(error), about=step, status=409)
        back = f"/desk/cases/{request.match_info['id']}"
        return web.Response(status=303, headers={"Location": back})

    def taking(self, usual: View) -> View:
        """Make the view of `POST /desk/cases/{id}/{step}`: bare words are no answer, and need a result to be one."""

        async def act(request: web.Request) -> web.StreamResponse:
            if request.match_info["step"] in ("acknowledge", "claim"):
                return await usual(request)
            given = await fields(request)
            problem = "建议不在这里回话和结案：请在下面写答复、选办理结果，或先说进展。"
            kept = {name: text_of(given, name) for name in given}
            return await self.page(request, kept=kept, problem=problem, about="answer", status=409)

        return act

    async def _step(self, conn: AsyncConnection, request: web.Request, step: str, given: Mapping[str, str]) -> None:
        case_id, staff, now = int(request.match_info["id"]), request[STAFF], self.clock()
        seen = await cases.find(conn, case_id, seen_by=staff)
        if seen is None or seen.kind != KIND:
            raise UnknownCaseError
        text, key = given.get("text", ""), given.get("key", "")
        match step:
            case "claim":
                await desk.claim(conn, case_id, staff, now)
            case "department":
                await suggestions.assign(conn, case_id, staff, given.get("department", ""), now)
            case "progress":
                await suggestions.progress(conn, case_id, staff, text, key, now)
            case "answer":
                await suggestions.answer(conn, case_id, staff, text, given.get("result", ""), key, now)
            case "note":
                await suggestions.note(conn, case_id, staff, text, now)
            case _:
                await suggestions.close(conn, case_id, staff, text, now)

    def _departments(self, case: Case) -> list[str]:
        """Name the departments of the region, nearest first, for the field's list."""
        tools = self.tools()
        chain = tools.tree.chain(_region(case, tools) or COUNTRY)
        duties = [duty for duty in tools.library.duties.values() if duty.region in chain]
        duties.sort(key=lambda duty: (chain.index(duty.region), duty.department))
        return list(dict.fromkeys(duty.department for duty in duties))

    def _suggested(self, case: Case) -> str:
        """Name the department that the duty table gives for the words; "" when it knows none."""
        tools = self.tools()
        found = tools.directory.duty(_text(case), _region(case, tools))
        return found.department if found else ""

    def _shown(self, case: Case, staff: Staff, now: datetime) -> Shown:
        tools, detail = self.tools(), case.detail
        due, due_state = _due(case, now)
        region = _region(case, tools)
        known = tools.library.listings
        return Shown(
            id=case.id,
            who=f"家长 {pseudonym(self.secret, str(case.conversation_id or case.id))[:4]}",
            text=_text(case),
            more=tuple(str(words) for words in detail.get("more", ())),
            listings=tuple(known[name].name for name in detail.get("listings", ()) if name in known),
            region=tools.tree.name(region) if region else "",
            station=case.station or "",
            standing=standing(case),
            state=case.state,
            department=case.department or "",
            owner=case.owner or "",
            mine=case.state == "claimed" and case.owner_id == staff.id,
            opened=case.opened_at,
            due=due,
            due_state=due_state,
            outcome=case.outcome or "",
            rating=WORDS.get(case.satisfaction or 0, ""),
            content=(case.satisfaction or 0) > 2,
            erased=case.conversation_id is None,
        )


def _region(case: Case, tools: Tools) -> str | None:
    """Give the region if the library that is live now still has it."""
    return case.region if case.region in tools.library.regions else None


def _text(case: Case) -> str:
    return str(case.detail.get("text") or case.reason)


def _first_day(now: datetime) -> datetime:
    return datetime.combine((now - PERIOD).astimezone(CHINA).date(), time(), CHINA)


def _due(case: Case, now: datetime) -> tuple[str, str]:
    """Say the day of the answer and how far it is, and its state for the colour."""
    on, today = due_day(case.due_at), now.astimezone(CHINA).date()
    if case.answered_at is not None or case.state == "closed":
        return "", ""
    if case.due_at < now:
        return f"{day(on)}到期，{_past(on, today)}", "over"
    left = (on - today).days
    words = ("今天到期", "明天到期")[left] if left < 2 else f"{day(on)}到期，还有 {left} 天"
    return words, "soon" if left < 2 else ""


def _past(on: date, today: date) -> str:
    days = (today - on).days
    return f"超 {days} 天" if days else "已超时"


def _stats(figures: Figures) -> list[tuple[str, str, str]]:
    """Say the figures: what, how many, and a sentence beneath."""
    share = round(100 * figures.in_time / figures.answered) if figures.answered else 0
    content = round(100 * figures.content / figures.rated) if figures.rated else 0
    return [
        ("收到", str(figures.number), "最近 90 天"),
        ("已答复", str(figures.answered), f"按期 {figures.in_time} 件，{share}%" if figures.answered else "还没有"),
        ("超期没答复", str(figures.late), "请先办这些" if figures.late else "没有拖着的"),
        ("家长评价", str(figures.rated), f"满意 {figures.content} 件，{content}%" if figures.rated else "还没有人评"),
    ]
