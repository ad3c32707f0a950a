"""Setting up a second factor, new codes for a lost phone, switching it off. Codes are shown once, then only hashed."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.channels.web.forms import fields, text_of
from bot.store import audit, factors, sessions
from bot.store.audit import Act
from bot.store.people import Role, Staff
from bot.web.accounts import Accounts
from bot.web.desk.people.own import Own, back
from bot.web.permissions import MAY, SESSION, STAFF, face
from bot.web.second_factor import fresh_codes, picture, required, spaced, step_of

WRONG = "这个码不对，或者已经用过了。请等下一个码再试。"
TOO_MANY = "试得太多次了，请 15 分钟后再来。"


@dataclass(frozen=True, slots=True)
class FactorPages:
    """The handlers; what goes wrong with a factor that is there is told on the own page."""

    accounts: Accounts
    own: Own

    async def form(self, request: web.Request) -> web.Response:
        """`GET /desk/own/second-factor`: a new secret, to be proved."""
        me = request[STAFF]
        if me.second_factor:
            raise web.HTTPSeeOther("/desk/own#factor")
        secret, pending = self.accounts.vault.offer(me.id, self.accounts.clock())
        return self._form(request, secret, pending)

    async def prove(self, request: web.Request) -> web.Response:
        """`POST /desk/own/second-factor`: the app shows the right code, so the secret is kept."""
        me, given, now = request[STAFF], await fields(request), self.accounts.clock()
        vault, pending = self.accounts.vault, text_of(given, "pending")
        secret = vault.carried(me.id, pending, now)
        if secret is None:
            fresh, pending = vault.offer(me.id, now)
            return self._form(request, fresh, pending, "这一页开得太久了，请用新的图再扫一次。", 400)
        if not self.accounts.may_try(me.id):
            return self._form(request, secret, pending, TOO_MANY, 429)
        step = step_of(secret, text_of(given, "code"), now)
        if step is None:
            return self._form(request, secret, pending, "这个码不对，请看一下手机上的时间准不准，再写一次。", 400)
        codes = fresh_codes()
        async with self.accounts.engine.begin() as conn:
            if not await factors.put(conn, me.id, vault.seal(secret), step, self._digests(me, codes)):
                raise web.HTTPSeeOther("/desk/own#factor")
            # Sessions from before had only a password.
            await sessions.end_all(conn, me.id, but=request[SESSION])
            await audit.record(conn, me, Act.SECOND_FACTOR, f"staff:{me.id}", now, {"what": "on"})
        return self._codes(request, codes)

    async def codes(self, request: web.Request) -> web.Response:
        """`POST /desk/own/second-factor/codes`: new codes for a lost phone; the old ones end."""
        me, code = request[STAFF], text_of(await fields(request), "code")
        if not self.accounts.may_try(me.id):
            return await self.own.page(request, problem=TOO_MANY, status=429)
        codes = fresh_codes()
        async with self.accounts.engine.begin() as conn:
            proved = await self.accounts.proved(conn, me, code)
            if proved:
                await factors.renew(conn, me.id, self._digests(me, codes))
                detail = {"what": "codes"}
                await audit.record(conn, me, Act.SECOND_FACTOR, f"staff:{me.id}", self.accounts.clock(), detail)
        return self._codes(request, codes) if proved else await self.own.page(request, problem=WRONG, status=400)

    async def off(self, request: web.Request) -> web.Response:
        """`POST /desk/own/second-factor/off`; who must have one is led to set it up again, e.g. on a new phone."""
        me, code = request[STAFF], text_of(await fields(request), "code")
        if not self.accounts.may_try(me.id):
            return await self.own.page(request, problem=TOO_MANY, status=429)
        async with self.accounts.engine.begin() as conn:
            proved = await self.accounts.proved(conn, me, code)
            if proved:
                await factors.clear(conn, me.id)
                detail = {"what": "off"}
                await audit.record(conn, me, Act.SECOND_FACTOR, f"staff:{me.id}", self.accounts.clock(), detail)
        return back("off") if proved else await self.own.page(request, problem=WRONG, status=400)

    def _digests(self, me: Staff, codes: list[str]) -> list[str]:
        return [self.accounts.vault.digest(me.id, code) for code in codes]

    def _form(
        self, request: web.Request, secret: str, pending: str, problem: str = "", status: int = 200
    ) -> web.Response:
        me = request[STAFF]
        context = {
            "staff": face(request),
            "required": required(self.accounts.rules.second_factor, me.role),
            "picture": picture(secret, me.login),
            "secret": spaced(secret),
            "pending": pending,
            "problem": problem,
        }
        return render_template("desk/second_factor.html", request, context, status=status)

    def _codes(self, request: web.Request, codes: list[str]) -> web.Response:
        home = "/desk" if Role(request[STAFF].role) in MAY["desk"] else "/admin"
        context = {"staff": face(request), "codes": codes, "home": home}
        return render_template("desk/recovery_codes.html", request, context)
