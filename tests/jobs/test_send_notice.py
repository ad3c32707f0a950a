"""Parked words: the parent is told once that there is an answer, never in a quiet talk, and a failure is shown."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.base import ChannelError
from bot.channels.wechat import account
from bot.jobs.send import Sender
from bot.settings import Settings
from bot.store import conversations
from tests.jobs.conftest import Clock, Postman, Talk


@dataclass
class Notices:
    """Keeps whom it told, and fails as it is told to."""

    told: list[tuple[str, str, str]] = field(default_factory=list)
    trouble: ChannelError | None = None

    async def __call__(self, recipient: str, author: str, mark: str) -> None:
        self.told.append((recipient, author, mark))
        if self.trouble:
            raise self.trouble


@pytest.fixture
def notices() -> Notices:
    return Notices()


@pytest.fixture
def sender(engine: AsyncEngine, postman: Postman, clock: Clock, notices: Notices) -> Sender:
    return Sender(engine, {"wechat": postman}, clock, notices)


async def all_done(sender: Sender) -> None:
    while await sender.run():
        pass


async def test_a_batch_of_parked_words_is_told_once(sender: Sender, talk: Talk, notices: Notices, clock: Clock) -> None:
    clock.forward(hours=49)
    await talk.says("您好些了吗", "我还在", "明天见")
    await all_done(sender)
    assert [(who, author) for who, author, _ in notices.told] == [("o-mei", "周老师")]
    state, reason = await talk.delivery("您好些了吗")
    assert state == "parked"
    assert reason.endswith("已发通知请家长回来看")
    assert (await talk.delivery("我还在"))[0] == "parked"


async def test_the_next_batch_is_told_again(sender: Sender, talk: Talk, notices: Notices, clock: Clock) -> None:
    clock.forward(hours=49)
    await talk.says("一")
    await all_done(sender)
    await talk.heard()
    await all_done(sender)
    clock.forward(hours=49)
    await talk.says("二")
    await all_done(sender)
    assert len({mark for *_, mark in notices.told}) == 2


async def test_in_a_quiet_talk_nothing_is_told(
    sender: Sender, talk: Talk, notices: Notices, clock: Clock, engine: AsyncEngine
) -> None:
    await talk.says("您好些了吗")
    async with engine.begin() as conn:
        await conversations.save(conn, talk.id, state={"quiet": True})
    clock.forward(hours=49)
    await all_done(sender)
    assert (await talk.delivery("您好些了吗"))[0] == "parked"
    assert notices.told == []


async def test_a_notice_that_does_not_go_out_is_shown_and_the_words_stay(
    sender: Sender, talk: Talk, notices: Notices, clock: Clock
) -> None:
    notices.trouble = ChannelError("通知模板不对，没有发出", kind="permanent", code=40037)
    clock.forward(hours=49)
    await talk.says("您好些了吗")
    await all_done(sender)
    state, reason = await talk.delivery("您好些了吗")
    assert state == "parked"
    assert reason.endswith("给家长的通知没发出：通知模板不对，没有发出")


async def test_what_was_sent_is_not_told(sender: Sender, talk: Talk, notices: Notices) -> None:
    await talk.says("您好")
    await all_done(sender)
    assert notices.told == []


def test_without_a_template_there_are_no_notices(clock: Clock) -> None:
    assert account.notices(Settings(), None, clock, lambda _: "") is None


@pytest.mark.parametrize("wrong", ["", "thing1", "=好", "thing1="])
def test_fields_of_a_template_that_cannot_be_read_stop_the_start(wrong: str) -> None:
    with pytest.raises(ValueError, match="name=words"):
        Settings(wechat_template_fields=wrong)
