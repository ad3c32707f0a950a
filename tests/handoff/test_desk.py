"""The desk: one claims, the other is told who; only the owner speaks; the bot speaks again when it is handed back."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.handoff import desk, moving
from bot.handoff.desk import DeskError
from bot.messages import Inbound, Opening
from bot.store import cases, conversations, inbounds, people, thread
from bot.store.people import Staff
from bot.store.tables import outbox


async def a_counsellor(engine: AsyncEngine, login: str = "zhou", name: str = "周老师") -> Staff:
    async with engine.begin() as conn:
        staff_id = await people.add(conn, login=login, name=name, role="counsellor", password_hash="x")
    return Staff(staff_id, login, name, "counsellor", True)


async def a_case(
    engine: AsyncEngine, now: datetime, *, kind: str = "chat", channel: str = "wechat", on_duty: bool = True
) -> tuple[int, int]:
    """Open a case for a parent who has just written; (case, conversation)."""
    act = Inbound(channel, "o-mei", "m:1", "text", "我想找老师", now)  # type: ignore[arg-type]
    async with engine.begin() as conn:
        receipt = await inbounds.receive(conn, act, now)
        conversation = await conversations.lock(conn, receipt.conversation_id)
        assert conversation is not None
        opened = await desk.open_case(
            conn, conversation, Opening(kind, "none", "家长想找老师"), now=now, on_duty=on_duty, facts={}
        )
        await conversations.save(conn, conversation.id, holder=opened.holder, case_id=opened.id)
    return opened.id, receipt.conversation_id


async def holder(engine: AsyncEngine, conversation_id: int) -> str:
    async with engine.begin() as conn:
        conversation = await conversations.lock(conn, conversation_id)
    assert conversation is not None
    return conversation.holder


async def test_a_second_call_for_help_joins_the_open_case(engine: AsyncEngine, now: datetime) -> None:
    first, conversation_id = await a_case(engine, now)
    async with engine.begin() as conn:
        conversation = await conversations.lock(conn, conversation_id)
        assert conversation is not None
        again = await desk.open_case(conn, conversation, Opening("chat", "high"), now=now, on_duty=True, facts={})
        case = await cases.find(conn, first)
    assert (again.id, case is not None and case.level) == (first, "high")


async def test_danger_in_a_talk_becomes_one_case_with_the_graver_kind(engine: AsyncEngine, now: datetime) -> None:
    first, conversation_id = await a_case(engine, now)
    async with engine.begin() as conn:
        conversation = await conversations.lock(conn, conversation_id)
        assert conversation is not None
        again = await desk.open_case(
            conn, conversation, Opening("crisis", "urgent", "有轻生的话"), now=now, on_duty=True, facts={}
        )
        case = await cases.find(conn, first)
    assert again.id == first
    assert case is not None
    assert (case.kind, case.level, case.reason) == ("crisis", "urgent", "有轻生的话")
    assert (case.due_at - now).total_seconds() == 300


async def test_a_suggestion_stays_a_case_of_its_own(engine: AsyncEngine, now: datetime) -> None:
    first, conversation_id = await a_case(engine, now)
    async with engine.begin() as conn:
        conversation = await conversations.lock(conn, conversation_id)
        assert conversation is not None
        other = await desk.open_case(conn, conversation, Opening("suggestion"), now=now, on_duty=True, facts={})
    assert other.id != first


async def test_in_duty_hours_the_parent_waits_and_outside_the_bot_goes_on(engine: AsyncEngine, now: datetime) -> None:
    _, conversation_id = await a_case(engine, now)
    assert await holder(engine, conversation_id) == "queue"


async def test_outside_duty_hours_the_bot_goes_on(engine: AsyncEngine, now: datetime) -> None:
    _, conversation_id = await a_case(engine, now, on_duty=False)
    assert await holder(engine, conversation_id) == "bot"


async def test_of_two_who_claim_one_wins_and_the_other_reads_who(engine: AsyncEngine, now: datetime) -> None:
    case_id, conversation_id = await a_case(engine, now)
    zhou, shen = await a_counsellor(engine), await a_counsellor(engine, "shen", "沈老师")

    async def claim(staff: Staff) -> str:
        try:
            async with engine.begin() as conn:
                await desk.claim(conn, case_id, staff, now)
        except DeskError as error:
            return str(error)
        return staff.name

    said = await asyncio.gather(claim(zhou), claim(shen))
    winner = next(words for words in said if words in ("周老师", "沈老师"))
    assert f"{winner} 1 秒前接了这一件。" in said
    assert await holder(engine, conversation_id) == "person"


async def test_only_the_owner_can_reply(engine: AsyncEngine, now: datetime) -> None:
    case_id, _ = await a_case(engine, now)
    zhou, shen = await a_counsellor(engine), await a_counsellor(engine, "shen", "沈老师")
    async with engine.begin() as conn:
        with pytest.raises(DeskError, match="请先接手"):
            await desk.reply(conn, case_id, zhou, "您好", "k1", now)
        await desk.claim(conn, case_id, zhou, now)
        with pytest.raises(DeskError, match="周老师"):
            await desk.reply(conn, case_id, shen, "您好", "k2", now)


async def test_a_reply_goes_into_the_thread_and_the_outbox_once(engine: AsyncEngine, now: datetime) -> None:
    case_id, conversation_id = await a_case(engine, now)
    zhou = await a_counsellor(engine)
    async with engine.begin() as conn:
        await desk.claim(conn, case_id, zhou, now)
        await desk.reply(conn, case_id, zhou, "您好，我看了前面的话。", "k1", now)
        await desk.reply(conn, case_id, zhou, "您好，我看了前面的话。", "k1", now)
    async with engine.connect() as conn:
        said = [line for line in await thread.lines(conn, conversation_id) if line.who == "person"]
        sent = (await conn.execute(select(outbox.c.text, outbox.c.automatic))).all()
    assert [(line.text, line.author, line.state) for line in said] == [("您好，我看了前面的话。", "周老师", "pending")]
    assert [tuple(row) for row in sent] == [("周老师：您好，我看了前面的话。", False)]


async def test_a_web_parent_reads_the_reply_in_the_thread_without_an_outbox(engine: AsyncEngine, now: datetime) -> None:
    case_id, conversation_id = await a_case(engine, now, channel="web")
    zhou = await a_counsellor(engine)
    async with engine.begin() as conn:
        await desk.claim(conn, case_id, zhou, now)
        await desk.reply(conn, case_id, zhou, "您好。", "k1", now)
        assert (await conn.execute(select(outbox.c.id))).all() == []
    async with engine.connect() as conn:
        assert (await thread.lines(conn, conversation_id, for_parent=True))[-1].text == "您好。"


async def test_a_note_is_for_colleagues_only(engine: AsyncEngine, now: datetime) -> None:
    case_id, conversation_id = await a_case(engine, now)
    zhou = await a_counsellor(engine)
    async with engine.begin() as conn:
        await desk.claim(conn, case_id, zhou, now)
        await desk.note(conn, case_id, zhou, "请明早回访", "n1", now)
    async with engine.connect() as conn:
        assert "请明早回访" in [line.text for line in await thread.lines(conn, conversation_id)]
        assert "请明早回访" not in [line.text for line in await thread.lines(conn, conversation_id, for_parent=True)]


@pytest.mark.parametrize("words", ["", "  \n ", "长" * 2001])
async def test_empty_and_overlong_replies_are_refused_with_a_sentence(
    engine: AsyncEngine, now: datetime, words: str
) -> None:
    case_id, _ = await a_case(engine, now)
    zhou = await a_counsellor(engine)
    async with engine.begin() as conn:
        await desk.claim(conn, case_id, zhou, now)
        with pytest.raises(DeskError, match=r"。$"):
            await desk.reply(conn, case_id, zhou, words, "k", now)


async def test_closing_needs_an_outcome_and_gives_the_bot_its_voice_back(engine: AsyncEngine, now: datetime) -> None:
    case_id, conversation_id = await a_case(engine, now)
    zhou = await a_counsellor(engine)
    async with engine.begin() as conn:
        await desk.claim(conn, case_id, zhou, now)
        with pytest.raises(DeskError, match="结果"):
            await moving.close(conn, case_id, zhou, " ", now)
        await moving.close(conn, case_id, zhou, "已解决", now)
        with pytest.raises(DeskError, match="已经结束"):
            await desk.reply(conn, case_id, zhou, "还在吗", "k9", now)
    assert await holder(engine, conversation_id) == "bot"
    async with engine.connect() as conn:
        tags = [step.tag for step in await cases.timeline(conn, case_id)]
    assert tags == ["case:opened", "case:claimed", "case:closed"]


async def test_a_crisis_is_not_closed_because_the_parent_says_so(engine: AsyncEngine, now: datetime) -> None:
    case_id, conversation_id = await a_case(engine, now, kind="crisis")
    async with engine.begin() as conn:
        conversation = await conversations.lock(conn, conversation_id)
        assert conversation is not None
        await desk.withdraw(conn, conversation, now)
        case = await cases.find(conn, case_id)
    assert case is not None
    assert case.state == "open"


async def test_the_case_of_an_erased_parent_says_so(engine: AsyncEngine, now: datetime) -> None:
    case_id, _ = await a_case(engine, now)
    zhou = await a_counsellor(engine)
    async with engine.begin() as conn:
        await conversations.erase_person(conn, "wechat", "o-mei")
    async with engine.begin() as conn:
        with pytest.raises(DeskError, match="删除"):
            await desk.claim(conn, case_id, zhou, now)
        case = await cases.find(conn, case_id)
    assert case is not None
    assert (case.detail, case.reason, case.state) == ({}, "", "closed")


async def test_after_handing_back_the_owner_takes_the_voice_by_speaking(engine: AsyncEngine, now: datetime) -> None:
    case_id, conversation_id = await a_case(engine, now)
    zhou = await a_counsellor(engine)
    async with engine.begin() as conn:
        await desk.claim(conn, case_id, zhou, now)
        await moving.hand_back(conn, case_id, zhou, now)
    assert await holder(engine, conversation_id) == "bot"
    async with engine.begin() as conn:
        await desk.reply(conn, case_id, zhou, "我回来了。", "k1", now)
    assert await holder(engine, conversation_id) == "person"
