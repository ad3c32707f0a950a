"""`/admin/pool`: who can be asked, found by what they can do, where and when; and the same as a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.dialogue.decision import Tools
from bot.store import audit, engagements, pool
from bot.store.audit import Act
from bot.store.engagements import PARTS
from bot.store.pool import WORDS, Person
from bot.web.admin.given import Given
from bot.web.admin.paging import PAGE, page_of, pager
from bot.web.admin.pool import finding, places
from bot.web.admin.pool.exports import along, form_of
from bot.web.admin.pool.finding import CHECKED, REACH, STATES, Wanted
from bot.web.admin.pool.words import WEEKDAYS, times_told
from bot.web.permissions import STAFF, face
from bot.web.sheets import Sheet
from knowledge.calendar import CHINA

OLD = timedelta(days=365)  # a check of papers is to be done again
HEAD = ("姓名", "身份", "地方", "主题", "阶段", "时间", "资质核对")


@dataclass(frozen=True, slots=True)
class Line:
    """One person in words; `checked_state` is how the mark of the check looks."""

    id: int
    name: str
    sort: str
    place: str
    topics: str
    stages: str
    times: str
    checked: str
    checked_state: str
    active: bool

    @property
    def cells(self) -> tuple[str, ...]:
        """Give the row of a table to take along."""
        return self.name, self.sort, self.place, self.topics, self.stages, self.times, self.checked


def line(one: Person, tools: Tools, today: date) -> Line:
    """Put a person into words."""
    taxonomy = tools.library.taxonomy
    topics = "、".join(taxonomy.topics[topic].name for topic in one.topics if topic in taxonomy.topics)
    stages = "、".join(taxonomy.stages[stage].name for stage in one.stages if stage in taxonomy.stages)
    place, times = places.name(tools, one.region), times_told(one.times)
    checked, state = check_told(one, today)
    sort = WORDS.get(one.sort, one.sort)
    return Line(
        one.id, one.name, sort, place, topics or "没有写", stages or "都可以", times, checked, state, one.active
    )


def check_told(one: Person, today: date) -> tuple[str, str]:
    """Say how the check of somebody's papers stands, and how that looks."""
    if one.checked_on is None:
        return "还没核对", "warn"
    on = f"{one.checked_on.year} 年 {one.checked_on.month} 月"
    return (f"{on}核对，该再核对了", "warn") if today - one.checked_on > OLD else (f"{on}核对过", "good")


@dataclass(frozen=True, slots=True)
class PoolList:
    """The handlers."""

    given: Given

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/pool?q=&region=&reach=&topic=&stage=&day=&part=&on=&sort=&checked=&state=`."""
        staff, tools, today = request[STAFF], self.given.tools(), self.given.clock().astimezone(CHINA).date()
        asked, found = await self._found(request)
        async with self.given.engine.connect() as conn:
            used = await pool.regions_used(conn, places.within(staff))
        page, chosen = page_of(request), {name: value for name, value in asdict(asked).items() if value}
        shown = found[(page - 1) * PAGE : page * PAGE]
        context = {
            "staff": face(request),
            "here": "pool",
            "asked": asked,
            "chosen": chosen,
            "regions": places.choices(staff, tools, used),
            "choices": choices(tools),
            "lines": [line(one, tools, today) for one in shown],
            "any": bool(used),
            "then": urlencode({"on": asked.on, "part": asked.part}) if asked.on else "",
            **pager("/admin/pool", chosen, page, len(shown), len(found)),
        }
        return render_template("admin/pool.html", request, context)

    async def export(self, request: web.Request) -> web.Response:
        """`GET /admin/pool/export?…&format=&contacts=1`: all that were found; contacts only where that is ticked."""
        staff, tools, now = request[STAFF], self.given.tools(), self.given.clock()
        form, whole = form_of(request), request.query.get("contacts") == "1"
        _, found = await self._found(request)
        async with self.given.engine.begin() as conn:
            reached = await pool.contacts(conn, [one.id for one in found]) if whole else {}
            detail = {"what": "连联系方式" if whole else "不带联系方式", "entries": len(found), "format": form}
            await audit.record(conn, staff, Act.EXPORTED, "pool", now, detail)
        rows = [line(one, tools, now.astimezone(CHINA).date()).cells for one in found]
        if whole:
            rows = [(*row, reached.get(one.id, "")) for row, one in zip(rows, found, strict=True)]
        sheet = Sheet("师资与志愿者", (*HEAD, *(["联系方式"] if whole else [])), tuple(rows))
        return await along([sheet], "pool", form)

    async def _found(self, request: web.Request) -> tuple[Wanted, list[Person]]:
        staff, tools = request[STAFF], self.given.tools()
        asked = finding.wanted(places.asked(request, staff, tools), request.query, tools)
        async with self.given.engine.connect() as conn:
            people = await pool.listed(conn, places.within(staff))
            on = date.fromisoformat(asked.on) if asked.on else None
            busy = await engagements.busy(conn, on, asked.part) if on else frozenset()
        return replace(asked, reach=asked.reach if asked.region else ""), finding.matching(people, asked, tools, busy)


def choices(tools: Tools) -> list[tuple[str, str, Mapping[str, str]]]:
    """Give the filters beside search and place: name, what all of them are called, choices."""
    taxonomy = tools.library.taxonomy
    return [
        ("reach", "上级、下级都算", {key: words for key, words in REACH.items() if key != "around"}),
        ("topic", "全部主题", {one.id: one.name for one in taxonomy.topics.values()}),
        ("stage", "全部阶段", {one.id: one.name for one in taxonomy.stages.values()}),
        ("day", "哪天都行", WEEKDAYS),
        ("part", "全天", PARTS),
        ("sort", "全部身份", WORDS),
        ("checked", "资质不限", CHECKED),
        ("state", STATES[""], {"closed": STATES["closed"]}),
    ]
