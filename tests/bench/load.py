"""The load: many parents, one question each, encrypted before the clock starts; answers are timed and checked."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import struct
import time
from dataclasses import dataclass

import aiohttp
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

QUESTIONS = (
    "儿子初二，回家就抱着手机，一收就砸门",
    "孩子三岁上幼儿园天天哭，早上抱着我腿不放",
    "小学三年级写作业磨蹭到十点，怎么说都没用",
    "女儿说同学都不跟她玩",
    "现在能打的心理热线",
    "家委会收班费合法吗",
    "高三压力大晚上睡不着",
    "老人总说我们管得太严，怎么沟通",
)


@dataclass(frozen=True, slots=True)
class Keys:
    """What the pushes are signed and encrypted with."""

    token: str
    aes_key: str
    app_id: str


@dataclass(frozen=True, slots=True)
class Push:
    """One request, ready to go."""

    query: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured: answered messages, those without words, seconds in all, seconds of each in order."""

    answered: int
    silent: int
    seconds: float
    latencies: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Answered messages a second."""
        return self.answered / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds that this share of the answers took at most."""
        return self.latencies[min(int(len(self.latencies) * share), len(self.latencies) - 1)] * 1000


def _encrypt(keys: Keys, xml: str) -> str:
    key = base64.b64decode(keys.aes_key + "=")
    content = xml.encode()
    whole = os.urandom(16) + struct.pack(">I", len(content)) + content + keys.app_id.encode()
    pad = 32 - len(whole) % 32
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(whole + bytes([pad]) * pad) + encryptor.finalize()).decode()


def pushes(keys: Keys, count: int, *, people: int, start: int) -> list[Push]:
    """Prepare `count` messages of `people` parents."""
    made = []
    for number in range(start, start + count):
        stamp, nonce = str(int(time.time())), str(number)
        xml = (
            f"<xml><ToUserName><![CDATA[gh_bench]]></ToUserName><FromUserName><![CDATA[o{number % people}]]>"
            f"</FromUserName><CreateTime>{stamp}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
            f"<Content><![CDATA[{QUESTIONS[number % len(QUESTIONS)]}]]></Content><MsgId>{10**15 + number}</MsgId></xml>"
        )
        encrypted = _encrypt(keys, xml)
        signature = hashlib.sha1("".join(sorted((keys.token, stamp, nonce, encrypted))).encode()).hexdigest()  # noqa: S324  (WeChat's)
        query = {"timestamp": stamp, "nonce": nonce, "encrypt_type": "aes", "msg_signature": signature}
        body = f"<xml><ToUserName><![CDATA[gh_bench]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        made.append(Push(query, body.encode()))
    return made


async def run(url: str, prepared: list[Push], connections: int) -> Result:
    """Send everything over so many connections at once."""
    waiting = iter(prepared)
    latencies: list[float] = []
    silent = 0

    async def one(session: aiohttp.ClientSession) -> None:
        nonlocal silent
        for push in waiting:
            began = time.perf_counter()
            async with session.post(url, params=push.query, data=push.body) as response:
                text = await response.text()
            latencies.append(time.perf_counter() - began)
            silent += "Encrypt" not in text

    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(connector=connector) as session:
        began = time.perf_counter()
        await asyncio.gather(*(one(session) for _ in range(connections)))
        seconds = time.perf_counter() - began
    return Result(len(latencies) - silent, silent, seconds, tuple(sorted(latencies)))
