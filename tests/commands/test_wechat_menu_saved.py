"""`wechat menu` where administrators saved a menu: that one goes; where it cannot be read, none does."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestServer
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import clock
from bot.channels.wechat import menu
from bot.channels.wechat.menu import PACKAGED, Item
from bot.demo.wechat import Account, FakeWeChat
from bot.store import edits
from bot.store.edits import MENU
from tests.commands.conftest import Operator, free_port

OURS = (Item("作业磨蹭", "say", "孩子写作业磨蹭怎么办"), *PACKAGED[1:])


@pytest.fixture
async def wechat(operator: Operator) -> AsyncIterator[FakeWeChat]:
    fake = FakeWeChat(Account(f"http://127.0.0.1:{free_port()}/wechat"), clock=clock.now, rng=random.Random(7))
    account = fake.world.account
    async with TestServer(fake.app()) as server:
        operator.settings |= {
            "BOT_WECHAT_TOKEN": account.token,
            "BOT_WECHAT_APP_ID": account.app_id,
            "BOT_WECHAT_APP_SECRET": account.app_secret,
            "BOT_WECHAT_API_BASE": str(server.make_url("")).rstrip("/"),
        }
        yield fake


async def saved(engine: AsyncEngine, body: str | None) -> None:
    values = {"sort": MENU[0], "key": "menu", "body": body, "author": "沈主任", "at": clock.now()}
    async with engine.begin() as conn:
        assert await edits.add(conn, values, among=MENU, seen=await edits.newest(conn, MENU))


async def test_the_saved_menu_goes_and_the_packaged_one_when_that_was_brought_back(
    operator: Operator, wechat: FakeWeChat, engine: AsyncEngine, database_url: str
) -> None:
    operator.settings["BOT_DATABASE_URL"] = database_url
    for body, sent in ((menu.dump(OURS), OURS), (None, PACKAGED)):
        await saved(engine, body)
        done = await asyncio.to_thread(operator.run, "wechat", "menu")
        assert done.returncode == 0, done.stderr
        assert wechat.world.menu == menu.body(sent, "")


async def test_a_menu_that_cannot_be_read_is_not_replaced_by_another(
    operator: Operator, wechat: FakeWeChat, engine: AsyncEngine, database_url: str
) -> None:
    operator.settings["BOT_DATABASE_URL"] = database_url
    await saved(engine, "no menu")
    done = await asyncio.to_thread(operator.run, "wechat", "menu")
    assert (done.returncode, "/admin/menu" in done.stderr, wechat.world.menu) == (2, True, {})
    operator.settings["BOT_DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/nothing"
    done = await asyncio.to_thread(operator.run, "wechat", "menu")
    assert (done.returncode, "BOT_DATABASE_URL" in done.stderr, wechat.world.menu) == (2, True, {})
    assert "Traceback" not in done.stderr
