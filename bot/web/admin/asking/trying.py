"""Try it: a talk as a parent would have it, with the reasons of its last turn; and what should have been found."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.channels.web.forms import fields, text_of
from bot.dialogue.decision import Tools
from bot.dialogue.rehearsal import Played, Stage, rehearse
from bot.handoff.duty.placing import Placing
from bot.store import audit, exam_questions
from bot.store.audit import Act
from bot.store.database import DOWN, SQLAlchemyError
from bot.web.accounts import face
from bot.web.admin.asking import expected, reasons, thresholds
from bot.web.admin.asking.asked import Asked, Wanted, understood
from bot.web.admin.asking.releases import Releases, UnknownReleaseError
from bot.web.admin.asking.thresholds import Thresholds
from bot.web.admin.given import Given
from bot.web.permissions import STAFF
from indexes.engine import SearchEngine
from indexes.explain import Explained, explain
from knowledge.calendar import china
from knowledge.spans import parse as parse_hours

BUSY = "这会儿太忙，没有试成。您写的还在，请再试一次。"
SAMPLE = "娃半夜偷偷拿手机，第二天起不来"


@dataclass(frozen=True, slots=True)
class _Tried:
    """What a try came to; with `fault` it came to nothing."""

    played: list[Played] = field(default_factory=list)
    explained: Explained | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Trying:
    """The handlers."""

    given: Given
    releases: Releases
    measured: Thresholds = field(default_factory=Thresholds)

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/try`: the empty form; an address may bring the words along."""
        asked = Asked(says=request.query.get("says", "")[:600], release=request.query.get("release", ""))
        return await self._show(request, asked, self.given.tools())

    async def act(self, request: web.Request) -> web.Response:
        """`POST /admin/try`: try it, or keep what should have been found as a question of the exam."""
        given = await fields(request)
        asked = Asked.of(given)
        try:
            engine, tools = await self.releases.open(asked.release)
        except UnknownReleaseError as error:
            return await self._show(request, asked, self.given.tools(), {"release": str(error)})
        wanted = understood(asked, tools, self.given.clock())
        if wanted.faults:
            return await self._show(request, asked, tools, wanted.faults)
        tried = await self._tried(engine, tools, wanted)
        verdict = text_of(given, "verdict")
        faults: dict[str, str] = {}
        if verdict and tried.played:
            faults = await self._keep(request, given, verdict, tools, wanted, tried)
        return await self._show(request, asked, tools, faults, tried, engine, text_of(given, "answer"))

    async def _tried(self, engine: SearchEngine | None, tools: Tools, wanted: Wanted) -> _Tried:
        """Play the talk; a database that is busy or away is told of, and nothing is lost."""
        placing = Placing(parse_hours(self.given.settings.duty_hours), china(), lambda: tools.tree)
        try:
            played = await rehearse(
                self.given.engine, Stage(engine, tools, placing), wanted.turns, wanted.profile, wanted.at
            )
        except (*DOWN, SQLAlchemyError):
            return _Tried(fault=BUSY)
        last = played[-1]
        if engine is None or last.query is None or last.hits is None:
            return _Tried(played)
        return _Tried(played, await asyncio.to_thread(explain, engine, last.query, last.hits))

    async def _keep(
        self,
        request: web.Request,
        given: Mapping[str, object],
        verdict: str,
        tools: Tools,
        wanted: Wanted,
        tried: _Tried,
    ) -> dict[str, str]:
        """Keep a question of the exam and lead to it; what is wrong with it, by the field."""
        last, library = tried.played[-1], tools.library
        try:
            if verdict == "right":
                answer = expected.first_of(last)
            else:
                answer = "" if verdict == "none" else expected.chosen(library, tools.tree, text_of(given, "answer"))
        except expected.UnknownError as error:
            return {"answer": str(error)}
        question = expected.question(last, wanted.profile, library, answer)
        async with self.given.engine.begin() as conn:
            number = await exam_questions.add(conn, question, request[STAFF].name, self.given.clock())
            await audit.record(conn, request[STAFF], Act.EXAM, f"exam:{number}", self.given.clock())
        raise web.HTTPSeeOther(f"/admin/exam?added={number}")

    async def _show(
        self,
        request: web.Request,
        asked: Asked,
        tools: Tools,
        faults: Mapping[str, str] | None = None,
        tried: _Tried | None = None,
        engine: SearchEngine | None = None,
        answer: str = "",
    ) -> web.Response:
        taxonomy = tools.library.taxonomy
        context: dict[str, Any] = {
            "staff": face(request),
            "here": "try",
            "asked": asked,
            "faults": faults or {},
            "answer": answer,
            "sample": SAMPLE,
            "stages": [(stage.id, stage.name) for stage in taxonomy.stages.values()],
            "releases": await self.releases.choices(),
            "tried": None,
            "fault": tried.fault if tried else "",
        }
        if tried is not None and tried.played:
            context["tried"] = await self._result(tools, tried, engine)
            context["titles"] = [title for _, title in expected.titles(tools.library, tools.tree)]
        return render_template("admin/try.html", request, context, status=422 if faults else 200)

    async def _result(self, tools: Tools, tried: _Tried, engine: SearchEngine | None) -> dict[str, Any]:
        last = tried.played[-1]
        held: dict[str, Any] = {"turns": tried.played, "rows": [], "steps": [], "chart": "", "curve": ()}
        if engine is None:
            held["steps"] = reasons.steps(last, None, tools, self.given.live.limits)
            return held
        held["steps"] = reasons.steps(last, tried.explained, tools, engine.limits)
        if tried.explained is not None:
            curve = await self.measured.steps(engine)
            held["rows"] = reasons.rows(tried.explained, tools)
            held["curve"] = [(step, abs(step.at - engine.limits.first) < 1e-6) for step in curve]
            held["chart"] = thresholds.chart(curve, engine.limits.first)
            held["limit"] = engine.limits.first
            held["now"] = thresholds.at(curve, engine.limits.first)
        return held
