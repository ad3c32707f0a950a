"""The server as a process: it starts quickly, survives what kills it, answers danger without a database."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest
from aiohttp.test_utils import TestServer

from bot import clock
from bot.demo.wechat import Account, FakeWeChat
from bot.store import embedded
from tests.commands.conftest import Operator, free_port, page, wait_for


def ready(port: int) -> dict[str, Any]:
    status, body = page(f"http://127.0.0.1:{port}/health/ready")
    return json.loads(body) if status else {}


def test_the_first_answer_comes_before_the_dense_leg_and_health_says_so(operator: Operator) -> None:
    port = free_port()
    operator.settings["BOT_PORT"] = str(port)
    operator.start("serve")
    assert wait_for(lambda: ready(port).get("index") is not None)
    assert wait_for(lambda: ready(port)["ready"] and ready(port)["index"]["dense"] is True)
    assert page(f"http://127.0.0.1:{port}/chat")[0] == 200
    assert "bot_turns_total" in page(f"http://127.0.0.1:{port}/metrics")[1]


def test_stopping_is_orderly_and_the_next_start_goes_on(operator: Operator) -> None:
    port = free_port()
    operator.settings["BOT_PORT"] = str(port)
    for number in (signal.SIGINT, signal.SIGKILL):
        process = operator.start("serve")
        assert wait_for(lambda: ready(port).get("ready") is True), operator.log()
        process.send_signal(number)
        assert process.wait(15) == (0 if number == signal.SIGINT else -signal.SIGKILL)
    operator.start("serve")
    assert wait_for(lambda: ready(port).get("ready") is True), operator.log()
    assert "Traceback" not in operator.log()


@dataclass
class WeChat:
    """A simulated WeChat with the operator's server behind it."""

    fake: FakeWeChat
    port: int

    async def say(self, text: str) -> str:
        return await self.fake.control.act("o1", "say", {"text": text})

    @property
    def thread(self) -> list[Any]:
        return self.fake.world.follower("o1").thread


@pytest.fixture
async def wechat(operator: Operator) -> AsyncIterator[WeChat]:
    port = free_port()
    fake = FakeWeChat(Account(f"http://127.0.0.1:{port}/wechat"), clock=clock.now, rng=random.Random(7))
    server = TestServer(fake.app())
    await server.start_server()
    account = fake.world.account
    operator.settings |= {
        "BOT_PORT": str(port),
        "BOT_WECHAT_TOKEN": account.token,
        "BOT_WECHAT_APP_ID": account.app_id,
        "BOT_WECHAT_APP_SECRET": account.app_secret,
        "BOT_WECHAT_AES_KEY": account.aes_key,
        "BOT_WECHAT_API_BASE": str(server.make_url("")).rstrip("/"),
    }
    yield WeChat(fake, port)
    await server.close()


async def until_ready(port: int) -> None:
    assert await asyncio.to_thread(wait_for, lambda: ready(port).get("ready") is True)


async def test_a_crisis_is_answered_with_the_database_gone(operator: Operator, wechat: WeChat) -> None:
    operator.start("serve")
    await until_ready(wechat.port)
    with embedded.running(operator.data_dir):
        pass
    postmaster = int((operator.data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(postmaster, signal.SIGQUIT)
    await asyncio.sleep(1)
    began = time.monotonic()
    assert await wechat.say("孩子站在阳台栏杆上，说不想活了") == "passive"
    assert time.monotonic() - began < 5
    assert "110" in wechat.thread[-1].text.splitlines()[0]
    assert await wechat.say("孩子写作业磨蹭") == "passive"
    assert "没能记下来" in wechat.thread[-1].text


async def test_kill_9_between_receiving_and_answering_loses_nothing(operator: Operator, wechat: WeChat) -> None:
    process = operator.start("serve")
    await until_ready(wechat.port)
    await wechat.say("你好")
    with embedded.running(operator.data_dir) as url:
        holder = await asyncpg.connect(url)
        transaction = holder.transaction()
        await transaction.start()
        await holder.execute(
            "SELECT id FROM conversations FOR NO KEY UPDATE"
        )  # the turn waits here, already written down
        saying = asyncio.create_task(wechat.say("孩子写作业磨蹭到十点"))
        watcher = await asyncpg.connect(url)
        for _ in range(50):
            if await watcher.fetchval("SELECT count(*) FROM inbounds WHERE answered_at IS NULL"):
                break
            await asyncio.sleep(0.05)
        process.kill()
        process.wait(10)
        wechat.fake.world.account.webhook = "http://127.0.0.1:9/wechat"  # WeChat's own retries find nobody either
        await transaction.rollback()
        await holder.close()
        await saying
        operator.start("serve")
        answered = False
        for _ in range(600):
            thread = wechat.thread
            answered = any(bubble.via == "api" and "自动回复" in bubble.text for bubble in thread)
            if answered:
                break
            await asyncio.sleep(0.1)
        assert await watcher.fetchval("SELECT count(*) FROM inbounds WHERE answered_at IS NULL") == 0
        await watcher.close()
    assert answered, operator.log()[-3000:]
