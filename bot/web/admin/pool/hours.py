"""`/admin/training/people`: each person's hours of a year, and who has none; trainings and hours as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.store import audit, training
from bot.store.audit import Act
from bot.store.training import Sum
from bot.web.admin.given import Given
from bot.web.admin.paging import PAGE, page_of, pager
from bot.web.admin.pool import places
from bot.web.admin.pool.attending import Attendee, hours_told, known
from bot.web.admin.pool.exports import along, form_of
from bot.web.admin.pool.trainings import year_of
from bot.web.desk.lead.figures import MIME
from bot.web.permissions import STAFF, face
from bot.web.sheets import Sheet
from knowledge.calendar import CHINA

PATH = "/admin/training/people"


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody was at in a year."""

    one: Attendee
    sum: Sum

    @property
    def hours(self) -> str:
        """Their hours as people write them."""
        return hours_told(self.sum.hours)


@dataclass(frozen=True, slots=True)
class HourPages:
    """The handlers."""

    given: Given

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/training/people?year=&none=1&q=`."""
        year, q = self._year(request), request.query.get("q", "").strip()[:60]
        everybody, page = await self._lines(request, year), page_of(request)
        none = request.query.get("none") == "1"
        fits = [one for one in everybody if all(word in _said(one) for word in q.split())]
        found = [one for one in fits if not (none and one.sum.times)]
        shown = found[(page - 1) * PAGE : page * PAGE]
        context = {
            "staff": face(request),
            "here": "training",
            "year": year,
            "this_year": self.given.clock().astimezone(CHINA).year,
            "none": none,
            "q": q,
            "everybody": len(everybody),
            "without": sum(not one.sum.times for one in everybody),
            "lines": shown,
            "exports": list(MIME),
            **pager(PATH, {"year": str(year), "none": "1" if none else "", "q": q}, page, len(shown), len(found)),
        }
        return render_template("admin/training_people.html", request, context)

    async def export(self, request: web.Request) -> web.Response:
        """`GET /admin/training/export?year=&format=`: the year's trainings, and everybody's hours."""
        staff, tools, form, year = request[STAFF], self.given.tools(), form_of(request), self._year(request)
        lines = await self._lines(request, year)
        async with self.given.engine.begin() as conn:
            held = await training.listed(conn, date(year, 1, 1), date(year + 1, 1, 1), places.within(staff))
            detail = {"what": f"{year} 年", "entries": len(lines), "format": form}
            await audit.record(conn, staff, Act.EXPORTED, "training", self.given.clock(), detail)
        trainings = [
            (it.on_day.isoformat(), it.title, places.name(tools, it.region), hours_told(it.hours), it.by_whom, it.there)
            for it in held
        ]
        each = [(it.one.name, it.one.what, it.one.place, it.sum.times, it.hours) for it in lines]
        tables = [
            Sheet("培训", ("日子", "名称", "地方", "学时", "谁办的", "来了几位"), tuple(trainings)),
            Sheet("每人学时", ("姓名", "身份", "地方", "次数", "学时"), tuple(each)),
        ]
        return await along(tables, f"training-{year}", form)

    async def _lines(self, request: web.Request, year: int) -> Sequence[Line]:
        """Give everybody of the area who is here, or was trained in that year."""
        async with self.given.engine.connect() as conn:
            sums = await training.sums(conn, date(year, 1, 1), date(year + 1, 1, 1))
            everybody = await known(conn, request[STAFF], self.given.tools())
        lines = [Line(one, sums.get(one.who, Sum())) for one in everybody]
        return [one for one in lines if one.one.active or one.sum.times]

    def _year(self, request: web.Request) -> int:
        return year_of(request, self.given.clock().astimezone(CHINA).date())


def _said(line: Line) -> str:
    return f"{line.one.name} {line.one.what} {line.one.place}"
