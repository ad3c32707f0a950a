"""The editor of one entry: its form, what the rules say while one types, the preview, saving and sending to review.

Two people at once: who saves second is told who saved, sees the difference, and keeps what they typed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.web.forms import fields, text_of
from bot.channels.web.ports import Beside
from bot.store import audit, changes
from bot.store.audit import Act
from bot.store.people import Staff
from bot.web.admin.entries import form as forms
from bot.web.admin.entries import naming, standing
from bot.web.admin.entries.checking import Looked, looked
from bot.web.admin.entries.form import Typed
from bot.web.admin.entries.sheet import INTENTS, Rows, Sheet, preview, showable
from bot.web.admin.entries.standing import NEW, SORT, Standing
from bot.web.admin.given import Given
from bot.web.permissions import STAFF, face
from bot.web.shelf import article
from knowledge.calendar import CHINA
from knowledge.editorial import State, Step, StepError
from knowledge.model import Entry

KEPT = ("save", "submit")  # all other steps only redraw the form


@dataclass(frozen=True, slots=True)
class Editor:
    """The handlers of the form."""

    given: Given
    # Editors wait for each other, so that parents do not wait for them: both need the threads.
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    async def new(self, request: web.Request) -> web.Response:
        """`GET /admin/entries/new`: an empty form; the address may bring a title, a topic and wordings."""
        asked = forms.typed(dict(request.query))
        return await self.draw(request, Standing(NEW, None, None), asked)

    async def save(self, request: web.Request) -> web.Response:
        """`POST /admin/entries/new` and `/admin/entries/{id}`: keep a draft, send it to review, or change a row."""
        said = await fields(request)
        given = {name: text_of(said, name) for name in said}
        form, step = forms.typed(given), given.get("step", "save")
        key = request.match_info.get("id", NEW)
        stands = await self._begun(key)
        if step not in KEPT:
            titles = {entry.id: entry.title for entry in self.given.tools().library.entries.values()}
            return await self.draw(request, stands, forms.altered(form, step, titles), extra=step == "more")
        if not form.title:
            return await self.draw(request, stands, form, problem="请先写标题，再存。", status=400)
        try:
            key, outcome = await self._keep(request[STAFF], stands, form, submit=step == "submit")
        except StepError as error:
            return await self._late(request, key, form, str(error))
        return web.Response(status=303, headers={"Location": f"/admin/entries/{key}?said={outcome}"})

    async def check(self, request: web.Request) -> web.Response:
        """`POST /admin/entries/{id}/check`: what the rules and the search say of what is typed; kept nowhere."""
        said = await fields(request)
        form = forms.typed({name: text_of(said, name) for name in said})
        stands = await self._begun(request.match_info["id"])
        body, entry = self.read(stands, form)
        context = {
            "looked": await self.look(body, entry),
            **preview(entry, self.given.tools()),
            "stands": stands,
            "form": form,
        }
        return render_template("admin/entry_checked.html", request, context)

    async def article(self, request: web.Request) -> web.Response:
        """`POST /admin/entries/{id}/article`: the article's page of what is typed, in the template of parents."""
        said = await fields(request)
        form = forms.typed({name: text_of(said, name) for name in said})
        _, entry = self.read(await self._begun(request.match_info["id"]), form)
        context = {
            "article": article(showable(entry, self.given.tools()), self.given.tools()),
            "beside": Beside(place="", help=()),
            "preview": True,
            "said": "",
            "minutes": max(1, round(len(entry.full) / 350)),
            "site": "",
            "key": "",
            "code": "",
        }
        return render_template("article.html", request, context)

    async def stands(self, key: str) -> Standing:
        """Find where an entry stands."""
        async with self.given.engine.connect() as conn:
            return await standing.find(conn, key, self.given.tools().library)

    async def _begun(self, key: str) -> Standing:
        """The same; what is being written for the first time stands nowhere."""
        return Standing(NEW, None, None) if key == NEW else await self.stands(key)

    def today(self) -> date:
        """The day in China."""
        return self.given.clock().astimezone(CHINA).date()

    def read(self, stands: Standing, form: Typed) -> tuple[dict[str, Any], Entry]:
        """Give the fields that the form stands for, and the entry that they make."""
        tools = self.given.tools()
        begun = {"id": stands.key, "written": self.today().isoformat()}  # what an import or a question may leave out
        was = begun | (stands.body or stands.newest or {})

        def region(name: str) -> str:
            found = tools.tree.find(name)
            return found.slug if found else name

        body = forms.fields_of(form, tools.library, region, was)
        return body, forms.entry_of(body, stands.key, self.today())

    async def look(self, body: Mapping[str, Any], entry: Entry) -> Looked:
        """Let rules and search look at it, off the loop."""
        tools, engine = self.given.tools(), self.given.live.engine
        async with self.turns:
            return await asyncio.to_thread(looked, body, entry, tools.library, engine)

    async def draw(
        self,
        request: web.Request,
        stands: Standing,
        form: Typed | None = None,
        *,
        problem: str = "",
        status: int = 200,
        extra: bool = False,
        theirs: Mapping[str, Any] | None = None,
    ) -> web.Response:
        """Draw the form; `theirs` is what a colleague saved meanwhile."""
        tools = self.given.tools()
        if form is None:
            seen = stands.open.saved if stands.open else 0
            form = forms.shown(stands.body or {}, tools.library, tools.tree.name, seen)
        elif stands.key == NEW and not form.review_by:
            form = replace(form, review_by=(self.today() + forms.REVIEW_AFTER).isoformat())
        body, entry = self.read(stands, form)
        sheet = Sheet(tools, stands, request[STAFF])
        context = {
            "staff": face(request),
            "here": "entries",
            "stands": stands,
            "form": form,
            "sheet": sheet,
            "rows": Rows(tools, form, extra),
            "intents": INTENTS,
            "problem": problem,
            "said": request.query.get("said", ""),
            "looked": await self.look(body, entry) if form.title or stands.key != NEW else Looked(entry),
            "theirs": sheet.compared(forms.entry_of(theirs, stands.key, self.today()), entry) if theirs else (),
            **preview(entry, tools),
        }
        return render_template("admin/entry_form.html", request, context, status=status)

    async def _keep(self, me: Staff, stands: Standing, form: Typed, *, submit: bool) -> tuple[str, str]:
        """Save what was typed and, where nothing is wrong, send it on; the entry's id and what came of it."""
        body, entry = self.read(stands, form)
        key = stands.key
        if key == NEW:
            key = await self._named(form)
            body, entry = {**body, "id": key}, replace(entry, id=key)
        ready = submit and not (await self.look(body, entry)).findings
        now = self.given.clock()
        async with self.given.engine.begin() as conn:
            opened = await changes.open_of(conn, SORT, key)
            same = body == (opened.body if opened else stands.body)
            if same and opened is None:
                return key, "same"
            if not same or (opened and opened.saved != form.seen):
                number = await changes.save(conn, me, SORT, key, body, title=entry.title, seen=form.seen, now=now)
                await self.trail(conn, me, key, entry.title, Step.SAVE)
            else:
                number = opened.id if opened else 0
            if ready:
                await changes.take(conn, number, me, Step.SUBMIT, now)
                await self.trail(conn, me, key, entry.title, Step.SUBMIT)
        return key, ("submit" if ready else "unready") if submit else "save"

    async def trail(self, conn: AsyncConnection, me: Staff, key: str, title: str, step: str) -> None:
        """Write down who did what with which entry."""
        detail = {"what": str(step), "title": title}
        await audit.record(conn, me, Act.KNOWLEDGE, f"entry:{key}", self.given.clock(), detail)

    async def _named(self, form: Typed) -> str:
        """Make an id that no entry has or ever had."""
        library = self.given.tools().library
        wanted = naming.slug(form.topic if form.topic in library.taxonomy.topics else "entry", form.title)
        async with self.given.engine.connect() as conn:
            known = await changes.keys(conn, SORT)
        return naming.free(wanted, {*known, *library.entries, NEW})

    async def _late(self, request: web.Request, key: str, form: Typed, problem: str) -> web.Response:
        """Somebody was first: show what they saved beside what was typed, and let it be saved over it."""
        stands = await self.stands(key)
        theirs = stands.open.body if stands.open else stands.body
        draft = stands.open is not None and stands.open.state is State.DRAFT
        seen = stands.open.saved if stands.open and draft else 0
        return await self.draw(request, stands, replace(form, seen=seen), problem=problem, status=409, theirs=theirs)
