"""我的设置: one's own account, password, the places where one is signed in, keys, and the trail of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.web.forms import fields, text_of
from bot.channels.web.refused import Refused
from bot.store import audit, factors, people, roster, sessions, training
from bot.store.audit import WORDS, Act, Trace
from bot.store.people import SHORTCUTS, Role
from bot.store.training import Who
from bot.web.accounts import SETUP, Accounts
from bot.web.passwords import hash_password, verify, weakness
from bot.web.permissions import SESSION, STAFF, face
from bot.web.second_factor import required

SHOWN_TRAININGS = 10
DONE = {
    "password": "密码换好了。别处的登录都已经结束。",
    "likes": "记下了。",
    "session": "那里的登录结束了。",
    "sessions": "别处的登录都结束了。",
    "off": "两步验证关掉了。",
}


@dataclass(frozen=True, slots=True)
class Done:
    """One act of the trail in words."""

    at: datetime
    words: str
    about: str
    by: str


def told(trace: Trace, me: int) -> Done:
    """Say what was done; `by` is empty for one's own acts."""
    words = WORDS[Act(trace.act)] if trace.act in set(Act) else trace.act
    kind, _, number = trace.subject.partition(":")
    about = f"第 {number} 件" if kind == "case" else ""
    if kind == "staff" and trace.subject != f"staff:{me}":
        about = str(trace.detail.get("name", "同事的账号"))
    return Done(
        trace.at, words, about or str(trace.detail.get("agent", "")), "" if trace.staff_id == me else trace.name
    )


@dataclass(frozen=True, slots=True)
class Own:
    """The handlers."""

    accounts: Accounts

    async def page(self, request: web.Request, *, problem: str = "", status: int = 200) -> web.Response:
        """`GET /desk/own`."""
        me, now = request[STAFF], self.accounts.clock()
        async with self.accounts.engine.connect() as conn:
            context = {
                "staff": face(request),
                "me": me,
                "role": people.WORDS[Role(me.role)],
                "station": await roster.station_name(conn, me),
                "factor": await factors.load(conn, me.id),
                "required": required(self.accounts.rules.second_factor, me.role),
                "setup": SETUP,
                "places": await sessions.of_person(conn, me.id, now),
                "here": request[SESSION],
                "trainings": await training.of_one(conn, Who("staff", me.id), SHOWN_TRAININGS),
                "acts": [told(trace, me.id) for trace in await audit.of_account(conn, me.id)],
                "problem": problem,
                "done": DONE.get(request.query.get("done", ""), ""),
            }
        return render_template("desk/own.html", request, context, status=status)

    async def password(self, request: web.Request) -> web.Response:
        """`POST /desk/own/password`: all sessions end, and this browser gets a new one."""
        me, given = request[STAFF], await fields(request)
        old, new, again = (text_of(given, name) for name in ("old", "new", "again"))
        if new != again:
            return await self.page(request, problem="两次写的新密码不一样，请再写一遍。", status=400)
        if problem := weakness(new, me.login):
            return await self.page(request, problem=problem, status=400)
        if not self.accounts.may_try(me.id):
            return await self.page(request, problem="试得太多次了，请 15 分钟后再来。", status=429)
        async with self.accounts.engine.connect() as conn:
            found = await people.credentials(conn, me.login)
        if not await asyncio.to_thread(verify, found[1] if found else None, old):
            return await self.page(request, problem="现在的密码不对，请再试一次。", status=400)
        hashed = await asyncio.to_thread(hash_password, new, me.login)
        async with self.accounts.engine.begin() as conn:
            await people.change(conn, me.id, password_hash=hashed)
            await sessions.end_all(conn, me.id)
            await self._record(conn, request, Act.PASSWORD)
            return await self.accounts.begin(conn, request, me, next_path="/desk/own?done=password")

    async def likes(self, request: web.Request) -> web.Response:
        """`POST /desk/own/likes`: single letters as keys, on or off."""
        value = text_of(await fields(request), SHORTCUTS) == "1"
        async with self.accounts.engine.begin() as conn:
            await people.like(conn, request[STAFF].id, SHORTCUTS, value=value)
        return back("likes")

    async def end(self, request: web.Request) -> web.Response:
        """`POST /desk/own/sessions/{session}/end`."""
        async with self.accounts.engine.begin() as conn:
            if not await sessions.end_one(conn, request[STAFF].id, int(request.match_info["session"])):
                raise Refused(404, "这一处登录已经结束了。", "no-session")
            await self._record(conn, request, Act.REVOKED)
        return back("session")

    async def end_others(self, request: web.Request) -> web.Response:
        """`POST /desk/own/sessions/end`: everywhere but here."""
        async with self.accounts.engine.begin() as conn:
            ended = await sessions.end_all(conn, request[STAFF].id, but=request[SESSION])
            await self._record(conn, request, Act.REVOKED, {"count": ended})
        return back("sessions")

    async def _record(
        self, conn: AsyncConnection, request: web.Request, act: Act, detail: dict[str, object] | None = None
    ) -> None:
        me = request[STAFF]
        await audit.record(conn, me, act, f"staff:{me.id}", self.accounts.clock(), detail)


def back(done: str) -> web.Response:
    """Lead back to the page, which says what was done."""
    return web.Response(status=303, headers={"Location": f"/desk/own?done={done}"})
