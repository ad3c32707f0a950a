"""One person of the pool: added, changed, papers checked, closed. Opening the page is reading how to reach them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.web.refused import Refused
from bot.dialogue.decision import Tools
from bot.store import audit, engagements, pool, training
from bot.store.audit import Act
from bot.store.engagements import PARTS, Engagement
from bot.store.pool import WORDS, Person
from bot.store.training import Who
from bot.web.admin.given import Given
from bot.web.admin.pool import form, places
from bot.web.admin.pool.incoming import back, id_of, seen, typed
from bot.web.admin.pool.lists import line
from bot.web.admin.pool.rows import rows
from bot.web.admin.pool.words import LATE, WEEKDAYS
from bot.web.permissions import STAFF, face
from knowledge.calendar import CHINA

SAID: Mapping[str, str] = {
    "added": "记下了。",
    "saved": "存好了。",
    "again": "存好了。姓名或身份改了，资质要重新核对。",
    "check": "资质核对记下了。",
    "uncheck": "核对的记录撤回了。",
    "close": "以后不再请这一位。",
    "reopen": "又可以请这一位了。",
    "asked": "这一场记下了。",
    "moved": "结果记下了。",
}
UNCHECKED: Mapping[str, Any] = {"checked_on": None, "checked_by": ""}
STEPS = ("check", "uncheck", "close", "reopen")
_TRAIL = {"check": "核对资质", "uncheck": "撤回核对", "close": "不再请", "reopen": "重新请"}


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a page shows beside what is kept: what was typed and why it was not taken.

    `clash` are what somebody already has in the half days they are asked for; `at` is the engagement that was moved.
    """

    typed: Mapping[str, Any] | None = None
    faults: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    asking: Mapping[str, str] | None = None
    asking_faults: Mapping[str, str] = field(default_factory=dict)
    clash: tuple[Engagement, ...] = ()
    at: int = 0
    people: str = ""
    status: int = 200


