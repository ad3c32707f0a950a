"""Quality: drawing a sample of closed talks, marking how they were handled, and reading what was said of one's own."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.channels.web.forms import fields, text_of
from bot.dialogue.decision import Tools
from bot.handoff.desk import UnknownCaseError
from bot.handoff.kinds import TALKS
from bot.handoff.loop import WORDS
from bot.store import audit, board, cases, reviews, thread
from bot.store.audit import Act
from bot.store.cases import Case
from bot.store.people import Staff
from bot.store.reviews import CRITERIA, Marks, Pool, Review
from bot.web.accounts import STAFF, face
from bot.web.desk.lead.figures import choices
from bot.web.desk.lead.periods import quick
from bot.web.desk.rows import Row, row
from bot.web.desk.talk.shown import staff_line
from knowledge.calendar import CHINA

MOST, USUAL = 50, 10  # cases of a sample
LINES = 400  # of the talk on the page of a review
LONGEST = 1000  # characters of a comment
_SEED = re.compile(r"[\w-]{1,20}", re.ASCII)
_MARKS = {str(number): number for number in range(1, 6)}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A case of a sample with what was said of it."""

    row: Row
    closed: datetime | None
    reviews: Sequence[Review]
    mine: bool  # the reader held it: others look at it
    said: str = ""  # how content the parent was


@dataclass(frozen=True, slots=True)
class QualityPages:
    """The handlers."""

    engine: AsyncEngine
    clock: Callable[[], datetime]
    tools: Callable[[], Tools]
    secret: bytes

    async def sample(self, request: web.Request) -> web.Response:
        """`GET /desk/quality`: a sample by period, station, person, size and seed, all in the address."""
        staff, now = request[STAFF], self.clock()
        seed = request.query.get("seed", "")
        many = request.query.get("n", "")
        size = max(1, min(int(many), MOST)) if many.isascii() and many.isdigit() and len(many) < 4 else USUAL
        async with self.engine.connect() as conn:
            known = await choices(conn, staff)
            wanted = known.read(request, now)
            pool = Pool(wanted.since, wanted.until, wanted.station_id, wanted.staff_id)
            drawn = await reviews.draw(conn, staff, pool, size, seed) if _SEED.fullmatch(seed) else []
            said = await reviews.of_cases(conn, [case.id for case in drawn])
            whole = await reviews.size(conn, staff, pool)
            low = await reviews.low(conn, staff, now - board.LATELY, wanted.station_id)
            marks = await reviews.by_station(conn, staff, pool), await reviews.by_person(conn, staff, pool)
        context = {
            "staff": face(request),
            "wanted": wanted,
            "choices": known,
            "quick": quick(now.astimezone(CHINA).date()),
            "size": size,
            "seed": seed if _SEED.fullmatch(seed) else "",
            "next_seed": secrets.token_hex(3),
            "whole": whole,
            "low": [self._drawn(case, (), staff, now) for case in low],
            "drawn": [self._drawn(case, said.get(case.id, ()), staff, now) for case in drawn],
            "back": request.path_qs,
            "tables": [("各站点", "站点", _table(marks[0])), ("每个人", "谁", _table(marks[1]))],
            "criteria": CRITERIA,
            "saved": request.query.get("saved") == "1",
        }
        return render_template("desk/quality.html", request, context)

    def _drawn(self, case: Case, said: Sequence[Review], staff: Staff, now: datetime) -> Drawn:
        shown = row(case, now=now, tools=self.tools(), secret=self.secret)
        return Drawn(shown, case.closed_at, said, case.owner_id == staff.id, WORDS.get(case.satisfaction or 0, ""))

    async def page(
        self,
        request: web.Request,
        *,
        given: Mapping[str, str] | None = None,
        problem: str = "",
        status: int = 200,
    ) -> web.Response:
        """`GET /desk/quality/{id}`: the talk and the form beside it."""
        staff, now, case_id = request[STAFF], self.clock(), int(request.match_info["id"])
        async with self.engine.begin() as conn:
            case = await _closed(conn, case_id, staff)
            await audit.record_reading(conn, staff, Act.READ_CASE, f"case:{case_id}", now)
            said = (await reviews.of_cases(conn, [case_id])).get(case_id, [])
            reach = thread.Reach.of(case, staff)
            lines = await thread.lines(conn, case.conversation_id or 0, limit=LINES, newest=True, reach=reach)
        own = next((one for one in said if one.reviewer_id == staff.id), None)
        usual = {name: str(mark) for name, mark in own.marks.items()} | {"comment": own.comment} if own else {}
        context = {
            "staff": face(request),
            "case": row(case, now=now, tools=self.tools(), secret=self.secret),
            "owner": case.owner or "",
            "mine": case.owner_id == staff.id,
            "closed": case.closed_at,
            "outcome": (case.outcome or "").split("：", maxsplit=1)[0],
            "lines": [staff_line(line) for line in lines],
            "cut": len(lines) == LINES,
            "others": [one for one in said if one.reviewer_id != staff.id],
            "criteria": CRITERIA,
            "given": given if given is not None else usual,
            "problem": problem,
            "longest": LONGEST,
            "back": _inside((given or {}).get("back", "") or request.query.get("back", "")),
        }
        return render_template("desk/review.html", request, context, status=status)

    async def mark(self, request: web.Request) -> web.Response:
        """`POST /desk/quality/{id}`: keep the marks and the comment; a second time they take the place of the first."""
        form = await fields(request)
        given = {name: text_of(form, name) for name in form}
        staff, now, case_id = request[STAFF], self.clock(), int(request.match_info["id"])
        marks = {name: _MARKS[given[name]] for name in CRITERIA if given.get(name) in _MARKS}
        comment = given.get("comment", "").strip()
        async with self.engine.begin() as conn:
            case = await _closed(conn, case_id, staff, locked=True)
            problem = _problem(case, staff, marks, comment)
            if not problem:
                await reviews.keep(conn, case_id, staff, marks, comment, now)
                await audit.record(conn, staff, Act.REVIEWED, f"case:{case_id}", now, {"marks": len(marks)})
        if problem:
            return await self.page(request, given=given, problem=problem, status=409)
        back = _inside(given.get("back", ""))
        address = f"{back}{'&' if '?' in back else '?'}saved=1" if "saved=1" not in back else back
        return web.Response(status=303, headers={"Location": address})

    async def mine(self, request: web.Request) -> web.Response:
        """`GET /desk/quality/mine`: what was said of one's own cases."""
        staff = request[STAFF]
        async with self.engine.connect() as conn:
            said = await reviews.of_person(conn, staff.id)
        context = {"staff": face(request), "reviews": said, "criteria": CRITERIA}
        return render_template("desk/quality_mine.html", request, context)


