"""The page behind an invitation link: who is invited chooses a password, and is in."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.channels.web.forms import fields, text_of
from bot.channels.web.refused import Refused
from bot.store import audit, invitations, people
from bot.store.audit import Act
from bot.store.invitations import Invitation
from bot.store.people import Role
from bot.web.accounts import Accounts
from bot.web.passwords import SHORTEST, hash_password, weakness


def _over() -> Refused:
    return Refused(
        410, "这个邀请链接已经不能用了：用过了、过了 7 天，或者被收回了。请让同事再发一个。", "invitation-over"
    )


@dataclass(frozen=True, slots=True)
class Joining:
    """The handlers. They need no session: the link is the key, once."""

    accounts: Accounts

    async def form(self, request: web.Request) -> web.Response:
        """`GET /desk/invitations/{token}`."""
        return self._page(request, await self._invitation(request))

    async def join(self, request: web.Request) -> web.Response:
        """`POST /desk/invitations/{token}`: the account is made, the link is used up."""
        invitation, given = await self._invitation(request), await fields(request)
        password, now = text_of(given, "password"), self.accounts.clock()
        problem = weakness(password, invitation.login)
        if not problem and password != text_of(given, "again"):
            problem = "两次写的密码不一样，请再写一遍。"
        if problem:
            return self._page(request, invitation, problem, 400)
        hashed = await asyncio.to_thread(hash_password, password, invitation.login)
        async with self.accounts.engine.begin() as conn:
            if not await invitations.use(conn, invitation.id, now):
                raise _over()
            staff_id = await people.join(
                conn,
                login=invitation.login,
                password_hash=hashed,
                name=invitation.name,
                role=invitation.role,
                station_id=invitation.station_id,
                region=invitation.region,
            )
            staff = await people.find(conn, staff_id) if staff_id else None
            if staff is None:
                raise Refused(409, "这个账号已经有人用了，请让邀请您的同事换一个账号再发。", "login-taken")
            await audit.record(conn, staff, Act.JOINED, f"staff:{staff.id}", now, {"by": invitation.by})
            return await self.accounts.begin(conn, request, staff)

    async def _invitation(self, request: web.Request) -> Invitation:
        async with self.accounts.engine.connect() as conn:
            found = await invitations.find(conn, request.match_info["token"], self.accounts.clock())
        if found is None:
            raise _over()
        return found

    def _page(self, request: web.Request, invitation: Invitation, problem: str = "", status: int = 200) -> web.Response:
        context = {
            "invitation": invitation,
            "role": people.WORDS[Role(invitation.role)],
            "token": request.match_info["token"],
            "shortest": SHORTEST,
            "problem": problem,
        }
        return render_template("desk/invitation.html", request, context, status=status)
