"""Signing in: who is at the desk, for how long, and what they may do."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from urllib.parse import quote

from aiohttp import web
from aiohttp_jinja2 import render_template
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.web.forms import clean, fields, text_of
from bot.channels.web.limits import Limiter, address
from bot.channels.web.refused import Refused
from bot.store import people
from bot.store.people import Staff

COOKIE = "staff"
LIFE = timedelta(hours=12)
# Wrong tries: of one account from one address, so that a stranger locks nobody else out; and of all from one address.
TRIES, TRIES_OF_ADDRESS, TRIES_SECONDS = 8, 60, 15 * 60
SHORTEST = 12  # characters of a password

STAFF: web.RequestKey[Staff] = web.RequestKey("staff", Staff)
Still = Callable[[], Awaitable[bool]]
STILL: web.RequestKey[Still] = web.RequestKey("still")  # whether the session goes on: a stream asks again and again
View = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Role(StrEnum):
    """What a person may do: counsellors work the desk, editors read the admin, administrators do both and safety."""

    COUNSELLOR = "counsellor"
    EDITOR = "editor"
    ADMIN = "admin"


MAY: dict[str, frozenset[Role]] = {
    "desk": frozenset({Role.COUNSELLOR, Role.ADMIN}),
    "admin": frozenset({Role.EDITOR, Role.ADMIN}),
    "safety": frozenset({Role.ADMIN}),  # it shows what families wrote, and changes what is done in danger
}

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Hash a password for keeping; slow on purpose, so call it off the loop.

    Raises:
        ValueError: it is too short.
    """
    if len(password) < SHORTEST:
        message = f"密码至少 {SHORTEST} 个字符"
        raise ValueError(message)
    return _hasher.hash(password)


@cache
def _nobody() -> str:
    """Give what is compared against when there is no such account, so that both take equally long."""
    return _hasher.hash("nobody has this password")


def verify(stored: str | None, password: str) -> bool:
    """Whether a password is the one that was hashed; without an account it takes as long and is not."""
    try:
        return _hasher.verify(stored or _nobody(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


@dataclass(frozen=True, slots=True)
class Face:
    """A member of staff as the pages' top bar shows them."""

    name: str
    editor: bool
    counsellor: bool
    safety: bool = False


def face(request: web.Request) -> Face:
    """Give the signed-in person for a template."""
    staff = request[STAFF]
    role = Role(staff.role)
    return Face(staff.name, role in MAY["admin"], role in MAY["desk"], role in MAY["safety"])


class Accounts:
    """Sign in, sign out, and the check that stands before every page of staff."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], datetime], *, secure: bool) -> None:
        """Take the database, the clock, and whether cookies go over https only."""
        self._engine = engine
        self._clock = clock
        self._secure = secure
        self._tries = Limiter(TRIES, TRIES_SECONDS)
        self._from = Limiter(TRIES_OF_ADDRESS, TRIES_SECONDS)

    async def form(self, request: web.Request) -> web.Response:
        """`GET /desk/login`."""
        return self._page(request, next_path=_inside(request.query.get("next", "")))

    async def login(self, request: web.Request) -> web.Response:
        """`POST /desk/login`: the same answer for a wrong name and a wrong password."""
        given = await fields(request)
        name, password, next_path = text_of(given, "name").strip(), text_of(given, "password"), text_of(given, "next")
        tries = address(request), hashlib.sha256(f"{address(request)} {name}".encode()).hexdigest()
        # Counted before the password is compared: many tries at once are many tries.
        if not (self._from.allow(tries[0], self._clock()) and self._tries.allow(tries[1], self._clock())):
            return self._page(request, name=name, locked=True, status=429)
        async with self._engine.connect() as conn:
            found = await people.credentials(conn, name)
        right = await asyncio.to_thread(verify, found[1] if found else None, password)
        if found is None or not right:
            return self._page(
                request, name=name, problem="账号或密码不对，请再试一次。", next_path=next_path, status=401
            )
        self._from.take_back(tries[0])
        self._tries.take_back(tries[1])
        return await self._begin(found[0], _inside(next_path))

    async def logout(self, request: web.Request) -> web.Response:
        """`POST /desk/logout`."""
        async with self._engine.begin() as conn:
            await people.end_session(conn, request.cookies.get(COOKIE, ""))
        response = web.Response(status=303, headers={"Location": "/desk/login"})
        response.del_cookie(COOKIE)
        return response

    def needs(self, permission: str, view: View) -> View:
        """Put the check before a view: signed in, and with a role that may."""

        async def checked(request: web.Request) -> web.StreamResponse:
            staff = await self._who(request)
            if staff is None:
                if request.method == "GET" and "text/html" in request.headers.get("Accept", "text/html"):
                    raise web.HTTPSeeOther(f"/desk/login?next={quote(request.path_qs)}")
                raise Refused(401, "登录已经过期，请重新登录。", "signed-out", kept=await _written(request))
            if Role(staff.role) not in MAY[permission]:
                raise Refused(403, "您的账号不能打开这一页，需要时请找管理员。", "not-allowed")
            request[STAFF] = staff

            async def still() -> bool:
                return await self._who(request) is not None

            request[STILL] = still
            return await view(request)

        return checked

    async def _who(self, request: web.Request) -> Staff | None:
        token = request.cookies.get(COOKIE, "")
        if not token:
            return None
        async with self._engine.connect() as conn:
            return await people.by_session(conn, token, self._clock())

    async def _begin(self, staff: Staff, next_path: str) -> web.Response:
        token = secrets.token_urlsafe(32)
        async with self._engine.begin() as conn:
            await people.begin_session(conn, staff.id, token, self._clock() + LIFE)
        home = "/desk" if Role(staff.role) in MAY["desk"] else "/admin"
        response = web.Response(status=303, headers={"Location": next_path or home})
        response.set_cookie(
            COOKIE, token, max_age=int(LIFE.total_seconds()), httponly=True, secure=self._secure, samesite="Lax"
        )
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


async def _written(request: web.Request) -> str:
    """Give the words of a form, so that the page can give them back to who wrote them."""
    return text_of(await fields(request), "text") if request.method == "POST" else ""


def _inside(path: str) -> str:
    """Keep a way back inside the staff pages."""
    return path if re.fullmatch(r"/(?:desk|admin)(?:[/?][^\s\\]*)?", clean(path)) else ""
