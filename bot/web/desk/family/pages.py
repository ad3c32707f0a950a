"""The pages of families' files: the list of one's own, one file, its print view and its PDF. Every reading is kept."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.channels.web.forms import fields, text_of
from bot.dialogue.decision import Tools
from bot.handoff import desk
from bot.handoff.desk import DeskError, UnknownCaseError
from bot.handoff.family import consent as consents
from bot.handoff.family import files as steps
from bot.handoff.family.pairing import ROLES
from bot.handoff.family.visits import WAYS
from bot.handoff.family.writing import ANSWERS, HELPERS, SECTIONS
from bot.handoff.outcomes import OF_FILES
from bot.privacy import pseudonym
from bot.store import audit, cases, follow_ups
from bot.store import files as stored
from bot.store.audit import Act
from bot.store.cases import Case
from bot.store.events import CaseTag
from bot.store.follow_ups import Listed
from bot.store.people import Staff
from bot.times import day, when
from bot.web.accounts import STAFF, face
from bot.web.desk.family import pdf as file_pdf
from bot.web.desk.family.pairs import pairs
from bot.web.desk.family.paper import paper
from bot.web.desk.family.sheet import SIDES, Sheet, ahead, answer_words, badge, changed, late_by, load, past, readers
from bot.web.desk.family.steps import take
from knowledge.calendar import CHINA
from knowledge.model import Duty


@dataclass(frozen=True, slots=True)
class FilePages:
    """The handlers; `tools` gives the live library for places, stages and the duty table."""

    engine: AsyncEngine
    clock: Callable[[], datetime]
    tools: Callable[[], Tools]
    secret: bytes

    async def listing(self, request: web.Request) -> web.Response:
        """`GET /desk/files`: the files one is in, what is overdue first."""
        closed, now = request.query.get("view") == "closed", self.clock()
        async with self.engine.connect() as conn:
            found = await follow_ups.files_of(conn, request[STAFF], closed=closed, now=now)
        rows = [self._row(one, request[STAFF], now) for one in found]
        context = {"staff": face(request), "waiting": 0, "rows": rows, "closed": closed}
        return render_template("desk/files.html", request, context)

    async def page(self, request: web.Request) -> web.Response:
        """`GET /desk/cases/{id}` of kind file."""
        return await self._page(request)

    async def open_file(self, request: web.Request) -> web.Response:
        """`POST /desk/cases/{id}/file`: open the file of the family one is talking with."""
        case_id = _case_id(request)
        try:
            async with self.engine.begin() as conn:
                file_id = await steps.open_file(conn, case_id, request[STAFF], self.clock())
        except UnknownCaseError:
            raise
        except DeskError as error:
            context = {"staff": face(request), "waiting": 0, "problem": str(error), "back": f"/desk/cases/{case_id}"}
            return render_template("desk/file_refused.html", request, context, status=409)
        return _to(f"/desk/cases/{file_id}")

    async def act(self, request: web.Request) -> web.Response:
        """`POST /desk/cases/{id}/{step}`: a file only knows being taken over by a colleague in it."""
        try:
            if request.match_info["step"] != "claim":
                message = "档案在这一页里办，这一步用不上。"
                raise DeskError(message)
            async with self.engine.begin() as conn:
                await desk.claim(conn, _case_id(request), request[STAFF], self.clock())
        except UnknownCaseError:
            raise
        except DeskError as error:
            return await self._page(request, problem=str(error))
        return _to(f"/desk/cases/{_case_id(request)}")

    async def step(self, request: web.Request) -> web.Response:
        """`POST /desk/cases/{id}/file/{step}`: one step, one transaction; with a refusal what was typed comes back."""
        raw = await fields(request)
        given = {name: text_of(raw, name) for name in raw}
        step = request.match_info["step"]
        try:
            async with self.engine.begin() as conn:
                where = await take(conn, _case_id(request), request[STAFF], step, given, self.clock(), self._duties())
        except UnknownCaseError:
            raise
        except DeskError as error:
            return await self._page(request, typed=given, failed=step, problem=str(error))
        return _to(f"/desk/cases/{_case_id(request)}#{where}")

    async def print_view(self, request: web.Request) -> web.Response:
        """`GET /desk/cases/{id}/file/print`: the file as a page for the printer."""
        now = self.clock()
        async with self.engine.begin() as conn:
            sheet = await self._sheet(conn, request, Act.PRINTED)
        context = {"paper": paper(sheet, request[STAFF].name, now), "notice": file_pdf.NOTICE, "id": sheet.case.id}
        return render_template("desk/file_print.html", request, context)

    async def pdf(self, request: web.Request) -> web.Response:
        """`GET /desk/cases/{id}/file/pdf`: the file to be kept or sent on, written beside the loop."""
        now = self.clock()
        async with self.engine.begin() as conn:
            sheet = await self._sheet(conn, request, Act.PRINTED)
        body = await asyncio.to_thread(file_pdf.render, paper(sheet, request[STAFF].name, now), now)
        name = f"file-{sheet.case.id}-{now.astimezone(CHINA):%Y%m%d}.pdf"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(body=body, content_type="application/pdf", headers=headers)

    async def _page(
        self, request: web.Request, *, typed: Mapping[str, str] | None = None, failed: str = "", problem: str = ""
    ) -> web.Response:
        now, staff = self.clock(), request[STAFF]
        async with self.engine.begin() as conn:
            sheet = await self._sheet(conn, request, Act.READ_FILE)
            colleagues = await stored.colleagues(conn, staff, frozenset(steps.DESK_ROLES))
        context = _shown(sheet, staff, now) | {
            "staff": face(request),
            "waiting": 0,
            "colleagues": colleagues,
            "duties": self._offices(sheet.case),
            "key": secrets.token_urlsafe(12),
            "typed": typed or {},
            "failed": failed,
            "problem": problem,
        }
        return render_template("desk/file.html", request, context, status=409 if problem else 200)

    async def _sheet(self, conn: AsyncConnection, request: web.Request, act: Act) -> Sheet:
        """Load a file that this person is in, and write down that they read or printed it."""
        staff, now = request[STAFF], self.clock()
        case = await cases.find(conn, _case_id(request), seen_by=staff)
        sheet = await load(conn, case, self._names(case)) if case and case.kind == "file" else None
        if sheet is None:
            raise UnknownCaseError
        if act is Act.PRINTED:
            await audit.record(conn, staff, act, f"case:{sheet.case.id}", now)
        else:
            await audit.record_reading(conn, staff, act, f"case:{sheet.case.id}", now)
        return sheet

    def _names(self, case: Case) -> dict[str, str]:
        tools = self.tools()
        stage = tools.library.taxonomy.stages.get(case.stage or "")
        place = tools.tree.name(case.region) if case.region else ""
        return {"who": self._who(case.conversation_id, case.id), "place": place, "stage": stage.name if stage else ""}

    def _who(self, conversation_id: int | None, case_id: int) -> str:
        return f"家长 {pseudonym(self.secret, str(conversation_id or case_id))[:4]} "

    def _duties(self) -> Mapping[str, Duty]:
        return self.tools().library.duties

    def _offices(self, case: Case) -> list[tuple[str, str]]:
        """The duty table of the family's place, nearest first: who is responsible for what."""
        tree = self.tools().tree
        chain = tree.chain(case.region) if case.region else ("china",)
        near = sorted(
            (one for one in self._duties().values() if one.region in chain), key=lambda one: chain.index(one.region)
        )
        return [(one.id, f"{one.department}（{one.problem}）") for one in near]

    def _row(self, one: Listed, staff: Staff, now: datetime) -> dict[str, object]:
        """A file as the list shows it."""
        late = one.next_at is not None and one.next_at <= now and one.state != "closed"
        until = datetime.combine(one.until, time(), CHINA) if one.until else None
        overdue_plan = until is not None and until + timedelta(days=1) <= now and one.state != "closed"
        return {
            "id": one.id,
            "who": f"{self._who(one.conversation_id, one.id)}一家",
            "level": one.level,
            "consent": consents.WORDS[one.consent],
            "given": one.consent == "given",
            "owner": "我负责" if one.owner_id == staff.id else f"{one.owner or '没有人'}负责",
            "outcome": one.outcome or "",
            "next": (late_by(one.next_at, now) if late else when(one.next_at, now)) if one.next_at else "",
            "what": one.next_what or "",
            "late": late,
            "until": day(one.until) if one.until else "",
            "until_late": overdue_plan,
            "opened": one.opened_at,
        }


