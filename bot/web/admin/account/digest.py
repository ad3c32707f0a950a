"""`/admin/digest`: the weekly digest: what is proposed, chosen, read by another person, approved; what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.web.forms import HIGHEST, fields, text_of
from bot.channels.web.refused import Refused
from bot.store import audit, digests
from bot.store.audit import Act
from bot.store.digests import Digest
from bot.store.people import Staff
from bot.web.admin.account import digest_form, digest_sheet
from bot.web.admin.account.digest_form import Typed
from bot.web.admin.given import Given
from bot.web.permissions import MAY, STAFF, face
from knowledge.calendar import CHINA
from knowledge.digest import week_of
from knowledge.editorial import RULES, STEP_WORDS, State, Step, StepError, refusal

STEPS = (Step.TAKE_BACK, Step.RETURN, Step.DROP, Step.REVIVE)  # the form saves and submits itself
READ = (Step.APPROVE, Step.RETURN)  # nobody decides on what they did not read
TAKEN = "{who}刚刚改过这一期。您写的还在这里，请看看新的一版，再存一次。"
OVER = "这一周已经过去，不能再发了。"
EMPTY = "请至少选一篇再送审。"
PAST = 26


@dataclass(frozen=True, slots=True)
class DigestPages:
    """The handlers."""

    given: Given

    async def listing(self, request: web.Request) -> web.Response:
        """`GET /admin/digest`: this week's and next week's, who has it, past ones with what became of them."""
        now, tools = self.given.clock(), self.given.tools()
        this = week_of(now.astimezone(CHINA).date())
        async with self.given.engine.connect() as conn:
            ahead = await digests.weeks(conn, this)
            who = await digest_sheet.subscribers(conn)
            past = await digest_sheet.past(conn, tools, this, now, PAST)
        context = {
            "staff": face(request),
            "here": "digest",
            "ahead": [digest_sheet.card(one, tools, now) for one in ahead],
            "missing": not ahead,
            "who": who,
            "past": past,
        }
        return render_template("admin/digest.html", request, context)

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/digest/{week}?region=`: one week's, to be changed or read, with the bubble of every group."""
        digest = await self._digest(request)
        return await self._drawn(request, digest, digest_form.shown(digest, self.given.tools()))

    async def save(self, request: web.Request) -> web.Response:
        """`POST /admin/digest/{week}`: save the draft; with step=submit send it on to be read as well."""
        given, digest = await fields(request), await self._digest(request)
        tools, me, region = self.given.tools(), request[STAFF], text_of(given, "region")
        typed = digest_form.read(given, digest.week, tools)
        if text_of(given, "step") == "look":
            return await self._drawn(request, digest, typed, region=region)
        if typed.faults:
            return await self._drawn(request, digest, typed, problem="有几处要改，改好再存一次。", status=422)
        steps = [Step.SAVE, *([Step.SUBMIT] if text_of(given, "step") == "submit" else [])]
        try:
            async with self.given.engine.begin() as conn:
                held = await self._held(conn, digest.week, _number(given))
                kept = replace(held, opening=typed.opening, entries=typed.chosen, authors=_with(held, me), note="")
                for step in steps:
                    self._allow(step, held, me, "")
                state = State.IN_REVIEW if Step.SUBMIT in steps else State.DRAFT
                values = {"body": kept.body(), "due_at": typed.due_at, "author": me.name, "approved_by": ""}
                await self._write(conn, held, me, steps[-1], state=state.value, **values)
        except StepError as error:
            fresh = await self._digest(request)
            return await self._drawn(request, fresh, typed, problem=str(error), status=409)
        raise web.HTTPSeeOther(_address(digest.week, steps[-1]))

    async def check(self, request: web.Request) -> web.Response:
        """`POST /admin/digest/{week}/check`: what is wrong with what is typed, and its bubbles; kept nowhere."""
        given, digest, tools = await fields(request), await self._digest(request), self.given.tools()
        typed = digest_form.read(given, digest.week, tools)
        context = {
            "typed": typed,
            "sections": digest_sheet.groups(digest, typed, tools, ()),
            "previews": digest_sheet.previews(digest, typed, tools, text_of(given, "region")),
        }
        return render_template("admin/digest_checked.html", request, context)

    async def step(self, request: web.Request) -> web.Response:
        """`POST /admin/digest/{week}/{step}`: take back, return with words, give up, take up again."""
        return await self._take(request, Step(request.match_info["step"]))

    async def approve(self, request: web.Request) -> web.Response:
        """`POST /admin/digest/{week}/approve`: somebody who wrote none of it lets it go out at its time."""
        return await self._take(request, Step.APPROVE)

    async def _take(self, request: web.Request, step: Step) -> web.Response:
        given, digest, me = await fields(request), await self._digest(request), request[STAFF]
        words = text_of(given, "words").strip()[:300]
        try:
            async with self.given.engine.begin() as conn:
                held = await self._held(conn, digest.week, _number(given) if step in READ else digest.saved)
                self._allow(step, held, me, words)
                state = RULES[step].to or State(held.state)
                approved = me.name if step is Step.APPROVE else ""
                body = held.body(note=words if step is Step.RETURN else "")
                await self._write(conn, held, me, step, state=state.value, body=body, approved_by=approved)
        except StepError as error:
            fresh = await self._digest(request)
            typed = digest_form.shown(fresh, self.given.tools())
            return await self._drawn(request, fresh, typed, problem=str(error), words=words, status=409)
        raise web.HTTPSeeOther(_address(digest.week, step))

    async def _write(self, conn: AsyncConnection, held: Digest, me: Staff, step: Step, **values: Any) -> None:
        now = self.given.clock()
        await digests.change(conn, held.week, seen=held.saved, at=now, **values)
        await audit.record(conn, me, Act.DIGEST, f"每周一条 {held.week}", now, {"what": STEP_WORDS[step]})

    async def _held(self, conn: AsyncConnection, week: date, seen: int) -> Digest:
        """Lock the digest as it was read; who comes late is told."""
        held = await digests.find(conn, week, locked=True)
        if held is None or held.saved != seen:
            raise StepError(TAKEN.format(who=held.author or "同事" if held else "同事"))
        return held

    def _allow(self, step: Step, held: Digest, me: Staff, words: str) -> None:
        """Refuse what may not be done. Who wrote any of it does not approve it, and what is going out stays."""
        if held.state not in set(State):
            raise StepError("这一期已经在发了，不能再改。")
        now = self.given.clock().astimezone(CHINA).date()
        if week_of(now) > held.week:
            raise StepError(OVER)
        if step is Step.APPROVE and not digest_sheet.anything(held, self.given.tools()):
            raise StepError("选的文章都不在用了，请先退回去重选。")
        # A draft that is to be submitted in one go is still a draft here.
        if why := refusal(step, State(held.state), me.id, _judged_by(step, held), words):
            raise StepError(why)

    async def _digest(self, request: web.Request) -> Digest:
        try:
            week = date.fromisoformat(request.match_info["week"])
        except ValueError:
            raise Refused(404, "没有这一周的。", "no-week") from None
        async with self.given.engine.connect() as conn:
            found = await digests.find(conn, week)
        if found is None:
            raise Refused(404, "这一周的还没有备好，过十分钟再来看。", "no-digest")
        return found

    async def _drawn(
        self,
        request: web.Request,
        digest: Digest,
        typed: Typed,
        *,
        problem: str = "",
        words: str = "",
        status: int = 200,
        region: str = "",
    ) -> web.Response:
        tools, me = self.given.tools(), request[STAFF]
        now = self.given.clock()
        over = week_of(now.astimezone(CHINA).date()) > digest.week
        region = region or request.query.get("region", "")
        may = {
            step.value: digest.state in set(State)
            and not over
            and not refusal(step, State(digest.state), me.id, _judged_by(step, digest), "…")
            for step in (Step.SAVE, *STEPS, Step.APPROVE)
        }
        async with self.given.engine.connect() as conn:
            sent = await digests.used(conn, digest.week - timedelta(weeks=8), digest.week)
        context = {
            "staff": face(request),
            "here": "digest",
            "digest": digest,
            "card": digest_sheet.card(digest, tools, now),
            "typed": typed,
            "may": may,
            "wrote": me.id in digest.authors,
            "publishes": me.role in MAY["publish"],
            "sections": digest_sheet.groups(digest, typed, tools, sent),
            "titles": [one.title for one in tools.library.entries.values()],
            "days": [(str(n), digest_form.DAYS[n]) for n in range(7)],
            "hours": [(str(n), f"{n}:00") for n in digest_form.HOURS],
            "regions": digest_sheet.regions(tools),
            "region": region,
            "previews": digest_sheet.previews(digest, typed, tools, region),
            "problem": problem,
            "words": words,
            "done": request.query.get("done", ""),
        }
        return render_template("admin/digest_week.html", request, context, status=status)


def _judged_by(step: Step, held: Digest) -> tuple[int, ...]:
    """Whose it is for the rules. A week can be given up by anybody: nothing that somebody doubts should go out."""
    return () if step is Step.DROP else held.authors


def _with(held: Digest, me: Staff) -> tuple[int, ...]:
    return tuple(dict.fromkeys((*held.authors, me.id)))


def _number(given: Mapping[str, object]) -> int:
    value = text_of(given, "saved")
    return min(int(value), HIGHEST) if value.isascii() and value.isdecimal() and len(value) < 19 else -1


def _address(week: date, step: Step) -> str:
    return f"/admin/digest/{week}?done={step.value}"
