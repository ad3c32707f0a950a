"""A counsellor in a conversation on a real database, and channels that do as they are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.base import ChannelError
from bot.channels.wechat import quota
from bot.handoff import desk
from bot.messages import Inbound, Opening
from bot.store import conversations, inbounds, people, thread
from bot.store import outbox as outboxes
from bot.store.people import Staff
from bot.store.tables import outbox


class Clock:
    """A clock that stands until the test moves it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Postman:
    """A channel that remembers what it was given, and meets the troubles that it was promised first."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    troubles: list[ChannelError] = field(default_factory=list)

    async def send_text(self, to: str, text: str, *, automatic: bool, author: str | None = None) -> None:
        assert automatic is (author is None)
        if self.troubles:
            raise self.troubles.pop(0)
        self.sent.append((to, text))

    async def typing(self, to: str, on: bool) -> None:
        raise AssertionError((to, on))

    @property
    def words(self) -> list[str]:
        return [text for _, text in self.sent]


@dataclass
class Talk:
    """A conversation that a counsellor has taken over."""

    engine: AsyncEngine
    clock: Clock
    staff: Staff
    id: int
    case_id: int

    async def says(self, *lines: str, apart: float = 4.0) -> None:
        """Let the counsellor write lines so many seconds apart, as the desk does."""
        for number, words in enumerate(lines):
            self.clock.forward(seconds=apart if number else 0)
            async with self.engine.begin() as conn:
                await desk.reply(conn, self.case_id, self.staff, words, f"key of {words}", self.clock())

    async def heard(self) -> None:
        """Let the parent write: the window opens, and what was parked may go."""
        await self.windows(quota.opened(quota.Windows(), "message", self.clock()))
        async with self.engine.begin() as conn:
            await outboxes.unpark(conn, self.id, self.clock())

    async def delivery(self, words: str) -> tuple[str, str]:
        """Tell how the thread says a line went: state and reason."""
        async with self.engine.connect() as conn:
            found = await thread.lines(conn, self.id)
        [line] = [line for line in found if line.text == words]
        return line.state, line.reason

    async def windows(self, windows: quota.Windows) -> None:
        async with self.engine.begin() as conn:
            await conversations.save(conn, self.id, windows=quota.to_json(windows))

    async def left(self) -> int:
        """Tell how many messages the ledger still allows."""
        async with self.engine.begin() as conn:
            conversation = await conversations.lock(conn, self.id)
        assert conversation is not None
        return quota.may_send(quota.from_json(conversation.windows), self.clock()).left

    async def parcels(self) -> list[tuple[str, int]]:
        """List state and tries of what stands in the outbox, in order."""
        query = select(outbox.c.state, outbox.c.attempts).where(outbox.c.conversation_id == self.id)
        async with self.engine.connect() as conn:
            return [(row[0], row[1]) for row in await conn.execute(query.order_by(outbox.c.id))]


async def a_talk(engine: AsyncEngine, clock: Clock, sender: str = "o-mei") -> Talk:
    """Let a parent write and a counsellor take over."""
    now = clock()
    async with engine.begin() as conn:
        act = Inbound("wechat", sender, "m:1", "text", "我想找老师", now)
        receipt = await inbounds.receive(conn, act, now)
        await inbounds.decide_way(conn, receipt.conversation_id, receipt.id or 0, now, None)
        conversation = await conversations.lock(conn, receipt.conversation_id)
        assert conversation is not None
        opened = await desk.open_case(conn, conversation, Opening("chat"), now=now, on_duty=True, facts={})
        await conversations.save(conn, conversation.id, holder=opened.holder, case_id=opened.id)
        login = f"zhou-{sender}"
        staff_id = await people.add(conn, login=login, name="周老师", role="counsellor", password_hash="x")
        staff = Staff(staff_id, login, "周老师", "counsellor", True)
        await desk.claim(conn, opened.id, staff, now)
    made = Talk(engine, clock, staff, receipt.conversation_id, opened.id)
    await made.windows(quota.opened(quota.Windows(), "message", now))
    return made


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def postman() -> Postman:
    return Postman()


@pytest.fixture
async def talk(engine: AsyncEngine, clock: Clock) -> Talk:
    return await a_talk(engine, clock)
