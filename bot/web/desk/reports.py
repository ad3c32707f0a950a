"""Mandatory reports at the desk: the form, the sealed record with what was added, and the sheet for the police."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.channels.web.forms import clean, fields, key_of, text_of
from bot.channels.web.refused import Refused
from bot.dialogue.decision import Tools
from bot.handoff import reports
from bot.handoff.desk import DeskError, UnknownCaseError
from bot.handoff.reports import DANGER, FIELDS, POLICE, REPORTER, TRIGGERS, Report
from bot.messages import Level, Opening
from bot.store import alerts, audit, cases
from bot.store import reports as rows
from bot.store.alerts import Knock
from bot.store.audit import Act
from bot.store.cases import Case, Step
from bot.store.events import CaseTag
from bot.store.people import Staff
from bot.web.accounts import STAFF, face
from bot.web.desk.steps import standing, timeline
from bot.web.words import calendar_day, clock
from knowledge.calendar import CHINA

Alert = Callable[[int, Opening], None]
OUTCOMES = ("公安已立案", "公安已处理，未立案", "已转当地保护部门", "查过，情况不属实")
PLACES = 400  # names that the form offers


@dataclass(frozen=True, slots=True)
class Sheet:
    """A report as the templates show it. `reporter` is empty for all who may not know."""

    id: int
    level: Level
    sent: datetime
    triggers: tuple[str, ...]
    danger: str
    police: str
    unreported: bool
    facts: tuple[tuple[str, str], ...]
    region: str
    station: str
    reporter: str
    own: bool
    owner: str
    mine: bool
    may_lead: bool
    state: str
    outcome: str
    unseen: bool
    standing: str
    seal: str
    intact: bool


@dataclass(frozen=True, slots=True)
class ReportPages:
    """The handlers; `alert` knocks on the doors of those who lead, as for a crisis, and returns at once."""

    engine: AsyncEngine
    clock: Callable[[], datetime]
    tools: Callable[[], Tools]
    alert: Alert

    async def form(self, request: web.Request) -> web.Response:
        """`GET /desk/report`: the form; its first line is to call 110."""
        return self._form(request, Report(), {}, secrets.token_urlsafe(12))

    def _form(
        self, request: web.Request, report: Report, problems: Mapping[str, str], key: str, status: int = 200
    ) -> web.Response:
        context = {
            "staff": face(request),
            "triggers": TRIGGERS,
            "dangers": DANGER,
            "police": POLICE,
            "report": report,
            "problems": problems,
            "key": key,
            "places": self._places(request[STAFF]),
        }
        return render_template("desk/report_form.html", request, context, status=status)

    async def send(self, request: web.Request) -> web.Response:
        """`POST /desk/report`: seal it and alert, or say what is missing and keep what was typed."""
        given = await fields(request)
        form = await request.post()
        triggers = tuple(clean(value) for value in form.getall("triggers", []) if isinstance(value, str))
        texts = {name: text_of(given, name).strip() for name in (*FIELDS, "danger", "police")}
        report = Report(triggers=triggers, **texts)
        key = key_of(given, lambda: secrets.token_urlsafe(12))
        if missing := reports.problems(report):
            return self._form(request, report, missing, key, 422)
        place = self.tools().tree.find(report.place)
        region = place.slug if place else request[STAFF].region
        async with self.engine.begin() as conn:
            case_id, new = await reports.send(conn, request[STAFF], report, region, key, self.clock())
        if new:  # after the commit: who is alerted finds it; should we die here, the escalation sends the first round
            opening = Opening(reports.KIND, reports.level_of(report))
            self.alert(case_id, opening)
        return web.Response(status=303, headers={"Location": f"/desk/cases/{case_id}"})

    async def page(
        self,
        request: web.Request,
        *,
        kept: Mapping[str, str] | None = None,
        problem: str = "",
        about: str = "",
        status: int = 200,
    ) -> web.Response:
        """`GET /desk/cases/{id}` of a report."""
        async with self.engine.begin() as conn:
            sheet, steps = await self._load(conn, request)
        context = {
            "staff": face(request),
            "it": sheet,
            "steps": timeline(steps),
            "outcomes": OUTCOMES,
            "kept": kept or {},
            "problem": problem,
            "about": about,
        }
        return render_template("desk/report.html", request, context, status=status)

    async def sheet(self, request: web.Request) -> web.Response:
        """`GET /desk/reports/{id}/print`: the sheet for the police; that it was printed is written down."""
        staff, now = request[STAFF], self.clock()
        async with self.engine.begin() as conn:
            sheet, steps = await self._load(conn, request)
            if not sheet.own:  # the trail would name the reporter
                await audit.record(conn, staff, Act.PRINTED, f"case:{sheet.id}", now)
            actor = REPORTER if sheet.own else staff.name
            if not _just_printed(steps, actor, now):
                await cases.add_event(conn, sheet.id, CaseTag.PRINTED, actor=actor, at=now)
        context = {
            "staff": face(request),
            "it": sheet,
            "sent": _moment(sheet.sent),
            "added": [(_moment(step.at), step.detail.get("text", "")) for step in steps if step.tag == CaseTag.ADDED],
            "printed": _moment(now),
            "by": actor,
        }
        return render_template("desk/report_print.html", request, context)

    async def act(self, request: web.Request) -> web.Response:
        """`POST /desk/reports/{id}/{step}` and the same steps of `/desk/cases/{id}`."""
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
        back = "/desk" if kept.get("back") == "queue" else f"/desk/cases/{request.match_info['id']}"
        return web.Response(status=303, headers={"Location": back})

    async def _step(self, conn: AsyncConnection, request: web.Request, step: str, given: Mapping[str, str]) -> None:
        case_id, staff, now = int(request.match_info["id"]), request[STAFF], self.clock()
        match step:
            case "acknowledge":
                await reports.acknowledge(conn, case_id, staff, now)
            case "claim":
                await reports.claim(conn, case_id, staff, now)
            case "add":
                await reports.add(conn, case_id, staff, given.get("text", ""), now)
            case "close":
                outcome = "：".join(filter(None, (given.get("outcome", ""), given.get("text", "").strip())))
                await reports.close(conn, case_id, staff, outcome, now)
            case _:
                await reports.found(conn, case_id, staff)
                raise Refused(409, "强制报告不能这样办。请在它自己的页面上接手、补充或结案。", "not-for-reports")

    async def _load(self, conn: AsyncConnection, request: web.Request) -> tuple[Sheet, list[Step]]:
        case_id, staff = int(request.match_info["id"]), request[STAFF]
        case = await reports.found(conn, case_id, staff)
        if case.reporter_id != staff.id:  # that the reporter reads it would name them in the trail
            await audit.record_reading(conn, staff, Act.READ_CASE, f"case:{case_id}", self.clock())
        steps = await cases.timeline(conn, case_id)
        knock = (await alerts.knocks(conn, [case_id])).get(case_id)
        name = await rows.reporter_name(conn, case_id) if reports.knows_reporter(case, staff) else None
        return self._sheet(case, staff, name or "", knock), steps

    def _sheet(self, case: Case, staff: Staff, reporter: str, knock: Knock | None) -> Sheet:
        tools, detail = self.tools(), case.detail
        facts = ((label, str(detail.get(name) or "")) for name, label in FIELDS.items())
        return Sheet(
            id=case.id,
            level=case.level,  # type: ignore[arg-type]  # the column holds one of the levels
            sent=case.opened_at,
            triggers=tuple(trigger.words for trigger in reports.named(detail.get("triggers", ()))),
            danger=DANGER.get(detail.get("danger", ""), ""),
            police=POLICE.get(detail.get("police", ""), ""),
            unreported=detail.get("police") == "not-yet",
            facts=tuple((label, words) for label, words in facts if words),
            region=tools.tree.name(case.region) if case.region and case.region in tools.library.regions else "",
            station=case.station or "",
            reporter=reporter,
            own=reports.is_reporter(case, staff),
            owner=case.owner or "",
            mine=case.state == "claimed" and case.owner_id == staff.id,
            may_lead=staff.leads,
            state=case.state,
            outcome=case.outcome or "",
            unseen=case.unseen,
            standing=standing(knock.last) if knock and case.unseen else "",
            seal=str(detail.get("seal", ""))[:16],
            intact=reports.intact(case),
        )

    def _places(self, staff: Staff) -> list[str]:
        """Name the places that the reporter's field offers: their own region with what lies in it."""
        tree, known = self.tools().tree, self.tools().library.regions
        near = sorted(slug for slug in staff.regions if slug in known)
        return [tree.name(slug) for slug in near][:PLACES]


def _just_printed(steps: Sequence[Step], actor: str, now: datetime) -> bool:
    """Whether somebody has only opened the same sheet again."""
    last = steps[-1] if steps else None
    return last is not None and (last.tag, last.actor) == (CaseTag.PRINTED, actor) and now - last.at < audit.AGAIN


def _moment(at: datetime) -> str:
    """Write a moment for paper, in full: 2026 年 5 月 12 日 20:41."""
    return f"{calendar_day(at.astimezone(CHINA).date())} {clock(at)}"
