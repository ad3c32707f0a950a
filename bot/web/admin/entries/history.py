"""All forms that an entry ever had: any two side by side, any of them brought back as a draft; who did what."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.channels.web.forms import fields, text_of
from bot.channels.web.refused import Refused
from bot.store import changes
from bot.web.admin.entries import standing
from bot.web.admin.entries.editor import Editor
from bot.web.admin.entries.form import entry_of
from bot.web.admin.entries.sheet import Sheet
from bot.web.admin.entries.standing import SORT, Standing
from bot.web.admin.saved_forms import Form, before, forms_of, named
from bot.web.permissions import STAFF, face
from knowledge import entry_files, files
from knowledge.amend import encode
from knowledge.editorial import State, Step, StepError


@dataclass(frozen=True, slots=True)
class History:
    """The handlers."""

    editor: Editor

    async def page(self, request: web.Request, *, problem: str = "", status: int = 200) -> web.Response:
        """`GET /admin/entries/{id}/history?a=&b=`: all forms, two of them compared."""
        stands = await self.editor.stands(request.match_info["id"])
        forms = await self.forms(stands)
        newer = named(forms, request.query.get("b", "")) or forms[0]
        older = named(forms, request.query.get("a", "")) or before(forms, newer)
        sheet = Sheet(self.editor.given.tools(), stands, request[STAFF])
        today = self.editor.today()
        sides = [
            entry_of(one.body, stands.key, today) if one and one.body is not None else None for one in (older, newer)
        ]
        context = {
            "staff": face(request),
            "here": "entries",
            "stands": stands,
            "sheet": sheet,
            "forms": forms,
            "older": older,
            "newer": newer,
            "differences": sheet.compared(*sides),
            "told": [standing.said(remark) for remark in reversed(stands.remarks)],
            "revivable": _revivable(stands),
            "problem": problem,
        }
        return render_template("admin/entry_history.html", request, context, status=status)

    async def restore(self, request: web.Request) -> web.Response:
        """`POST /admin/entries/{id}/restore`: make an earlier form the draft; also of what was taken out."""
        given, me, key = await fields(request), request[STAFF], request.match_info["id"]
        stands = await self.editor.stands(key)
        form = named(await self.forms(stands), text_of(given, "version"))
        if form is None or form.body is None:
            raise Refused(400, "请选一版来恢复。", "version")
        seen = text_of(given, "seen")
        body = {**form.body, "id": key}
        title, now = str(body.get("title") or stands.title), self.editor.given.clock()
        had = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else 0
        try:
            async with self.editor.given.engine.begin() as conn:
                await changes.save(conn, me, SORT, key, body, title=title, seen=had, now=now, origin="restore")
                await self.editor.trail(conn, me, key, title, "restore")
        except StepError as error:
            return await self.page(request, problem=str(error), status=409)
        return web.Response(status=303, headers={"Location": f"/admin/entries/{key}?said=restore"})

    async def revive(self, request: web.Request) -> web.Response:
        """`POST /admin/entries/{id}/revive`: what was given up or rolled back is a draft again."""
        await fields(request)
        me, key = request[STAFF], request.match_info["id"]
        stands = await self.editor.stands(key)
        change = _revivable(stands)
        if change is None:
            raise Refused(409, "这里没有可以再拿出来改的。", "nothing")
        try:
            async with self.editor.given.engine.begin() as conn:
                await changes.take(conn, change, me, Step.REVIVE, self.editor.given.clock())
                await self.editor.trail(conn, me, key, stands.title, Step.REVIVE)
        except StepError as error:
            return await self.page(request, problem=str(error), status=409)
        return web.Response(status=303, headers={"Location": f"/admin/entries/{key}?said=revive"})

    async def forms(self, stands: Standing) -> list[Form]:
        """List all forms, newest first; the live one and the packaged one where no saving has them."""
        packaged = await asyncio.to_thread(packaged_form, stands.key)
        return forms_of(stands.versions, encode(stands.live) if stands.live else None, packaged)


def packaged_form(key: str) -> dict[str, Any] | None:
    """Read the fields of an entry as they came with the program; None where it was written here."""
    if not files.SLUG.fullmatch(key):  # part of a path
        return None
    for path in files.CONTENT.glob(f"entries/*/{key}.md"):
        entry, _ = entry_files.read(path.read_text(encoding="utf-8"), path.name)
        return encode(entry) if entry else None
    return None


def _revivable(stands: Standing) -> int | None:
    """Give the number of the last change, if it was given up or rolled back and nothing is open."""
    closed = stands.closed
    return closed.change_id if closed and closed.state in (State.DROPPED, State.ROLLED_BACK) else None
