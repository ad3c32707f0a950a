"""Parents and counsellors as programs, over real HTTP: they send until they are heard, and note what reaches them.

As the pages do, everybody sends the same words with the same key until the server has taken them, and a stream that
breaks off is opened again from the last line that came.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.demo.wechat import FakeWeChat

OURS = {"Sec-Fetch-Site": "same-origin"}
SCRIPT = {**OURS, "Accept": "application/json"}
AGAIN = 0.5  # seconds before another try
BROKEN = (aiohttp.ClientError, TimeoutError, OSError)
CALL = "我想找老师聊聊"
_MARK = re.compile(r"k([pc])(\d+)n(\d+)e")  # who said it, in which talk, the how-manieth line of that side
_WORDS = {"p": "他今天自己起床了", "c": "嗯，我在听，您接着说"}


def line(side: str, talk: int, number: int) -> str:
    """Make a line that is known again wherever it comes."""
    return f"{_WORDS[side]} k{side}{talk}n{number}e"


def marks(text: str, side: str) -> list[tuple[int, int]]:
    """Find the lines of one side in what somebody was shown: (talk, number) in order."""
    return [(int(talk), int(number)) for who, talk, number in _MARK.findall(text) if who == side]


@dataclass
class Ledger:
    """What everybody saw of the server: answers by status, tries that broke off, streams opened again, raced claims."""

    answers: Counter[str] = field(default_factory=Counter)
    raced: int = 0
    reopened: int = 0

    def note(self, what: str, status: int | str) -> None:
        """Count an answer."""
        self.answers[f"{what} {status}"] += 1


@dataclass
class Ear:
    """One open stream: lines of the other side as they come, each with its moment."""

    session: aiohttp.ClientSession
    address: Callable[[], str]
    side: str
    ledger: Ledger
    heard: list[tuple[tuple[int, int], float]] = field(default_factory=list)
    last: int = 0
    rows: str = ""  # the newest picture of the queue, where the stream is the queue's

    async def listen(self) -> None:
        """Follow until cancelled, from where it broke off."""
        for time_ in itertools.count():
            self.ledger.reopened += bool(time_)
            try:
                headers = {**OURS, "Last-Event-ID": str(self.last)}
                limits = aiohttp.ClientTimeout(total=None, sock_connect=5)
                async with self.session.get(self.address(), headers=headers, timeout=limits) as response:
                    self.ledger.note("stream", response.status)
                    if response.status == 200:
                        await self._follow(response)
            except BROKEN as error:
                self.ledger.note("stream", type(error).__name__)
            await asyncio.sleep(AGAIN)

    async def _follow(self, response: aiohttp.ClientResponse) -> None:
        """Read events; half of one is thrown away, as browsers do."""
        rest = b""
        async for chunk in response.content.iter_any():
            *whole, rest = (rest + chunk).split(b"\n\n")
            for part in whole:
                self._event(part.decode())

    def _event(self, text: str) -> None:
        if text.startswith("event: queue"):
            self.rows = text
        if found := re.search(r"^id: (\d+)$", text, re.MULTILINE):
            self.last = int(found[1])
            self.heard += [(mark, time.time()) for mark in marks(text, self.side)]


async def until_taken(post: Callable[[], Any], what: str, ledger: Ledger, good: tuple[int, ...]) -> tuple[int, str]:
    """Post again and again until the server answers that it has the words, or that it never will."""
    while True:
        try:
            async with post() as response:
                body = await response.text()
                ledger.note(what, response.status)
                if response.status in good:
                    return response.status, body
        except BROKEN as error:
            ledger.note(what, type(error).__name__)
        await asyncio.sleep(AGAIN)


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        cookie_jar=aiohttp.CookieJar(unsafe=True),  # the server has no name here
        timeout=aiohttp.ClientTimeout(total=30),
        connector=aiohttp.TCPConnector(limit=0, force_close=False),
    )


@dataclass
class WebParent:
    """A parent at the chat page."""

    talk: int
    url: str
    ledger: Ledger
    sent: dict[tuple[int, int], float] = field(default_factory=dict)
    session: aiohttp.ClientSession = field(default_factory=_session)

    def __post_init__(self) -> None:
        self.ear = Ear(self.session, lambda: f"{self.url}/chat/stream?after={self.ear.last}", "c", self.ledger)

    async def enter(self) -> asyncio.Task[None]:
        """Open the page and its stream."""
        await until_taken(lambda: self.session.get(f"{self.url}/chat"), "chat page", self.ledger, (200,))
        return asyncio.create_task(self.ear.listen())

    async def write(self, words: str) -> bool:
        """Say something until it is taken; False when the page answers that it could not be kept."""
        given = {"text": words, "key": secrets.token_hex(12), "after": self.ear.last}
        post = lambda: self.session.post(f"{self.url}/chat/say", json=given, headers=OURS)  # noqa: E731
        _, body = await until_taken(post, "say", self.ledger, (200,))
        kept = "unkept" not in body
        self.ledger.note("words", "kept" if kept else "refused")
        return kept

    async def says(self, number: int) -> None:
        """Say the next line."""
        self.sent[self.talk, number] = time.time()
        if not await self.write(line("p", self.talk, number)):
            del self.sent[self.talk, number]  # they were told so, and would say it again

    def heard(self) -> list[tuple[tuple[int, int], float]]:
        """Give the counsellor's lines that came."""
        return self.ear.heard

    async def leave(self) -> None:
        """Close the browser."""
        await self.session.close()


