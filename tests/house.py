"""The whole product as its users meet it: the real application on a real database, WeChat in safe mode beside it.

A plugin of the tests (see tests/conftest.py). Nothing is patched here; what differs from production is where the
servers listen and what the clock says.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app import SERVICES, build
from bot.demo.wechat import Account, FakeWeChat
from bot.settings import Settings
from bot.store import people
from bot.store.database import open_engine
from bot.store.tables import outbox
from indexes.build import build as build_index
from indexes.engine import SearchEngine
from indexes.live import Live
from knowledge import files
from knowledge.model import Library
from knowledge.release import freeze
from tests.waiting import until

PASSWORD = "a long enough password"
# As the product keeps it, but quickly compared: how dear a comparison is stands in the hash.
KEPT = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
TUESDAY_EVENING = datetime(2026, 5, 12, 12, 41, tzinfo=UTC)  # 20:41 in China
OUTCOME_SECONDS = 15.0
KNOWN_SECONDS = 2.0  # in which the database says whether anything is on its way


class Clock:
    """A clock that the test sets and that goes on by itself."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._began = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self._start + (datetime.now(UTC) - self._began)

    def set(self, moment: datetime) -> None:
        self._start, self._began = moment, datetime.now(UTC)

    def forward(self, step: timedelta) -> None:
        self._start += step


@pytest.fixture(scope="session")
def index_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the packaged library's lexical index once, for all processes of a run."""
    with once(tmp_path_factory, "packaged") as root:
        return build_index(freeze(files.load(), 1), root, dense=False)  # one that is there is kept


@pytest.fixture(scope="session")
def thinner() -> Library:
    """Give the packaged library with a third of its paraphrases: it passes the exam, and is learned in half the time.

    Where an index has to be built and how much there is to learn is not the point.
    """
    packaged = files.load()
    return replace(packaged, paraphrases={name: lines[:15] for name, lines in packaged.paraphrases.items()})


@pytest.fixture(scope="session")
def thinner_index(tmp_path_factory: pytest.TempPathFactory, thinner: Library) -> Path:
    """Build its lexical index once, for all processes of a run."""
    with once(tmp_path_factory, "thinner") as root:
        return build_index(freeze(thinner, 1), root, dense=False)


