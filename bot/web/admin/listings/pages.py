"""The pages of services: the lists, the editor of one thing, the steps of its change, its history."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.web.forms import fields, text_of
from bot.store import audit, changes, verifications
from bot.store.audit import Act
from bot.store.people import Staff
from bot.web.admin.entries import naming
from bot.web.admin.given import Given
from bot.web.admin.listings import form as forms
from bot.web.admin.listings import standing
from bot.web.admin.listings.judging import Judged, by_thing, judged, without
from bot.web.admin.listings.lists import FILTERS, STATES, gathered, line, matching
from bot.web.admin.listings.places import options
from bot.web.admin.listings.sheet import Sheet
from bot.web.admin.listings.standing import NEW, Standing
from bot.web.admin.listings.words import COUNTER, FRESH, KINDS, NEW_WORDS, OUTCOMES, RECURRENCES, SOURCE_KINDS, TABS
from bot.web.admin.paging import PAGE, page_of, pager
from bot.web.permissions import STAFF, face
from knowledge import amend
from knowledge.amend import SORT_WORDS, Sort
from knowledge.calendar import CHINA
from knowledge.editorial import State, Step, StepError

READ = (Step.APPROVE, Step.RETURN)  # nobody decides on what they did not read
WORDS = 2000  # characters of a remark


@dataclass(frozen=True, slots=True)
class Services:
    """The handlers."""

    given: Given

    async def listing(self, request: web.Request) -> web.Response:
        """`GET /admin/services?tab=`: one sort of things; filters live in the address."""
        tab = request.query.get("tab", "listing")
        sort: Sort = next((one for one in TABS if one == tab), "listing")
        tools, now = self.given.tools(), self.given.clock()
        library, today = tools.library, now.astimezone(CHINA).date()
        chosen = {name: request.query.get(name, "").strip()[:100] for name in FILTERS[sort]}
        async with self.given.engine.connect() as conn:
            open_ = await changes.listed(conn, sort=sort)
        problems = by_thing(await self.given.findings.of(library), library)
        everything = gathered(sort, library, open_)
        found = matching(everything, chosen, tools, problems, today)
        page = page_of(request)
        shown = found[(page - 1) * PAGE : page * PAGE]
        context = {
            "staff": face(request),
            "here": "services",
            "sort": sort,
            "tabs": [(one, SORT_WORDS[one], len(amend.of(library, one))) for one in TABS],
            "new_words": NEW_WORDS[sort],
            "counter": COUNTER[sort],
            "chosen": chosen,
            "filtered": any(chosen.values()),
            "regions": options(library, tools.tree),
            "choices": _choices(sort),
            "lines": [line(one, tools, problems, now) for one in shown],
            "problem_count": sum(one.key in problems for one in everything),
            "open_count": len(open_),
            **pager("/admin/services", {"tab": sort, **chosen}, page, len(shown), len(found)),
        }
        return render_template("admin/service_list.html", request, context)

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/services/{sort}/{id}`: the form, what is on its way, what parents would read."""
        return await self.draw(request, await self.stands(request))

    async def save(self, request: web.Request) -> web.Response:
        """`POST /admin/services/{sort}/{id}`: keep a draft, send it to review, or only look at what is typed."""
        said = await fields(request)
        given = {name: text_of(said, name) for name in said}
        step = given.pop("step", "look")
        dropped = step.removeprefix("drop-") + "-"
        given = {name: value for name, value in given.items() if not f"{name}-".startswith(dropped)}
        stands, tools = await self.stands(request), self.given.tools()
        body = forms.read(stands.sort, given, stands.body, tools.library, tools.tree)
        seen = number_of(given.get("seen", ""))
        if step not in ("save", "submit"):
            return await self.draw(request, stands, body, seen=seen, more=step == "more")
        look = await self._look(stands, body)
        if look.thing is None:
            words = "还有没写全的地方，写好了再存。"
            return await self.draw(request, stands, body, seen=seen, look=look, problem=words, status=422)
        try:
            key, came = await self._keep(request[STAFF], stands, look, seen, submit=step == "submit")
        except StepError as error:
            late = await self.stands(request)
            return await self.draw(request, late, body, seen=late.seen, look=look, problem=str(error), status=409)
        return back(stands.sort, key, came)

    async def step(self, request: web.Request) -> web.Response:
        """`POST /admin/services/{sort}/{id}/{step}`: remark, return, approve, take back, give up, retire, revive."""
        given, me, stands = await fields(request), request[STAFF], await self.stands(request)
        words, seen = text_of(given, "words").strip()[:WORDS], number_of(text_of(given, "seen"))
        name = request.match_info["step"]
        try:
            async with self.given.engine.begin() as conn:
                await self._take(conn, me, stands, name, words, seen)
                await self.trail(conn, me, stands, name)
        except StepError as error:
            late = await self.stands(request)
            return await self.draw(request, late, problem=str(error), words=words, status=409)
        return back(stands.sort, stands.key, name)

    async def _take(self, conn: AsyncConnection, me: Staff, stands: Standing, name: str, words: str, seen: int) -> None:
        now = self.given.clock()
        if name == "retire":
            if stands.live is None:
                raise StepError("这一条已经不在用了。")
            if not words:
                raise StepError("请写一句为什么停用，审的人要看。")
            title = amend.title(stands.sort, stands.live)
            number = await changes.save(conn, me, stands.sort, stands.key, None, title=title, seen=seen, now=now)
            await changes.take(conn, number, me, Step.SUBMIT, now, words=f"要停用：{words}")
            return
        step = Step(name)
        number = (stands.revivable if step is Step.REVIVE else stands.open.id if stands.open else None) or 0
        if not number:
            raise StepError("这一条刚刚已经定下来了。请重新打开看看。")
        if step in READ and not seen:
            raise StepError("请先打开看过这一版，再定。")
        whole = stands.open is None or stands.open.body is None
        if step is Step.SUBMIT and not whole and (await self._look(stands, stands.body)).count:
            raise StepError("还有要改的地方，改好了再送审。")
        await changes.take(conn, number, me, step, now, words=words, seen=seen)

    async def stands(self, request: web.Request) -> Standing:
        """Find where the thing of an address stands."""
        sort, key = cast("Sort", request.match_info.get("sort", "listing")), request.match_info["id"]
        async with self.given.engine.connect() as conn:
            return await standing.find(conn, sort, key, self.given.tools().library)

    async def draw(
        self,
        request: web.Request,
        stands: Standing,
        body: Mapping[str, Any] | None = None,
        *,
        seen: int | None = None,
        look: Judged | None = None,
        problem: str = "",
        words: str = "",
        more: bool = False,
        call: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> web.Response:
        """Draw the page of a thing; `body` is what was typed, `call` what was typed of a call."""
        tools = self.given.tools()
        shown = stands.body if body is None else body
        look = look or (await self._look(stands, shown) if shown else Judged(None))
        leaving = await asyncio.to_thread(without, stands.sort, stands.key, tools.library) if stands.leaving else ()
        async with self.given.engine.connect() as conn:
            calls = await verifications.of_listing(conn, stands.key) if stands.sort == "listing" else []
        context = {
            "staff": face(request),
            "here": "services",
            "stands": stands,
            "typing": stands.typing or body is not None,  # what was typed stays, though it cannot be kept now
            "sheet": Sheet(tools, stands, shown, look, request[STAFF], self.given.clock(), more),
            "judged": look,
            "title": title_of(stands),
            "sort_words": SORT_WORDS[stands.sort],
            "new_words": NEW_WORDS[stands.sort],
            "seen": stands.seen if seen is None else seen,
            "problem": problem,
            "words": words,
            "said": request.query.get("said", "") if request.method == "GET" else "",
            "leaving": leaving,
            "calls": calls,
            "outcomes": OUTCOMES,
            "call": call or {},
        }
        return render_template("admin/service_form.html", request, context, status=status)

    async def _look(self, stands: Standing, body: Mapping[str, Any]) -> Judged:
        """Let the rules look at what is typed, off the loop."""
        return await asyncio.to_thread(judged, stands.sort, stands.key, body, self.given.tools().library)

    async def _keep(self, me: Staff, stands: Standing, look: Judged, seen: int, *, submit: bool) -> tuple[str, str]:
        """Save what was typed and, where nothing is wrong, send it on; the id and what came of it."""
        assert look.thing is not None  # noqa: S101 - the caller has looked
        body, title = amend.encode(look.thing), amend.title(stands.sort, look.thing)
        now, ready = self.given.clock(), submit and not look.count
        async with self.given.engine.begin() as conn:
            key = await self._named(conn, stands.sort, body, title) if stands.new else stands.key
            body["id"] = key
            same = not stands.new and body == (stands.open.body if stands.open else dict(stands.body))
            if same and stands.open is None and stands.live is not None:
                return key, "same"
            number = stands.open.id if stands.open is not None else 0
            if not same or seen != stands.seen or not number:
                number = await changes.save(conn, me, stands.sort, key, body, title=title, seen=seen, now=now)
                await self.trail(conn, me, Standing(stands.sort, key), "save")
            if ready:
                await changes.take(conn, number, me, Step.SUBMIT, now)
        return key, ("submit" if ready else "unready") if submit else "save"

    async def _named(self, conn: AsyncConnection, sort: Sort, body: Mapping[str, Any], title: str) -> str:
        """Make an id that nothing of this sort has or ever had."""
        first = str(body.get("region") or "source")
        known = {change.key for change in await changes.listed(conn, tuple(State), sort=sort)}
        taken = {NEW, *known, *amend.of(self.given.tools().library, sort)}
        return naming.free(naming.slug(first, title), taken)

    async def trail(self, conn: AsyncConnection, me: Staff, stands: Standing, what: str) -> None:
        """Write down who did what with which thing."""
        await audit.record(conn, me, Act.KNOWLEDGE, f"{stands.sort}:{stands.key}", self.given.clock(), {"what": what})


def _choices(sort: Sort) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Give the filters beside search and place: field, what all of them are called, choices."""
    state = ("state", "全部状态", list(STATES.items()))
    if sort == "listing":
        return [
            ("kind", "全部种类", list(KINDS.items())),
            ("fresh", "核实没核实", [(name, words) for name, (_, words) in FRESH.items()]),
            ("number", "有没有号码", [("yes", "有号码"), ("no", "没有号码")]),
            ("hours", "时间知不知道", [("yes", "知道时间"), ("no", "不知道时间")]),
            state,
        ]
    if sort == "activity":
        return [("rule", "什么时候办", list(RECURRENCES.items())), state]
    return [("kind", "全部种类", list(SOURCE_KINDS.items())), state] if sort == "source" else [state]


def number_of(text: str) -> int:
    """Read a number of ours that a form brings back; what is none is 0."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def back(sort: str, key: str, said: str) -> web.Response:
    """Lead back to the page of a thing, which says what came of it."""
    return web.Response(status=303, headers={"Location": f"/admin/services/{sort}/{key}?said={said}"})


def title_of(stands: Standing) -> str:
    """Give the words by which people know a thing."""
    if stands.new:
        return NEW_WORDS[stands.sort]
    thing = stands.live or amend.decode(stands.sort, dict(stands.body))[0]
    return amend.title(stands.sort, thing) if thing is not None else "还没有名字"
