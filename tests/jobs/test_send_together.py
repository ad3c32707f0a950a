"""Long words in several messages, quick lines in one: WeChat counts messages, the thread counts lines."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import observe
from bot.channels.base import ChannelError
from bot.channels.wechat import quota
from bot.jobs.send import Sender
from tests.jobs.conftest import Clock, Postman, Talk

LONG = "孩子晚上不睡，白天起不来。" * 100  # 1300 characters: two messages


@pytest.fixture
def sender(engine: AsyncEngine, postman: Postman, clock: Clock) -> Sender:
    return Sender(engine, {"wechat": postman}, clock)


async def all_sent(sender: Sender) -> None:
    while await sender.run():
        pass


def saved() -> float:
    return observe.MERGED._value.get()


async def test_lines_written_within_three_seconds_go_out_as_one_message(
    sender: Sender, talk: Talk, postman: Postman
) -> None:
    before = saved()
    await talk.says("您好", "我看了前面的话", "他今天吃饭了吗", apart=1.4)
    await all_sent(sender)
    assert postman.words == ["周老师：您好\n我看了前面的话\n他今天吃饭了吗"]
    assert await talk.left() == quota.TALK_MESSAGES - 1
    assert saved() == before + 2
    for words in ("您好", "我看了前面的话", "他今天吃饭了吗"):
        assert await talk.delivery(words) == ("sent", "")


async def test_what_comes_later_is_a_message_of_its_own(sender: Sender, talk: Talk, postman: Postman) -> None:
    await talk.says("您好", "我在", apart=3.5)
    await all_sent(sender)
    assert postman.words == ["周老师：您好", "周老师：我在"]


async def test_lines_that_do_not_fit_into_one_message_stay_apart_and_in_order(
    sender: Sender, talk: Talk, postman: Postman
) -> None:
    await talk.says("一" * 500, "二" * 500, "三", apart=1)
    await all_sent(sender)
    assert [words[4] for words in postman.words] == ["一", "二"]
    assert postman.words[1].endswith("\n三")


async def test_of_lines_that_go_together_one_that_cannot_be_sent_takes_no_other_along(
    sender: Sender, talk: Talk, postman: Postman
) -> None:
    odd = ChannelError("消息里有微信不收的字符，没有发出", kind="permanent", code=40033)
    postman.troubles = [odd, odd]  # together, then the first alone
    await talk.says("一", "二", apart=1)
    await all_sent(sender)
    assert postman.words == ["周老师：二"]
    assert (await talk.delivery("一"))[0] == "failed"
    assert await talk.delivery("二") == ("sent", "")


async def test_lines_that_go_together_are_tried_again_together(
    sender: Sender, talk: Talk, postman: Postman, clock: Clock
) -> None:
    postman.troubles = [ChannelError("微信系统繁忙，稍后会再试", kind="transient", code=-1)]
    await talk.says("一", "二", apart=1)
    await sender.run()
    assert await talk.delivery("二") == ("pending", "微信系统繁忙，稍后会再试")
    clock.forward(seconds=2)
    await all_sent(sender)
    assert postman.words == ["周老师：一\n二"]


async def test_a_long_reply_is_one_line_and_as_few_messages_as_possible(
    sender: Sender, talk: Talk, postman: Postman
) -> None:
    await talk.says(LONG)
    await all_sent(sender)
    assert len(postman.words) == 2
    assert "".join(words.removeprefix("周老师：") for words in postman.words) == LONG
    assert await talk.delivery(LONG) == ("sent", "")
    assert await talk.left() == quota.TALK_MESSAGES - 2


async def test_a_long_reply_that_went_out_in_part_says_so_until_the_rest_is_there(
    sender: Sender, talk: Talk, postman: Postman, engine: AsyncEngine, clock: Clock
) -> None:
    await talk.windows(quota.Windows(talk_until=clock() + quota.TALK, talk_left=1))
    await talk.says(LONG)
    await all_sent(sender)
    state, reason = await talk.delivery(LONG)
    assert state == "parked"
    assert "（2 条里已送到 1 条）" in reason
    await talk.heard()
    await all_sent(sender)
    assert len(postman.words) == 2
    assert await talk.delivery(LONG) == ("sent", "")
