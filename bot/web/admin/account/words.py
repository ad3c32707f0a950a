"""What the bot says, for administrators: found, changed under rules, previewed as one types, brought back.

What is saved is one phrase; every process takes it over by itself (`bot/jobs/edits.py`), this one at once.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.channels.web.forms import fields, text_of
from bot.channels.web.refused import Refused
from bot.dialogue.editing.kinds import kind_of, why_fixed
from bot.dialogue.editing.rules import Edit, limit, problems, read, room, written
from bot.dialogue.phrases import in_force, packaged
from bot.messages import Reply
from bot.store import audit, edits
from bot.store.audit import Act
from bot.store.edits import PHRASES, Version
from bot.web.accounts import STAFF, face
from bot.web.admin.account import phrasebook
from bot.web.admin.account.bubbles import bubble, greeting
from bot.web.admin.given import Given

LONGEST = 4000  # characters that are looked at; more is no sentence
_TRIES = 3  # savings of other phrases may come between looking and keeping


@dataclass(frozen=True, slots=True)
class _Draft:
    """What somebody works on: `saved` is the number of the version that they began from, 0 before the first."""

    key: str
    body: str
    saved: int

    @property
    def faults(self) -> list[str]:
        return [phrasebook.shown(sentence) for sentence in problems(Edit("phrase", self.key, self.body))]


@dataclass(frozen=True, slots=True)
class WordPages:
    """The handlers."""

    given: Given

    async def listing(self, request: web.Request) -> web.Response:
        """`GET /admin/words`: the welcome as a new parent reads it, then all phrases by group."""
        chosen = {name: request.query.get(name, "").strip()[:100] for name in ("q", "group", "changed")}
        every = phrasebook.groups(await self._last())
        only = chosen["changed"] == "1"
        found = [
            (group, rows)
            for group in every
            if chosen["group"] in ("", group.id)
            and (rows := [row for row in group.rows if row.matches(chosen["q"], only_changed=only)])
        ]
        context = {
            "staff": face(request),
            "here": "words",
            "chosen": chosen,
            "every": every,
            "found": found,
            "total": sum(len(group.rows) for group in every),
            "changed": sum(row.changed for group in every for row in group.rows),
            "fixed": phrasebook.fixed(),
            "welcome": greeting(self.given.tools(), self.given.clock()) if not any(chosen.values()) else None,
        }
        return render_template("admin/words.html", request, context)

    async def editor(self, request: web.Request) -> web.Response:
        """`GET /admin/words/{key}`: one phrase, how it reads, and who changed it when."""
        key = _key(request)
        past = await self._history(key)
        return await self._page(request, _Draft(key, _now(key), past[0].id if past else 0), past)

    async def check(self, request: web.Request) -> web.Response:
        """`POST /admin/words/{key}/check`: what the rules say of a draft and how it reads, as one types."""
        draft = await _posted(request)
        return render_template("admin/words_checked.html", request, self._looked(draft))

    async def act(self, request: web.Request) -> web.Response:
        """`POST /admin/words/{key}`: look at a draft, save it, or bring an earlier text back."""
        draft = await _posted(request)
        given = await fields(request)
        match text_of(given, "step"):
            case "save":
                return await self._save(request, draft)
            case "restore":
                return await self._restore(request, draft, text_of(given, "version"))
            case _:
                return await self._page(request, draft, await self._history(draft.key), tried=True)

    async def _restore(self, request: web.Request, draft: _Draft, number: str) -> web.Response:
        """Save an earlier text again; number 0 is the packaged one."""
        if number == "0":
            return await self._save(request, _Draft(draft.key, written(packaged()[draft.key]), draft.saved))
        past = await self._history(draft.key, limit=1000)
        body = next((one.body for one in past if str(one.id) == number), None)
        if body is None:
            raise Refused(404, "没有这一版。", "no-version")
        return await self._save(request, _Draft(draft.key, body, draft.saved))

    async def _save(self, request: web.Request, draft: _Draft) -> web.Response:
        """Keep a text that breaks no rule; who comes second is told, and keeps the words."""
        for _ in range(_TRIES):
            past = await self._history(draft.key)
            before = past[0].id if past else 0
            if before != draft.saved:
                late = f"{past[0].author}刚刚改过这一句。您写的还在这里，请先看看历史里的新写法，再存一次。"
                again = _Draft(draft.key, draft.body, before)
                return await self._page(request, again, past, problem=late, status=409)
            if draft.faults:
                return await self._page(request, draft, past, tried=True, status=422)
            if await self._keep(request, draft):
                await self.given.look()
                raise web.HTTPSeeOther(f"/admin/words/{draft.key}?saved=1")
        busy = "正好有人在存别的改动，请再存一次。"
        return await self._page(request, draft, await self._history(draft.key), problem=busy, status=409)

    async def _keep(self, request: web.Request, draft: _Draft) -> bool:
        """Write the version and the trail, unless something was saved since; the packaged text is kept as none."""
        staff, now = request[STAFF], self.given.clock()
        usual = read(draft.key, draft.body) == packaged()[draft.key]
        body = None if usual else written(read(draft.key, draft.body))
        values = {"sort": "phrase", "key": draft.key, "body": body, "author": staff.name, "at": now}
        async with self.given.engine.begin() as conn:
            seen = await edits.newest(conn, PHRASES)
            past = await edits.history(conn, "phrase", draft.key, limit=1)
            if (past[0].id if past else 0) != draft.saved:
                return False
            if await edits.add(conn, values, among=PHRASES, seen=seen) is None:
                return False
            name = f"{phrasebook.group_name(draft.key)}：{phrasebook.when(draft.key)}"
            await audit.record(conn, staff, Act.WORDS, f"words:{draft.key}", now, {"what": name})
        return True

    async def _page(
        self,
        request: web.Request,
        draft: _Draft,
        past: list[Version],
        *,
        tried: bool = False,
        problem: str = "",
        status: int = 200,
    ) -> web.Response:
        looked = await asyncio.to_thread(self._looked, draft)
        context = looked | {
            "staff": face(request),
            "here": "words",
            "problem": problem,
            "tried": tried,
            "saved_now": request.method == "GET" and request.query.get("saved") == "1",
            "name": phrasebook.when(draft.key),
            "group": phrasebook.group_name(draft.key),
            "listed": isinstance(packaged()[draft.key], tuple),
            "fillings": phrasebook.fillings(draft.key),
            "history": [(one, phrasebook.shown(one.body) if one.body is not None else None) for one in past],
            "usual": phrasebook.shown(written(packaged()[draft.key])),
            "edited": bool(past) and past[0].body is not None,
            "refused": bool(past) and past[0].body is not None and in_force()[draft.key] == packaged()[draft.key],
        }
        return render_template("admin/words_phrase.html", request, context, status=status)

    def _looked(self, draft: _Draft) -> dict[str, Any]:
        """What changes as one types."""
        text = read(draft.key, draft.body)
        items = (text,) if isinstance(text, str) else text
        reply: Reply | None = bubble(draft.key, draft.body, self.given.tools(), self.given.clock())
        return {
            "draft": draft,
            "body": phrasebook.shown(draft.body),
            "faults": draft.faults,
            "reply": reply,
            "room": room(draft.key),
            "lines": len(items),
            "length": max((len(item) for item in items), default=0),
            "most": limit(draft.key),
            "pressed": kind_of(draft.key) in ("tap", "commands", "questions", "offer"),
        }

    async def _last(self) -> list[Version]:
        async with self.given.engine.connect() as conn:
            return await edits.last_of_each(conn, PHRASES)

    async def _history(self, key: str, limit: int = 50) -> list[Version]:
        async with self.given.engine.connect() as conn:
            return await edits.history(conn, "phrase", key, limit)


async def _posted(request: web.Request) -> _Draft:
    given, key = await fields(request), _key(request)
    saved = text_of(given, "saved")
    number = int(saved) if saved.isascii() and saved.isdecimal() and len(saved) < 19 else 0
    return _Draft(key, phrasebook.typed(key, text_of(given, "body")[:LONGEST]), number)


def _key(request: web.Request) -> str:
    key = request.match_info["key"]
    if key not in packaged():
        raise Refused(404, "没有这一句，可能地址写错了。", "no-phrase")
    if reason := why_fixed(key):
        raise Refused(404, reason, "fixed-phrase")
    return key


def _now(key: str) -> str:
    """The text in force, as it is typed."""
    return written(in_force().get(key, packaged()[key]))