def _case_id(request: web.Request) -> int:
    return int(request.match_info["id"])


def _to(address: str) -> web.Response:
    return web.Response(status=303, headers={"Location": address})


def _shown(sheet: Sheet, staff: Staff, now: datetime) -> dict[str, object]:
    """What the page shows of a file, and what this person may do."""
    case, consent = sheet.case, sheet.file.consent
    return {
        "sheet": sheet,
        "case": case,
        "consent": consent,
        "consent_words": consents.WORDS[consent],
        "consent_day": f"{sheet.file.consent_at.astimezone(CHINA):%Y-%m-%d}" if sheet.file.consent_at else "",
        "asking": consents.ASKING,
        "month_day": day,
        "owner": case.owner_id == staff.id,
        "open": case.state != "closed",
        "writable": not consents.refusal(consent, case.state),
        "sections": SECTIONS,
        "states": consents.STATES,
        "plan_sides": consents.SIDES,
        "sides": [
            (name, *SIDES[name], [one for one in sheet.aides if one.side == name and one.ended_day is None])
            for name in HELPERS
        ],
        "pairs": pairs(sheet, now),
        "roles": ROLES,
        "ways": WAYS,
        "helpers": [one for one in sheet.aides if one.ended_day is None],
        "answers": ANSWERS,
        "referrals": [(one, *answer_words(one, now)) for one in sheet.referrals],
        "badge": badge,
        "ahead": ahead(sheet, now),
        "past": past(sheet),
        "readers": readers(sheet),
        "changed_situation": changed(sheet, CaseTag.FILE_SITUATION),
        "changed_plan": changed(sheet, CaseTag.FILE_PLAN),
        "today": f"{now.astimezone(CHINA):%Y-%m-%d}",
        "outcomes": OF_FILES,
    }
