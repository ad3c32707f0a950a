"""The privacy notice, for administrators: changed as a whole, as a new version that parents are told, or in wording.

Versions stay: what somebody agreed to can always be read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.channels.web.forms import fields, text_of
from bot.dialogue.editing import notices
from bot.dialogue.editing.notices import Notice
from bot.dialogue.phrases import in_force
from bot.store import audit, consents, edits
from bot.store.audit import Act
from bot.web.accounts import STAFF, face
from bot.web.admin.account import versions
from bot.web.admin.account.bubbles import change_told, first_told, whole
from bot.web.admin.account.versions import Saved
from bot.web.admin.given import Given
from knowledge.calendar import CHINA

_SORT = ("notice",)
_LONGEST = 4000  # characters of one field that are looked at
_KINDS = ("changed", "wording")


@dataclass(frozen=True, slots=True)
class _Draft:
    """What somebody works on: `saved` is the saving that they began from, `kind` whether the contents changed."""

    notice: Notice
    saved: int
    kind: str = ""

    @property
    def faults(self) -> dict[str, list[str]]:
        """What is wrong, by field; a version that is not chosen yet is judged as one of changed contents."""
        asked = replace(self.notice, why=self.notice.why if self.kind == "changed" else "", ask_again=False)
        found = notices.judged(replace(asked, ask_again=True) if self.kind == "changed" else asked)
        return found if self.kind in _KINDS else {**found, "kind": ["请选一下：内容变了，还是只改字。"]}


@dataclass(frozen=True, slots=True)
class ConsentPages:
    """The handlers."""

    given: Given

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/consent?from=&a=&b=`: the notice in force, or an earlier text to begin from; two side by side."""
        saved = await self._savings()
        wanted = request.query.get("from", "")
        start = next((one for one in saved if str(one.id) == wanted), None)
        notice = start.notice if start else notices.of(in_force())
        draft = _Draft(replace(notice, why=""), saved[0].id)
        return await self._page(request, draft, saved, start=start)

    async def check(self, request: web.Request) -> web.Response:
        """`POST /admin/consent/check`: what the rules say of a draft and how it reads, as one types."""
        draft = _read(await fields(request))
        return render_template("admin/consent_checked.html", request, _looked(draft, judged=True))

    async def save(self, request: web.Request) -> web.Response:
        """`POST /admin/consent`: look at a draft, or save it as a new version or under the name of the last."""
        given = await fields(request)
        draft = _read(given)
        saved = await self._savings()
        if text_of(given, "step") != "save":
            return await self._page(request, draft, saved, judged=True)
        if saved[0].id != draft.saved:
            late = f"{saved[0].author}刚刚存过一份。您写的还在这里，请先看看那一份，再存一次。"
            again = replace(draft, saved=saved[0].id)
            return await self._page(request, again, saved, problem=late, status=409)
        if draft.faults:
            return await self._page(request, draft, saved, judged=True, status=422)
        if not await self._keep(request, draft, saved):
            late = "刚才有人存了一份。您写的还在这里，请先看看那一份，再存一次。"
            newer = await self._savings()
            again = replace(draft, saved=newer[0].id)
            return await self._page(request, again, newer, problem=late, status=409)
        await self.given.look()
        raise web.HTTPSeeOther("/admin/consent?saved=1")

    async def _keep(self, request: web.Request, draft: _Draft, saved: list[Saved]) -> bool:
        """Write the saving and the trail, unless there is a newer one."""
        staff, now = request[STAFF], self.given.clock()
        async with self.given.engine.begin() as conn:
            used = {*(one.notice.version for one in saved), *await consents.by_version(conn)}
            today = now.astimezone(CHINA).date()
            notice = named(draft.notice, draft.kind, saved[0].notice, notices.next_version(today, used))
            body = notices.kept(notice)
            values = {"sort": "notice", "key": notices.KEY, "body": body, "author": staff.name, "at": now}
            if await edits.add(conn, values, among=_SORT, seen=draft.saved) is None:
                return False
            how = "内容变了" if draft.kind == "changed" else "只改字"
            why = notice.why if draft.kind == "changed" else ""
            detail = {"what": f"{notice.version} 版，{how}", "note": why}
            await audit.record(conn, staff, Act.NOTICE, "words:notice", now, detail)
        return True

    async def _savings(self) -> list[Saved]:
        async with self.given.engine.connect() as conn:
            return versions.savings(await edits.history(conn, "notice", notices.KEY, limit=1000))

    async def _page(
        self,
        request: web.Request,
        draft: _Draft,
        saved: list[Saved],
        *,
        start: Saved | None = None,
        judged: bool = False,
        problem: str = "",
        status: int = 200,
    ) -> web.Response:
        async with self.given.engine.connect() as conn:
            counts = await consents.by_version(conn)
        force = notices.of(in_force())
        one, other = _chosen(saved, request.query)
        context = _looked(draft, judged=judged) | {
            "staff": face(request),
            "here": "consent",
            "problem": problem,
            "saved_now": request.method == "GET" and request.query.get("saved") == "1",
            "tried": judged,
            "start": start,
            "version": force.version,
            "agreed": versions.agreed(counts.get(force.version, 0)),
            "refused": saved[0].notice.version != force.version or saved[0].notice.full != force.full,
            "versions": versions.versions(saved, counts),
            "savings": saved,
            "one": one,
            "other": other,
            "differences": versions.compared(one.notice, other.notice) if one and one.id != other.id else [],
        }
        return render_template("admin/consent.html", request, context, status=status)


def named(notice: Notice, kind: str, last: Notice, fresh: str) -> Notice:
    """Give a notice the version it gets: a fresh one that parents are told, or the last one's, told as that was."""
    if kind == "changed":
        return replace(notice, version=fresh, ask_again=True)
    return replace(notice, version=last.version, why=last.why, ask_again=last.ask_again)


def _read(given: Mapping[str, object]) -> _Draft:
    texts = {name: text_of(given, name)[:_LONGEST].replace("\r\n", "\n") for name in versions.NAMES}
    full = tuple(texts.pop("full").split("\n"))
    number = text_of(given, "saved")
    saved = int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else 0
    last = notices.of(in_force())
    return _Draft(notices.worded(replace(last, full=full, ask_again=False, **texts)), saved, text_of(given, "kind"))


def _looked(draft: _Draft, *, judged: bool) -> dict[str, Any]:
    """What changes as one types."""
    notice = draft.notice
    return {
        "draft": draft,
        "notice": notice,
        "faults": draft.faults if judged else {},
        "brief": first_told(notice),
        "whole": whole(notice),
        "change": change_told(notice.why),
    }


def _chosen(saved: list[Saved], query: Mapping[str, str]) -> tuple[Saved | None, Saved]:
    """The two texts that are compared: those asked for, else the newest with the one before."""
    known = {str(one.id): one for one in saved}
    other = known.get(query.get("b", ""), saved[0])
    before = saved[saved.index(other) + 1 :]
    return known.get(query.get("a", ""), before[0] if before else None), other