@dataclass
class WeChatParent:
    """A follower in the stand-in for WeChat."""

    talk: int
    fake: FakeWeChat
    ledger: Ledger
    sent: dict[tuple[int, int], float] = field(default_factory=dict)

    @property
    def openid(self) -> str:
        """The follower's id."""
        return f"o-parent-{self.talk}"

    async def enter(self) -> asyncio.Task[None]:
        """Nothing to open: the phone is there."""
        return asyncio.create_task(asyncio.sleep(0))

    async def write(self, words: str) -> bool:
        """Say something; WeChat delivers it, three times if need be. False when the answer is that it was not kept."""
        outcome = await self.fake.control.act(self.openid, "say", {"text": words})
        self.ledger.note("push", outcome)
        return "没能记下来" not in self.fake.world.follower(self.openid).thread[-1].text

    async def says(self, number: int) -> None:
        """Say the next line."""
        self.sent[self.talk, number] = time.time()
        if not await self.write(line("p", self.talk, number)):
            del self.sent[self.talk, number]  # they were told so, and would say it again

    def heard(self) -> list[tuple[tuple[int, int], float]]:
        """Give the counsellor's lines in the bubbles, with the moment of each bubble."""
        bubbles = self.fake.world.follower(self.openid).thread
        return [(mark, one.at.timestamp()) for one in bubbles if one.who != "parent" for mark in marks(one.text, "c")]

    async def leave(self) -> None:
        """Put the phone away."""


@dataclass
class Counsellor:
    """Somebody at the desk: takes cases from the queue and answers in each."""

    login: str
    url: str
    ledger: Ledger
    sent: dict[tuple[int, int], float] = field(default_factory=dict)
    ears: dict[int, Ear] = field(default_factory=dict)
    session: aiohttp.ClientSession = field(default_factory=_session)

    async def enter(self, password: str) -> asyncio.Task[None]:
        """Sign in, and open the queue with its stream."""
        given = {"name": self.login, "password": password}
        post = lambda: self.session.post(f"{self.url}/desk/login", data=given, headers=OURS, allow_redirects=False)  # noqa: E731
        await until_taken(post, "login", self.ledger, (303,))
        await until_taken(lambda: self.session.get(f"{self.url}/desk"), "queue page", self.ledger, (200,))
        self.queue = Ear(self.session, lambda: f"{self.url}/desk/stream", "p", self.ledger)
        return asyncio.create_task(self.queue.listen())

    def waiting(self) -> list[int]:
        """Read in the queue which cases nobody has taken, as its stream has painted it last."""
        return [int(number) for number in re.findall(r"/desk/cases/(\d+)/claim", self.queue.rows)]

    async def claim(self, case: int) -> bool:
        """Take a case; False when somebody else was quicker."""
        post = lambda: self.session.post(f"{self.url}/desk/cases/{case}/claim", headers=SCRIPT)  # noqa: E731
        status, _ = await until_taken(post, "claim", self.ledger, (200, 409))
        self.ledger.raced += status == 409
        return status == 200

    async def open(self, case: int) -> tuple[asyncio.Task[None], str]:
        """Open the page of a case with its stream."""
        _, page = await until_taken(
            lambda: self.session.get(f"{self.url}/desk/cases/{case}"), "case page", self.ledger, (200,)
        )
        found = re.search(r'data-last="(\d+)"', page)
        ear = Ear(self.session, lambda: f"{self.url}/desk/cases/{case}/stream?after={ear.last}", "p", self.ledger)
        ear.last = int(found[1]) if found else 0
        turns = re.findall(r'<li class="turn".*?</li>', page, re.DOTALL)
        ear.heard = [(mark, time.time()) for turn in turns for mark in marks(turn, "p")]
        self.ears[case] = ear
        return asyncio.create_task(ear.listen()), page

    async def says(self, case: int, talk: int, number: int) -> int:
        """Answer in a case until it is taken; the status."""
        self.sent[talk, number] = time.time()
        given = {"text": line("c", talk, number), "key": secrets.token_hex(12), "slowly": "1"}
        post = lambda: self.session.post(f"{self.url}/desk/cases/{case}/messages", data=given, headers=SCRIPT)  # noqa: E731
        status, _ = await until_taken(post, "message", self.ledger, (200, 409))
        return status

    async def leave(self) -> None:
        """Close the browser."""
        await self.session.close()
