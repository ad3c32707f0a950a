"""The stand-in as a whole: one object, one aiohttp application, one coroutine that serves it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from datetime import datetime

import aiohttp
from aiohttp import web

from bot.demo.wechat.account import Account
from bot.demo.wechat.api import Api
from bot.demo.wechat.control import Control
from bot.demo.wechat.push import PATIENCE, Pusher
from bot.demo.wechat.world import World


class FakeWeChat:
    """WeChat for one account. Time and chance are given, so that a run can be repeated.

    `world` is open to tests; `control.act` lets a follower do something without HTTP in between.
    """

    def __init__(
        self, account: Account, *, clock: Callable[[], datetime], rng: random.Random, patience: float = PATIENCE
    ) -> None:
        self.world = World(account, clock, rng)
        self.pusher = Pusher(self.world, self._open_session, patience)
        self.api = Api(self.world, self.pusher)
        self.control = Control(self.world, self.pusher)
        self._session: aiohttp.ClientSession | None = None

    def app(self) -> web.Application:
        """Give the application, to be served by whoever asks."""
        app = web.Application(client_max_size=32 * 1024 * 1024)
        app.add_routes([*self.api.routes(), *self.control.routes(), web.get("/", _to_page)])
        app.cleanup_ctx.append(self._lifetime)
        return app

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            message = "the stand-in is not being served"
            raise RuntimeError(message)
        return self._session

    async def _lifetime(self, _app: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as session:
            self._session = session
            yield
            await self.api.settle()
            self._session = None


async def _to_page(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/_fake/")


async def run(
    port: int,
    account: Account,
    *,
    clock: Callable[[], datetime],
    rng: random.Random,
    host: str = "127.0.0.1",
    ready: Callable[[FakeWeChat, int], None] | None = None,
) -> None:
    """Serve a stand-in until cancelled; `ready` is told the port, which the system chooses when it is 0."""
    fake = FakeWeChat(account, clock=clock, rng=rng)
    runner = web.AppRunner(fake.app(), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        if ready:
            ready(fake, runner.addresses[0][1])
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
