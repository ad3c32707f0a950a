"""What is kept of a family, on its request: found by a case's number or the channel's id, given out, deleted.

Names and telephone numbers are not kept, so nobody is found by them. Every look is in the trail; of a deletion the
trail keeps that it was, who did it and who asked, not of whom.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.web.forms import fields, text_of
from bot.channels.web.refused import Refused
from bot.store import audit, conversations, family_data, thread
from bot.store.audit import Act
from bot.store.family_data import Kept
from bot.store.wake import DESK, wake
from bot.web.accounts import STAFF, face
from bot.web.admin.given import Given

WAYS = {"chat": "在对话里说的", "visit": "当面来说的", "phone": "打电话说的", "letter": "写信说的"}
SURE = "删除"
CHANNELS = {"wechat": "微信", "web": "网页"}
LONGEST_ID = 100


@dataclass(frozen=True, slots=True)
class Families:
    """The handlers."""

    given: Given

    async def search(self, request: web.Request) -> web.Response:
        """`GET /admin/families`: what to look for."""
        return _search(request, erased=request.query.get("done") == "erased")

    async def find(self, request: web.Request) -> web.Response:
        """`POST /admin/families`: an openid must not stand in an address, where servers keep it in their logs."""
        asked = await fields(request)
        wanted = text_of(asked, "wanted").strip().removeprefix("第").removesuffix("件").strip()
        async with self.given.engine.connect() as conn:
            number = await _found(conn, wanted)
        if number is None:
            return _search(request, wanted=wanted, problem="没有找到。看看数字有没有写错，也可能已经删除了。")
        return web.Response(status=303, headers={"Location": f"/admin/families/{number}"})

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/families/{conversation}`: how much is kept, without a word of it."""
        return await self._page(request)

    async def act(self, request: web.Request) -> web.Response:
        """`POST /admin/families/{conversation}/{step}`: give all of it out as a file, or delete it."""
        asked, number = await fields(request), _number(request)
        way = text_of(asked, "way")
        if way not in WAYS:
            return await self._page(request, problem="请选一下，家长是怎么提出来的。", status=422)
        if request.match_info["step"] == "export":
            return await self._export(request, number, way)
        if text_of(asked, "sure").strip() != SURE:
            return await self._page(
                request, problem=f"删了就找不回来。确定要删，请写“{SURE}”两个字。", way=way, status=422
            )
        await self._erase(request, number, way)
        return web.Response(status=303, headers={"Location": "/admin/families?done=erased"})

    async def _export(self, request: web.Request, number: int, way: str) -> web.Response:
        staff, now = request[STAFF], self.given.clock()
        async with self.given.engine.begin() as conn:
            await _kept(conn, number)
            held = await family_data.everything(conn, number)
            await audit.record(conn, staff, Act.FAMILY_EXPORTED, f"family:{number}", now, {"way": way})
        body = json.dumps(held, ensure_ascii=False, indent=2).encode()
        headers = {"Content-Disposition": f'attachment; filename="family-{number}.json"'}
        return web.Response(body=body, content_type="application/json", headers=headers)

    async def _erase(self, request: web.Request, number: int, way: str) -> None:
        """Delete under the lock of the conversation, as a parent's own 删除我的数据 does; pages that show it end."""
        staff, now = request[STAFF], self.given.clock()
        async with self.given.engine.begin() as conn:
            await conversations.lock(conn, number)
            kept = await _kept(conn, number)
            await conversations.erase(conn, kept.parent_id, waiting=True)
            detail = {"way": way, "messages": kept.messages, "cases": kept.cases}
            await audit.record(conn, staff, Act.FAMILY_ERASED, f"family:{number}", now, detail)
            await thread.wake(conn, number)
            await wake(conn, DESK)

    async def _page(self, request: web.Request, *, problem: str = "", way: str = "", status: int = 200) -> web.Response:
        number, now = _number(request), self.given.clock()
        async with self.given.engine.begin() as conn:
            kept = await _kept(conn, number)
            await audit.record_reading(conn, request[STAFF], Act.FAMILY_LOOKED_UP, f"family:{number}", now)
            past = await audit.of_subject(conn, f"family:{number}")
        context = {
            "staff": face(request),
            "here": "families",
            "kept": kept,
            "channel": CHANNELS.get(kept.channel, kept.channel),
            "ways": list(WAYS.items()),
            "way": way,
            "sure": SURE,
            "problem": problem,
            "past": [
                (one.at, one.name, audit.WORDS[Act(one.act)], WAYS.get(one.detail.get("way", ""), "")) for one in past
            ],
        }
        return render_template("admin/family.html", request, context, status=status)


def _search(request: web.Request, *, wanted: str = "", problem: str = "", erased: bool = False) -> web.Response:
    context = {"staff": face(request), "here": "families", "wanted": wanted, "problem": problem, "erased": erased}
    return render_template("admin/families.html", request, context, status=404 if problem else 200)


async def _found(conn: AsyncConnection, wanted: str) -> int | None:
    """Find a conversation by the number of one of its cases, else by the id that the channel knows its person by."""
    if wanted.isascii() and wanted.isdecimal() and len(wanted) < 19:
        return await family_data.of_case(conn, int(wanted))
    return await family_data.of_sender(conn, wanted) if 0 < len(wanted) <= LONGEST_ID else None


async def _kept(conn: AsyncConnection, number: int) -> Kept:
    kept = await family_data.kept(conn, number)
    if kept is None:
        raise Refused(404, "这里没有这一家的资料，可能已经删除了。", "no-family")
    return kept


def _number(request: web.Request) -> int:
    return int(request.match_info["conversation"])
