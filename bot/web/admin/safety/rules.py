"""Patterns and protocols for administrators: listed, tried, changed only if no example breaks, brought back.

What is saved is the text of one pattern or card; processes install it by themselves (`bot/jobs/edits.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import observe
from bot.channels.web.forms import fields, text_of
from bot.channels.web.refused import Refused
from bot.safety import check, names, rules
from bot.safety.check import Problem
from bot.safety.rules import Edit
from bot.safety.shape import Sort
from bot.store import edits
from bot.store.edits import SAFETY, Version
from bot.web.accounts import STAFF, face
from bot.web.admin.safety.bench import Bench, bench
from bot.web.admin.safety.lists import lines, matches

SORTS: dict[str, Sort] = {"patterns": "pattern", "protocols": "card"}
NEW = "new"
LONGEST_MESSAGE = 2000
_TEMPLATE = """id: give-it-a-name
kind: suicide
level: concern
match:
  - "规则写在这里"
fires: ["要认出的一句话"]
spares: ["看着像、其实不是的一句话"]
"""

_log = observe.logger("safety-admin")


@dataclass(frozen=True, slots=True)
class _Draft:
    """What somebody works on: `saved` is the number of the version that they began from."""

    sort: Sort
    key: str
    body: str
    saved: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class _Table:
    """What the table holds: the last version of every key, what of it counts, and the number of the newest."""

    versions: tuple[Version, ...]

    @property
    def edits(self) -> tuple[Edit, ...]:
        return tuple(Edit(cast("Sort", one.sort), one.key, one.body) for one in self.versions if one.body is not None)

    @property
    def newest(self) -> int:
        return max((one.id for one in self.versions), default=0)

    def of(self, sort: Sort, key: str) -> Version | None:
        return next((one for one in self.versions if (one.sort, one.key) == (sort, key)), None)


@dataclass(frozen=True, slots=True)
class RulePages:
    """The handlers. `look` makes this process take over what was saved, without waiting for its next look."""

    engine: AsyncEngine
    clock: Callable[[], datetime]
    look: Callable[[], Awaitable[None]]

    async def listing(self, request: web.Request) -> web.Response:
        """`GET /admin/safety/{sort}`: all patterns or cards, with filters in the address."""
        sort, where = _sort(request)
        table = await self._table()
        refused = (await asyncio.to_thread(check.assembled, table.edits)).refused
        chosen = {name: request.query.get(name, "").strip() for name in ("q", "kind", "level", "state")}
        known = {one.key: one for one in table.versions if one.sort == sort}
        every = await asyncio.to_thread(lines, sort, known, {edit.key for edit, _ in refused if edit.sort == sort})
        context = {
            "staff": face(request),
            "here": where,
            "sort": where,
            "chosen": chosen,
            "kinds": list(names.kinds().items()),
            "rows": [one for one in every if matches(one, **chosen)],
            "total": len(every),
        }
        return render_template("admin/safety_rules.html", request, context)

    async def editor(self, request: web.Request) -> web.Response:
        """`GET /admin/safety/{sort}/{key}`: one pattern or card with its examples and its history."""
        sort, _ = _sort(request)
        key = request.match_info["key"]
        table = await self._table()
        version = table.of(sort, key)
        body = _TEMPLATE if _is_new(sort, key) else _body(sort, key, version)
        if body is None:
            raise Refused(404, "没有这一条，可能名字写错了。", "no-rule")
        return await self._page(request, _Draft(sort, key, body, version.id if version else 0), table)

    async def act(self, request: web.Request) -> web.Response:
        """`POST /admin/safety/{sort}/{key}`: try a draft, save it, or bring an earlier version back."""
        sort, _ = _sort(request)
        given = await fields(request)
        saved = text_of(given, "saved")
        draft = _Draft(
            sort,
            request.match_info["key"],
            text_of(given, "body").replace("\r\n", "\n"),
            int(saved) if saved.isascii() and saved.isdecimal() and len(saved) < 19 else 0,
            text_of(given, "message")[:LONGEST_MESSAGE],
        )
        match text_of(given, "step"):
            case "save":
                return await self._save(request, draft, draft.body)
            case "restore":
                return await self._restore(request, draft, text_of(given, "version"))
            case _:
                return await self._page(request, draft, await self._table(), tried=True)

    async def _restore(self, request: web.Request, draft: _Draft, version: str) -> web.Response:
        """Save an earlier version again, or the packaged one (version 0); an added pattern without one is given up."""
        async with self.engine.connect() as conn:
            past = await edits.history(conn, draft.sort, draft.key, limit=1000)
        if version == "0":
            return await self._save(request, draft, None)
        body = next((one.body for one in past if str(one.id) == version), None)
        if body is None:
            raise Refused(404, "没有这一版。", "no-version")
        return await self._save(request, draft, body)

    async def _save(self, request: web.Request, draft: _Draft, body: str | None) -> web.Response:
        """Keep a text if it breaks nothing that was whole; what was typed is given back where it does."""
        table = await self._table()
        key = await asyncio.to_thread(_named, draft) if _is_new(draft.sort, draft.key) else draft.key
        before = table.of(draft.sort, key)
        text = body or draft.body or _body(draft.sort, key, before) or ""
        shown = _Draft(draft.sort, draft.key, text, draft.saved, draft.message)
        if before is not None and before.id != draft.saved:
            late = f"{before.author}刚刚存过这一条。您写的还在这里，请先看看历史里的新版本，再存一次。"
            again = _Draft(shown.sort, draft.key, shown.body, before.id, draft.message)
            return await self._page(request, again, table, problems=[Problem(key, late)], status=409)
        problems = await asyncio.to_thread(judged, table.edits, Edit(draft.sort, key, body))
        if problems:
            return await self._page(request, shown, table, problems=problems, status=422)
        values = {"sort": draft.sort, "key": key, "body": body, "author": request[STAFF].name, "at": self.clock()}
        async with self.engine.begin() as conn:
            number = await edits.add(conn, values, among=SAFETY, seen=table.newest)
        if number is None:
            late = "刚才有人存了别的改动，这里要在那之后再查一遍，请再存一次。"
            return await self._page(request, shown, await self._table(), problems=[Problem(key, late)], status=409)
        _log.info("rule saved", staff=request[STAFF].id, sort=draft.sort, key=key, version=number)
        await self.look()
        return web.Response(status=303, headers={"Location": f"/admin/safety/{_where(draft.sort)}/{key}?saved=1"})

    async def _page(
        self,
        request: web.Request,
        draft: _Draft,
        table: _Table,
        *,
        problems: list[Problem] | None = None,
        tried: bool = False,
        status: int = 200,
    ) -> web.Response:
        others = tuple(one for one in table.edits if (one.sort, one.key) != (draft.sort, draft.key))
        seen: Bench = await asyncio.to_thread(bench, others, draft.sort, draft.key, draft.body, draft.message)
        if tried and problems is None:
            problems = await asyncio.to_thread(judged, table.edits, Edit(draft.sort, seen.key, draft.body))
        async with self.engine.connect() as conn:
            past = await edits.history(conn, draft.sort, draft.key)
        where = _where(draft.sort)
        packaged = draft.key in rules.sources(draft.sort)
        context = {
            "staff": face(request),
            "here": where,
            "sort": where,
            "draft": draft,
            "name": _title(draft.sort, draft.key),
            "bench": seen,
            "reply": seen.reply(self.clock()),
            "problems": problems or [],
            "tried": tried,
            "saved_now": request.method == "GET" and request.query.get("saved") == "1",
            "history": past,
            "packaged": packaged,
            "edited": bool(past) and past[0].body is not None,
        }
        return render_template("admin/safety_rule.html", request, context, status=status)

    async def _table(self) -> _Table:
        async with self.engine.connect() as conn:
            return _Table(tuple(await edits.last_of_each(conn, SAFETY)))


def judged(edits: tuple[Edit, ...], draft: Edit) -> list[Problem]:
    """What a draft breaks: of its own examples, of others', or of other edits that lean on what it replaces."""
    others = tuple(one for one in edits if (one.sort, one.key) != (draft.sort, draft.key))
    known = {edit for edit, _ in check.assembled(edits).refused}
    after = check.assembled(others if draft.body is None else (*others, draft))
    return [
        problem
        for edit, problems in after.refused
        if edit == draft or edit not in known
        for problem in problems or (Problem(edit.key, "和这次的改动合不到一起"),)
    ]


