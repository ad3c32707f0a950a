"""The audit trail for administrators: searched, read, taken along. Reading it leaves no trace, taking it along does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import audit, people, stations, trail
from bot.store.audit import DETAILS, WORDS, Act, Trace
from bot.store.trail import Search
from bot.web.accounts import STAFF, face
from bot.web.admin.given import Given
from bot.web.admin.keeping.families import WAYS
from bot.web.admin.keeping.subjects import WHAT, Subjects
from bot.web.admin.paging import PAGE, page_of, pager
from bot.web.sheets import as_line
from knowledge.calendar import CHINA

USUAL = timedelta(days=30)
LONGEST = 60  # of words that are searched for
_WORDS: dict[str, Mapping[Any, str]] = {
    "way": WAYS,
    "role": {role.value: words for role, words in people.WORDS.items()},
}
_WORDS["what"] = WHAT
HEAD = ("时间", "谁", "做了什么", "对什么", "细节")


@dataclass(frozen=True, slots=True)
class TrailPages:
    """The handlers."""

    given: Given

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/trail?from=&to=&name=&act=&case=&q=`: who read or changed what, newest first."""
        now, page = self.given.clock(), page_of(request)
        async with self.given.engine.connect() as conn:
            subjects = await self._subjects(conn)
            search, problem = wanted(request.query, now, subjects)
            total, rows = await trail.found(conn, search, first=(page - 1) * PAGE, limit=PAGE)
            names = await trail.names(conn)
        chosen = {name: request.query.get(name, "").strip() for name in ("from", "to", "name", "act", "case", "q")}
        last = search.until.astimezone(CHINA).date() - timedelta(days=1)
        context = {
            "staff": face(request),
            "here": "trail",
            "chosen": chosen,
            "first_day": search.since.astimezone(CHINA).date(),
            "last_day": last,
            "problem": problem,
            "names": names,
            "acts": [(act.value, words) for act, words in WORDS.items()],
            "rows": [told(one, subjects) for one in rows],
            **pager("/admin/trail", chosen, page, len(rows), total),
        }
        return render_template("admin/trail.html", request, context)

    async def export(self, request: web.Request) -> web.StreamResponse:
        """`GET /admin/trail/export?…`: all that was searched for as CSV, written as it is read."""
        staff, now = request[STAFF], self.given.clock()
        async with self.given.engine.begin() as conn:
            subjects = await self._subjects(conn)
            search, _ = wanted(request.query, now, subjects)
            detail = {"from": search.since.isoformat(), "to": search.until.isoformat()}
            await audit.record(conn, staff, Act.EXPORTED, "trail", now, detail)
        response = web.StreamResponse(headers={"Content-Disposition": 'attachment; filename="trail.csv"'})
        response.content_type, response.charset = "text/csv", "utf-8"
        await response.prepare(request)
        await response.write("\ufeff".encode() + _line(HEAD))  # Excel takes the file for UTF-8 by the mark
        async with self.given.engine.connect() as conn:
            async for one in trail.all_of(conn, search):
                row = told(one, subjects)
                await response.write(_line((row.at.astimezone(CHINA).isoformat(" ", "seconds"), *row.words)))
        await response.write_eof()
        return response

    async def _subjects(self, conn: AsyncConnection) -> Subjects:
        library = self.given.tools().library
        return Subjects.of(library, await stations.listing(conn), await people.everybody(conn))


@dataclass(frozen=True, slots=True)
class Told:
    """A row of the trail in words; `to` is where the thing stands that it is about, if it has a page."""

    at: datetime
    name: str
    act: str
    about: str
    detail: str
    to: str

    @property
    def words(self) -> tuple[str, ...]:
        """Give what stands beside the time."""
        return self.name, self.act, self.about, self.detail


def told(one: Trace, subjects: Subjects) -> Told:
    """Put a row into words; short words of the details that nobody put into Chinese are for machines."""
    title = str(one.detail.get("title") or "")
    about = subjects.told(one.subject, title)
    given = [
        (DETAILS[name], _WORDS.get(name, {}).get(str(value), value))
        for name, value in one.detail.items()
        if name in DETAILS and not (name == "title" and title in about.words)
    ]
    said = [(name, value) for name, value in given if not (name == DETAILS["what"] and str(value).isascii())]
    detail = "；".join(f"{name}：{value}" for name, value in said if value not in (None, "", []))
    act = WORDS[Act(one.act)] if one.act in set(Act) else one.act
    return Told(one.at, one.name, act, about.words, detail, about.address)


def wanted(query: Mapping[str, str], now: datetime, subjects: Subjects) -> tuple[Search, str]:
    """Read what is searched for, the last 30 days if no days are given; and what is wrong with it, in a sentence."""
    today = now.astimezone(CHINA).date()
    problem = ""
    try:
        last = date.fromisoformat(query.get("to", "").strip() or today.isoformat())
        first = date.fromisoformat(query.get("from", "").strip() or (last - USUAL).isoformat())
    except (ValueError, OverflowError):
        first, last, problem = today - USUAL, today, "日子没有看懂，先给出近 30 天的。"
    if first > last:
        first, last, problem = last, first, "起止的日子写反了，已经替您换过来。"
    case = query.get("case", "").strip()
    subject = f"case:{case}" if case.isascii() and case.isdecimal() else ""
    if case and not subject:
        problem = "第几件要写数字。"
    since, until = _midnight(first), _midnight(min(last, date.max - timedelta(days=1)) + timedelta(days=1))
    words = query.get("q", "").strip()[:LONGEST].replace("\0", "")
    meant = subjects.meant(words) if words else None
    return Search(since, until, query.get("name", "").strip(), query.get("act", "").strip(), subject, meant), problem


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


def _line(cells: tuple[str, ...]) -> bytes:
    return as_line(cells).encode()