@dataclass(frozen=True, slots=True)
class PersonPages:
    """The handlers."""

    given: Given

    async def new(self, request: web.Request) -> web.Response:
        """`GET /admin/pool/new`."""
        staff, tools = request[STAFF], self.given.tools()
        blank = {"region": places.filled(staff, tools), "topics": [], "stages": [], "times": []}
        return await self._form(request, blank)

    async def add(self, request: web.Request) -> web.Response:
        """`POST /admin/pool/new`: somebody of the same name at the same place is taken for the same person."""
        staff, tools, now, given = request[STAFF], self.given.tools(), self.given.clock(), await typed(request)
        read = form.person(given, staff, tools)
        if not read.faults:
            async with self.given.engine.begin() as conn:
                there = await pool.listed(conn, [read.values["region"]])
                if not any(one.name == read.values["name"] for one in there):
                    number = await pool.add(conn, staff, now, **read.values)
                    await audit.record(conn, staff, Act.POOL, f"pool:{number}", now, {"what": "新加"})
                    return back(f"/admin/pool/{number}", said="added")
            read.faults["name"] = "这个地方已经有一位同名的。是另一位的话，请写得分得开，比如“周老师（二中）”。"
        return await self._form(request, form.kept(given), read.faults)

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/pool/{id}`."""
        return await self.draw(request)

    async def save(self, request: web.Request) -> web.Response:
        """`POST /admin/pool/{id}`: who saves after somebody else is told, and keeps what they typed."""
        staff, tools, now, given = request[STAFF], self.given.tools(), self.given.clock(), await typed(request)
        read, number = form.person(given, staff, tools), id_of(request)
        if read.faults:
            await self._there(request)
            return await self.draw(request, Drawn(form.kept(given), read.faults, status=422))
        async with self.given.engine.begin() as conn:
            one = await self.load(conn, request, lock=True)
            again = one.checked_on is not None and _another(one, read.values)
            values = {**read.values, **(UNCHECKED if again else {})}
            written = await pool.change(conn, staff, number, now, seen=seen(given), **values)
            if written:
                what = "改资料" + ("，资质要重新核对" if again else "")
                await audit.record(conn, staff, Act.POOL, f"pool:{number}", now, {"what": what})
        if not written:
            return await self.draw(request, Drawn(form.kept(given), problem=LATE, status=409))
        return back(f"/admin/pool/{number}", said="again" if again else "saved")

    async def step(self, request: web.Request) -> web.Response:
        """`POST /admin/pool/{id}/{check|uncheck|close|reopen}`: closing may erase how to reach them."""
        staff, now, given = request[STAFF], self.given.clock(), await typed(request)
        name, number = request.match_info["step"], id_of(request)
        steps: dict[str, dict[str, Any]] = {
            "check": {"checked_on": now.astimezone(CHINA).date(), "checked_by": staff.name},
            "uncheck": dict(UNCHECKED),
            "close": {"active": False} | ({"contact": ""} if given.get("erase") == "1" else {}),
            "reopen": {"active": True},
        }
        values = steps[name]
        async with self.given.engine.begin() as conn:
            await self.load(conn, request)
            written = await pool.change(conn, staff, number, now, seen=seen(given), **values)
            if written:
                what = _TRAIL[name] + ("，删掉联系方式" if "contact" in values else "")
                await audit.record(conn, staff, Act.POOL, f"pool:{number}", now, {"what": what})
        if not written:
            return await self.draw(request, Drawn(problem="刚刚有同事改过这一页，请看过再做。", status=409))
        return back(f"/admin/pool/{number}", said=name)

    async def load(self, conn: AsyncConnection, request: web.Request, *, lock: bool = False) -> Person:
        """Load the person of an address.

        Raises:
            Refused: there is none, or none of theirs; it looks the same.
        """
        found = await pool.find(conn, id_of(request), places.within(request[STAFF]), lock=lock)
        if found is None:
            raise Refused(404, "名单里没有这一位，地址可能写错了。", "no-person")
        return found

    async def _there(self, request: web.Request) -> None:
        async with self.given.engine.connect() as conn:
            await self.load(conn, request)

    async def draw(self, request: web.Request, drawn: Drawn = Drawn()) -> web.Response:
        """Draw the page of a person; that somebody read how to reach them stands in the trail."""
        staff, tools, now = request[STAFF], self.given.tools(), self.given.clock()
        today = now.astimezone(CHINA).date()
        async with self.given.engine.begin() as conn:
            one = await self.load(conn, request)
            contact = (await pool.contacts(conn, [one.id])).get(one.id, "")
            await audit.record_reading(conn, staff, Act.READ_POOL, f"pool:{one.id}", now)
            half_days = await engagements.of_person(conn, one.id)
            trainings = await training.of_one(conn, Who("pool", one.id))
            used = await pool.regions_used(conn, places.within(staff))
        context = {
            "staff": face(request),
            "here": "pool",
            "one": one,
            "line": line(one, tools, today),
            "contact": contact,
            "rows": rows(half_days, one.times, staff, tools, today),
            "trainings": [(it, places.theirs(staff, it.region)) for it in trainings],
            "today": today.isoformat(),
            "form": drawn.typed or _kept(one, contact, tools),
            "asking": drawn.asking
            or {
                "region": places.name(tools, one.region),
                "on_day": request.query.get("on", "")[:10],
                "part": request.query.get("part", "")[:10],
            },
            "drawn": drawn,
            "said": SAID.get(request.query.get("said", ""), "") if request.method == "GET" else "",
            **choices(staff, tools, used),
        }
        return render_template("admin/pool_person.html", request, context, status=drawn.status)

    async def _form(
        self, request: web.Request, shown: Mapping[str, Any], faults: Mapping[str, str] | None = None
    ) -> web.Response:
        staff, tools = request[STAFF], self.given.tools()
        async with self.given.engine.connect() as conn:
            used = await pool.regions_used(conn, places.within(staff))
        more = {"staff": face(request), "here": "pool", "form": shown, "faults": faults or {}}
        context = {**more, **choices(staff, tools, used)}
        return render_template("admin/pool_new.html", request, context, status=422 if faults else 200)


def choices(staff: Any, tools: Tools, used: list[str]) -> dict[str, Any]:
    """Give what a form of a person lets choose."""
    taxonomy = tools.library.taxonomy
    groups = [
        (name, [one for one in taxonomy.topics.values() if one.group == key]) for key, name in taxonomy.groups.items()
    ]
    return {
        "sorts": WORDS,
        "topic_groups": groups,
        "stages": list(taxonomy.stages.values()),
        "weekdays": WEEKDAYS,
        "halves": PARTS,
        "suggested": places.suggested(staff, tools, used),
        "topic_names": [one.name for one in taxonomy.topics.values()],
    }


def _another(one: Person, values: Mapping[str, Any]) -> bool:
    """Whether what was checked was the papers of another name, or for another role."""
    return bool(values["name"] != one.name or values["sort"] != one.sort)


def _kept(one: Person, contact: str, tools: Tools) -> dict[str, Any]:
    """Give what is kept of a person as a form shows it."""
    lists = {"topics": one.topics, "stages": one.stages, "times": one.times}
    told = {"name": one.name, "sort": one.sort, "region": places.name(tools, one.region)}
    return {**told, "contact": contact, "note": one.note, **lists}
