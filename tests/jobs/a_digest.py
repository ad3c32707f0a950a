"""A week's digest on a real database: parents who asked for it, an approved choice, who has its line."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.dialogue.decision import Tools
from bot.jobs.digest import Drafts, usual
from bot.messages import Inbound, Reply, plain
from bot.store import digests, inbounds, subscriptions
from bot.store import tables as t
from bot.store.digests import Digest
from knowledge.calendar import CHINA
from tests.jobs.conftest import Clock

WEEK = date(2026, 5, 11)
TUESDAY = datetime(2026, 5, 12, 12, 0, tzinfo=CHINA)
FRIDAY = usual(WEEK)


def parts(reply: Reply, _sender: str) -> tuple[str, ...]:
    return (plain(reply),)


async def parents(engine: AsyncEngine, clock: Clock, names: list[str], channel: Any = "wechat") -> list[int]:
    """Let parents write and ask for it."""
    made = []
    async with engine.begin() as conn:
        for name in names:
            act = Inbound(channel, name, "m:1", "text", "订阅", clock())
            receipt = await inbounds.receive(conn, act, clock())
            await subscriptions.add(conn, receipt.conversation_id, clock())
            made.append(receipt.conversation_id)
    return made


async def approved(engine: AsyncEngine, tools: Tools, clock: Clock, week: date = WEEK) -> Digest:
    await Drafts(engine, lambda: tools, clock).run()
    async with engine.begin() as conn:
        await digests.change(conn, week, seen=0, state="approved")
        found = await digests.find(conn, week)
    assert found is not None
    return found


async def lines(engine: AsyncEngine) -> list[int]:
    """Give the conversations that have the week's line, each as often as it has it."""
    query = select(t.messages.c.conversation_id).where(t.messages.c.key == digests.key_of(WEEK))
    async with engine.connect() as conn:
        return sorted(await conn.scalars(query))


async def of(engine: AsyncEngine, week: date = WEEK) -> Digest:
    async with engine.connect() as conn:
        found = await digests.find(conn, week)
    assert found is not None
    return found
