"""Home visits and the parent, at night, in quiet, after a danger, with words that could not go out: told once."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta

import pytest
from a_visited_family import HOME, MORNING, NIGHT, THURSDAY, Family, the_family
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.handoff.desk import DeskError
from bot.handoff.family import contacts, files, visiting, visits
from bot.handoff.family.contacts import Came
from bot.messages import Inbound
from bot.store import cases, conversations, inbounds, outbox, thread
from bot.store import visits as rows
from bot.store.events import CaseTag
from knowledge.calendar import CHINA


@pytest.fixture
async def family(engine: AsyncEngine, now: datetime) -> Family:
    return await the_family(engine, now)


async def test_what_the_night_kept_back_is_told_once_by_whoever_comes_first(family: Family) -> None:
    await family.plan(NIGHT)
    assert await family.said() == []
    await asyncio.gather(family.morning(), family.morning())
    [(words, state)] = await family.said()
    assert "5 月 14 日（周四）18:30" in words
    assert state == "pending"
    assert [one.told for one in await family.visits()] == ["told"]


async def test_a_visit_called_off_at_night_is_called_off_in_the_morning(family: Family, now: datetime) -> None:
    one = await family.plan(now)
    await family.delivered(now)
    await family.finish(one, NIGHT, off=True)
    assert len(await family.said()) == 1
    await family.morning()
    await family.morning(MORNING + timedelta(minutes=1))
    assert ["这次先不来了" in words for words, _ in await family.said()] == [False, True]


async def test_a_visit_called_off_before_it_was_told_is_taken_back_and_nothing_more_is_said(
    family: Family, now: datetime
) -> None:
    one = await family.plan(now)
    await family.finish(one, now, off=True)
    assert [state for _, state in await family.said()] == ["failed"]


async def test_a_visit_that_the_night_kept_back_and_that_is_off_is_never_spoken_of(family: Family) -> None:
    one = await family.plan(NIGHT)
    await family.finish(one, NIGHT, off=True)
    await family.morning()
    assert await family.said() == []


async def test_who_becomes_quiet_over_night_is_told_nothing(family: Family) -> None:
    await family.plan(NIGHT)
    await family.state(quiet=True)
    await family.morning()
    assert await family.said() == []
    assert [one.told for one in await family.visits()] == ["untold"]


async def test_too_late_to_tell_is_not_told(family: Family, now: datetime) -> None:
    one = await family.plan(MORNING, MORNING + timedelta(minutes=50))
    assert await family.said() == []
    async with family.engine.begin() as conn:
        with pytest.raises(DeskError, match="请打电话或当面说"):
            await contacts.tell(conn, family.case_id, family.by(MORNING), one)


async def test_words_that_wait_are_given_up_when_the_time_is_another(family: Family, now: datetime) -> None:
    one = await family.plan(now)
    async with family.engine.begin() as conn:
        [parcel] = await outbox.claim(conn, now)
        await outbox.finish(conn, parcel, "parked", reason="家长超过 48 小时没有说话")
        assert parcel.message_id is not None
        await thread.mark(conn, family.conversation_id, parcel.message_id, "parked")
        assert parcel.expires_at == THURSDAY
        await contacts.move(conn, family.case_id, family.by(now), one, THURSDAY + timedelta(days=1))
    [(_, first), (words, second)] = await family.said()
    assert (first, second) == ("failed", "pending")
    assert "我想来家里坐坐" in words  # what never arrived is no other time
    assert "5 月 15 日" in words


async def test_a_withdrawal_takes_back_what_waits_to_be_told(family: Family, now: datetime) -> None:
    await family.plan(now)
    async with family.engine.begin() as conn:
        conversation = await conversations.lock(conn, family.conversation_id)
        assert conversation is not None
        assert await files.parent_says(conn, conversation, "withdrawn", now)
        assert await outbox.claim(conn, now) == []
    assert [state for _, state in await family.said()] == ["withdrawn"]


async def test_after_a_danger_nobody_is_asked_whether_somebody_came(family: Family, now: datetime) -> None:
    one = await family.plan(now, tell=False)
    await family.state(risk={"level": "urgent", "kind": "suicide", "at": now.isoformat()})
    await family.finish(one, now)
    assert await family.said() == []
    assert [one.confirmed for one in await family.visits()] == ["untold"]


async def test_a_visit_of_long_ago_is_written_down_and_not_asked_about(family: Family, now: datetime) -> None:
    async with family.engine.begin() as conn:
        came = Came(on=date(2026, 4, 20))
        await contacts.write_down(conn, family.case_id, family.by(now), "去过一次", HOME, came)
    assert await family.said() == []
    [one] = await family.visits()
    assert one.done_at == datetime(2026, 4, 20, 12, tzinfo=CHINA)


async def test_a_day_that_has_not_come_cannot_be_written_down(family: Family, now: datetime) -> None:
    async with family.engine.begin() as conn:
        came = Came(on=date(2026, 5, 13))
        with pytest.raises(DeskError, match="这一天还没有到"):
            await contacts.write_down(conn, family.case_id, family.by(now), "去过", HOME, came)


async def test_the_parent_of_another_family_cannot_answer(family: Family, now: datetime) -> None:
    one = await family.plan(now)
    async with family.engine.begin() as conn:
        receipt = await inbounds.receive(conn, Inbound("wechat", "o-lan", "m:9", "text", "在吗", now), now)
        other = await conversations.lock(conn, receipt.conversation_id)
        assert other is not None
        assert not await visiting.parent_says(conn, other, one, "welcome", now)
        assert await visiting.of_parent(conn, other.id, now) == ()


async def test_an_answer_brings_the_file_up_only_when_somebody_has_to_look(family: Family, now: datetime) -> None:
    one = await family.plan(now)
    later = now + timedelta(hours=1)
    for said, due in (("welcome", THURSDAY), ("other", later)):
        async with family.engine.begin() as conn:
            conversation = await conversations.lock(conn, family.conversation_id)
            assert conversation is not None
            assert await visiting.parent_says(conn, conversation, one, said, later)  # type: ignore[arg-type] # one of the four
            case = await cases.find(conn, family.case_id)
        assert case is not None
        assert case.due_at == due
    async with family.engine.connect() as conn:
        steps = [(step.tag, step.actor) for step in await cases.timeline(conn, family.case_id)]
        assert steps[-2:] == [(CaseTag.VISIT_WELCOME, "parent"), (CaseTag.VISIT_OTHER, "parent")]
        found = await rows.find(conn, one)
    assert found is not None
    assert found.told == "other"


def test_nobody_goes_to_a_family_before_eight_or_after_nine() -> None:
    for hour, minute, fine in ((7, 59, False), (8, 0, True), (21, 0, True), (21, 1, False)):
        at = datetime(2026, 5, 14, hour, minute, tzinfo=CHINA)
        assert (visits.refusal(at) == "") is fine
