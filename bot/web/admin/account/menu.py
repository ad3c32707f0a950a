"""`/admin/menu`: the account's menu: edited, tried, saved; put on the account; compared with what is there.

Saving changes nothing in WeChat. What is put there is what was saved, judged again at that moment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot import observe
from bot.channels.base import ChannelError
from bot.channels.web.forms import fields, text_of
from bot.channels.web.refused import Refused
from bot.channels.wechat import menu as menus
from bot.channels.wechat.advice import sentence
from bot.channels.wechat.menu import PACKAGED, Menu
from bot.channels.wechat.menu_rules import Fault, judge
from bot.store import audit, edits, vitals
from bot.store.audit import Act
from bot.store.database import DOWN, SQLAlchemyError
from bot.store.edits import MENU, Version
from bot.web.accounts import face
from bot.web.admin.account import menu_form, menu_taps
from bot.web.admin.account.menu_taps import Counted
from bot.web.admin.given import Given
from bot.web.permissions import STAFF

KEY = "menu"
SUBJECT = "公众号菜单"  # as the trail shows it
NO_ACCOUNT = "还没有配置公众号的密钥，菜单只能先存在这里。请管理员配置好公众号，再放上去。"
UNSURE = "没等到微信的答复。菜单可能已经换了，也可能没有：过一会儿点“看看公众号上现在的”。"
DONE = {"saved": "存好了。公众号上还是原来的，要换请点“放到公众号上”。", "sent": "放上去了，家长五分钟左右看到。"}

_log = observe.logger("menu")


@dataclass(frozen=True, slots=True)
class _Saved:
    """The menu in force: its version (0: packaged), and everything that was saved."""

    menu: Menu
    number: int
    history: Sequence[Version]


@dataclass(frozen=True, slots=True)
class MenuPages:
    """The handlers."""

    given: Given
    counted: Counted = field(default_factory=Counted)

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/menu`: the menu as it is saved."""
        done = DONE.get(request.query.get("done", ""), "")
        return await self._page(request, await self._saved(), done=done)

    async def act(self, request: web.Request) -> web.Response:
        """`POST /admin/menu`: move a row, look at the preview, save, or bring an earlier menu back."""
        given, saved = await fields(request), await self._saved()
        library = self.given.tools().library
        step, _, where = text_of(given, "step").partition(":")
        if step == "restore":
            return await self._restore(request, saved, where)
        draft = menu_form.read(given, library)
        seen = _number(text_of(given, "saved"))
        if step == "save":
            return await self._save(request, saved, draft, seen)
        place, _, value = where.partition(":")
        draft = menu_form.changed(draft, step, place, value, library)
        return await self._page(request, saved, draft=draft, seen=seen, tried=step == "try")

    async def _restore(self, request: web.Request, saved: _Saved, version: str) -> web.Response:
        """Save an earlier menu again; version 0 is the packaged one."""
        one = next((one for one in saved.history if str(one.id) == version), None)
        if one is None and version != "0":
            raise Refused(404, "没有这一版，可能地址写错了。", "no-version")
        back = _menu(one.body if one else None)
        faults = self._judged(back)
        if faults:
            return await self._page(request, saved, draft=menu_form.edited(back), faults=faults, status=422)
        return await self._kept(request, saved, back, saved.number, one.body if one else None)

    async def _save(self, request: web.Request, saved: _Saved, draft: Menu, seen: int) -> web.Response:
        menu = menu_form.tidy(draft)
        faults = menu_form.renumbered(self._judged(menu), draft)
        if faults:
            return await self._page(request, saved, draft=draft, seen=seen, faults=faults, status=422)
        return await self._kept(request, saved, draft, seen, menus.dump(menu))

    async def _kept(
        self, request: web.Request, saved: _Saved, draft: Menu, seen: int, body: str | None
    ) -> web.Response:
        """Save, unless somebody else did so meanwhile: who comes second is told, and keeps what they did."""
        staff, now = request[STAFF], self.given.clock()
        values = {"sort": MENU[0], "key": KEY, "body": body, "author": staff.name, "at": now}
        async with self.given.engine.begin() as conn:
            number = await edits.add(conn, values, among=MENU, seen=seen)
            if number is not None:
                detail = {"what": "改了菜单" if body is not None else "用回出厂的菜单"}
                await audit.record(conn, staff, Act.MENU, SUBJECT, now, detail)
        if number is None:
            latest = await self._saved()
            who = latest.history[0].author if latest.history else "有人"
            late = f"{who}刚刚存过菜单。您改的还在这里，请看看历史里的新版本，再存一次。"
            return await self._page(request, latest, draft=draft, late=late, status=409)
        _log.info("menu saved", staff=staff.id, version=number)
        return web.Response(status=303, headers={"Location": "/admin/menu?done=saved"})

    async def send(self, request: web.Request) -> web.Response:
        """`POST /admin/menu/send`: put the saved menu on the account, and say what WeChat said."""
        saved = await self._saved()
        faults = self._judged(saved.menu)
        if faults:
            words = "存着的这份菜单要先改好，才能放上去。"
            return await self._page(request, saved, faults=faults, problem=words, status=422)
        if self.given.wechat is None:
            return await self._page(request, saved, problem=NO_ACCOUNT, status=409)
        content = menus.body(saved.menu, self.given.settings.public_url)
        problem, code = "", ""
        try:
            await self.given.wechat().create_menu(content)
        except ChannelError as error:
            problem, code = UNSURE if error.code == "timeout" else f"没有放上去。{sentence(error)}", error.code
        except (*DOWN, SQLAlchemyError):  # the token is kept there
            problem, code = "数据库暂时连不上，没有放上去。请过一会儿再试。", "database"
        kept = await self._remember(request, saved, digest(content), problem, code)
        if problem or not kept:
            words = problem or "放上去了，但是没能记下来是谁放的：数据库暂时连不上。"
            return await self._page(request, saved, problem=words, status=409)
        return web.Response(status=303, headers={"Location": "/admin/menu?done=sent"})

    async def _remember(self, request: web.Request, saved: _Saved, made: str, problem: str, code: str) -> bool:
        """Keep who tried what and what came of it; whether that could be done."""
        staff, now = request[STAFF], self.given.clock()
        tried = {"tried_by": staff.name, "tried_at": now.isoformat(), "problem": problem, "code": code}
        done = {"version": saved.number, "digest": made, "by": staff.name, "sent_at": now.isoformat()}
        what = "放到公众号上" if not problem else f"没放上去（{code}）"
        try:
            async with self.given.engine.begin() as conn:
                await vitals.add(conn, vitals.MENU, tried if problem else tried | done, now)
                await audit.record(conn, staff, Act.MENU, SUBJECT, now, {"what": what})
        except (*DOWN, SQLAlchemyError) as error:
            observe.FAILURES.labels("menu").inc()
            _log.error("what was done with the menu is not kept", error=type(error).__name__)
            return False
        _log.info("menu sent", staff=staff.id, version=saved.number, code=code)
        return True

    async def look(self, request: web.Request) -> web.Response:
        """`POST /admin/menu/look`: fetch the menu that the account has now, and show what differs from ours."""
        saved = await self._saved()
        if self.given.wechat is None:
            return await self._page(request, saved, problem=NO_ACCOUNT, status=409)
        try:
            theirs = menus.told(await self.given.wechat().current_menu())
        except ChannelError as error:
            return await self._page(request, saved, problem=f"没有看到。{sentence(error)}", status=409)
        ours = menus.told(menus.body(saved.menu, self.given.settings.public_url)["button"])
        compared = {"rows": menus.differences(ours, theirs), "none": not theirs}
        return await self._page(request, saved, compared=compared)

    async def _page(
        self,
        request: web.Request,
        saved: _Saved,
        *,
        draft: Menu | None = None,
        seen: int | None = None,
        faults: Sequence[Fault] = (),
        late: str = "",
        problem: str = "",
        done: str = "",
        tried: bool = False,
        compared: Mapping[str, Any] | None = None,
        status: int = 200,
    ) -> web.Response:
        settings, library = self.given.settings, self.given.tools().library
        shown = draft if draft is not None else menu_form.edited(saved.menu)
        if tried and not faults:
            faults = menu_form.renumbered(self._judged(menu_form.tidy(shown)), shown)
        async with self.given.engine.connect() as conn:
            vital = await vitals.find(conn, vitals.MENU)
            trail = await audit.of_subject(conn, SUBJECT, 8)
        found = await self.counted.of(self.given.engine, self.given.clock())
        context = {
            "staff": face(request),
            "here": "menu",
            "rows": menu_form.rows(shown, faults, library),
            "choices": menu_form.CHOICES,
            "preview": menu_form.tidy(shown),
            "whole": [fault.sentence for fault in faults if not fault.place],
            "wrong": len(faults),
            "tried": tried,
            "seen": saved.number if seen is None else seen,
            "late": late,
            "problem": problem,
            "done": done,
            "compared": compared,
            "history": saved.history[:20],
            "account": self.given.wechat is not None,
            "sent": _sent(vital, digest(menus.body(saved.menu, settings.public_url))),
            "trail": trail,
            "taps": menu_taps.lines(saved.menu, settings.public_url, found),
        }
        return render_template("admin/menu.html", request, context, status=status)

    async def _saved(self) -> _Saved:
        async with self.given.engine.connect() as conn:
            history = await edits.history(conn, MENU[0], KEY)
        return _Saved(_menu(history[0].body if history else None), history[0].id if history else 0, history)

    def _judged(self, menu: Menu) -> list[Fault]:
        return judge(menu, public_url=self.given.settings.public_url, entries=self.given.tools().library.entries)


def digest(content: Mapping[str, Any]) -> str:
    """Tell two menus apart as WeChat gets them."""
    return hashlib.sha256(repr(content).encode()).hexdigest()


def _menu(body: str | None) -> Menu:
    """Read what was saved; the packaged menu where nothing is, or nothing that this version reads."""
    if body is None:
        return PACKAGED
    try:
        return menus.load(body)
    except ValueError:
        observe.FAILURES.labels("menu").inc()
        return PACKAGED


def _sent(vital: vitals.Vital | None, now: str) -> dict[str, Any]:
    """Say what was last put on the account, and whether that is what is saved."""
    body = vital.body if vital else {}
    moments: dict[str, Any] = {
        name: datetime.fromisoformat(body[name]) for name in ("tried_at", "sent_at") if name in body
    }
    return {"sent_at": None, "problem": "", **body, **moments, "same": body.get("digest") == now}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
