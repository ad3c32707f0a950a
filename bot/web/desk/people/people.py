"""人员: who works in one's scope, and the invitations that are out. One person: `bot.web.desk.people.person`."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.web.forms import HIGHEST, fields, text_of
from bot.channels.web.refused import Refused
from bot.handoff.authority import below, placing
from bot.handoff.desk import LEFT
from bot.store import audit, invitations, people, roster
from bot.store.audit import Act
from bot.store.invitations import Invitation
from bot.store.people import Role, Staff
from bot.web.accounts import Accounts
from bot.web.permissions import STAFF, face

LASTS = timedelta(days=7)  # an invitation
LONGEST_NAME = 20
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{1,39}")
_ANYWHERE = ""  # the choice "不属于站点"
BLANK = {"login": "", "name": "", "role": Role.COUNSELLOR, "station": "", "region": ""}


@dataclass(frozen=True, slots=True)
class People:
    """The handlers."""

    accounts: Accounts

    async def page(
        self,
        request: web.Request,
        *,
        given: Mapping[str, str] = BLANK,
        problem: str = "",
        link: str = "",
        status: int = 200,
    ) -> web.Response:
        """`GET /desk/people`; `link` is that of an invitation that was just made: it is shown once."""
        me, now = request[STAFF], self.accounts.clock()
        async with self.accounts.engine.connect() as conn:
            members = await roster.members(conn, me)
            places = await roster.places(conn, me)
            pending = [one for one in await invitations.pending(conn, now) if self._theirs(me, one)]
        context = {
            "staff": face(request),
            "me": me.id,
            "members": members,
            "places": places,
            "pending": pending,
            "roles": [(role, people.WORDS[role]) for role in below(me)],
            "words": people.WORDS,
            "region": self.region_name,
            "anywhere": me.role == Role.ADMIN,
            "given": given,
            "problem": problem,
            "link": link,
        }
        return render_template("desk/people.html", request, context, status=status)

    async def invite(self, request: web.Request) -> web.Response:
        """`POST /desk/people/invitations`: make a link; only its hash is kept."""
        me, said = request[STAFF], await fields(request)
        given = {name: text_of(said, name).strip() for name in BLANK}
        token, now = secrets.token_urlsafe(32), self.accounts.clock()
        async with self.accounts.engine.begin() as conn:
            here = await people.stays(conn, me.id)  # else the invitation would outlive who sends it
            problem = await self._wrong(conn, me, given) if here else LEFT
            if not problem:
                region = self.place(given["region"]) if given["role"] not in ("counsellor", "lead") else None
                where = {"station_id": station_id(given["station"]), "region": region}
                who = {"login": given["login"], "name": given["name"], "role": given["role"], "by_id": me.id}
                await invitations.put(conn, token, now + LASTS, now, **who, **where)
                detail = {"name": given["name"], "role": given["role"]}
                await audit.record(conn, me, Act.INVITED, f"login:{given['login']}", now, detail)
        if problem:
            return await self.page(request, given=given, problem=problem, status=400)
        ours = self.accounts.rules.public_url or f"{request.scheme}://{request.host}"
        return await self.page(request, link=f"{ours}/desk/invitations/{token}")

    async def revoke(self, request: web.Request) -> web.Response:
        """`POST /desk/people/invitations/{invitation}/revoke`."""
        me, now, number = request[STAFF], self.accounts.clock(), int(request.match_info["invitation"])
        async with self.accounts.engine.begin() as conn:
            pending = await invitations.pending(conn, now)
            found = next((one for one in pending if one.id == number and self._theirs(me, one)), None)
            if found is None or not await invitations.revoke(conn, number):
                raise Refused(404, "这个邀请已经不在了：可能用过了，或者过期了。", "no-invitation")
            await audit.record(conn, me, Act.UNINVITED, f"login:{found.login}", now, {"name": found.name})
        return web.Response(status=303, headers={"Location": "/desk/people#invitations"})

    async def _wrong(self, conn: AsyncConnection, me: Staff, given: Mapping[str, str]) -> str:
        """Say what is wrong with an invitation; "" when nothing is."""
        if not _LOGIN.fullmatch(given["login"]):
            return "账号用 2 到 40 个字母、数字或 . _ - @，比如工号或手机号。"
        if problem := named_wrongly(given["name"]):
            return problem
        places = await roster.places(conn, me)
        if problem := placing(me, given["role"], station_id(given["station"]), places):
            return problem
        if given["region"] and self.place(given["region"]) is None:
            return "没有找到这个地区，请写全一些，比如“常州市天宁区”。"
        if await people.taken(conn, given["login"]):
            return "这个账号已经有人用了，请换一个。"
        if await invitations.invited(conn, given["login"], self.accounts.clock()):
            return "这个账号已经邀请过了。要重发的话，请先收回原来的邀请。"
        return ""

    def _theirs(self, me: Staff, invitation: Invitation) -> bool:
        """Whether somebody could have made this invitation, and may see it and take it back."""
        if me.role == Role.ADMIN or invitation.by_id == me.id:
            return True
        if me.role == Role.LEAD:
            inside = invitation.station_id is not None and invitation.station_id == me.station_id
        else:
            inside = invitation.station_id is not None and (not me.region or invitation.place in me.regions)
        return inside and invitation.role in below(me)

    def place(self, words: str) -> str | None:
        """Find the region that somebody wrote."""
        found = self.accounts.tools().tree.find(words) if words else None
        return found.slug if found else None

    def region_name(self, slug: str | None) -> str:
        """Name a region; "" for none."""
        return self.accounts.tools().tree.name(slug) if slug else ""


def station_id(chosen: str) -> int | None:
    """Read a choice of the list of stations; what is no number is a station that nobody may choose."""
    if chosen == _ANYWHERE:
        return None
    return min(int(chosen), HIGHEST) if chosen.isascii() and chosen.isdigit() and len(chosen) < 20 else -1


def named_wrongly(name: str) -> str:
    """Say what is wrong with a name that parents read; "" when nothing is."""
    if not name:
        return "请写名字，家长会看到，比如“周老师”。"
    return f"名字最多 {LONGEST_NAME} 个字。" if len(name) > LONGEST_NAME else ""
