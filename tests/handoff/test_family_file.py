"""A family's file: consent first and enforced, who may do what, what is due; and the parent's own words."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.handoff import desk, moving, passing
from bot.handoff.desk import DeskError, UnknownCaseError
from bot.handoff.family import consent, contacts, files
from bot.handoff.family import writing as file_writing
from bot.handoff.family.entering import Author
from bot.jobs import remind
from bot.messages import Inbound, Level, Opening
from bot.store import alerts, cases, conversations, follow_ups, inbounds, outbox, people, thread
from bot.store import files as stored
from bot.store.cases import Case
from bot.store.events import CaseTag
from bot.store.people import Staff
from tests.duty_always import ALWAYS


async def a_counsellor(engine: AsyncEngine, login: str = "zhou", name: str = "周老师") -> Staff:
    async with engine.begin() as conn:
        staff_id = await people.add(conn, login=login, name=name, role="counsellor", password_hash="x")
    return Staff(staff_id, login, name, "counsellor", True)


async def a_talk(
    engine: AsyncEngine, staff: Staff, now: datetime, *, kind: str = "chat", level: Level = "none"
) -> tuple[int, int]:
    """Open and claim a case of a parent who has just written; (case, conversation)."""
    act = Inbound("wechat", "o-mei", "m:1", "text", "我想找老师", now)
    async with engine.begin() as conn:
        receipt = await inbounds.receive(conn, act, now)
        conversation = await conversations.lock(conn, receipt.conversation_id)
        assert conversation is not None
        opened = await desk.open_case(
            conn, conversation, Opening(kind, level, "家长想找老师"), now=now, on_duty=True, facts={"region": "putuo"}
        )
        await conversations.save(conn, conversation.id, holder=opened.holder, case_id=opened.id)
        await desk.claim(conn, opened.id, staff, now)
    return opened.id, receipt.conversation_id


async def a_file(engine: AsyncEngine, staff: Staff, now: datetime, *, agreed: bool = True) -> tuple[int, int]:
    talk, conversation_id = await a_talk(engine, staff, now)
    async with engine.begin() as conn:
        file_id = await files.open_file(conn, talk, staff, now)
        if agreed:
            await files.signed(conn, file_id, staff, date(2026, 5, 1), now)
    return file_id, conversation_id


async def case_of(engine: AsyncEngine, case_id: int) -> Case:
    async with engine.connect() as conn:
        case = await cases.find(conn, case_id)
    assert case is not None
    return case


async def says(engine: AsyncEngine, conversation_id: int, said: consent.Said, now: datetime) -> bool:
    async with engine.begin() as conn:
        conversation = await conversations.lock(conn, conversation_id)
        assert conversation is not None
        return await files.parent_says(conn, conversation, said, now)


async def tags(engine: AsyncEngine, case_id: int) -> list[tuple[str, str]]:
    async with engine.connect() as conn:
        return [(step.tag, step.actor) for step in await cases.timeline(conn, case_id)]


async def test_a_file_is_its_owners_and_knows_the_place_of_the_talk(engine: AsyncEngine, now: datetime) -> None:
    zhou = await a_counsellor(engine)
    file_id, conversation_id = await a_file(engine, zhou, now, agreed=False)
    case = await case_of(engine, file_id)
    assert (case.kind, case.state, case.owner_id, case.region) == ("file", "claimed", zhou.id, "putuo")
    assert case.conversation_id == conversation_id
    assert await tags(engine, file_id) == [(CaseTag.FILE_OPENED, "周老师")]


async def test_a_file_opened_from_a_danger_is_no_danger_itself(engine: AsyncEngine, now: datetime) -> None:
    zhou = await a_counsellor(engine)
    talk, _ = await a_talk(engine, zhou, now, kind="crisis", level="urgent")
    async with engine.begin() as conn:
        file_id = await files.open_file(conn, talk, zhou, now)
        await moving.snooze(conn, file_id, zhou, now + timedelta(days=1), "等复诊", now)
        assert await cases.unseen(conn) == []
        assert await alerts.waiting(conn) == []
    case = await case_of(engine, file_id)
    assert (case.level, case.unseen, case.snoozed(now)) == ("urgent", False, True)


async def test_what_is_said_when_a_file_changes_hands_stays_in_the_file(engine: AsyncEngine, now: datetime) -> None:
    zhou, shen = await a_counsellor(engine), await a_counsellor(engine, "shen", "沈老师")
    file_id, conversation_id = await a_file(engine, zhou, now)
    async with engine.begin() as conn:
        await passing.to_person(conn, file_id, zhou, shen.id, "外婆住院了，请接着跟", now, ALWAYS)
        assert "外婆" not in str(await thread.lines(conn, conversation_id))
        assert "外婆" in str(await cases.timeline(conn, file_id))


async def test_a_withdrawal_takes_the_notes_of_the_steps_too(engine: AsyncEngine, now: datetime) -> None:
    zhou, shen = await a_counsellor(engine), await a_counsellor(engine, "shen", "沈老师")
    file_id, conversation_id = await a_file(engine, zhou, now)
    async with engine.begin() as conn:
        await moving.snooze(conn, file_id, zhou, now + timedelta(days=1), "外婆住院了", now)
        await passing.to_person(conn, file_id, zhou, shen.id, "外婆住院了，请接着跟", now, ALWAYS)
        # As it was written before notes on files stayed out of the talk.
        row = thread.said("note", "转给沈老师：外婆住院了", author="周老师")
        await thread.add(conn, conversation_id, [row], at=now, case_id=file_id)
    assert await says(engine, conversation_id, "withdrawn", now)
    async with engine.connect() as conn:
        steps = await cases.timeline(conn, file_id)
        assert "外婆" not in str(await thread.lines(conn, conversation_id))
    assert "外婆" not in str(steps)
    assert [step.detail for step in steps if step.detail] == [{"how": "paper"}, {"how": "chat"}]
    assert CaseTag.HANDED_OVER in [step.tag for step in steps]


async def test_a_closed_file_is_opened_again_by_its_owner_as_long_as_they_are_here(
    engine: AsyncEngine, now: datetime
) -> None:
    zhou, shen = await a_counsellor(engine), await a_counsellor(engine, "shen", "沈老师")
    file_id, _ = await a_file(engine, zhou, now)
    async with engine.begin() as conn:
        await files.let_in(conn, file_id, zhou, shen.id, "周末探访", now)
        await files.close(conn, file_id, zhou, "好转", now)
        with pytest.raises(DeskError, match="请周老师来重新打开"):
            await moving.reopen(conn, file_id, shen, now)
        await moving.reopen(conn, file_id, zhou, now)
        await files.close(conn, file_id, zhou, "好转", now)
        await people.disable(conn, "zhou")
        await moving.reopen(conn, file_id, shen, now)
    assert (await case_of(engine, file_id)).owner == "沈老师"


async def test_a_file_without_consent_stays_closed(engine: AsyncEngine, now: datetime) -> None:
    zhou = await a_counsellor(engine)
    file_id, conversation_id = await a_file(engine, zhou, now)
    assert await says(engine, conversation_id, "withdrawn", now)
    async with engine.begin() as conn:
        with pytest.raises(DeskError, match="家长撤回了建档同意，这份档案不能重新打开"):
            await moving.reopen(conn, file_id, zhou, now)


async def test_only_who_holds_the_talk_opens_a_file(engine: AsyncEngine, now: datetime) -> None:
    zhou, shen = await a_counsellor(engine), await a_counsellor(engine, "shen", "沈老师")
    talk, _ = await a_talk(engine, zhou, now)
    async with engine.begin() as conn:
        with pytest.raises(DeskError, match="请先接手"):
            await files.open_file(conn, talk, shen, now)
        with pytest.raises(UnknownCaseError):
            await files.open_file(conn, 999, shen, now)


async def test_asking_reaches_the_parent_once_and_says_how_to_withdraw(engine: AsyncEngine, now: datetime) -> None:
    zhou = await a_counsellor(engine)
    file_id, conversation_id = await a_file(engine, zhou, now, agreed=False)
    for _ in range(2):
        async with engine.begin() as conn:
            await files.ask(conn, file_id, zhou, "ask-0001", now)
    async with engine.begin() as conn:
        [line] = [one for one in await thread.lines(conn, conversation_id) if one.who == "person"]
        [parcel] = await outbox.claim(conn, now)
    for words in ("记什么", "谁能看", "撤回建档同意", "同意请回"):
        assert words in line.text
    assert parcel.author == "周老师"
    assert len(parcel.text.encode()) <= 2048


async def test_in_a_quiet_conversation_the_question_waits_for_the_parent(engine: AsyncEngine, now: datetime) -> None:
    zhou = await a_counsellor(engine)
    file_id, conversation_id = await a_file(engine, zhou, now, agreed=False)
    async with engine.begin() as conn:
        await conversations.save(conn, conversation_id, state={"quiet": True})
        await files.ask(conn, file_id, zhou, "ask-0001", now)
        assert await outbox.claim(conn, now) == []
        [line] = [one for one in await thread.lines(conn, conversation_id) if one.who == "person"]
    assert line.state == "parked"


async def test_what_was_not_asked_cannot_be_refused_withdrawn_or_agreed_to_twice(
    engine: AsyncEngine, now: datetime
) -> None:
    zhou = await a_counsellor(engine)
    file_id, conversation_id = await a_file(engine, zhou, now, agreed=False)
    assert not await says(engine, conversation_id, "withdrawn", now)
    assert await says(engine, conversation_id, "given", now)
    assert not await says(engine, conversation_id, "given", now)
    assert not await says(engine, conversation_id, "refused", now)
    assert (CaseTag.FILE_CONSENTED, "parent") in await tags(engine, file_id)


@pytest.mark.parametrize(("said", "outcome"), [("refused", "家长没有同意建档"), ("withdrawn", "家长撤回了建档同意")])
async def test_without_consent_the_file_is_empty_and_closed(
    engine: AsyncEngine, now: datetime, said: consent.Said, outcome: str
) -> None:
    zhou = await a_counsellor(engine)
    file_id, conversation_id = await a_file(engine, zhou, now, agreed=said == "withdrawn")
    if said == "withdrawn":
        async with engine.begin() as conn:
            await file_writing.add_plan(conn, file_id, Author(zhou, now), "早睡", ("family", "母亲"), None)
    assert await says(engine, conversation_id, said, now)
    case = await case_of(engine, file_id)
    assert (case.state, case.outcome) == ("closed", outcome)
    async with engine.begin() as conn:
        assert await stored.plan(conn, file_id) == []
        with pytest.raises(DeskError, match="已经结束"):
            await contacts.write_down(conn, file_id, Author(zhou, now), "还是写一句")


async def test_every_step_stands_in_the_timeline_without_a_word_of_the_family(
    engine: AsyncEngine, now: datetime
) -> None:
    zhou = await a_counsellor(engine)
    by, secret = Author(zhou, now), "孩子说太累了"
    file_id, _ = await a_file(engine, zhou, now)
    async with engine.begin() as conn:
        await file_writing.write_situation(conn, file_id, by, {"child": secret})
        await file_writing.add_plan(conn, file_id, by, secret, ("family", secret), None)
        await file_writing.add_helper(conn, file_id, by, "school", secret, secret, None)
        await file_writing.add_referral(conn, file_id, by, secret, None, secret, date(2026, 5, 12))
        await contacts.plan_follow_up(conn, file_id, by, secret, now + timedelta(days=1))
        await contacts.write_down(conn, file_id, by, secret)
    async with engine.connect() as conn:
        steps = await cases.timeline(conn, file_id)
    assert [step.tag for step in steps[2:]] == [
        CaseTag.FILE_SITUATION,
        CaseTag.FILE_PLAN,
        CaseTag.FILE_HELPER,
        CaseTag.FILE_REFERRED,
        CaseTag.FILE_FOLLOW_UP,
        CaseTag.FILE_FOLLOWED,
    ]
    assert secret not in str(steps)


async def test_words_that_are_missing_or_too_long_are_refused_with_a_sentence(
    engine: AsyncEngine, now: datetime
) -> None:
    zhou = await a_counsellor(engine)
    by = Author(zhou, now)
    file_id, _ = await a_file(engine, zhou, now)
    async with engine.begin() as conn:
        with pytest.raises(DeskError, match="还没写“要做到什么”"):
            await file_writing.add_plan(conn, file_id, by, " ", ("family", ""), None)
        with pytest.raises(DeskError, match="最多 200 个字，现在是 201 个"):
            await file_writing.add_plan(conn, file_id, by, "早" * 201, ("family", ""), None)
        with pytest.raises(DeskError, match="请选是哪一边"):
            await file_writing.add_helper(conn, file_id, by, "mars", "许老师", "", None)
        with pytest.raises(DeskError, match="已经不在了"):
            await file_writing.change_plan(conn, file_id, by, 999, "done", "", None)


async def test_a_due_follow_up_is_told_once_in_the_owners_queue_and_never_to_the_parent(
    engine: AsyncEngine, now: datetime
) -> None:
    zhou = await a_counsellor(engine)
    file_id, conversation_id = await a_file(engine, zhou, now)
    due = now + timedelta(days=1)
    async with engine.begin() as conn:
        await contacts.plan_follow_up(conn, file_id, Author(zhou, now), "电话回访", due)
        before = len(await thread.lines(conn, conversation_id))
    assert (await case_of(engine, file_id)).due_at == due
    moment = [now]
    job = remind.job(engine, lambda: moment[0])
    assert await job.run() == 0
    moment[0] = due + timedelta(minutes=1)
    assert [await job.run(), await job.run()] == [1, 0]
    assert (await tags(engine, file_id))[-1] == (CaseTag.FILE_DUE, "bot")
    async with engine.begin() as conn:
        assert len(await thread.lines(conn, conversation_id)) == before
        assert await outbox.claim(conn, due) == []
        [one] = await follow_ups.of_case(conn, file_id)
        await contacts.finish_follow_up(conn, file_id, Author(zhou, moment[0]), one.id, "打通了")
    assert (await case_of(engine, file_id)).due_at > moment[0]


async def test_the_parent_reads_what_the_family_does_and_not_the_rest(engine: AsyncEngine, now: datetime) -> None:
    zhou = await a_counsellor(engine)
    by = Author(zhou, now)
    file_id, conversation_id = await a_file(engine, zhou, now)
    async with engine.begin() as conn:
        await file_writing.add_plan(conn, file_id, by, "早睡", ("family", "母亲"), date(2026, 5, 28))
        await file_writing.add_plan(conn, file_id, by, "每周谈话", ("school", "许老师"), None)
        own = await files.of_parent(conn, conversation_id, now)
    assert own == consent.OwnFile(
        "given", "周老师", (consent.OwnItem("早睡", "家里 · 母亲", date(2026, 5, 28), "open"),), 1
    )


def test_what_the_family_does_is_told_by_its_side_only() -> None:
    assert consent.familys(consent.who_does("family", "")) is True
    assert consent.familys(consent.who_does("family", "母亲")) is True
    assert consent.familys(consent.who_does("school", "家里")) is False
    assert consent.familys("家里人") is False
