"""The exam's questions that editors added: which there are, which count, and whether the live release passes them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.channels.web.forms import HIGHEST, fields, text_of
from bot.channels.web.refused import Refused
from bot.dialogue.decision import Tools
from bot.store import audit, exam_questions
from bot.store.audit import Act
from bot.store.exam_questions import Kept
from bot.web.accounts import face
from bot.web.admin.asking.reasons import VERDICTS
from bot.web.admin.asking.releases import Releases
from bot.web.admin.given import Given
from bot.web.permissions import STAFF
from indexes.engine import SearchEngine
from indexes.sitting import Result, sit


@dataclass(slots=True)
class Exams:
    """The handlers. What the live release makes of the questions is remembered until either is another."""

    given: Given
    releases: Releases
    _of: tuple[Any, ...] = ()
    _results: list[Result] = field(default_factory=list)

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/exam`: all of them."""
        async with self.given.engine.connect() as conn:
            kept = await exam_questions.listed(conn)
        engine, tools = await self.releases.open("")
        results = await self._sat(engine, kept) if engine is not None else []
        added = request.query.get("added", "")
        shown = [_line(one, results[at] if results else None, tools) for at, one in enumerate(kept)]
        context = {
            "staff": face(request),
            "here": "exam",
            "lines": shown,
            "active": sum(one.active for one in kept),
            "failing": sum(line["right"] is False and line["active"] for line in shown),
            "added": int(added) if added.isascii() and added.isdecimal() and len(added) < 19 else 0,
        }
        return render_template("admin/exam.html", request, context)

    async def turn(self, request: web.Request) -> web.Response:
        """`POST /admin/exam/{id}`: let a question count, or not."""
        number = int(request.match_info["id"])
        on = text_of(await fields(request), "active") == "1"
        if number > HIGHEST:
            raise Refused(404, "没有这一题。", "no-question")
        async with self.given.engine.begin() as conn:
            if await exam_questions.turn(conn, number, on=on) is None:
                raise Refused(404, "没有这一题，请重新打开考题看看。", "no-question")
            await audit.record(conn, request[STAFF], Act.EXAM, f"exam:{number}", self.given.clock(), {"active": on})
        raise web.HTTPSeeOther(f"/admin/exam#q-{number}")

    async def _sat(self, engine: SearchEngine, kept: list[Kept]) -> list[Result]:
        asked = tuple((one.id, one.at) for one in kept)
        name = (engine.release.digest, engine.dense_ready, engine.limits, asked)
        if self._of != name:
            self._results = await asyncio.to_thread(sit, engine, [one.question for one in kept])
            self._of = name
        return self._results


def _line(one: Kept, result: Result | None, tools: Tools) -> dict[str, Any]:
    asked, library = one.question, tools.library
    stage = library.taxonomy.stages.get(asked.stage or "")
    told = [tools.tree.name(asked.region) if asked.region else "", stage.name if stage else ""]
    return {
        "id": one.id,
        "text": asked.question,
        "context": asked.context,
        "of": " · ".join(filter(None, told)),
        "wanted": "、".join(_title(id_, tools) for id_ in (*asked.entries, *asked.listings)) or "库里没有，不该硬答",
        "right": result.right if result else None,
        "got": (result.first.title if result.first else "什么也没找到") if result else "",
        "verdict": VERDICTS[result.verdict] if result else "",
        "author": one.author,
        "at": one.at,
        "active": one.active,
    }


def _title(id_: str, tools: Tools) -> str:
    """The words for what is expected; what was retired since is said to be."""
    library = tools.library
    if id_ in library.entries:
        return library.entries[id_].title
    thing = library.listings.get(id_) or library.activities.get(id_)
    return thing.name if thing is not None else "已经停用的一条"
