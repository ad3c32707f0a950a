"""Signing in, in one step or two, and the check that stands before every page of staff."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.channels.web.forms import clean, fields, text_of
from bot.channels.web.limits import Brake, Limiter, address
from bot.channels.web.refused import Refused
from bot.dialogue.decision import Tools
from bot.handoff.duty.again import Duty
from bot.store import audit, factors, people, sessions
from bot.store.audit import Act
from bot.store.people import Role, Staff
from bot.store.sessions import Session
from bot.web import browsers
from bot.web.passwords import SHORTEST, hash_password, verify
from bot.web.permissions import MAY, SESSION, STAFF, STILL, Face, Still, View, face
from bot.web.second_factor import Policy, Vault, required, step_of

__all__ = ["MAY", "SHORTEST", "STAFF", "STILL", "Accounts", "Face", "Still", "View", "face", "hash_password", "verify"]

COOKIE = "staff"
LIFE = timedelta(hours=12)
HALF_LIFE = timedelta(minutes=10)  # of a session that waits for the code
# Wrong tries: of one account from one address, so that a stranger locks nobody else out; and of all from one address.
TRIES, TRIES_OF_ADDRESS, TRIES_SECONDS = 8, 60, 15 * 60
# And of one account from everywhere: after so many each has to wait, first and at most so many seconds. It is no lock,
# and where one has signed in rightly before it does not count.
TRIES_OF_ACCOUNT, PAUSE, LONGEST_PAUSE = 20, 5.0, 60.0
PLACES = 20_000  # of them at most; a restart forgets them
CROWDED = "这个账号刚才有太多人在试，请等一分钟再登录。"
SETUP = "/desk/own/second-factor"  # where those who must have a second factor are led


@dataclass(frozen=True, slots=True)
class Rules:
    """How accounts are kept here: cookies over https only or not, who must have a second factor, our address.

    `duty_hours` are those of a deployment without stations: what a closed account held waits by them.
    """

    secure: bool = False
    second_factor: Policy = "admins"
    public_url: str = ""
    duty_hours: str = ""


class Accounts:
    """Sign in, sign out, and the check that stands before every page of staff."""

    def __init__(
        self,
        engine: AsyncEngine,
        clock: Callable[[], datetime],
        tools: Callable[[], Tools],
        secret: bytes,
        rules: Rules,
    ) -> None:
        """Take the database, the clock, the live library (for regions), the secret key and the rules."""
        self.engine, self.clock, self.tools, self.rules = engine, clock, tools, rules
        self.vault, self.duty = Vault(secret), Duty.of(rules.duty_hours)
        self._tries = Limiter(TRIES, TRIES_SECONDS)
        self._from = Limiter(TRIES_OF_ADDRESS, TRIES_SECONDS)
        self._of = Brake(TRIES_OF_ACCOUNT, TRIES_SECONDS, first=PAUSE, longest=LONGEST_PAUSE)
        self._known: dict[str, None] = {}  # accounts with places, those that came last at the end
        self._codes = Limiter(TRIES, TRIES_SECONDS)  # of one account: only who knows the password gets so far

    async def form(self, request: web.Request) -> web.Response:
        """`GET /desk/login`."""
        return self._page(request, next_path=_inside(request.query.get("next", "")))

    async def login(self, request: web.Request) -> web.Response:
        """`POST /desk/login`: the same answer for a wrong name and a wrong password."""
        given = await fields(request)
        name, password, next_path = text_of(given, "name").strip(), text_of(given, "password"), text_of(given, "next")
        tries = address(request), _digest(f"{address(request)} {name}"), _digest(name)
        # Counted before the password is compared: many tries at once are many tries.
        if not (self._from.allow(tries[0], self.clock()) and self._tries.allow(tries[1], self.clock())):
            return self._page(request, name=name, locked=True, status=429)
        if tries[1] not in self._known and not self._of.allow(tries[2], self.clock()):
            self._tries.take_back(tries[1])  # the password was not even looked at
            return self._page(request, name=name, problem=CROWDED, next_path=next_path, status=429)
        async with self.engine.connect() as conn:
            found = await people.credentials(conn, name)
        right = await asyncio.to_thread(verify, found[1] if found else None, password)
        if found is None or not right:
            return self._page(
                request, name=name, problem="账号或密码不对，请再试一次。", next_path=next_path, status=401
            )
        self._right(*tries)
        return await self._entered(request, found[0], _inside(next_path))

    def _right(self, place: str, here: str, account: str) -> None:
        """Uncount a try that was right, and remember the place."""
        self._from.take_back(place)
        self._tries.take_back(here)
        if here not in self._known:
            self._of.take_back(account)
        self._known.pop(here, None)
        self._known[here] = None
        if len(self._known) > PLACES:
            del self._known[next(iter(self._known))]

    async def _entered(self, request: web.Request, staff: Staff, next_path: str) -> web.Response:
        """Go on after the right password: to the code, or in."""
        if not staff.second_factor:
            async with self.engine.begin() as conn:
                return await self.begin(conn, request, staff, next_path=next_path)
        token, now = secrets.token_urlsafe(32), self.clock()
        async with self.engine.begin() as conn:
            until = now + HALF_LIFE
            await sessions.begin(conn, staff.id, token, now=now, until=until, agent=_agent(request), whole=False)
        response = web.Response(status=303, headers={"Location": f"/desk/login/code?next={quote(next_path)}"})
        return self._with(response, token, HALF_LIFE)

    async def code_form(self, request: web.Request) -> web.Response:
        """`GET /desk/login/code`: the second step."""
        await self._half(request)
        return self._code_page(request, _inside(request.query.get("next", "")))

    async def code(self, request: web.Request) -> web.Response:
        """`POST /desk/login/code`: a code of the app, or one of those for a lost phone."""
        staff, token = await self._half(request), request.cookies.get(COOKIE, "")
        given = await fields(request)
        next_path = _inside(text_of(given, "next"))
        if not self.may_try(staff.id):
            return self._code_page(request, next_path, locked=True, status=429)
        async with self.engine.begin() as conn:
            how = await self.proved(conn, staff, text_of(given, "code"))
            if how:
                self._codes.take_back(str(staff.id))
                await sessions.end(conn, token)
                return await self.begin(conn, request, staff, next_path=next_path, how=how)
        return self._code_page(request, next_path, problem="这个码不对，或者已经用过了。请等下一个码再试。", status=401)

    def may_try(self, staff_id: int) -> bool:
        """Count one more try of a person's codes or password; False when there were too many."""
        return self._codes.allow(str(staff_id), self.clock())

    async def proved(self, conn: AsyncConnection, staff: Staff, code: str) -> str:
        """Use up a code: "code" or "recovery" says which it was, "" that it is not right or was used before."""
        kept = await factors.load(conn, staff.id)
        secret = self.vault.opened(kept.sealed) if kept else None
        step = step_of(secret, code, self.clock()) if secret else None
        if step is not None and await factors.use_step(conn, staff.id, step):
            return "code"
        return "recovery" if await factors.use_recovery(conn, staff.id, self.vault.digest(staff.id, code)) else ""

    async def logout(self, request: web.Request) -> web.Response:
        """`POST /desk/logout`."""
        async with self.engine.begin() as conn:
            await sessions.end(conn, request.cookies.get(COOKIE, ""))
        response = web.Response(status=303, headers={"Location": "/desk/login"})
        response.del_cookie(COOKIE)
        return response

    def needs(self, permission: str, view: View) -> View:
        """Put the check before a view: signed in, and with a role that may."""

        async def checked(request: web.Request) -> web.StreamResponse:
            page = request.method == "GET" and "text/html" in request.headers.get("Accept", "text/html")
            session = await self._who(request)
            if session is None:
                if page:
                    raise web.HTTPSeeOther(f"/desk/login?next={quote(request.path_qs)}")
                raise Refused(401, "登录已经过期，请重新登录。", "signed-out", kept=await _written(request))
            staff = session.staff
            if Role(staff.role) not in MAY[permission]:
                raise Refused(403, "您的账号不能打开这一页，需要时请找管理员。", "not-allowed")
            if self.must_set_up(staff) and request.path != SETUP:
                if page:
                    raise web.HTTPSeeOther(SETUP)
                raise Refused(403, "请先设好两步验证，再接着做。", "second-factor", kept=await _written(request))
            request[STAFF], request[SESSION] = staff, session.id

            async def still() -> bool:
                now = await self._who(request)
                return now is not None and _scope(now.staff) == _scope(staff)

            request[STILL] = still
            return await view(request)

        vars(checked)["permission"] = permission  # the tests of the whole table read it
        return checked

    def must_set_up(self, staff: Staff) -> bool:
        """Whether somebody has to set up a second factor before anything else."""
        return not staff.second_factor and required(self.rules.second_factor, staff.role)

    async def _who(self, request: web.Request) -> Session | None:
        token, now = request.cookies.get(COOKIE, ""), self.clock()
        if not token:
            return None
        async with self.engine.connect() as conn:
            session = await sessions.by_token(conn, token, now)
        if session is None:
            return None
        if now - session.seen_at >= sessions.SEEN_EVERY:
            async with self.engine.begin() as conn:
                await sessions.seen(conn, session.id, now)
        staff = session.staff
        # The tree of the library that is live now.
        regions = self.tools().tree.beneath(staff.region) if staff.region else frozenset()
        return replace(session, staff=replace(staff, regions=regions))

    async def _half(self, request: web.Request) -> Staff:
        """Give who has said the right password and not yet a code; others are led to the login."""
        token = request.cookies.get(COOKIE, "")
        async with self.engine.connect() as conn:
            session = await sessions.by_token(conn, token, self.clock(), whole=False) if token else None
        if session is None:
            raise web.HTTPSeeOther(f"/desk/login?next={quote(_inside(request.query.get('next', '')))}")
        return session.staff

    async def begin(
        self, conn: AsyncConnection, request: web.Request, staff: Staff, *, next_path: str = "", how: str = ""
    ) -> web.Response:
        """Let somebody in: a new session, its trace in the trail, and the way to where they wanted to go."""
        token, now = secrets.token_urlsafe(32), self.clock()
        agent = _agent(request)
        await sessions.begin(conn, staff.id, token, now=now, until=now + LIFE, agent=agent)
        detail = {"agent": agent} | ({"by": how} if how else {})
        await audit.record(conn, staff, Act.SIGNED_IN, f"staff:{staff.id}", now, detail)
        home = "/desk" if Role(staff.role) in MAY["desk"] else "/admin"
        return self._with(web.Response(status=303, headers={"Location": next_path or home}), token, LIFE)

    def _with(self, response: web.Response, token: str, life: timedelta) -> web.Response:
        """Give the browser its token."""
        seconds, secure = int(life.total_seconds()), self.rules.secure
        response.set_cookie(COOKIE, token, max_age=seconds, httponly=True, secure=secure, samesite="Lax")
        return response

    def _page(
        self,
        request: web.Request,
        *,
        name: str = "",
        problem: str = "",
        locked: bool = False,
        next_path: str = "",
        status: int = 200,
    ) -> web.Response:
        context = {"name": name, "problem": problem, "locked": locked, "next": next_path}
        return render_template("desk/login.html", request, context, status=status)

    def _code_page(
        self, request: web.Request, next_path: str, *, problem: str = "", locked: bool = False, status: int = 200
    ) -> web.Response:
        context = {"problem": problem, "locked": locked, "next": next_path}
        return render_template("desk/code.html", request, context, status=status)


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def _scope(staff: Staff) -> tuple[str, int | None, str | None]:
    """Give what decides what somebody sees: a stream that began with another one shows what is not theirs any more."""
    return staff.role, staff.station_id, staff.region


def _agent(request: web.Request) -> str:
    return browsers.named(request.headers.get("User-Agent", ""))


async def _written(request: web.Request) -> str:
    """Give the words of a form, so that the page can give them back to who wrote them."""
    return text_of(await fields(request), "text") if request.method == "POST" else ""


def _inside(path: str) -> str:
    """Keep a way back inside the staff pages."""
    return path if re.fullmatch(r"/(?:desk|admin)(?:[/?][^\s\\]*)?", clean(path)) else ""