@contextmanager
def once(tmp_path_factory: pytest.TempPathFactory, name: str) -> Iterator[Path]:
    """Give a folder that all processes of a run share, to one of them at a time."""
    own = tmp_path_factory.getbasetemp()
    root = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    root.mkdir(exist_ok=True)
    with (root / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # let go of when it is closed
        yield root


@pytest.fixture(scope="session")
def search_engine(index_path: Path) -> SearchEngine:
    return SearchEngine.open(index_path)


@dataclass
class House:
    """A running product and the world around it."""

    settings: Settings
    url: str
    database_url: str
    fake: FakeWeChat
    clock: Clock
    app: web.Application
    sites: list[TestServer] = field(default_factory=list)
    clients: list[TestClient[Any, Any]] = field(default_factory=list)  # closed with the house

    @property
    def app_engine(self) -> AsyncEngine:
        return self.app[SERVICES].engine

    async def say(self, words: str, who: str = "o-mei") -> str:
        """Write as a WeChat parent and give the newest words that came back (passive or by API).

        What the answer leaves behind stands in the database then: of a crisis the words may go out before it does.
        """
        before = len(self.thread(who))
        await self.fake.control.act(who, "say", {"text": words})
        words = "" if await self._nothing_comes(who, before + 1) else await self.reply(who, before + 1)
        await self.app[SERVICES].turns.written()
        return words

    async def _nothing_comes(self, who: str, after: int) -> bool:
        """Whether the turn is over without an answer, as while a person has the talk: nobody need wait for one then.

        With the database away nobody knows.
        """
        turns = self.app[SERVICES].turns
        await turns.written()
        on_its_way = select(outbox.c.id).where(outbox.c.recipient == who, outbox.c.state.in_(("pending", "sending")))
        try:
            async with asyncio.timeout(KNOWN_SECONDS), self.app_engine.connect() as conn:
                waits = turns._running or (await conn.execute(on_its_way)).first()
        except (SQLAlchemyError, OSError):  # a time-out is one of these
            return False
        return not waits and not self._heard(who, after)

    async def hears(self, words: str, who: str = "o-mei") -> str:
        """Wait for a bubble that says something; what it says."""

        async def said() -> str:
            return next((one.text for one in self.thread(who) if one.who != "parent" and words in one.text), "")

        told = await until(said)
        assert told, [bubble.text for bubble in self.thread(who)]
        return told

    async def act(self, what: str, who: str = "o-mei", **given: Any) -> str:
        """Do something else as a WeChat parent; the outcome as WeChat saw it."""
        return await self.fake.control.act(who, what, given)

    async def reply(self, who: str, after: int) -> str:
        """Wait for a bubble of the account after so many bubbles."""

        async def heard() -> list[str]:
            return self._heard(who, after)

        return "\n".join(await until(heard, OUTCOME_SECONDS))

    def _heard(self, who: str, after: int) -> list[str]:
        return [bubble.text for bubble in self.thread(who)[after:] if bubble.who != "parent"]

    def thread(self, who: str = "o-mei") -> list[Any]:
        follower = self.fake.world.followers.get(who)
        return list(follower.thread) if follower else []

    def browser(self) -> TestClient[Any, Any]:
        """Open a browser of its own, with no cookies yet."""
        client: TestClient[Any, Any] = TestClient(self.sites[0])
        self.clients.append(client)
        return client

    async def staff(self, login: str = "zhou", name: str = "周老师", role: str = "counsellor") -> TestClient[Any, Any]:
        """Sign in at the desk over HTTP."""
        async with self.app_engine.begin() as conn:
            await people.add(conn, login=login, name=name, role=role, password_hash=KEPT)
        client = self.browser()
        answer = await client.post(
            "/desk/login",
            data={"name": login, "password": PASSWORD},
            headers={"Sec-Fetch-Site": "same-origin"},
            allow_redirects=False,
        )
        assert answer.status == 303
        return client


@pytest.fixture
def house_clock() -> Clock:
    return Clock(TUESDAY_EVENING)


@pytest.fixture
def duty_hours() -> str:
    return "all 00:00-00:00"


@pytest.fixture
def alert_webhook() -> str:
    return ""


@pytest.fixture
def second_factor() -> str:
    """Nobody needs a phone here; a test that is about it says otherwise."""
    return "offered"


@pytest.fixture
async def house(
    database_url: str,
    tmp_path: Path,
    search_engine: SearchEngine,
    house_clock: Clock,
    duty_hours: str,
    alert_webhook: str,
    second_factor: Literal["admins", "all", "offered"],
) -> AsyncIterator[House]:
    account = Account(webhook="")
    fake = FakeWeChat(account, clock=house_clock, rng=random.Random(7))
    fake_server = TestServer(fake.app())
    await fake_server.start_server()
    settings = Settings(
        data_dir=tmp_path,
        wechat_token=SecretStr(account.token),
        wechat_app_id=account.app_id,
        wechat_app_secret=SecretStr(account.app_secret),
        wechat_aes_key=SecretStr(account.aes_key),
        wechat_api_base=str(fake_server.make_url("")).rstrip("/"),
        duty_hours=duty_hours,
        alert_webhook=SecretStr(alert_webhook),
        second_factor=second_factor,
    )
    app = build(settings, database_url, clock=house_clock, live=Live(search_engine))
    server = TestServer(app)
    await server.start_server()
    account.webhook = str(server.make_url("/wechat"))
    made = House(settings, str(server.make_url("")).rstrip("/"), database_url, fake, house_clock, app, [server])
    yield made
    for client in made.clients:
        await client.close()
    for site in made.sites:
        await site.close()
    await fake_server.close()


@pytest.fixture
async def second_process(house: House, search_engine: SearchEngine) -> AsyncIterator[TestServer]:
    """A second application on the same database, as another process would be."""
    app = build(house.settings, house.database_url, only="web", clock=house.clock, live=Live(search_engine))
    server = TestServer(app)
    await server.start_server()
    yield server
    await server.close()


async def rows(database_url: str, table: Any) -> list[Any]:
    """Read a table, in the order in which its rows came where they are numbered."""
    query = table.select().order_by(table.c.id) if "id" in table.c else table.select()
    engine = open_engine(database_url)
    try:
        async with engine.connect() as conn:
            return list(await conn.execute(query))
    finally:
        await engine.dispose()
