"""One colleague: changed, closed, opened again, signed out everywhere, given a new start with the second factor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.web.forms import fields, text_of
from bot.channels.web.refused import Refused
from bot.handoff import leaving
from bot.handoff.authority import below, may_change, placing
from bot.handoff.desk import LEFT
from bot.handoff.duty.routing import LANGUAGES
from bot.handoff.leaving import LeavingError
from bot.store import audit, factors, invitations, people, roster, sessions
from bot.store.audit import Act
from bot.store.people import Role, Staff
from bot.store.roster import Member
from bot.web.accounts import Accounts
from bot.web.desk.people.people import People, named_wrongly, station_id
from bot.web.permissions import MAY, STAFF, face

LEAST, MOST = 1, 50  # talks at a time
FIELDS = ("name", "capacity", "role", "station", "region")  # beside speaks-<language>
DONE = {
    "change": "改好了。",
    "disable": "账号停用了，手上的事已经回到队列。",
    "enable": "账号又可以用了。",
    "sessions": "那边的登录都结束了。",
    "second-factor": "两步验证清掉了，下次登录后可以重新设置。",
}


@dataclass(frozen=True, slots=True)
class Person:
    """The handlers. Somebody outside one's scope does not exist."""

    accounts: Accounts
    people: People

    async def page(
        self, request: web.Request, *, given: Mapping[str, str] | None = None, problem: str = "", status: int = 200
    ) -> web.Response:
        """`GET /desk/people/{person}`; `given` is what was typed before."""
        me = request[STAFF]
        async with self.accounts.engine.connect() as conn:
            member = await self._member(conn, request)
            places = await roster.places(conn, me)
        person = member.staff
        shown = given or {
            "name": person.name,
            "role": person.role,
            "station": str(person.station_id or ""),
            "region": self.people.region_name(person.region if person.station_id is None else None),
            "capacity": str(person.capacity),
            **{f"speaks-{language}": "1" for language in person.languages},
        }
        context = {
            "staff": face(request),
            "member": member,
            "person": person,
            "mine": person.id == me.id,
            "may": may_change(me, person),
            "places": places,
            "roles": [(role, people.WORDS[role]) for role in below(me)],
            "role": people.WORDS[Role(person.role)],
            "anywhere": me.role == Role.ADMIN,
            "languages": LANGUAGES,
            "given": shown,
            "problem": problem,
            "done": DONE.get(request.query.get("done", ""), ""),
        }
        return render_template("desk/person.html", request, context, status=status)

    async def act(self, request: web.Request) -> web.Response:
        """`POST /desk/people/{person}/{step}`: change, disable, enable, sessions, second-factor."""
        me, step, said = request[STAFF], request.match_info["step"], await fields(request)
        given = {name: text_of(said, name).strip() for name in (*FIELDS, *said)}
        problem = ""
        async with self.accounts.engine.begin() as conn:
            person = (await self._member(conn, request)).staff
            if step == "change":
                problem = await self._change(conn, me, person, given)
            elif not may_change(me, person):
                raise Refused(403, "这个账号要由更上一级的同事来管。", "above")
            else:
                problem = await self._step(conn, me, person, step)
        if problem:
            return await self.page(request, given=given if step == "change" else None, problem=problem, status=400)
        return web.Response(status=303, headers={"Location": f"/desk/people/{person.id}?done={step}"})

    async def _step(self, conn: AsyncConnection, me: Staff, person: Staff, step: str) -> str:
        now = self.accounts.clock()
        detail: dict[str, object] = {"name": person.name}
        match step:
            case "disable":
                try:
                    given = await leaving.leave(conn, person, me.name, now, self.accounts.duty, heir=me)
                except LeavingError as error:
                    return str(error)
                await self._record(conn, me, Act.DISABLED, person, {**detail, "cases": given})
            case "enable":
                await people.change(conn, person.id, active=True)
                await self._record(conn, me, Act.ENABLED, person, detail)
            case "sessions":
                await sessions.end_all(conn, person.id)
                await self._record(conn, me, Act.REVOKED, person, detail)
            case "second-factor":
                await factors.clear(conn, person.id)
                await sessions.end_all(conn, person.id)
                await self._record(conn, me, Act.SECOND_FACTOR, person, {**detail, "what": "reset"})
            case _:
                raise web.HTTPNotFound
        return ""

    async def _change(self, conn: AsyncConnection, me: Staff, person: Staff, given: Mapping[str, str]) -> str:
        """Change an account; one's own only in name, capacity and languages."""
        full = may_change(me, person)
        if not full and person.id != me.id:
            raise Refused(403, "这个账号要由更上一级的同事来管。", "above")
        capacity = given.get("capacity", "")
        if problem := named_wrongly(given.get("name", "")):
            return problem
        if not (capacity.isascii() and capacity.isdigit() and len(capacity) < 5 and LEAST <= int(capacity) <= MOST):
            return f"同时聊几位，请写 {LEAST} 到 {MOST}。"
        languages = [language for language in LANGUAGES if given.get(f"speaks-{language}")]
        values: dict[str, object] = {"name": given["name"], "capacity": int(capacity), "languages": languages}
        if full:
            problem, where = await self._where(conn, me, given)
            if problem:
                return problem
            values |= where
        return await self._write(conn, me, person, values)

    async def _where(self, conn: AsyncConnection, me: Staff, given: Mapping[str, str]) -> tuple[str, dict[str, object]]:
        """Read role, station and region; or say what is wrong with them."""
        role, station = given.get("role", ""), station_id(given.get("station", ""))
        if problem := placing(me, role, station, await roster.places(conn, me)):
            return problem, {}
        words = given.get("region", "") if role not in ("counsellor", "lead") else ""
        region = self.people.place(words)
        if words and region is None:
            return "没有找到这个地区，请写全一些，比如“常州市天宁区”。", {}
        return "", {"role": role, "station_id": station, "region": region}

    async def _write(self, conn: AsyncConnection, me: Staff, person: Staff, values: dict[str, object]) -> str:
        role = str(values.get("role", person.role))
        if role != person.role:
            if person.role == Role.ADMIN and await people.only_admin(conn, person.id):
                return "这是最后一位管理员，身份不能改。"
            if Role(role) not in MAY["desk"] and not await people.stays(conn, me.id):
                return LEFT  # nobody would be there to take the files
        await people.change(conn, person.id, **values)  # first: who invites in this moment is waited for
        if role != person.role:
            # What they may do is another thing now: nothing of before goes on.
            await sessions.end_all(conn, person.id)
            await invitations.revoke_of(conn, person.id)
        if Role(role) not in MAY["desk"]:
            await leaving.give_back(conn, person, me.name, self.accounts.clock(), self.accounts.duty, heir=me)
        what = [name for name, value in values.items() if value != _now(person, name)]
        await self._record(conn, me, Act.CHANGED, person, {"name": person.name, "what": what})
        return ""

    async def _member(self, conn: AsyncConnection, request: web.Request) -> Member:
        found = await roster.member(conn, request[STAFF], int(request.match_info["person"]))
        if found is None:
            raise Refused(404, "没有这位同事，地址可能写错了。", "no-person")
        return found

    async def _record(
        self, conn: AsyncConnection, me: Staff, act: Act, person: Staff, detail: dict[str, object]
    ) -> None:
        await audit.record(conn, me, act, f"staff:{person.id}", self.accounts.clock(), detail)


def _now(person: Staff, name: str) -> object:
    value = getattr(person, name)
    return list(value) if isinstance(value, tuple) else value
