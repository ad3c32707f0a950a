"""A line that failed goes once more, one that waits is withdrawn: what the sender and the parent have of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.base import ChannelError
from bot.channels.wechat import quota
from bot.handoff import desk, mending, passing
from bot.handoff.desk import DeskError, UnknownCaseError
from bot.handoff.sending import QUIET
from bot.jobs.send import Sender
from bot.store import cases, conversations, people, thread, unanswered
from bot.store.people import Staff
from tests.duty_always import ALWAYS
from tests.jobs.conftest import Clock, Postman, Talk

REFUSED = "家长关闭了接收消息，消息送不到"


@pytest.fixture
def sender(engine: AsyncEngine, postman: Postman, clock: Clock) -> Sender:
    return Sender(engine, {"wechat": postman}, clock)


async def run(sender: Sender) -> None:
    while await sender.run():
        pass


async def line(talk: Talk, words: str) -> int:
    async with talk.engine.connect() as conn:
        return next(one.id for one in await thread.lines(conn, talk.id) if one.text == words)


async def again(talk: Talk, words: str, staff: Staff | None = None) -> None:
    number = await line(talk, words)
    async with talk.engine.begin() as conn:
        await mending.again(conn, talk.case_id, staff or talk.staff, number, talk.clock())


async def withdraw(talk: Talk, words: str, staff: Staff | None = None) -> None:
    number = await line(talk, words)
    async with talk.engine.begin() as conn:
        await mending.withdraw(conn, talk.case_id, staff or talk.staff, number, talk.clock())


@pytest.fixture
async def failed(talk: Talk, sender: Sender, postman: Postman) -> Talk:
    """A talk in which 您在吗 could not be sent."""
    postman.troubles = [ChannelError(REFUSED, kind="permanent", code=48004)]
    await talk.says("您在吗")
    await run(sender)
    assert (await talk.delivery("您在吗"))[0] == "failed"
    return talk


@pytest.fixture
async def parked(talk: Talk, sender: Sender) -> Talk:
    """A talk in which 您在吗 waits for the parent."""
    await talk.windows(quota.Windows())
    await talk.says("您在吗")
    await run(sender)
    assert (await talk.delivery("您在吗"))[0] == "parked"
    return talk


async def test_what_failed_goes_once_more_however_often_it_is_pressed(
    failed: Talk, sender: Sender, postman: Postman
) -> None:
    await again(failed, "您在吗")
    assert await failed.delivery("您在吗") == ("pending", "")
    assert await failed.parcels() == [("pending", 0)]  # with all its tries
    await again(failed, "您在吗")
    await run(sender)
    await again(failed, "您在吗")
    await run(sender)
    assert postman.words == ["周老师：您在吗"]
    assert await failed.delivery("您在吗") == ("sent", "")


async def test_once_more_is_within_what_wechat_takes(failed: Talk, sender: Sender, postman: Postman) -> None:
    await failed.windows(quota.Windows())
    await again(failed, "您在吗")
    await run(sender)
    assert postman.words == []
    state, reason = await failed.delivery("您在吗")
    assert (state, "48 小时" in reason) == ("parked", True)
    await failed.heard()
    await run(sender)
    assert postman.words == ["周老师：您在吗"]


async def test_once_more_in_a_quiet_talk_waits_for_the_parent(failed: Talk, sender: Sender, postman: Postman) -> None:
    async with failed.engine.begin() as conn:
        await conversations.save(conn, failed.id, state={"quiet": True})
    await again(failed, "您在吗")
    await run(sender)
    assert (postman.words, await failed.delivery("您在吗")) == ([], ("parked", QUIET))


async def test_what_waits_can_be_withdrawn_and_never_goes(parked: Talk, sender: Sender, postman: Postman) -> None:
    await withdraw(parked, "您在吗")
    await withdraw(parked, "您在吗")
    assert (await parked.delivery("您在吗"), await parked.parcels()) == (("withdrawn", ""), [])
    await parked.heard()
    await run(sender)
    assert postman.words == []
    async with parked.engine.connect() as conn:
        assert "您在吗" not in [one.text for one in await thread.lines(conn, parked.id, for_parent=True)]
    with pytest.raises(DeskError, match="没有要再发的"):
        await again(parked, "您在吗")


async def test_a_line_that_was_withdrawn_stays_so_whatever_a_sender_still_says(parked: Talk) -> None:
    number = await line(parked, "您在吗")
    await withdraw(parked, "您在吗")
    async with parked.engine.begin() as conn:
        await thread.mark(conn, parked.id, number, "sent")
    assert await parked.delivery("您在吗") == ("withdrawn", "")


async def test_who_has_withdrawn_the_only_answer_has_not_answered(talk: Talk, sender: Sender, clock: Clock) -> None:
    async with talk.engine.begin() as conn:
        await thread.add(conn, talk.id, [thread.said("parent", "在吗")], at=clock(), case_id=talk.case_id)
    await talk.windows(quota.Windows())
    await talk.says("您在吗")
    await run(sender)

    async def waits() -> list[int]:
        late = clock() + timedelta(minutes=30)
        async with talk.engine.connect() as conn:
            return [one.id for one in await unanswered.silent(conn, ["chat"], now=late, usual=late, grave=late)]

    assert await waits() == []
    await withdraw(talk, "您在吗")
    assert await waits() == [talk.case_id]


async def test_of_what_has_gone_in_part_nothing_is_withdrawn(talk: Talk, sender: Sender) -> None:
    words = "孩子晚上不睡，白天起不来。" * 60  # two messages
    await talk.windows(quota.Windows(talk_until=talk.clock() + timedelta(hours=1), talk_left=1))
    await talk.says(words)
    await run(sender)
    assert [state for state, _ in await talk.parcels()] == ["sent", "parked"]
    with pytest.raises(DeskError, match="已经送出去一部分"):
        await withdraw(talk, words)
    assert [state for state, _ in await talk.parcels()] == ["sent", "parked"]


async def test_only_who_holds_the_case_mends_its_lines(failed: Talk) -> None:
    async with failed.engine.begin() as conn:
        number = await people.add(conn, login="shen", name="沈老师", role="counsellor", password_hash="x")
    shen = Staff(number, "shen", "沈老师", "counsellor", True)
    for step in (again, withdraw):
        with pytest.raises(DeskError, match="现在由周老师在跟"):
            await step(failed, "您在吗", shen)
    async with failed.engine.begin() as conn:
        await passing.to_person(conn, failed.case_id, failed.staff, shen.id, "请接着", failed.clock(), ALWAYS)
    with pytest.raises(DeskError, match="现在由沈老师在跟"):
        await again(failed, "您在吗")
    await again(failed, "您在吗", shen)


async def test_a_line_of_another_case_or_of_nobody_is_not_there(failed: Talk) -> None:
    own = await line(failed, "您在吗")
    async with failed.engine.begin() as conn:
        values = {"conversation_id": failed.id, "kind": "suggestion", "opened_at": failed.clock()}
        other = await cases.open_case(conn, values | {"due_at": failed.clock()})
        await desk.claim(conn, other, failed.staff, failed.clock())
        [event] = await thread.add(
            conn, failed.id, [thread.said("event", "x")], at=failed.clock(), case_id=failed.case_id
        )
    for case_id, number in ((other, own), (failed.case_id, event), (failed.case_id, 999)):
        async with failed.engine.begin() as conn:
            for step in (mending.again, mending.withdraw):
                with pytest.raises(UnknownCaseError):
                    await step(conn, case_id, failed.staff, number, failed.clock())
