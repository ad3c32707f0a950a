"""The sender: in order, once, within what WeChat allows; what cannot go now is kept, what can never go is said."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.base import ChannelError, ErrorKind
from bot.channels.wechat import quota
from bot.jobs.send import LONGEST_PAUSE, TRIES, Sender
from bot.store import conversations, outbox, tables
from bot.store.outbox import STUCK
from tests.house import House
from tests.jobs.conftest import Clock, Postman, Talk, a_talk
from tests.waiting import until

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


def trouble(kind: ErrorKind, sentence: str = "微信系统繁忙，稍后会再试") -> ChannelError:
    return ChannelError(sentence, kind=kind, code=-1)


@pytest.fixture
def sender(engine: AsyncEngine, postman: Postman, clock: Clock) -> Sender:
    return Sender(engine, {"wechat": postman}, clock)


async def until_nothing_is_due(sender: Sender) -> None:
    while await sender.run():
        pass


async def test_lines_of_a_conversation_go_in_the_order_in_which_they_were_written(
    sender: Sender, talk: Talk, postman: Postman
) -> None:
    await talk.says("一", "二", "三")
    await until_nothing_is_due(sender)
    assert postman.sent == [("o-mei", f"周老师：{words}") for words in "一二三"]
    assert [await talk.delivery(words) for words in "一二三"] == [("sent", "")] * 3


async def test_a_line_that_waits_holds_back_those_behind_it_but_no_other_conversation(
    sender: Sender, talk: Talk, postman: Postman, engine: AsyncEngine, clock: Clock
) -> None:
    postman.troubles = [trouble("transient")]
    await talk.says("一", "二")
    await sender.run()
    other = await a_talk(engine, clock, "o-lan")
    await other.says("另一家")
    await until_nothing_is_due(sender)
    assert postman.words == ["周老师：另一家"]
    clock.forward(seconds=2)
    await until_nothing_is_due(sender)
    assert postman.words[1:] == ["周老师：一", "周老师：二"]


async def test_of_two_senders_one_takes_a_parcel(talk: Talk, engine: AsyncEngine, clock: Clock) -> None:
    postmen = [Postman(), Postman()]
    senders = [Sender(engine, {"wechat": postman}, clock) for postman in postmen]
    await talk.says("只说一次")
    taken = await asyncio.gather(*(sender.run() for sender in senders))
    assert sorted(taken) == [0, 1]
    assert postmen[0].words + postmen[1].words == ["周老师：只说一次"]


async def test_what_was_sent_keeps_no_words_in_the_outbox(sender: Sender, talk: Talk, engine: AsyncEngine) -> None:
    await talk.says("您好")
    await sender.run()
    async with engine.connect() as conn:
        [row] = await conn.execute(tables.outbox.select())
    assert (row.state, row.text) == ("sent", "")


async def test_each_message_sent_is_taken_out_of_the_ledger(sender: Sender, talk: Talk) -> None:
    await talk.says("一", "二")
    await until_nothing_is_due(sender)
    assert await talk.left() == quota.TALK_MESSAGES - 2


async def test_the_sixth_line_waits_for_the_parent(sender: Sender, talk: Talk, postman: Postman) -> None:
    await talk.says(*"一二三四五六")
    await until_nothing_is_due(sender)
    assert postman.words == [f"周老师：{words}" for words in "一二三四五"]
    state, reason = await talk.delivery("六")
    assert state == "parked"
    assert "等家长再说话时送出" in reason


async def test_a_closed_window_parks_a_line_and_says_so_in_the_thread(
    sender: Sender, talk: Talk, postman: Postman, clock: Clock
) -> None:
    clock.forward(hours=49)
    await talk.says("您好些了吗")
    await sender.run()
    assert postman.words == []
    state, reason = await talk.delivery("您好些了吗")
    assert state == "parked"
    assert "48 小时" in reason
    assert await sender.run() == 0


async def test_unparked_lines_go_in_their_old_order(
    sender: Sender, talk: Talk, postman: Postman, engine: AsyncEngine, clock: Clock
) -> None:
    clock.forward(hours=49)
    await talk.says("一", "二")
    await until_nothing_is_due(sender)
    await talk.windows(quota.opened(quota.Windows(), "message", clock()))
    async with engine.begin() as conn:
        assert await outbox.unpark(conn, talk.id, clock()) == 2
    await until_nothing_is_due(sender)
    assert postman.words == ["周老师：一", "周老师：二"]


@pytest.mark.parametrize("kind", ["window-closed", "quota-used"])
async def test_wechats_own_count_is_believed_when_it_differs_from_ours(
    sender: Sender, talk: Talk, postman: Postman, kind: ErrorKind
) -> None:
    postman.troubles = [trouble(kind, "家长一说话就会送到")]
    await talk.says("一", "二")
    await until_nothing_is_due(sender)
    assert postman.words == []
    assert await talk.delivery("一") == ("parked", "家长一说话就会送到")
    assert (await talk.delivery("二"))[0] == "parked"
    assert await talk.left() == 0
    async with sender._engine.begin() as conn:
        conversation = await conversations.lock(conn, talk.id)
    assert conversation is not None
    assert quota.may_send(quota.from_json(conversation.windows), sender._clock()).why == kind


async def test_trouble_on_the_way_is_tried_again_with_growing_pauses_and_given_up_at_last(
    sender: Sender, talk: Talk, postman: Postman, clock: Clock
) -> None:
    postman.troubles = [trouble("transient")] * TRIES
    await talk.says("您好")
    pauses = []
    for attempt in range(1, TRIES):
        assert await sender.run() == 1
        assert await talk.delivery("您好") == ("pending", "微信系统繁忙，稍后会再试")
        assert await talk.parcels() == [("pending", attempt)]
        began = clock()
        while not await sender_has_work(sender, clock):
            clock.forward(seconds=1)
        pauses.append(clock() - began)
    await sender.run()
    assert pauses[:3] == [timedelta(seconds=2), timedelta(seconds=4), timedelta(seconds=8)]
    assert pauses == sorted(pauses)
    assert pauses[-1] <= LONGEST_PAUSE
    assert await talk.delivery("您好") == ("failed", f"微信系统繁忙，试了 {TRIES} 次没有送到，请再发一次")
    assert await sender.run() == 0


async def sender_has_work(sender: Sender, clock: Clock) -> bool:
    """Look whether something is due, without taking it."""
    async with sender._engine.connect() as conn:
        found = bool(await outbox.claim(conn, clock()))
        await conn.rollback()
    return found


async def test_trouble_on_the_way_uses_up_nothing_of_what_is_allowed(
    sender: Sender, talk: Talk, postman: Postman, clock: Clock
) -> None:
    postman.troubles = [trouble("transient")] * 6
    await talk.says("您好")
    for _ in range(6):
        await sender.run()
        assert await talk.left() == quota.TALK_MESSAGES
        clock.forward(minutes=5)
    await sender.run()
    assert postman.words == ["周老师：您好"]
    assert await talk.left() == quota.TALK_MESSAGES - 1


async def test_what_can_never_work_fails_with_its_reason_and_the_next_line_goes_on(
    sender: Sender, talk: Talk, postman: Postman
) -> None:
    postman.troubles = [trouble("permanent", "消息里有微信不收的字符，没有发出")]
    await talk.says("一", "二")
    await until_nothing_is_due(sender)
    assert await talk.delivery("一") == ("failed", "消息里有微信不收的字符，没有发出")
    assert await talk.delivery("二") == ("sent", "")
    assert postman.words == ["周老师：二"]


async def test_what_an_operator_must_mend_is_tried_again_after_a_while(
    sender: Sender, talk: Talk, postman: Postman, clock: Clock
) -> None:
    postman.troubles = [trouble("misconfigured", "公众号的配置有问题，请联系管理员")]
    await talk.says("您好")
    await sender.run()
    assert await talk.delivery("您好") == ("pending", "公众号的配置有问题，请联系管理员")
    clock.forward(minutes=5)
    await sender.run()
    assert postman.words == ["周老师：您好"]


async def test_without_a_configured_channel_a_line_waits_for_the_parent(
    talk: Talk, engine: AsyncEngine, clock: Clock
) -> None:
    await talk.says("您好")
    await Sender(engine, {}, clock).run()
    state, reason = await talk.delivery("您好")
    assert state == "parked"
    assert "还没有配置" in reason


async def test_the_parcel_of_a_sender_that_died_is_taken_up_by_another(
    sender: Sender, talk: Talk, postman: Postman, engine: AsyncEngine, clock: Clock
) -> None:
    await talk.says("您好")
    async with engine.begin() as conn:
        assert len(await outbox.claim(conn, clock())) == 1  # and its process is killed here
    clock.forward(seconds=STUCK.total_seconds() - 1)
    assert await sender.run() == 0
    clock.forward(seconds=1)
    assert await sender.run() == 1
    assert postman.words == ["周老师：您好"]
    assert await talk.parcels() == [("sent", 2)]


async def test_nothing_is_sent_to_a_parent_who_had_everything_deleted(
    sender: Sender, talk: Talk, postman: Postman, engine: AsyncEngine
) -> None:
    await talk.says("您好")
    async with engine.begin() as conn:
        await conversations.erase_person(conn, "wechat", "o-mei")
    assert await sender.run() == 0
    assert postman.words == []


async def test_automatic_words_are_handed_over_as_automatic(
    sender: Sender, postman: Postman, engine: AsyncEngine, clock: Clock
) -> None:
    talk = await a_talk(engine, clock, "o-hua")
    parcel = {
        "conversation_id": talk.id, "message_id": None, "channel": "wechat", "recipient": "o-hua",
        "text": "1. 今晚先不收。", "automatic": True, "author": "", "due_at": clock(),
    }  # fmt: skip
    async with engine.begin() as conn:
        await outbox.put(conn, [parcel])
    await sender.run()  # the postman checks that there is no author
    assert postman.words == ["1. 今晚先不收。"]


async def test_parked_words_reach_the_parent_when_they_write_again(house: House) -> None:
    await house.say("我想找老师聊聊")
    house.clock.forward(timedelta(hours=49))
    staff = await house.staff()
    await staff.post("/desk/cases/1/claim", headers=SAME_ORIGIN)
    for words in ("您好些了吗", "我还在"):
        await staff.post("/desk/cases/1/messages", data={"text": words, "key": f"key-{words}"}, headers=SAME_ORIGIN)

    async def both_kept() -> bool:
        return (await (await staff.get("/desk/cases/1")).text()).count("留着：家长超过 48 小时没有说话") == 2

    assert await until(both_kept)
    before = len(house.thread())
    await house.act("say", text="还是老样子")

    async def came() -> list[str]:
        return [bubble.text for bubble in house.thread()[before:] if bubble.via == "api"]

    assert await until(came) == ["周老师：您好些了吗\n我还在"]  # written in one breath, so one message
