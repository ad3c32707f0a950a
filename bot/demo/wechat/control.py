"""The side that a tester or a curious person uses: act as a follower, read the thread, order trouble. Not WeChat's."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from aiohttp import web

from bot.demo.wechat import acts
from bot.demo.wechat.account import Bubble, Bucket, Follower
from bot.demo.wechat.acts import Act
from bot.demo.wechat.faults import Fault
from bot.demo.wechat.push import Prepared, Pusher
from bot.demo.wechat.world import World

_PAGES = Path(__file__).parent
_LINK = re.compile(r"""<a\s[^>]*?href=["']([^"']*)["'][^>]*>(.*?)</a>""", re.DOTALL)
_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'"


class Control:
    """The routes under `/_fake/`."""

    def __init__(self, world: World, pusher: Pusher) -> None:
        self.world = world
        self._pusher = pusher

    def routes(self) -> list[web.RouteDef]:
        """The page and the JSON calls behind it."""
        person = "/_fake/followers/{openid}"
        return [
            web.get("/_fake/", _file("page.html", "text/html")),
            web.get("/_fake/page.css", _file("page.css", "text/css")),
            web.get("/_fake/page.js", _file("page.js", "text/javascript")),
            web.post(f"{person}/{{act:say|tap|send|event}}", self._act),
            web.post(f"{person}/batch", self._batch),
            web.post(f"{person}/native", self._native),
            web.get(f"{person}/thread", self._thread),
            web.get("/_fake/menu", self._menu),
            web.post("/_fake/check", self._check),
            web.post("/_fake/faults", self._order),
            web.delete("/_fake/faults", self._clear),
        ]

    async def act(self, openid: str, name: str, given: dict[str, Any]) -> str:
        """Let a person do something; give what came of it: passive, silent, ignored, native, late or bad: why."""
        prepared = self._prepare(openid, name, given)
        return await self._pusher.push(prepared, int(given.get("copies", 1)))

    def _prepare(self, openid: str, name: str, given: dict[str, Any]) -> Prepared:
        follower = self.world.follower(openid)
        act = self._read(name, given)
        # Whoever writes follows: WeChat has no words from others. Only following itself and leaving are different.
        follower.following = act.event != "unsubscribe"
        if not follower.following:
            follower.talk, follower.minute = Bucket(), Bucket()
        return self._pusher.prepare(follower, act)

    def _read(self, name: str, given: dict[str, Any]) -> Act:
        match name:
            case "say":
                return acts.say(str(given["text"]))
            case "tap":
                return acts.tap(str(given["content"]), str(given.get("id", "101")))
            case "send":
                kind = str(given["type"])
                content = base64.b64decode(given.get("content", ""))
                types = {"image": "image/jpeg", "voice": "audio/amr", "video": "video/mp4"}
                media_id = self.world.keep_medium(content, types.get(kind, "application/octet-stream"))
                if kind == "voice":
                    self.world.media[f"{media_id}-16k"] = self.world.media[media_id]
                return acts.send(kind, media_id, given)
            case _:
                return acts.event(str(given["event"]), str(given.get("key", "")), given.get("extra"))

    async def _act(self, request: web.Request) -> web.Response:
        given = await _given(request)
        try:
            outcome = await self.act(request.match_info["openid"], request.match_info["act"], given)
        except (KeyError, ValueError) as error:
            raise web.HTTPBadRequest(text=f"missing or wrong: {error}") from error
        return web.json_response({"outcome": outcome})

    async def _batch(self, request: web.Request) -> web.Response:
        """Several acts: `order` is as-done, shuffled, or together (all at once)."""
        given = await _given(request)
        openid = request.match_info["openid"]
        prepared = [self._prepare(openid, each.pop("act"), each) for each in given["acts"]]
        if given.get("order") == "together":
            outcomes = await asyncio.gather(*map(self._pusher.push, prepared))
            return web.json_response({"outcomes": outcomes})
        if given.get("order") == "shuffled":
            self.world.rng.shuffle(prepared)
        return web.json_response({"outcomes": [await self._pusher.push(each) for each in prepared]})

    async def _native(self, request: web.Request) -> web.Response:
        """The agent's side of a native session: say something, or close it."""
        given = await _given(request)
        follower = self.world.follower(request.match_info["openid"])
        if text := given.get("say"):
            note = self.world.account.agents.get(follower.native_agent, "")
            self.world.show(follower, Bubble(self.world.clock(), "agent", "text", str(text), "native", note))
        if given.get("close"):
            await self._pusher.close_native(follower, "KF")
        return web.json_response({"open": follower.in_native_session(self.world.clock())})

    async def _thread(self, request: web.Request) -> web.Response:
        follower = self.world.follower(request.match_info["openid"])
        now = self.world.clock()
        return web.json_response(
            {
                "title": self.world.account.title,
                "following": follower.following,
                "typing": bool(follower.typing_until and now < follower.typing_until),
                "native": follower.in_native_session(now),
                "left": _left(follower, self.world),
                "thread": [_bubble(bubble) for bubble in follower.thread],
            },
            dumps=lambda value: json.dumps(value, ensure_ascii=False),
        )

    async def _menu(self, _request: web.Request) -> web.Response:
        return web.json_response(self.world.menu)

    async def _check(self, _request: web.Request) -> web.Response:
        return web.json_response({"verified": await self._pusher.check_webhook(self.world.clock())})

    async def _order(self, request: web.Request) -> web.Response:
        given = await _given(request)
        self.world.faults.order(str(given.pop("path")), Fault(**given))
        return web.json_response({"ordered": True})

    async def _clear(self, _request: web.Request) -> web.Response:
        self.world.faults.clear()
        return web.json_response({"cleared": True})


