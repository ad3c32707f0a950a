"""kill -9 in the middle of a chat, on real processes: what was taken is there, once, and the streams catch up.

What dies is the web process while both sides write, and the jobs process while a message is on its way to WeChat.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest
from aiohttp.test_utils import TestServer

from bot import clock
from bot.demo.wechat import Account, FakeWeChat
from bot.demo.wechat.faults import Fault
from bot.store import embedded, people, schema
from bot.store.database import open_engine
from tests.bench.desk_people import CALL, Counsellor, Ear, Ledger, WebParent, WeChatParent
from tests.commands.conftest import Operator, built, free_port, operator, page, wait_for
from tests.house import KEPT, PASSWORD
from tests.waiting import until

__all__ = ["built", "operator"]  # fixtures

START_SECONDS = 90.0
LINES = 20


@dataclass
class Site:
    """Two processes on one database, WeChat beside them, and one counsellor who has signed in."""

    operator: Operator
    database: str
    port: int
    fake: FakeWeChat
    web: Any = None
    jobs: Any = None
    ledger: Ledger = field(default_factory=Ledger)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    people: list[Any] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start_web(self) -> None:
        self.web = self.operator.start("serve", "--only", "web")
        up = await asyncio.to_thread(
            wait_for, lambda: '"ready": true' in page(f"{self.url}/health/ready")[1], START_SECONDS
        )
        assert up, self.operator.log()[-3000:]

    def start_jobs(self) -> None:
        self.operator.settings["BOT_PORT"] = str(free_port())
        self.jobs = self.operator.start("serve", "--only", "jobs")
        self.operator.settings["BOT_PORT"] = str(self.port)

    async def counsellor(self) -> Counsellor:
        engine = open_engine(self.database)
        async with engine.begin() as conn:
            await people.add(conn, login="zhou", name="周老师", role="counsellor", password_hash=KEPT)
        await engine.dispose()
        zhou = Counsellor("zhou", self.url, self.ledger)
        self.people.append(zhou)
        self.tasks.append(await zhou.enter(PASSWORD))
        return zhou

    async def talks(self, parent: WebParent | WeChatParent, zhou: Counsellor) -> int:
        """Let a parent call and the counsellor take the case; its number."""
        self.people.append(parent)
        self.tasks.append(await parent.enter())
        await parent.write(CALL)
        await settled(lambda: bool(zhou.waiting()))
        [case] = zhou.waiting()
        assert await zhou.claim(case)
        self.tasks.append((await zhou.open(case))[0])
        return case


@pytest.fixture
async def site(operator: Operator) -> AsyncIterator[Site]:
    port = free_port()
    fake = FakeWeChat(Account(f"http://127.0.0.1:{port}/wechat"), clock=clock.now, rng=random.Random(7))
    server = TestServer(fake.app())
    await server.start_server()
    account = fake.world.account
    with embedded.running(operator.data_dir) as database:
        operator.settings |= {
            "BOT_DATABASE_URL": database,
            "BOT_PORT": str(port),
            "BOT_DUTY_HOURS": "all 00:00-00:00",
            "BOT_SECOND_FACTOR": "offered",
            "BOT_WECHAT_TOKEN": account.token,
            "BOT_WECHAT_APP_ID": account.app_id,
            "BOT_WECHAT_APP_SECRET": account.app_secret,
            "BOT_WECHAT_AES_KEY": account.aes_key,
            "BOT_WECHAT_API_BASE": str(server.make_url("")).rstrip("/"),
        }
        engine = open_engine(database)
        await schema.upgrade(engine)
        await engine.dispose()
        made = Site(operator, database, port, fake)
        made.start_jobs()
        await made.start_web()
        yield made
        for task in made.tasks:
            task.cancel()
        await asyncio.gather(*made.tasks, return_exceptions=True)
        for person in made.people:
            await person.leave()
        for process in operator.running:
            process.kill()
            process.wait(10)
        await server.close()


async def settled(what: Callable[[], bool]) -> None:
    """Wait until something is so; the assertion after it says what is missing."""

    async def look() -> bool:
        return what()

    await until(look)


def numbers(heard: list[tuple[tuple[int, int], float]]) -> list[int]:
    return [number for (_, number), _ in heard]


async def in_order(says: Callable[[int], Awaitable[Any]], done: list[int]) -> None:
    for number in range(LINES):
        await says(number)
        done.append(number)


async def test_the_web_server_is_killed_while_both_sides_write(site: Site) -> None:
    zhou, parent = await site.counsellor(), WebParent(1, site.url, site.ledger)
    case = await site.talks(parent, zhou)
    theirs: list[int] = []
    ours: list[int] = []
    writing = asyncio.gather(in_order(parent.says, theirs), in_order(lambda number: zhou.says(case, 1, number), ours))
    await settled(lambda: len(ours) > LINES // 4 and len(theirs) > LINES // 4)
    site.web.kill()  # with requests of both sides under way
    site.web.wait(10)
    assert not writing.done()
    await site.start_web()
    await asyncio.wait_for(writing, START_SECONDS)
    whole = list(range(LINES))
    ear = zhou.ears[case]
    await settled(lambda: len(parent.heard()) >= LINES and len(ear.heard) >= LINES)
    assert numbers(parent.heard()) == whole, "the parent reads each line once, in order, by the same stream"
    assert numbers(ear.heard) == whole, "and so does the counsellor"
    assert any("Error" in answer for answer in site.ledger.answers), "nobody noticed the dying"
    _, shown = await zhou.open(case)
    counts = Counter(shown.count(f"kc1n{number}e") for number in range(LINES))
    assert counts == {1: LINES}, "the page has each once, however often its form was sent"


async def kept(site: Site, statement: str) -> Any:
    connection = await asyncpg.connect(site.database)
    try:
        return await connection.fetch(statement)
    finally:
        await connection.close()


async def test_the_jobs_process_is_killed_with_a_message_on_its_way_to_wechat(site: Site) -> None:
    zhou, parent = await site.counsellor(), WeChatParent(1, site.fake, site.ledger)
    case = await site.talks(parent, zhou)
    await zhou.says(case, 1, 0)
    await settled(lambda: numbers(parent.heard()) == [0])
    site.fake.world.faults.order("message/custom/send", Fault(hang=2))  # WeChat takes it, but says so late
    await zhou.says(case, 1, 1)
    sends = lambda: sum(call.path == "message/custom/send" for call in site.fake.world.calls)  # noqa: E731
    await settled(lambda: sends() == 2)
    site.jobs.kill()
    site.jobs.wait(10)
    await zhou.says(case, 1, 2)
    await zhou.says(case, 1, 3)
    await settled(lambda: 1 in numbers(parent.heard()))
    assert [row["state"] for row in await kept(site, "SELECT state FROM outbox ORDER BY id")].count("sending") == 1
    # The minute after which another process takes up what was left in mid-send goes by.
    await kept(site, "UPDATE outbox SET due_at = now() WHERE state = 'sending'")
    site.start_jobs()
    await settled(lambda: numbers(parent.heard())[-1:] == [3])
    heard = numbers(parent.heard())
    assert heard in ([0, 1, 1, 2, 3], [0, 1, 2, 3]), "at most the line in mid-send comes twice; nothing is lost"

    async def all_sent() -> bool:
        return {row["state"] for row in await kept(site, "SELECT state FROM outbox ORDER BY id")} == {"sent"}

    assert await until(all_sent)
    ear: Ear = zhou.ears[case]
    await parent.says(0)
    await settled(lambda: numbers(ear.heard) == [0])
    assert numbers(ear.heard) == [0]
