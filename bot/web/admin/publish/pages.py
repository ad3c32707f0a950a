"""`/admin/publish`: what waits, what is being built, what was; and the acts: publish, build to look, bring live."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.channels.web.forms import fields, text_of
from bot.channels.web.refused import Refused
from bot.privacy import mask
from bot.store import audit, changes, misses, pointing, releases
from bot.store.audit import Act
from bot.store.pointing import PointError
from bot.store.releases import Publishing
from bot.web.accounts import face
from bot.web.admin.given import Given
from bot.web.admin.publish import story
from bot.web.admin.publish.musts import Musts
from bot.web.admin.publish.waiting import Waiting, summary, waiting
from bot.web.permissions import STAFF
from knowledge.editorial import State

HEARD = timedelta(seconds=30)  # a process that has said nothing for so long is gone
NOTE_LENGTH = 200
LOOK_AGAIN = "1"  # seconds after which a page with something under way looks again by itself
DONE = {
    "live": "换好了。各处一秒左右跟上，正在聊的家长不受影响。",
    "again": "开始重建，建好就换上。",
}


@dataclass(frozen=True, slots=True)
class Publish:
    """The handlers."""

    given: Given
    musts: Musts = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "musts", Musts(self.given))

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/publish`: what will change, what is under way, the releases."""
        return await self._page(request)

    async def _page(
        self, request: web.Request, *, problem: str = "", note: str = "", status: int = 200
    ) -> web.Response:
        given = self.given
        async with given.engine.begin() as conn:
            held = await changes.listed(conn, (State.APPROVED,))
            remarks = await changes.said(conn, [one.id for one in held])
            listed = await releases.listed(conn)
            directory = await releases.pointer(conn)
            served = await releases.served(conn, given.clock() - HEARD)
        ready: list[Waiting] = await asyncio.to_thread(waiting, held, remarks, given.tools().library)
        taken = {number for one in listed if one.state in releases.PENDING for number in one.new}
        pending = [(one, *story.progress(one)) for one in reversed(listed) if one.state in releases.PENDING]
        live = directory or self._directory()
        context = {
            **self._common(request, live, listed, served),
            "waiting": [one for one in ready if one.id not in taken],
            "summary": summary([one for one in ready if one.id not in taken]),
            "pending": pending,
            "releases": await asyncio.to_thread(story.told, listed, live, given.settings.indexes_dir),
            "dangers": story.dangers(await self.musts.dangers()),
            "lines": await self.musts.lines(),
            "problem": problem,
            "note": note,
            "done": _said(request.query.get("done", ""), listed) if not (problem or pending) else "",
            "refused": _refused(request.query.get("done", ""), listed) if not pending else None,
        }
        response = render_template("admin/publish.html", request, context, status=status)
        if (pending or context["behind"]) and not context["waiting"]:  # a form that is filled in must not go
            response.headers["Refresh"] = LOOK_AGAIN
        return response

    def _directory(self) -> str:
        engine = self.given.live.engine
        return engine.path.name if engine is not None else ""

    def _common(
        self, request: web.Request, live: str, listed: Sequence[Publishing], served: dict[str, str]
    ) -> dict[str, Any]:
        engine = self.given.live.engine
        current = next((one.number for one in listed if one.directory == live), None)
        along = sum(name == live for name in served.values())
        return {
            "staff": face(request),
            "here": "publish",
            "live": current if current is not None else (engine.release.number if engine is not None else None),
            "along": along,
            "processes": len(served),
            "behind": along < len(served),
        }

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """`POST /admin/publish`: ask for a release with the ticked changes; `step` trial only builds it."""
        form = await fields(request)
        ids = [int(name[7:]) for name in form if name.startswith("change-") and name[7:].isdecimal()]
        note = text_of(form, "note").strip()[:NOTE_LENGTH]
        if not ids or len(ids) > 1000:
            return await self._page(request, problem="请先勾上要发布的修改。", note=note, status=422)
        trial = form.get("step") == "trial"
        staff, now = request[STAFF], self.given.clock()
        try:
            async with self.given.engine.begin() as conn:
                await pointing.approved(conn, ids)
                await _free(conn, ids)
                report: dict[str, Any] = {"new": sorted(ids)} | ({"trial": True} if trial else {})
                number = await releases.ask(conn, author=staff.name, note=note, report=report, at=now)
                detail = {"changes": len(ids), "note": note} | ({"trial": True} if trial else {})
                await audit.record(conn, staff, Act.PUBLISHED, f"release:{number}", now, detail)
        except PointError as error:
            return await self._page(request, problem=str(error), note=note, status=409)
        to = f"/admin/publish/{number}" if trial else "/admin/publish?done=asked"
        return web.Response(status=303, headers={"Location": to})

    async def release(self, request: web.Request) -> web.Response:
        """`GET /admin/publish/{number}`: one release: what came of it."""
        return await self._release(request)

    async def _release(self, request: web.Request, *, problem: str = "", status: int = 200) -> web.Response:
        given = self.given
        async with given.engine.begin() as conn:
            one = await _found(conn, request)
            directory = await releases.pointer(conn) or self._directory()
            listed = await releases.listed(conn, 500)
            served = await releases.served(conn, given.clock() - HEARD)
            held = await changes.among(conn, one.new)
            texts = await misses.texts(conn, story.parents(one.report))
        pending = one.state in releases.PENDING
        context = {
            **self._common(request, directory, listed, served),
            "one": one,
            "told": (await asyncio.to_thread(story.told, [one], directory, given.settings.indexes_dir))[0],
            "progress": story.progress(one) if pending else None,
            "changes": held,
            "subjects": story.subjects(one.report),
            "dangers": story.dangers(await self.musts.dangers()),
            "lookups": one.report.get("lookups"),
            "missed": [*one.report.get("missed", ()), *story.newly_missed(one.report)],
            "compared": one.report.get("compared"),
            "changed": await asyncio.to_thread(_masked, one.report, texts),
            "problem": problem,
        }
        response = render_template("admin/publish_release.html", request, context, status=status)
        if pending or context["dangers"] is None:
            response.headers["Refresh"] = LOOK_AGAIN
        return response

    async def bring(self, request: web.Request) -> web.StreamResponse:
        """`POST /admin/publish/{number}/live`: make a built release the live one, an older one or a trial."""
        staff, now = request[STAFF], self.given.clock()
        try:
            async with self.given.engine.begin() as conn:
                one = await _found(conn, request)
                if not await asyncio.to_thread(self._here, one):
                    raise PointError("这一版的索引不在这台机器上了，可以重建。")
                came, went = await pointing.bring(conn, one, now)
                await audit.record(conn, staff, Act.POINTED, f"release:{one.number}", now, {"in": came, "out": went})
        except PointError as error:
            return await self._release(request, problem=str(error), status=409)
        return web.Response(status=303, headers={"Location": "/admin/publish?done=live"})

    async def rebuild(self, request: web.Request) -> web.StreamResponse:
        """`POST /admin/publish/{number}/rebuild`: build it again from its kept library; then it is live."""
        staff, now = request[STAFF], self.given.clock()
        async with self.given.engine.begin() as conn:
            one = await _found(conn, request)
            asked = await releases.ask_again(conn, one.number, staff.name, now)
            if asked:
                await audit.record(conn, staff, Act.POINTED, f"release:{one.number}", now, {"rebuild": True})
        if not asked:
            return await self._release(request, problem="这一版现在不能重建，请重新打开看看。", status=409)
        return web.Response(status=303, headers={"Location": "/admin/publish?done=again"})

    def _here(self, one: Publishing) -> bool:
        return (
            bool(one.directory) and (self.given.settings.indexes_dir / str(one.directory) / "manifest.json").is_file()
        )