def _left(follower: Follower, world: World) -> dict[str, int]:
    now = world.clock()
    return {
        "talk": follower.talk.left if follower.talk.open(now) else 0,
        "minute": follower.minute.left if follower.minute.open(now) else 0,
    }


def _bubble(bubble: Bubble) -> dict[str, Any]:
    return {
        "at": bubble.at.isoformat(),
        "who": bubble.who,
        "kind": bubble.kind,
        "text": bubble.text,
        "via": bubble.via,
        "note": bubble.note,
        # Only what the account sends has links; what a person types is words, whatever it looks like.
        "pieces": [{"text": bubble.text}] if bubble.who == "parent" else pieces(bubble.text),
    }


def pieces(text: str) -> list[dict[str, str]]:
    """Divide a text as a phone shows it: words, links that open a page, links that say something."""
    result: list[dict[str, str]] = []
    end = 0
    for match in _LINK.finditer(text):
        result.append({"text": text[end : match.start()]})
        result.append(_link(match[1], match[2]))
        end = match.end()
    result.append({"text": text[end:]})
    return [piece for piece in result if piece.get("text") != ""]


def _link(address: str, label: str) -> dict[str, str]:
    if not address.startswith("weixin://bizmsgmenu?"):
        return {"label": label, "url": address}
    query = parse_qs(urlsplit(address).query, keep_blank_values=True)
    says = unquote(query.get("msgmenucontent", [""])[0])
    return {"label": label, "says": says, "id": query.get("msgmenuid", [""])[0]}


async def _given(request: web.Request) -> dict[str, Any]:
    try:
        value = await request.json()
    except ValueError as error:
        raise web.HTTPBadRequest(text="not JSON") from error
    if not isinstance(value, dict):
        raise web.HTTPBadRequest(text="not an object")
    return value


def _file(name: str, kind: str) -> Any:
    async def handler(_request: web.Request) -> web.Response:
        content = (_PAGES / name).read_text("utf-8")
        headers = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
        return web.Response(text=content, content_type=kind, headers=headers)

    return handler
