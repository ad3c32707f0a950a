"""One case: its page and its steps. Each step is one call of `bot.handoff.desk` or `moving` in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.web.forms import fields, text_of
from bot.dialogue.decision import Tools
from bot.handoff import desk, moving
from bot.handoff.desk import DeskError, UnknownCaseError
from bot.handoff.outcomes import OF_TALKS
from bot.store import canned
from bot.web.accounts import STAFF, face
from bot.web.desk.rows import row
from bot.web.desk.steps import timeline
from bot.web.desk.talk import shown as talk
from bot.web.desk.talk.finding import Finding
from bot.web.desk.talk.saying import NoRoomError, say


@dataclass(frozen=True, slots=True)
class CasePages:
    """The handlers; `tools` gives the live library for names of places and stages."""

    engine: AsyncEngine
    clock: Callable[[], datetime]
    tools: Callable[[], Tools]
    secret: bytes
    finding: Finding

    async def page(
        self, request: web.Request, *, draft: str = "", problem: str = "", asks: str = "", status: int = 200
    ) -> web.Response:
        """`GET /desk/cases/{id}`: the whole story, and what can be done.

        Without script `?q=` searches the library and `?put=` lays something ready into the draft.
        """
        now, staff = self.clock(), request[STAFF]
        async with self.engine.begin() as conn:
            story = await talk.load(conn, _case_id(request), staff, now)
            if story is None:
                raise UnknownCaseError
            ready = await canned.readable(conn, staff)
        case, lines = story.case, story.lines
        found = await self.finding.page(request, case)
        context = {
            "staff": face(request),
            "waiting": 0,
            # Where the family's data was erased nothing can come: the stream would be refused for ever.
            "stream": f"/desk/cases/{case.id}/stream" if case.conversation_id is not None else "",
            "case": row(
                case,
                now=now,
                tools=self.tools(),
                secret=self.secret,
                me=staff.id,
                knock=story.knock,
                quiet=story.quiet,
            ),
            "station": case.station or "",
            "lines": lines,
            "last": lines[-1].id if lines else 0,
            "window": story.window,
            "pushed": story.pushed,
            "steps": timeline(story.steps),
            "earlier": [(one, talk.earlier_words(one)) for one in story.earlier],
            "canned": self.finding.fill(ready, case, staff),
            **found,
            "draft": draft or found["put"],
            "key": secrets.token_urlsafe(12),
            "problem": problem,
            "slowly": asks == "slowly",
            "outcomes": OF_TALKS,
            "outcome": case.outcome if case.outcome != "erased" else "",
        }
        return render_template("desk/case.html", request, context, status=status)

    async def act(self, request: web.Request) -> web.Response:
        """`POST /desk/cases/{id}/{step}`: acknowledge, claim, messages, return, close.

        Script that sends a message is told what came of it instead of being led to the page.
        """
        given = await fields(request)
        text, script = text_of(given, "text"), "application/json" in request.headers.get("Accept", "")
        try:
            await self._step(request, {name: text_of(given, name) for name in given})
        except UnknownCaseError:
            raise
        except DeskError as error:
            asks = error.asks if isinstance(error, NoRoomError) else ""
            if script:
                return web.json_response({"error": str(error), "asks": asks}, status=409)
            return await self.page(request, draft=text, problem=str(error), asks=asks, status=409)
        if script:
            return web.json_response({"key": secrets.token_urlsafe(12)})
        home = request.match_info["step"] == "close" or text_of(given, "back") == "queue"
        part = "close" if text_of(given, "then") == "close" else "reply"
        back = "/desk" if home else f"/desk/cases/{_case_id(request)}#{part}"
        return web.Response(status=303, headers={"Location": back})

    async def _step(self, request: web.Request, given: dict[str, str]) -> None:
        case_id, staff, now = _case_id(request), request[STAFF], self.clock()
        async with self.engine.begin() as conn:
            match request.match_info["step"]:
                case "acknowledge":
                    await desk.acknowledge(conn, case_id, staff, now)
                case "claim":
                    await desk.claim(conn, case_id, staff, now)
                case "messages":
                    await say(conn, case_id, staff, given, now)
                case "return":
                    await moving.hand_back(conn, case_id, staff, now)
                case "close":
                    outcome = "：".join(filter(None, (given.get("outcome", ""), given.get("note", "").strip())))
                    await moving.close(conn, case_id, staff, outcome, now)
                case _:
                    raise web.HTTPNotFound


def _case_id(request: web.Request) -> int:
    return int(request.match_info["id"])
