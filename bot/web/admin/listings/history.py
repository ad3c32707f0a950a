"""All forms that a thing ever had: any two side by side, any of them brought back as the draft."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.channels.web.forms import fields, text_of
from bot.channels.web.refused import Refused
from bot.store import changes
from bot.web.admin.given import Given
from bot.web.admin.listings.pages import Services, back, number_of, title_of
from bot.web.admin.listings.standing import Standing
from bot.web.admin.listings.words import AUDIENCES, KINDS, RECURRENCES, SOURCE_KINDS
from bot.web.admin.saved_forms import Form, before, forms_of, named
from bot.web.permissions import STAFF, face
from knowledge import amend
from knowledge.differences import differences, names_of
from knowledge.editorial import STEP_WORDS, StepError

# What people read for values that are no ids; no sort of thing uses the same value for something else.
_WORDS = {"kind": {**KINDS, **SOURCE_KINDS}, "rule": dict(RECURRENCES), "audience": dict(AUDIENCES)}


@dataclass(frozen=True, slots=True)
class History:
    """The handlers."""

    given: Given
    services: Services

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/services/{sort}/{id}/history?a=&b=`: all forms, two of them compared."""
        stands, tools = await self.services.stands(request), self.given.tools()
        forms = self.forms(stands)
        newer = named(forms, request.query.get("b", "")) or (forms[0] if forms else None)
        older = named(forms, request.query.get("a", "")) or (before(forms, newer) if newer else None)
        was, became = [
            amend.decode(stands.sort, one.body)[0] if one and one.body is not None else None for one in (older, newer)
        ]
        context = {
            "staff": face(request),
            "here": "services",
            "stands": stands,
            "title": title_of(stands),
            "forms": forms,
            "older": older,
            "newer": newer,
            "steps": STEP_WORDS,
            "differences": differences(was, became, {**names_of(tools.library), **_WORDS}),
        }
        return render_template("admin/service_history.html", request, context)

    async def restore(self, request: web.Request) -> web.Response:
        """`POST /admin/services/{sort}/{id}/restore`: make an earlier version the draft."""
        given, me, stands = await fields(request), request[STAFF], await self.services.stands(request)
        version = named(self.forms(stands), text_of(given, "version"))
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

    @staticmethod
    def forms(stands: Standing) -> list[Form]:
        """List every saving, and what is live where no saving has it."""
        return forms_of(stands.versions, amend.encode(stands.live) if stands.live else None)
