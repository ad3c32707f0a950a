"""A quiet conversation: nothing is pushed to a phone that somebody else may read, but answers to what was just said."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.base import ChannelError
from bot.handoff import desk
from bot.jobs.send import Sender
from bot.store import conversations, outbox, thread
from tests.jobs.conftest import Clock, Postman, Talk

WAITS = ("parked", "安静模式：等家长再来说话时送出")


@pytest.fixture
def sender(engine: AsyncEngine, postman: Postman, clock: Clock) -> Sender:
    return Sender(engine, {"wechat": postman}, clock)


@pytest.fixture
async def quiet(talk: Talk) -> Talk:
    """A parent who wrote of violence at home just now, and a counsellor."""
    await writes(talk)
    async with talk.engine.begin() as conn:
        await conversations.save(conn, talk.id, state={"quiet": True})
    return talk


async def writes(talk: Talk, words: str = "他又动手了") -> None:
    async with talk.engine.begin() as conn:
        await thread.add(conn, talk.id, [thread.said("parent", words)], at=talk.clock(), case_id=None)
        await outbox.unpark(conn, talk.id, talk.clock())


async def by_the_bot(talk: Talk, words: str) -> None:
    """Let the bot's own answer leave by the outbox, as a late one does."""
    parcel = {"conversation_id": talk.id, "channel": "wechat", "recipient": "o-mei", "text": words, "automatic": True}
    async with talk.engine.begin() as conn:
        await outbox.put(conn, [{**parcel, "due_at": talk.clock()}])


async def until_nothing_is_due(sender: Sender) -> None:
    while await sender.run():
        pass


async def test_a_counsellor_s_words_wait_for_the_parent_and_come_with_their_next_ones(
    sender: Sender, quiet: Talk, postman: Postman, clock: Clock
) -> None:
    await quiet.says("您方便说话吗")
    await until_nothing_is_due(sender)
    assert postman.words == []
    assert await quiet.delivery("您方便说话吗") == WAITS
    clock.forward(hours=3)
    await writes(quiet, "在吗")
    await until_nothing_is_due(sender)
    assert postman.words == ["周老师：您方便说话吗"]
    assert await quiet.delivery("您方便说话吗") == ("sent", "")


async def test_what_the_parent_said_is_safe_goes_at_once(
    sender: Sender, quiet: Talk, postman: Postman, clock: Clock
) -> None:
    clock.forward(minutes=30)
    async with quiet.engine.begin() as conn:
        await desk.reply(conn, quiet.case_id, quiet.staff, "我在", "k1", clock(), safe=True)
    await until_nothing_is_due(sender)
    assert postman.words == ["周老师：我在"]


async def test_an_answer_to_what_was_just_written_arrives(sender: Sender, quiet: Talk, postman: Postman) -> None:
    await by_the_bot(quiet, "先到安全的地方，打 110。")
    await until_nothing_is_due(sender)
    assert postman.words == ["先到安全的地方，打 110。"]


async def test_an_answer_that_comes_too_late_waits(sender: Sender, quiet: Talk, postman: Postman, clock: Clock) -> None:
    postman.troubles = [ChannelError("微信系统繁忙", kind="transient", code=-1)]
    await by_the_bot(quiet, "先到安全的地方，打 110。")
    await until_nothing_is_due(sender)
    clock.forward(minutes=5)
    await until_nothing_is_due(sender)
    assert postman.words == []
    async with quiet.engine.begin() as conn:
        conversation = await conversations.lock(conn, quiet.id)
    assert conversation is not None
    assert conversation.parked


async def test_words_written_before_it_became_quiet_wait_too(
    sender: Sender, talk: Talk, postman: Postman, clock: Clock, now: datetime
) -> None:
    await talk.says("明天下午有空吗")
    async with talk.engine.begin() as conn:
        await conversations.save(conn, talk.id, state={"quiet": True})
    clock.forward(minutes=2)
    await until_nothing_is_due(sender)
    assert postman.words == []
    assert await talk.delivery("明天下午有空吗") == WAITS


async def test_an_event_of_the_phone_that_no_person_wrote_lets_nothing_go(
    sender: Sender, quiet: Talk, postman: Postman, clock: Clock
) -> None:
    await quiet.says("您方便说话吗")
    clock.forward(hours=3)
    async with quiet.engine.begin() as conn:
        await outbox.unpark(conn, quiet.id, clock())  # as opening the account does, which reports a position
    await until_nothing_is_due(sender)
    assert postman.words == []
    assert await quiet.delivery("您方便说话吗") == WAITS