async def _closed(conn: AsyncConnection, case_id: int, staff: Staff, *, locked: bool = False) -> Case:
    """Load a closed talk that somebody may see; all others are not there."""
    case = await cases.find(conn, case_id, seen_by=staff, locked=locked)
    if case is None or case.state != "closed" or case.kind not in TALKS or case.conversation_id is None:
        raise UnknownCaseError
    return case


def _problem(case: Case, staff: Staff, marks: Mapping[str, int], comment: str) -> str:
    if case.owner_id == staff.id:
        return "这一件是您自己办的，请别的同事来看。"
    if not marks and not comment:
        return "还没有打分，也没有写话。选几项，或写一句再保存。"
    if len(comment) > LONGEST:
        return f"最多写 {LONGEST} 个字，现在是 {len(comment)} 个。"
    return ""


def _table(found: Sequence[Marks]) -> list[tuple[str, int, list[str]]]:
    return [
        (one.name, one.reviews, [f"{one.means[name]:.1f}" if name in one.means else "—" for name in CRITERIA])
        for one in found
    ]


def _inside(path: str) -> str:
    """Keep the way back inside the pages of quality."""
    parts = urlsplit(path)
    inside = not parts.scheme and not parts.netloc and parts.path == "/desk/quality" and "\\" not in path
    return path if inside and not re.search(r"\s", path) else "/desk/quality"