def _said(done: str, listed: Sequence[Publishing]) -> str:
    """Say that what was just asked for has come about."""
    if done == "asked":
        return f"第 {listed[0].number} 版换上了。" if listed and listed[0].state == releases.BUILT else ""
    return DONE.get(done, "")


def _masked(report: dict[str, Any], texts: dict[int, str]) -> list[story.Turned]:
    """Tell of what changes; parents' words are masked once more, because older rules may have kept them."""
    return story.changed(report, {number: mask(text) for number, text in texts.items()})


def _refused(done: str, listed: Sequence[Publishing]) -> int | None:
    """Give the release that was just asked for, where it did not go live."""
    newest = listed[0] if listed else None
    bad = newest is not None and newest.state in (releases.REFUSED, releases.FAILED)
    return newest.number if newest is not None and bad and done == "asked" else None


async def _found(conn: Any, request: web.Request) -> Publishing:
    one = await releases.find(conn, int(request.match_info["number"]))
    if one is None:
        raise Refused(404, "没有这一版。", "no-release")
    return one


async def _free(conn: Any, ids: Sequence[int]) -> None:
    """Refuse what another release under way has already."""
    busy = {number for one in await releases.listed(conn) if one.state in releases.PENDING for number in one.new}
    if busy & set(ids):
        raise PointError("有一处修改已经在另一次发布里，等它好了再看。")
