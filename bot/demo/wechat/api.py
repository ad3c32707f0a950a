"""The API side over HTTP: tokens first, then trouble on order, then the day's limits, then the call itself."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.demo.wechat import console, sending
from bot.demo.wechat.acts import event
from bot.demo.wechat.faults import MESSAGES, Fault
from bot.demo.wechat.push import Pusher
from bot.demo.wechat.sending import OK, Result
from bot.demo.wechat.world import Call, World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Rule = Callable[[World, dict[str, Any]], Result]

_POSTS: dict[str, Rule] = {
    "message/custom/send": sending.custom_send,
    "message/custom/typing": sending.typing,
    "qrcode/create": console.qrcode_create,
    "menu/create": console.menu_create,
    "clear_quota": console.clear_quota,
    "openapi/quota/get": console.quota_get,
}


class Api:
    """All calls under `/cgi-bin/`."""

    def __init__(self, world: World, pusher: Pusher) -> None:
        self.world = world
        self._pusher = pusher
        self._reports: set[asyncio.Task[str]] = set()

    def routes(self) -> list[web.RouteDef]:
        """Every documented path that we stand in for."""
        posts = [web.post(f"/cgi-bin/{path}", self._ruled(path, rule)) for path, rule in _POSTS.items()]
        return [
            *posts,
            web.get("/cgi-bin/token", self._classic),
            web.post("/cgi-bin/stable_token", self._stable),
            web.post("/cgi-bin/message/template/send", self._ruled("message/template/send", self._template)),
            web.get("/cgi-bin/media/get", self._media),
            web.get("/cgi-bin/get_current_selfmenu_info", self._ruled("get_current_selfmenu_info", console.menu_shown)),
            web.get("/cgi-bin/getcallbackip", self._ruled("getcallbackip", _callback_ip)),
        ]

    async def settle(self) -> None:
        """Wait for the reports still under way."""
        await asyncio.gather(*self._reports, return_exceptions=True)

    def _ruled(self, path: str, rule: Rule) -> Handler:
        async def handler(request: web.Request) -> web.StreamResponse:
            raw = await request.read()
            body = _object(raw)
            self.world.calls.append(Call(path, body or {}, self.world.clock()))

            def carried_out() -> web.Response:
                if fault := self._admission(path, request) or _body_fault(raw, body):
                    return self._fault(fault)
                return self._answer(rule(self.world, body or {}))

            fault = self.world.faults.next(path)
            done = carried_out() if fault and fault.done else None
            return await self._trouble(fault, request) or done or carried_out()

        return handler

    async def _classic(self, request: web.Request) -> web.StreamResponse:
        self.world.calls.append(Call("token", {}, self.world.clock()))
        return await self._next("token", request) or self._answer(self.world.tokens.give_classic(request.query))

    async def _stable(self, request: web.Request) -> web.StreamResponse:
        body = _object(await request.read()) or {}
        self.world.calls.append(Call("stable_token", {"force_refresh": body.get("force_refresh")}, self.world.clock()))
        return await self._next("stable_token", request) or self._answer(self.world.tokens.give_stable(body))

    async def _media(self, request: web.Request) -> web.StreamResponse:
        self.world.calls.append(Call("media/get", dict(request.query), self.world.clock()))
        if trouble := await self._next("media/get", request):
            return trouble
        if fault := self._admission("media/get", request):
            return self._fault(fault)
        medium = self.world.media.get(request.query.get("media_id", ""))
        if medium is None or self.world.clock() >= medium.until:
            return self._fault(40007)
        disposition = f'attachment; filename="{request.query["media_id"]}"'
        return web.Response(body=medium.content, content_type=medium.type, headers={"Content-disposition": disposition})

    def _template(self, world: World, body: dict[str, Any]) -> Result:
        before = len(world.noticed)
        result = sending.template_send(world, body)
        if isinstance(result, dict) and len(world.noticed) > before:
            self._report(str(body["touser"]), int(result["msgid"]))
        return result

    def _report(self, openid: str, message_id: int) -> None:
        """Tell the webhook later what became of a notice, as WeChat does."""
        follower = self.world.follower(openid)
        status = "failed:user block" if follower.refuses else "success"
        act = event("TEMPLATESENDJOBFINISH", extra={"MsgID": message_id, "Status": status})
        task = asyncio.ensure_future(self._pusher.push(self._pusher.prepare(follower, act)))
        self._reports.add(task)
        task.add_done_callback(self._reports.discard)

    def _admission(self, path: str, request: web.Request) -> int:
        return self.world.tokens.fault(request.query.get("access_token", "")) or (
            0 if self.world.spend(path) else 45009
        )

    async def _next(self, path: str, request: web.Request) -> web.Response | None:
        return await self._trouble(self.world.faults.next(path), request)

    async def _trouble(self, fault: Fault | None, request: web.Request) -> web.Response | None:
        if fault is None:
            return None
        if fault.hang:
            await asyncio.sleep(fault.hang)
        if fault.drop and request.transport is not None:
            request.transport.close()
            return web.Response()  # goes nowhere
        return self._troubled(fault)

    def _troubled(self, fault: Fault) -> web.Response | None:
        if fault.raw or fault.status != 200:
            return web.Response(text=fault.raw, status=fault.status, content_type="text/html")
        return self._fault(fault.errcode) if fault.errcode else None

    def _answer(self, result: Result) -> web.Response:
        return self._fault(result) if isinstance(result, int) else _json(result)

    def _fault(self, code: int) -> web.Response:
        rid = f"{self.world.digits(8)}-{self.world.digits(8)}-{self.world.digits(8)}"
        return _json({"errcode": code, "errmsg": f"{MESSAGES.get(code, 'unknown')} rid: {rid}"})


def _callback_ip(_world: World, _body: dict[str, Any]) -> Result:
    return {**OK, "ip_list": ["127.0.0.1"]}


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(raw or b"{}")
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _body_fault(raw: bytes, body: dict[str, Any] | None) -> int:
    if body is None:
        return 47001
    return 40033 if re.search(rb"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}", raw) else 0


def _json(value: dict[str, Any]) -> web.Response:
    # WeChat labels its JSON as plain text.
    return web.Response(text=json.dumps(value, ensure_ascii=False), content_type="text/plain")
