"""The pushing side: three modes, XML or JSON, five seconds, three attempts, and a strict look at what comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from bot.demo.wechat import wire
from bot.demo.wechat.account import FAULT, Bubble, Follower
from bot.demo.wechat.acts import Act, event
from bot.demo.wechat.wire import BadAnswer
from bot.demo.wechat.world import Delivery, World

ATTEMPTS = 3
PATIENCE = 5.0
NATIVE_SESSION = timedelta(minutes=30)
_KINDS = frozenset({"text", "image", "voice", "video", "music", "news", "transfer_customer_service"})


@dataclass(frozen=True, slots=True)
class Prepared:
    """An act with its sender, time and id: what every attempt repeats."""

    follower: Follower
    act: Act
    fields: dict[str, Any]


class Pusher:
    """Hands acts to the webhook."""

    def __init__(self, world: World, session: Callable[[], aiohttp.ClientSession], patience: float = PATIENCE) -> None:
        self.world = world
        self._session = session
        self._patience = patience

    def prepare(self, follower: Follower, act: Act) -> Prepared:
        """Let the act happen: it shows in the thread, opens its window, gets its id."""
        now = self.world.clock()
        follower.acted(act.opens, now)
        if act.shown:
            self.world.show(follower, Bubble(now, "parent", act.kind, act.shown))
        fields = {
            "ToUserName": self.world.account.name,
            "FromUserName": follower.openid,
            "CreateTime": int(now.timestamp()),
            **act.fields,
        }
        if not act.event:
            fields["MsgId"] = self.world.message_id()
        return Prepared(follower, act, fields)

    async def push(self, prepared: Prepared, copies: int = 1) -> str:
        """Deliver; with `copies` the same act arrives several times at once. Gives the first copy's outcome."""
        follower, now = prepared.follower, self.world.clock()
        if follower.native_until and not follower.in_native_session(now):
            await self.close_native(follower, "TIMEOUT")
        before = follower.in_native_session(now)
        if before and not prepared.act.event:
            return self._note(prepared, 0, "native")  # an agent's client shows it; the webhook never hears of it
        outcomes = await asyncio.gather(*(self._deliver(prepared, show=number == 0) for number in range(copies)))
        if not before and follower.in_native_session(now):  # the answer has just handed the person to the native tool
            opening = event("kf_create_session", extra={"KfAccount": follower.native_agent})
            await self._deliver(self.prepare(follower, opening), show=True)
        return outcomes[0]

    async def close_native(self, follower: Follower, why: str) -> None:
        """End a session of the native tool; the webhook is told."""
        agent, follower.native_until = follower.native_agent, None
        closing = event("kf_close_session", extra={"KfAccount": agent, "CloseType": why})
        await self.push(self.prepare(follower, closing))

    async def _deliver(self, prepared: Prepared, *, show: bool) -> str:
        for attempt in range(1, ATTEMPTS + 1):
            outcome = await self._attempt(prepared, show=show)
            self._note(prepared, attempt, outcome)
            if outcome != "late":
                break
        if show and prepared.act.answerable and (outcome == "late" or outcome.startswith("bad")):
            self.world.show(prepared.follower, Bubble(self.world.clock(), "system", "fault", FAULT))
        return outcome

    async def _attempt(self, prepared: Prepared, *, show: bool) -> str:
        query, body = self._envelope(prepared)
        kind = "application/json" if self.world.account.json else "text/xml"
        try:
            async with (
                asyncio.timeout(self._patience),
                self._session().post(
                    self.world.account.webhook, params=query, data=body.encode(), headers={"Content-Type": kind}
                ) as response,
            ):
                content = await response.read()
                if response.status != 200:
                    return f"bad: status {response.status}"
        except (TimeoutError, aiohttp.ClientError):
            return "late"
        try:
            return self._receive(prepared, content, nonce=query["nonce"], show=show)
        except (BadAnswer, UnicodeDecodeError) as error:
            return f"bad: {error}"

    def _envelope(self, prepared: Prepared) -> tuple[dict[str, str], str]:
        account, world = self.world.account, self.world
        timestamp, nonce = str(int(world.clock().timestamp())), world.digits(10)
        query = {"timestamp": timestamp, "nonce": nonce, "openid": prepared.follower.openid}
        query["signature"] = wire.proof(account.token, timestamp, nonce)
        plain = wire.write(prepared.fields, as_json=account.json)
        if account.mode == "plaintext":
            return query, plain
        encrypted = wire.lock(account, plain, world.digits(16).encode())
        query |= {"encrypt_type": "aes", "msg_signature": wire.proof(account.token, timestamp, nonce, encrypted)}
        if account.mode == "compatible":
            return query, wire.write({**prepared.fields, "Encrypt": encrypted}, as_json=account.json)
        query["signature"] = wire.proof(world.digits(20))  # the documents' own example does not verify either
        return query, wire.write({"ToUserName": account.name, "Encrypt": encrypted}, as_json=account.json)

    def _receive(self, prepared: Prepared, content: bytes, *, nonce: str, show: bool) -> str:
        if content.strip() in (b"", b"success"):
            return "silent"
        answer = wire.read(content.decode(), as_json=self.world.account.json)
        if "Encrypt" in answer or self.world.account.mode == "safe":
            answer = wire.read(self._unwrap(answer, nonce), as_json=self.world.account.json)
        self._inspect(prepared, answer)
        if not prepared.act.answerable:
            return "ignored"
        if show:
            self._show(prepared.follower, answer)
        return "passive"

    def _unwrap(self, answer: dict[str, Any], nonce: str) -> str:
        try:
            encrypted, timestamp = str(answer["Encrypt"]), str(answer["TimeStamp"])
            given, answered = str(answer["MsgSignature"]), str(answer["Nonce"])
        except KeyError as error:
            raise BadAnswer(f"no {error} in the envelope") from error
        if given != wire.proof(self.world.account.token, timestamp, answered, encrypted):
            raise BadAnswer("wrong signature")
        if answered != nonce:
            raise BadAnswer("another nonce")
        return wire.unlock(self.world.account, encrypted)

    def _inspect(self, prepared: Prepared, answer: dict[str, Any]) -> None:
        if (
            answer.get("ToUserName") != prepared.follower.openid
            or answer.get("FromUserName") != self.world.account.name
        ):
            raise BadAnswer("sender and receiver are not swapped")
        if not str(answer.get("CreateTime", "")).isdigit() or answer.get("MsgType") not in _KINDS:
            raise BadAnswer("no time or no type")
        if answer["MsgType"] == "text":
            content = answer.get("Content")
            if not isinstance(content, str) or not content:
                raise BadAnswer("no content")
            if len(content.encode()) > 2048:
                raise BadAnswer("over 2048 bytes")

    def _show(self, follower: Follower, answer: dict[str, Any]) -> None:
        now = self.world.clock()
        if answer["MsgType"] != "transfer_customer_service":
            detail = {name: value for name, value in answer.items() if name not in ("ToUserName", "FromUserName")}
            text = str(answer.get("Content", ""))
            self.world.show(follower, Bubble(now, "account", answer["MsgType"], text, "passive", detail=detail))
            return
        wanted = answer.get("TransInfo", {}).get("KfAccount")
        follower.native_agent = wanted or next(iter(self.world.account.agents), "")
        follower.native_until = now + NATIVE_SESSION

    def _note(self, prepared: Prepared, attempt: int, outcome: str) -> str:
        message_id = str(prepared.fields.get("MsgId", ""))
        self.world.deliveries.append(Delivery(prepared.follower.openid, message_id, attempt, outcome))
        return outcome

    async def check_webhook(self, at: datetime) -> bool:
        """Do what the console does when an address is entered: ask for an echo."""
        timestamp, nonce, echo = str(int(at.timestamp())), self.world.digits(10), self.world.digits(19)
        query = {"timestamp": timestamp, "nonce": nonce, "echostr": echo}
        query["signature"] = wire.proof(self.world.account.token, timestamp, nonce)
        async with (
            asyncio.timeout(self._patience),
            self._session().get(self.world.account.webhook, params=query) as response,
        ):
            return response.status == 200 and await response.text() == echo
