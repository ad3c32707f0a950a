"""A WeChat made of real servers: the stand-in pushes to the webhook, the client calls the stand-in."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.wechat.client import WeChatClient
from bot.channels.wechat.config import WeChatConfig
from bot.channels.wechat.tokens import MemoryTokenStore, Tokens
from bot.channels.wechat.webhook import Pending, routes
from bot.demo.wechat import Account, FakeWeChat
from bot.messages import Inbound

NOW = datetime(2026, 5, 12, 21, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Bot:
    """The side of the product: what it received, what it answers next."""

    answer: Callable[[Inbound], Awaitable[str | None]]
    received: list[Inbound] = field(default_factory=list)
    proofs: dict[str, str] = field(default_factory=dict)
    memory_down: bool = False

    async def handle(self, inbound: Inbound, _deadline: float) -> str | None:
        self.received.append(inbound)
        return await self.answer(inbound)

    async def seen(self, proof: str, digest: str, _now: datetime) -> bool:
        if self.memory_down:
            raise ConnectionError
        return self.proofs.setdefault(proof, digest) == digest


@dataclass
class World:
    """Both servers and the way between them."""

    clock: Clock
    config: WeChatConfig
    bot: Bot
    fake: FakeWeChat
    webhook: str
    api_base: str
    session: aiohttp.ClientSession
    pending: Pending

    def client(self, patience: float = 5.0) -> WeChatClient:
        tokens = Tokens(self.session, self.config, MemoryTokenStore(), self.clock, patience)
        return WeChatClient(self.session, self.config, tokens, patience)

    def calls(self, path: str) -> int:
        return sum(call.path == path for call in self.fake.world.calls)

    def texts(self, openid: str) -> list[str]:
        return [bubble.text for bubble in self.fake.world.follower(openid).thread]


async def echo(inbound: Inbound) -> str | None:
    return f"收到：{inbound.text}"


@pytest.fixture
def account() -> Account:
    return Account(webhook="")


@pytest.fixture
def window() -> float:
    return 4.2


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def world(account: Account, clock: Clock, window: float) -> AsyncIterator[World]:
    bot, pending = Bot(echo), Pending()
    fake = FakeWeChat(account, clock=clock, rng=random.Random(7), patience=0.6)
    async with TestServer(fake.app(), host="127.0.0.1") as upstream, aiohttp.ClientSession() as session:
        aes_key = None if account.mode == "plaintext" else account.aes_key
        config = WeChatConfig(
            account.token, account.app_id, account.app_secret, aes_key, str(upstream.make_url("")).rstrip("/")
        )
        app = web.Application()
        app.add_routes(routes(config, bot.handle, bot.seen, clock=clock, window=window, pending=pending))
        async with TestServer(app, host="127.0.0.1") as server:
            account.webhook = str(server.make_url("/wechat"))
            yield World(clock, config, bot, fake, account.webhook, config.api_base, session, pending)
            await pending.settle(2)
