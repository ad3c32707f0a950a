"""Every saving of a thing, one of them beside what is live; any of them brought back as the draft."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.channels.web.forms import fields, text_of
from bot.channels.web.refused import Refused
from bot.store import changes
from bot.web.admin.given import Given
from bot.web.admin.listings.pages import Services, back, number_of, title_of
from bot.web.permissions import STAFF, face
from knowledge import amend
from knowledge.differences import differences, names_of
from knowledge.editorial import STATE_WORDS, STEP_WORDS, StepError


@dataclass(frozen=True, slots=True)
class History:
    """The handlers."""

    given: Given
    services: Services

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/services/{sort}/{id}/history?version=`: every saving, one of them beside what is live."""
        stands, tools = await self.services.stands(request), self.given.tools()
        chosen = next((one for one in stands.versions if str(one.id) == request.query.get("version")), None)
        chosen = chosen or (stands.versions[0] if stands.versions else None)
        thing = amend.decode(stands.sort, chosen.body)[0] if chosen is not None and chosen.body is not None else None
        context = {
            "staff": face(request),
            "here": "services",
            "stands": stands,
            "title": title_of(stands),
            "chosen": chosen,
            "states": STATE_WORDS,
            "steps": STEP_WORDS,
            "differences": differences(stands.live, thing, names_of(tools.library)) if chosen is not None else (),
        }
        return render_template("admin/service_history.html", request, context)

    async def restore(self, request: web.Request) -> web.Response:
        """`POST /admin/services/{sort}/{id}/restore`: make an earlier version the draft."""
        given, me, stands = await fields(request), request[STAFF], await self.services.stands(request)
        version = next((one for one in stands.versions if str(one.id) == text_of(given, "version")), None)
        thing = amend.decode(stands.sort, version.body)[0] if version is not None and version.body is not None else None
        if thing is None:
            raise Refused(400, "请选一版来恢复。", "version")
        seen, now = number_of(text_of(given, "seen")), self.given.clock()
        try:
            async with self.given.engine.begin() as conn:
                body, title = amend.encode(thing), amend.title(stands.sort, thing)
                await changes.save(
                    conn, me, stands.sort, stands.key, body, title=title, seen=seen, now=now, origin="restore"
                )
                await self.services.trail(conn, me, stands, "restore")
        except StepError as error:
            return await self.services.draw(
                request, await self.services.stands(request), problem=str(error), status=409
            )
        return back(stands.sort, stands.key, "restore")
