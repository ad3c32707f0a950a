"""The demonstration: one command, everything reachable, an account that opens, a port that is taken told at once.

And the menu, which the demonstration gives to the simulated account as an operator gives it to a real one.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import signal
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator
from http.cookiejar import CookieJar

import pytest
from aiohttp.test_utils import TestServer

from bot import clock
from bot.channels.wechat.menu import custom_menu
from bot.demo.wechat import Account, FakeWeChat
from bot.demo.wechat.faults import Fault
from tests.commands.conftest import Operator, free_port, page, wait_for


class Shown:
    """A demonstration that runs, and what it printed."""

    def __init__(self, operator: Operator, **settings: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "demo"],
            env={**operator.environment, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        operator.running.append(self.process)  # type: ignore[arg-type]  # ended with the others
        self.printed = ""

    def until_shown(self) -> dict[str, str]:
        """Read until it says how to stop it: addresses and account, by the English word beside each."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed += line
            if "Ctrl-C" in line:
                break
        found = re.findall(r"(web chat|simulated WeChat|desk|admin|account / password)\s{2,}(\S.*)", self.printed)
        assert len(found) == 5, self.printed
        return dict(found)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(20)
        assert self.process.stdout is not None
        self.printed += self.process.stdout.read()
        self.process.stdout.close()
        return code


def signs_in(desk: str, account: str) -> bool:
    name, password = account.split(" / ")
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    form = urllib.parse.urlencode({"name": name, "password": password}).encode()
    request = urllib.request.Request(f"{desk}/login", data=form, headers={"Sec-Fetch-Site": "same-origin"})
    with opener.open(request, timeout=10) as answer:
        body: str = answer.read().decode()
        return answer.status == 200 and "该谁了" in body


def test_one_command_shows_everything_and_its_account_opens_the_desk_again_and_again(operator: Operator) -> None:
    shown = Shown(operator, BOT_PORT="0")
    first = shown.until_shown()
    assert wait_for(lambda: page(first["web chat"])[0] == 200)
    assert wait_for(lambda: page(first["simulated WeChat"])[0] == 200)
    assert signs_in(first["desk"], first["account / password"])
    assert page(first["admin"])[0] == 200
    assert shown.stop() == 0
    assert "stopped" in shown.printed
    kept = operator.data_dir / "demo_password"
    assert kept.stat().st_mode & 0o077 == 0

    # Somebody gives the account another password: what is printed next time is true again.
    other = operator.run("staff", "add", "admin", "--name", "周老师", "--role", "admin", "--password", "stone paper 7")
    assert other.returncode == 0, other.stderr
    shown = Shown(operator, BOT_PORT="0")
    second = shown.until_shown()
    assert second["account / password"] == first["account / password"]
    assert signs_in(second["desk"], second["account / password"])
    assert shown.stop() == 0


def test_a_port_that_is_taken_is_told_before_anything_is_started(operator: Operator) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        operator.settings["BOT_PORT"] = str(taken.getsockname()[1])
        done = operator.run("demo")
    assert done.returncode == 2
    assert "BOT_PORT" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (operator.data_dir / "postgres").exists()


@pytest.fixture
async def wechat(operator: Operator) -> AsyncIterator[FakeWeChat]:
    """A simulated WeChat whose account the operator's settings name."""
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


async def test_the_menu_is_created_as_it_stands_in_the_code(operator: Operator, wechat: FakeWeChat) -> None:
    operator.settings["BOT_PUBLIC_URL"] = "https://bot.example.cn"
    done = await asyncio.to_thread(operator.run, "wechat", "menu")
    assert done.returncode == 0, done.stderr
    assert "menu created" in done.stdout
    assert wechat.world.menu == custom_menu(privacy_url="https://bot.example.cn/privacy")
    assert "删除我的数据" in json.dumps(wechat.world.menu, ensure_ascii=False)


async def test_a_menu_that_wechat_refuses_is_told_with_its_code(operator: Operator, wechat: FakeWeChat) -> None:
    wechat.world.faults.order("menu/create", Fault(errcode=48001))
    done = await asyncio.to_thread(operator.run, "wechat", "menu")
    assert done.returncode == 2
    assert "48001" in done.stderr
    assert wechat.world.account.app_secret not in done.stderr
    assert "Traceback" not in done.stderr
    assert wechat.world.menu == {}


def test_without_a_secret_the_menu_names_the_setting(operator: Operator) -> None:
    done = operator.run("wechat", "menu")
    assert (done.returncode, "BOT_WECHAT_APP_SECRET" in done.stderr) == (2, True)
