"""What an editor makes of a cluster: a draft, a wording of an entry, or nothing of ours. One transaction each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.web.forms import HIGHEST, fields, text_of
from bot.channels.web.refused import Refused
from bot.store import audit, changes, misses
from bot.store.audit import Act
from bot.store.misses import NOT_OURS, UNSURE, Miss
from bot.store.people import Staff
from bot.web.admin.asking import expected
from bot.web.admin.unanswered import drafting
from bot.web.admin.unanswered.grouping import Group, group, texts
from bot.web.admin.unanswered.pages import Unanswered
from bot.web.permissions import STAFF
from knowledge.calendar import CHINA
from knowledge.editorial import StepError

MOST = 2000  # questions of one cluster
AWARE = "这一类里有话听起来不安全。平常的条目接不住它，请先看全部原话，想清楚再并。"
HANDLED = "{who}刚刚处理过这一类，请重新打开看看。"


@dataclass(frozen=True, slots=True)
class Acts:
    """The handler that changes; it shows the pages of `shown` where something could not be done."""

    shown: Unanswered

    async def act(self, request: web.Request) -> web.Response:
        """`POST /admin/unanswered/{id}`: step draft, wording, not-ours or reopen, for the numbers in `ids`."""
        given = await fields(request)
        step, number = text_of(given, "step"), int(request.match_info["id"])
        ids = _ids(text_of(given, "ids"))
        steps = {"draft": self._draft, "wording": self._wording, NOT_OURS: self._not_ours, "reopen": self._reopen}
        if step not in steps or not ids:
            raise Refused(400, "这一步没有收完整，请重新打开“没答上的”再试。", "no-step")
        now = self.shown.given.clock()
        try:
            async with self.shown.given.engine.begin() as conn:
                members = await misses.among(conn, ids)
                _refuse_stale(members, text_of(given, "seen"))
                to = await steps[step](conn, request[STAFF], members, given, now)
                detail = {"step": step, "questions": len(members)}
                await audit.record(conn, request[STAFF], Act.UNANSWERED, f"unanswered:{number}", now, detail)
        except (StepError, expected.UnknownError) as error:
            return await self.shown.show_one(request, number, str(error), text_of(given, "entry"))
        raise web.HTTPSeeOther(to)

    async def _draft(
        self, conn: AsyncConnection, staff: Staff, members: Sequence[Miss], _given: Mapping[str, object], now: datetime
    ) -> str:
        library = self.shown.given.tools().library
        held = self._group(members)
        taken = {one.key for one in await changes.listed(conn, sort="entry")}
        entry = drafting.entry_of(held, library, taken, now.astimezone(CHINA).date())
        body = drafting.body_of(entry)
        await changes.save(conn, staff, "entry", entry.id, body, title=entry.title, seen=0, now=now, origin="question")
        await misses.handle(conn, held.ids, f"draft:{entry.id}", staff, now)
        return f"/admin/entries/{entry.id}"

    async def _wording(
        self, conn: AsyncConnection, staff: Staff, members: Sequence[Miss], given: Mapping[str, object], now: datetime
    ) -> str:
        tools = self.shown.given.tools()
        key = expected.chosen(tools.library, tools.tree, text_of(given, "entry"))
        if self._group(members).level != "none" and not text_of(given, "aware"):
            raise StepError(AWARE)
        entry = tools.library.entries.get(key)
        if entry is None:
            raise expected.UnknownError("问法只能加到条目上，服务与热线请到那一页改。")
        held = await changes.open_of(conn, "entry", key)
        if held is not None and held.body is None:
            raise StepError("这一条正要停用，请先看看那一份修改。")
        before = held.body if held is not None and held.body is not None else drafting.body_of(entry)
        body, _ = drafting.with_wordings(before, texts(members))
        seen = held.saved if held is not None else 0
        title = str(body.get("title") or entry.title)
        await changes.save(conn, staff, "entry", key, body, title=title, seen=seen, now=now, origin="question")
        await misses.handle(conn, [one.id for one in members], f"wording:{key}", staff, now)
        return f"/admin/entries/{key}"

    async def _not_ours(
        self, conn: AsyncConnection, staff: Staff, members: Sequence[Miss], _given: Mapping[str, object], now: datetime
    ) -> str:
        await misses.handle(conn, [one.id for one in members], NOT_OURS, staff, now)
        return _back(members, "not-ours")

    async def _reopen(
        self, conn: AsyncConnection, _staff: Staff, members: Sequence[Miss], _given: Mapping[str, object], now: datetime
    ) -> str:
        await misses.reopen(conn, [one.id for one in members], now)
        return _back(members, "reopened")

    def _group(self, members: Sequence[Miss]) -> Group:
        library = self.shown.given.tools().library
        return group(members, library, lambda slug: slug, self.shown.given.clock())


def _back(members: Sequence[Miss], done: str) -> str:
    """The address of the list from which they came."""
    reason = members[0].reason if members else UNSURE
    return "/admin/unanswered?" + urlencode({**({"why": reason} if reason != UNSURE else {}), "done": done})


def _refuse_stale(members: Sequence[Miss], seen: str) -> None:
    """Stop where a colleague was quicker, or where the questions are gone with their parents."""
    if not members:
        raise StepError("这些问题已经不在了，问的家长可能删除了自己的数据。")
    newest = max((one for one in members if one.handled_at), key=lambda one: str(one.handled_at), default=None)
    if newest is not None and newest.handled_at is not None and newest.handled_at.isoformat() != seen:
        raise StepError(HANDLED.format(who=newest.handled_by or "同事"))


def _ids(value: str) -> list[int]:
    found = [int(one) for one in value.split(",") if one.isascii() and one.isdecimal() and len(one) < 20]
    return [one for one in dict.fromkeys(found) if one <= HIGHEST][:MOST]
