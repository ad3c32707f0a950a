"""`/wechat`: what WeChat calls. Answers within its five seconds, always with something that it takes.

An error or a malformed answer makes WeChat show the parent a fault, so everything authentic gets 200: the passive
words, or `success`. What is not authentic gets an empty 403 and a count, nothing to learn from.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web

from bot.channels.wechat.codec import Push, Refused, open_push, seal, verify_url
from bot.channels.wechat.config import BODY_LIMIT, TEXT_LIMIT, WeChatConfig
from bot.channels.wechat.parse import to_inbound
from bot.channels.wechat.render import fit, passive_json, passive_xml
from bot.channels.wechat.words import size
from bot.messages import Inbound
from bot.observe import FAILURES, REFUSED, logger

# Given the act and the moment (of the loop's clock) until which passive words can still go out.
Handle = Callable[[Inbound, float], Awaitable[str | None]]
# Given a proof, its digest and the time: False when the proof came before with another digest.
Seen = Callable[[str, str, datetime], Awaitable[bool]]

WINDOW = 4.2  # of WeChat's five seconds; the rest is for the way back
_GRACE = 0.25  # for words that were ready just in time and are still on their way out of the turn
_SEEN_PATIENCE = 0.8
_BODY_PATIENCE = 3.0
# To these acts WeChat takes words in return; to other events it takes only `success`.
_ANSWERABLE = frozenset(
    {"text", "image", "voice", "video", "location", "link", "unsupported", "subscribe", "scan", "click"}
)

log = logger("wechat")


class Pending:
    """Turns that outlive their request; kept from being forgotten, and awaited at shutdown."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[str | None]] = set()

    def start(self, turn: Awaitable[str | None]) -> asyncio.Task[str | None]:
        """Run a turn to its end, whatever becomes of the request."""
        task = asyncio.ensure_future(_guarded(turn))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def settle(self, patience: float = 10.0) -> None:
        """Wait for the turns still running; those that take too long are cancelled."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(set(self._tasks), timeout=patience)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


async def _guarded(turn: Awaitable[str | None]) -> str | None:
    try:
        return await turn
    except Exception:  # the edge: a fault of ours must not become a fault that the parent sees
        FAILURES.labels("wechat-turn").inc()
        log.exception("turn failed")
        return None


def _count_lost(task: asyncio.Task[str | None]) -> None:
    """Count words that a turn gave too late to be passive: it should have left them to the sender."""
    if not task.cancelled() and task.result():
        FAILURES.labels("wechat-late").inc()


@dataclass(frozen=True, slots=True)
class Webhook:
    """The two handlers and what they need."""

    config: WeChatConfig
    handle: Handle
    seen: Seen
    clock: Callable[[], datetime]
    window: float = WINDOW
    pending: Pending = field(default_factory=Pending)
    salt: Callable[[], bytes] = field(default=lambda: secrets.token_bytes(16))

    async def verify(self, request: web.Request) -> web.Response:
        """`GET /wechat`: the console's check of our address."""
        try:
            return _text(verify_url(self.config, request.query, self.clock()))
        except Refused as refused:
            return _refuse(refused)

    async def receive(self, request: web.Request) -> web.Response:
        """`POST /wechat`: one push."""
        deadline = asyncio.get_running_loop().time() + self.window
        try:
            body = await _body(request)
            push = open_push(self.config, request.query, body, self.clock())
            await self._remember(push)
        except Refused as refused:
            return _refuse(refused)
        try:
            inbound = to_inbound(push.payload, self.clock())
        except Refused as refused:  # authentic but not understood: an error would be shown to the parent
            REFUSED.labels(refused.reason).inc()
            return _success()
        return await self._answer(push, inbound, deadline)

    async def _answer(self, push: Push, inbound: Inbound, deadline: float) -> web.Response:
        task = self.pending.start(self.handle(inbound, deadline))
        left = deadline + _GRACE - asyncio.get_running_loop().time()
        done, _ = await asyncio.wait({task}, timeout=max(left, 0))  # a late turn goes on: this never cancels it
        if not done:
            task.add_done_callback(_count_lost)
        text = task.result() if done and not task.cancelled() else None
        if not text or inbound.kind not in _ANSWERABLE:
            return _success()
        return self._dress(push, inbound, text)

    def _dress(self, push: Push, inbound: Inbound, text: str) -> web.Response:
        if size(text) > TEXT_LIMIT:
            FAILURES.labels("wechat-too-long").inc()
            text = fit(text)
        now = self.clock()
        write = passive_json if push.json else passive_xml
        message = write(to=inbound.sender, sender=str(push.payload.get("ToUserName", "")), text=text, at=now)
        if not push.encrypted:
            return _document(message.encode(), json=push.json)
        sealed = seal(self.config, message, nonce=push.nonce, now=now, salt=self.salt(), json=push.json)
        return _document(sealed, json=push.json)

    async def _remember(self, push: Push) -> None:
        """Refuse a proof that came with something else; when memory fails, believe: it may be a cry for help.

        In safe mode the proof covers the body, so the same proof can only bring the same act, which its key tells.
        """
        if push.encrypted:
            return
        try:
            known = await asyncio.wait_for(self.seen(push.proof, push.digest, self.clock()), _SEEN_PATIENCE)
        except Exception:  # the edge: whatever is wrong with the database, the message is answered
            FAILURES.labels("wechat-seen").inc()
            log.exception("replay memory failed")
            return
        if not known:
            raise Refused("replay")


def routes(
    config: WeChatConfig,
    handle: Handle,
    seen: Seen,
    *,
    clock: Callable[[], datetime],
    window: float = WINDOW,
    pending: Pending | None = None,
) -> list[web.RouteDef]:
    """Give the routes of the webhook; `pending.settle` belongs into the shutdown of whoever passes it."""
    webhook = Webhook(config, handle, seen, clock, window, pending or Pending())
    return [web.get("/wechat", webhook.verify, allow_head=False), web.post("/wechat", webhook.receive)]


async def _body(request: web.Request) -> bytes:
    """Read a body within its limits of size and time; 413 comes before anything is parsed."""
    if "Content-Encoding" in request.headers:  # WeChat never compresses; a bomb does
        raise Refused("encoding")
    if (request.content_length or 0) > BODY_LIMIT:
        raise Refused("too-large")
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_PATIENCE):
            async for chunk in request.content.iter_chunked(16 * 1024):
                body += chunk
                if len(body) > BODY_LIMIT:
                    raise Refused("too-large")
    except TimeoutError:
        raise Refused("slow") from None
    return bytes(body)


def _refuse(refused: Refused) -> web.Response:
    REFUSED.labels(refused.reason).inc()
    return web.Response(status=413 if refused.reason == "too-large" else 403)


def _text(text: str) -> web.Response:
    return web.Response(text=text, headers={"X-Content-Type-Options": "nosniff"})


def _success() -> web.Response:
    return _text("success")


def _document(content: bytes, *, json: bool) -> web.Response:
    return web.Response(body=content, content_type="application/json" if json else "application/xml", charset="utf-8")
