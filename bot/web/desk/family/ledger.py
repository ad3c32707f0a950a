"""The ledger of pairings and home visits (结对与家访): of the files one is in, and in numbers for those who lead."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.channels.web.refused import Refused
from bot.handoff.family.pairing import ROLES, ends, silent
from bot.handoff.family.visits import CONFIRMED, TOLD
from bot.privacy import pseudonym
from bot.store import audit, pairings
from bot.store.audit import Act
from bot.store.pairings import Count, Met, Pair
from bot.store.people import Staff
from bot.times import clock, day
from bot.web.accounts import STAFF, face
from bot.web.desk.family.pairs import period
from bot.web.desk.family.sheet import SIDES, late_by
from bot.web.desk.lead.figures import MIME
from bot.web.desk.lead.sheets import many
from bot.web.sheets import Sheet, as_csv, as_xlsx
from knowledge.calendar import CHINA

DONE_SINCE = timedelta(days=180)
MONTHS = 12
VIEWS: dict[str, str] = {"": "正在结对", "silent": "一个多月没联系", "ending": "快到期"}
_HEAD = ("月份", "站点", "结对", "家访", "家长说来过的")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the ledger is narrowed to: a role, a helper's name, which pairings."""

    role: str = ""
    helper: str = ""
    view: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        """Read the address; what is not known narrows nothing."""
        role, view = query.get("role", ""), query.get("view", "")
        return cls(role if role in ROLES else "", query.get("helper", "")[:200], view if view in VIEWS else "")

    def address(self, view: str) -> str:
        """Give the address of another view of the same."""
        given = {"role": self.role, "helper": self.helper, "view": view}
        kept = urlencode({name: value for name, value in given.items() if value})
        return f"/desk/pairings?{kept}" if kept else "/desk/pairings"

    def fits(self, role: str | None, helper: str | None) -> bool:
        """Whether a pairing or visit of this helper is wanted."""
        return self.role in ("", role or "") and self.helper in ("", helper or "")


@dataclass(frozen=True, slots=True)
class PairLine:
    """A pairing as the ledger shows it."""

    case_id: int
    family: str
    who: str
    role: str
    side: str
    period: str
    last: str
    silent: bool
    ends: str


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A visit as the ledger shows it; `mark` is the colour of how it stands with the parent."""

    case_id: int
    family: str
    at: str
    what: str
    who: str
    stands: str
    mark: str
    late: bool


@dataclass(frozen=True, slots=True)
class Ledger:
    """The handlers; `secret` makes the short names of families."""

    engine: AsyncEngine
    clock: Callable[[], datetime]
    secret: bytes

    async def page(self, request: web.Request) -> web.Response:
        """`GET /desk/pairings`: pairings and visits of the files one is in; numbers beneath for those who lead."""
        staff, now, asked = request[STAFF], self.clock(), Asked.of(request.query)
        async with self.engine.connect() as conn:
            pairs = await pairings.running(conn, staff)
            coming, done = await pairings.visits(conn, staff, now - DONE_SINCE)
            sheet = await _numbers(conn, staff, now) if staff.leads else None
        wanted = [self._pair(one, now) for one in pairs if asked.fits(one.role, one.who)]
        views = {"": wanted, "silent": [one for one in wanted if one.silent]}
        views["ending"] = [one for one in wanted if one.ends]
        coming, done = ([one for one in found if asked.fits(one.role, one.helper)] for found in (coming, done))
        context = {
            "staff": face(request),
            "waiting": 0,
            "asked": asked,
            "roles": ROLES,
            "names": sorted({one.who for one in pairs} | {one.helper for one in (*coming, *done) if one.helper}),
            "views": [(name, words, len(views[name]), asked.address(name)) for name, words in VIEWS.items()],
            "pairs": views[asked.view],
            "coming": [self._visit(one, now) for one in coming],
            "done": [self._visit(one, now) for one in done],
            "confirmed": sum(one.confirmed == "yes" for one in done),
            "sheet": sheet,
        }
        return render_template("desk/pairings.html", request, context)

    async def export(self, request: web.Request) -> web.Response:
        """`GET /desk/pairings/export?format=csv|xlsx`: the numbers by station and month. Who took them is kept."""
        staff, now, form = request[STAFF], self.clock(), request.query.get("format", "csv")
        if form not in MIME:
            raise Refused(404, "只能导出成 CSV 或 Excel 表格。", "no-format")
        async with self.engine.begin() as conn:
            table = await _numbers(conn, staff, now)
            await audit.record(conn, staff, Act.EXPORTED, "pairings", now, {"format": form})
        body = as_csv([table]) if form == "csv" else await asyncio.to_thread(as_xlsx, [table])
        name = f"pairings-{now.astimezone(CHINA):%Y-%m}.{form}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(body=body, content_type=MIME[form], headers=headers)

    def _family(self, conversation_id: int | None, case_id: int) -> str:
        return f"家长 {pseudonym(self.secret, str(conversation_id or case_id))[:4]} 一家"

    def _pair(self, one: Pair, now: datetime) -> PairLine:
        today, last = now.astimezone(CHINA).date(), one.last_at.astimezone(CHINA).date() if one.last_at else None
        return PairLine(
            case_id=one.case_id,
            family=self._family(one.conversation_id, one.case_id),
            who=one.who,
            role=ROLES.get(one.role, one.role),
            side=SIDES[one.side][0],
            period=period(one.since_day, one.until_day),
            last=day(last) if last else "",
            silent=silent(one.since_day, last, today),
            ends=ends(one.until_day, today),
        )

    def _visit(self, one: Met, now: datetime) -> VisitLine:
        at, late = one.done_at or one.due_at, one.done_at is None and one.due_at <= now
        local = at.astimezone(CHINA).date()
        if one.done_at is not None:
            when, stands, mark = day(local), CONFIRMED.get(one.confirmed, ""), {"yes": "good", "no": "warn"}
        else:
            stands, mark = TOLD.get(one.told, "还没有告诉家长"), {"yes": "good", "other": "warn", "untold": "warn"}
            when = late_by(at, now) if late else f"{day(local)} {clock(at)}"
        return VisitLine(
            case_id=one.case_id,
            family=self._family(one.conversation_id, one.case_id),
            at=when,
            what=one.what or "到家里坐坐",
            who=one.helper or "",
            stands="" if late else stands,
            mark=mark.get(one.confirmed if one.done_at is not None else one.told, ""),
            late=late,
        )


async def _numbers(conn: AsyncConnection, staff: Staff, now: datetime) -> Sheet:
    last = now.astimezone(CHINA).date().replace(day=1)
    first = last
    for _ in range(MONTHS - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    return table(await pairings.counts(conn, staff, first, last))


def table(counts: Sequence[Count]) -> Sheet:
    """Make the table of the numbers, the newest month first; what is so few that it may be known whose is hidden."""
    rows = tuple(
        (_month(one.month), one.station or "还没分到站点的", many(one.pairings), many(one.visits), many(one.confirmed))
        for one in counts
    )
    return Sheet("结对与家访", _HEAD, rows)


def _month(first: date) -> str:
    return f"{first.year} 年 {first.month} 月"
