"""To whom the weekly digest is not sent, when not, and what it leaves to people."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.wechat import quota
from bot.dialogue import weekly
from bot.dialogue.bearings import prepared
from bot.dialogue.decision import Tools
from bot.handoff import unasked
from bot.jobs.digest import Mailing
from bot.jobs.send import Sender
from bot.store import conversations
from bot.store import tables as t
from indexes.engine import SearchEngine
from knowledge.calendar import CHINA
from knowledge.digest import week_of
from tests.jobs.a_digest import FRIDAY, TUESDAY, WEEK, approved, lines, of, parents, parts
from tests.jobs.conftest import Clock, Postman


@pytest.fixture
def clock() -> Clock:
    return Clock(TUESDAY)


@pytest.fixture(scope="module")
def tools(search_engine: SearchEngine) -> Tools:
    return prepared(search_engine.release.library, None, search_engine)


@pytest.fixture
def mailing(engine: AsyncEngine, tools: Tools, clock: Clock) -> Mailing:
    return Mailing(engine, lambda: tools, parts, clock)


IN_QUESTION: dict[str, tuple[Any, dict[str, Any]]] = {
    "a person talks": (t.conversations, {"holder": "person"}),
    "a person is awaited": (t.conversations, {"holder": "queue"}),
    "quiet": (t.conversations, {"state": {"quiet": True}}),
    "danger remembered": (
        t.conversations,
        {"state": {"risk": {"level": "high", "at": (FRIDAY - timedelta(days=13)).isoformat()}}},
    ),
}


@pytest.mark.parametrize("what", list(IN_QUESTION))
async def test_who_must_not_be_written_to_loses_the_week(
    engine: AsyncEngine, tools: Tools, mailing: Mailing, clock: Clock, what: str
) -> None:
    mei, lan = await parents(engine, clock, ["o-mei", "o-lan"])
    table, values = IN_QUESTION[what]
    async with engine.begin() as conn:
        await conn.execute(update(table).where(table.c.id == mei).values(**values))
    await approved(engine, tools, clock)
    clock.now = FRIDAY
    await mailing.run()
    await mailing.run()
    assert await lines(engine) == [lan]
    held = await of(engine)
    assert (held.state, held.sent, held.skipped) == ("sent", 1, 1)


async def test_an_open_danger_and_one_of_the_last_fortnight_keep_it_back(
    engine: AsyncEngine, tools: Tools, mailing: Mailing, clock: Clock
) -> None:
    mei, lan, yun = await parents(engine, clock, ["o-mei", "o-lan", "o-yun"])
    async with engine.begin() as conn:
        long_ago = FRIDAY - timedelta(days=40)
        opened = {"kind": "crisis", "level": "urgent", "opened_at": long_ago, "due_at": long_ago}
        await conn.execute(t.cases.insert().values(conversation_id=mei, **opened))
        for talk, days in ((lan, 13), (yun, 15)):
            at = FRIDAY - timedelta(days=days)
            await conn.execute(t.detections.insert().values(conversation_id=talk, level="urgent", at=at))
    await approved(engine, tools, clock)
    clock.now = FRIDAY
    await mailing.run()
    assert await lines(engine) == [yun]


async def test_the_sender_asks_once_more_before_a_digest_goes(
    engine: AsyncEngine, tools: Tools, mailing: Mailing, clock: Clock
) -> None:
    [mei] = await parents(engine, clock, ["o-mei"])
    await approved(engine, tools, clock)
    clock.now = FRIDAY
    await mailing.run()
    async with engine.begin() as conn:
        await conversations.save(conn, mei, holder="person")
    postman = Postman()
    await Sender(engine, {"wechat": postman}, clock).run()
    assert postman.words == []
    async with engine.connect() as conn:
        assert await conn.scalar(select(t.messages.c.state).where(t.messages.c.conversation_id == mei)) == "withdrawn"


async def test_a_digest_leaves_messages_of_the_window_to_people(
    engine: AsyncEngine, tools: Tools, mailing: Mailing, clock: Clock
) -> None:
    few, many = await parents(engine, clock, ["o-few", "o-many"])
    await approved(engine, tools, clock)
    clock.now = FRIDAY
    await mailing.run()
    whole = quota.opened(quota.Windows(), "message", clock())
    async with engine.begin() as conn:
        await conversations.save(conn, many, windows=quota.to_json(whole))
        await conversations.save(conn, few, windows=quota.to_json(replace(whole, talk_left=2)))
    postman = Postman()
    sender = Sender(engine, {"wechat": postman}, clock)
    while await sender.run():
        pass
    assert [to for to, _ in postman.sent] == ["o-many"]
    async with engine.connect() as conn:
        states = await conn.execute(select(t.outbox.c.conversation_id, t.outbox.c.state))
        assert {row[0]: row[1] for row in states} == {few: "parked", many: "sent"}


def test_the_night_ends_at_eight() -> None:
    evening = datetime(2026, 5, 15, 21, 0, tzinfo=CHINA)
    assert unasked.at_night(evening)
    assert unasked.morning(evening) == datetime(2026, 5, 16, 8, 0, tzinfo=CHINA)
    assert unasked.morning(evening.replace(hour=3)) == datetime(2026, 5, 15, 8, 0, tzinfo=CHINA)
    assert not unasked.at_night(evening - timedelta(minutes=1))
    assert week_of(evening.date()) == WEEK


async def test_where_the_account_cannot_send_it_rides_below_the_next_answer(
    engine: AsyncEngine, tools: Tools, mailing: Mailing, clock: Clock
) -> None:
    [mei] = await parents(engine, clock, ["o-mei"])
    await approved(engine, tools, clock)
    clock.now = FRIDAY
    await mailing.run()
    await Sender(engine, {}, clock).run()
    async with engine.begin() as conn:
        conversation = await conversations.lock(conn, mei)
        assert conversation is not None
        assert conversation.parked
        assert await weekly.beside(conn, conversation, ["长" * 650]) == ["长" * 650]
        [both] = await weekly.beside(conn, conversation, ["您说。"])
        assert both.startswith("您说。\n\n这一周给您挑了几篇")
        assert await weekly.beside(conn, conversation, ["您说。"]) == ["您说。"]
        state = await conn.scalar(select(t.messages.c.state).where(t.messages.c.conversation_id == mei))
    assert state == "sent"