def _named(draft: _Draft) -> str:
    """Give the key of a new pattern: the id that its text says; one that is there already is not overwritten."""
    found = bench((), draft.sort, draft.key, draft.body, "").key
    if found in rules.sources(draft.sort):
        raise Refused(409, f"已经有叫 {found} 的规则，请换一个名字。", "name-taken", kept=draft.body)
    return found


def _sort(request: web.Request) -> tuple[Sort, str]:
    where = request.match_info["sort"]
    return SORTS[where], where


def _where(sort: Sort) -> str:
    return next(where for where, one in SORTS.items() if one == sort)


def _is_new(sort: Sort, key: str) -> bool:
    return sort == "pattern" and key == NEW


def _body(sort: Sort, key: str, version: Version | None) -> str | None:
    """Give the text in force; the packaged one where nothing else was saved."""
    return version.body if version and version.body is not None else rules.sources(sort).get(key)


def _title(sort: Sort, key: str) -> str:
    if _is_new(sort, key):
        return "新规则"
    raw = rules.raws(sort).get(key)
    if sort == "pattern" or raw is None:
        return names.pattern(key)
    parts = (names.kind(raw["kind"]), names.LEVEL_NAMES[raw["level"]], "孩子在写" if raw.get("child") else "")
    return " · ".join(filter(None, parts))
