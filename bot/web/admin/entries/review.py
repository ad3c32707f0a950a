"""An entry that is not being typed: read by a colleague beside the live form, and taken step by step."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.web.forms import fields, text_of
from bot.channels.web.refused import Refused
from bot.store import changes
from bot.store.changes import Change
from bot.store.people import Staff
from bot.web.admin.entries.checking import Looked, gone
from bot.web.admin.entries.editor import Editor
from bot.web.admin.entries.form import entry_of
from bot.web.admin.entries.sheet import Sheet, preview
from bot.web.admin.entries.standing import SORT, Standing
from bot.web.permissions import STAFF, face
from knowledge.editorial import State, Step, StepError

# What may be done with a change on its way; the form saves and submits itself.
STEPS = ("submit", "remark", "return", "approve", "take-back", "drop")
READ = (Step.APPROVE, Step.RETURN)  # nobody decides on what they did not read


@dataclass(frozen=True, slots=True)
class Review:
    """The handlers. `editor` draws what can be typed in."""

    editor: Editor

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/entries/{id}`: the form, or what is on its way beside what is live."""
        stands = await self.editor.stands(request.match_info["id"])
        return await self._drawn(request, stands)

    async def step(self, request: web.Request) -> web.Response:
        """`POST /admin/entries/{id}/{step}`: remark, return, approve, take back, give up, send on."""
        given = await fields(request)
        words, seen, step = (
            text_of(given, "words").strip()[:2000],
            _number(given.get("seen")),
            request.match_info["step"],
        )
        key = request.match_info["id"]
        stands = await self.editor.stands(key)
        if stands.open is None:
            raise Refused(409, "这一条刚刚已经定下来了。请重新打开看看。", "closed")
        try:
            await self.take(request[STAFF], stands.open, Step(step), words, seen)
        except StepError as error:
            now = await self.editor.stands(key)
            return await self._drawn(request, now, problem=str(error), words=words, status=409)
        return _back(key, step)

    async def retire(self, request: web.Request) -> web.Response:
        """`POST /admin/entries/{id}/retire`: ask that an entry be taken out, and why; a colleague must agree."""
        given, me, key = await fields(request), request[STAFF], request.match_info["id"]
        words, seen = text_of(given, "words").strip()[:2000], _number(given.get("seen"))
        stands = await self.editor.stands(key)
        if stands.live is None:
            raise Refused(409, "这一条已经不在用了。", "not-live")
        if not words:
            problem = "请写一句为什么停用，审的人要看。"
            return await self._drawn(request, stands, problem=problem, status=400)
        now = self.editor.given.clock()
        try:
            async with self.editor.given.engine.begin() as conn:
                title = stands.live.title
                number = await changes.save(conn, me, SORT, key, None, title=title, seen=seen, now=now)
                await changes.take(conn, number, me, Step.SUBMIT, now, words=f"要停用：{words}")
                await self.editor.trail(conn, me, key, title, "retire")
        except StepError as error:
            stands = await self.editor.stands(key)
            return await self._drawn(request, stands, problem=str(error), words=words, status=409)
        return _back(key, "retire")

    async def take(self, me: Staff, opened: Change, step: Step, words: str, seen: int) -> None:
        """Take a step with an open change.

        Raises:
            StepError: it is not allowed, somebody saved meanwhile, or rules still complain; the sentence says why.
        """
        if step in READ and not seen:
            raise StepError("请先打开看过这一版，再定。")
        if step is Step.SUBMIT and opened.body is not None:
            entry = entry_of(opened.body, opened.key, self.editor.today())
            if (await self.editor.look(opened.body, entry)).findings:
                raise StepError("还有要改的地方，改好了再送审。")
        now = self.editor.given.clock()
        async with self.editor.given.engine.begin() as conn:
            before = await changes.take(conn, opened.id, me, step, now, words=words, seen=seen)
            await self._approved(conn, before, step)
            await self.editor.trail(conn, me, before.key, before.title, step)

    async def _approved(self, conn: AsyncConnection, change: Change, step: Step) -> None:
        if step is Step.APPROVE:
            await changes.stamp(conn, change, self.editor.today())

    async def _drawn(
        self, request: web.Request, stands: Standing, *, problem: str = "", words: str = "", status: int = 200
    ) -> web.Response:
        opened = stands.open
        typing = stands.live is not None if opened is None else opened.state is State.DRAFT and opened.body is not None
        if typing:
            return await self.editor.draw(request, stands, problem=problem, status=status)
        tools, today = self.editor.given.tools(), self.editor.today()
        sheet = Sheet(tools, stands, request[STAFF])
        body = opened.body if opened else stands.newest
        entry = entry_of(body, stands.key, today) if body is not None else None
        leaving = opened is not None and opened.body is None
        shown = entry or stands.live
        context = {
            "staff": face(request),
            "here": "entries",
            "stands": stands,
            "sheet": sheet,
            "problem": problem,
            "words": words,
            "said": request.query.get("said", ""),
            "leaving": leaving,
            "differences": sheet.compared(stands.live, entry) if not leaving else (),
            "elsewhere": await asyncio.to_thread(gone, stands.key, tools.library) if leaving else (),
            "looked": await self.editor.look(body, entry)
            if body and entry and opened
            else (Looked(entry) if entry else None),
            **(preview(shown, tools) if shown else {"reply": None, "article": None, "asked": ""}),
        }
        return render_template("admin/entry_review.html", request, context, status=status)


def _number(value: object) -> int:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _back(key: str, said: str) -> web.Response:
    return web.Response(status=303, headers={"Location": f"/admin/entries/{key}?said={said}"})
