"""What was handed to a colleague by mistake is taken back, as long as they have not opened it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from test_desk import a_case, a_counsellor, holder
from test_moving import a_station, claimed, events, somebody, stored, tags

from bot.handoff import desk, moving, passing, taking_back
from bot.handoff.desk import DeskError, UnknownCaseError
from bot.handoff.taking_back import WITHIN, Handed
from bot.messages import Opening
from bot.store import cases, conversations
from bot.store.cases import Case
from bot.store.people import Staff
from tests.duty_always import ALWAYS

MINUTE = timedelta(minutes=1)


async def handed(engine: AsyncEngine, case_id: int, staff: Staff, now: datetime) -> Handed | None:
    async with engine.connect() as conn:
        return await taking_back.handed(conn, case_id, staff, now)


async def take_back(engine: AsyncEngine, case_id: int, staff: Staff, now: datetime) -> None:
    async with engine.begin() as conn:
        await taking_back.take_back(conn, case_id, staff, now, ALWAYS)


async def given(engine: AsyncEngine, now: datetime) -> tuple[int, int, Staff, Staff]:
    """Let 周老师 hand a case that they hold to 沈老师."""
    case_id, talk, zhou = await claimed(engine, now)
    shen = await a_counsellor(engine, "shen", "沈老师")
    async with engine.begin() as conn:
        await passing.to_person(conn, case_id, zhou, shen.id, "请接着聊", now, ALWAYS)
    return case_id, talk, zhou, shen


def whole(case: Case) -> tuple[object, ...]:
    return case.state, case.owner, case.station_id, case.claimed_at, case.detail, case.due_at


async def test_it_is_again_as_it_was_and_the_parent_is_told(engine: AsyncEngine, now: datetime) -> None:
    case_id, talk, zhou = await claimed(engine, now)
    before = whole(await stored(engine, case_id))
    shen = await a_counsellor(engine, "shen", "沈老师")
    async with engine.begin() as conn:
        await passing.to_person(conn, case_id, zhou, shen.id, "请接着聊", now + MINUTE, ALWAYS)
    told = await handed(engine, case_id, zhou, now + MINUTE)
    assert told == Handed(case_id, f"第 {case_id} 件已转给沈老师，还没有打开。", True)
    await take_back(engine, case_id, zhou, now + 2 * MINUTE)
    assert whole(await stored(engine, case_id)) == before
    assert await holder(engine, talk) == "person"
    assert (await events(engine, talk))[-1] == "还是由周老师来和您说。"
    assert (await tags(engine, case_id))[-2:] == ["handed-over", "taken-back"]
    assert await handed(engine, case_id, zhou, now + 2 * MINUTE) is None
    with pytest.raises(DeskError, match="不是您刚转出去的"):
        await take_back(engine, case_id, zhou, now + 2 * MINUTE)


async def test_what_a_lead_gave_away_goes_back_to_whom_it_was_taken_from(engine: AsyncEngine, now: datetime) -> None:
    case_id, talk, _ = await claimed(engine, now)
    lead, shen = await somebody(engine, "he", "何站长", "lead"), await somebody(engine, "shen", "沈老师")
    async with engine.begin() as conn:
        await passing.to_person(conn, case_id, lead, shen.id, "请接", now, ALWAYS)
    await take_back(engine, case_id, lead, now)
    assert (await stored(engine, case_id)).owner == "周老师"
    assert (await events(engine, talk))[-1] == "还是由周老师来和您说。"


async def test_what_nobody_had_waits_again(engine: AsyncEngine, now: datetime) -> None:
    case_id, talk = await a_case(engine, now)
    lead, shen = await somebody(engine, "he", "何站长", "lead"), await somebody(engine, "shen", "沈老师")
    async with engine.begin() as conn:
        await passing.to_person(conn, case_id, lead, shen.id, "请接", now, ALWAYS)
    await take_back(engine, case_id, lead, now)
    case = await stored(engine, case_id)
    assert (case.state, case.owner, await holder(engine, talk)) == ("open", None, "queue")


async def test_where_the_bot_spoke_the_parent_is_told_nothing(engine: AsyncEngine, now: datetime) -> None:
    case_id, talk, zhou = await claimed(engine, now)
    shen = await a_counsellor(engine, "shen", "沈老师")
    async with engine.begin() as conn:
        await moving.hand_back(conn, case_id, zhou, now)
        await passing.to_person(conn, case_id, zhou, shen.id, "请接", now, ALWAYS)
    said = await events(engine, talk)
    await take_back(engine, case_id, zhou, now)
    assert (await events(engine, talk), await holder(engine, talk)) == (said, "bot")


async def test_after_the_colleague_has_opened_it_the_sentence_says_who_has_it(
    engine: AsyncEngine, now: datetime
) -> None:
    case_id, _, zhou, shen = await given(engine, now)
    async with engine.begin() as conn:
        await moving.opened(conn, await stored(engine, case_id), shen)
    assert await handed(engine, case_id, zhou, now) == Handed(
        case_id, f"第 {case_id} 件在沈老师手上，已经打开了。", False
    )
    with pytest.raises(DeskError, match="沈老师已经打开这一件了"):
        await take_back(engine, case_id, zhou, now)
    assert (await stored(engine, case_id)).owner == "沈老师"


async def test_after_ten_minutes_it_stays(engine: AsyncEngine, now: datetime) -> None:
    case_id, _, zhou, _ = await given(engine, now)
    late = now + WITHIN + timedelta(seconds=1)
    assert (told := await handed(engine, case_id, zhou, late))
    assert (told.words, told.takes) == (f"第 {case_id} 件在沈老师手上，还没有打开。", False)
    with pytest.raises(DeskError, match="超过 10 分钟"):
        await take_back(engine, case_id, zhou, late)
    await take_back(engine, case_id, zhou, now + WITHIN)


async def test_what_has_gone_on_is_not_taken_out_of_other_hands(engine: AsyncEngine, now: datetime) -> None:
    case_id, _, zhou, shen = await given(engine, now)
    lu = await somebody(engine, "lu", "陆老师")
    async with engine.begin() as conn:
        await passing.to_person(conn, case_id, shen, lu.id, "请接", now, ALWAYS)
    assert await handed(engine, case_id, zhou, now) is None  # the last step was another's
    with pytest.raises(DeskError, match="不是您刚转出去的"):
        await take_back(engine, case_id, zhou, now)
    await take_back(engine, case_id, shen, now)
    assert (await stored(engine, case_id)).owner == "沈老师"


async def test_what_a_rule_or_the_parent_took_away_is_not_taken_back(engine: AsyncEngine, now: datetime) -> None:
    case_id, _, zhou, _ = await given(engine, now)
    async with engine.begin() as conn:
        await cases.change(conn, case_id, expect=("claimed",), state="open", owner_id=None, claimed_at=None)
    assert (told := await handed(engine, case_id, zhou, now))
    assert (told.words, told.takes) == (f"第 {case_id} 件已经不在沈老师手上了。", False)
    with pytest.raises(DeskError, match="不在沈老师手上了"):
        await take_back(engine, case_id, zhou, now)


async def test_news_of_a_danger_leaves_it_with_the_colleague(engine: AsyncEngine, now: datetime) -> None:
    case_id, talk, zhou, _ = await given(engine, now)
    async with engine.begin() as conn:
        conversation = await conversations.lock(conn, talk)
        assert conversation is not None
        danger = Opening("crisis", "urgent", "可能有轻生危险", {"risk_kind": "suicide"})
        await desk.open_case(conn, conversation, danger, now=now, on_duty=True, facts={})
    with pytest.raises(DeskError):
        await take_back(engine, case_id, zhou, now)


async def test_a_station_keeps_what_was_given_to_it(engine: AsyncEngine, now: datetime) -> None:
    case_id, _, zhou = await claimed(engine, now)
    station = await a_station(engine, "zhonglou", "钟楼站")
    async with engine.begin() as conn:
        await passing.to_station(conn, case_id, zhou, station, "家在钟楼", now, ALWAYS)
    told = await handed(engine, case_id, zhou, now)
    assert told == Handed(case_id, f"第 {case_id} 件已转给钟楼站，在那里排队。", False)
    with pytest.raises(DeskError, match="转给站点的不能撤回"):
        await take_back(engine, case_id, zhou, now)


async def test_naming_a_department_in_between_changes_nothing(engine: AsyncEngine, now: datetime) -> None:
    case_id, _, zhou, _ = await given(engine, now)
    lead = await somebody(engine, "he", "何站长", "lead")
    async with engine.begin() as conn:
        await passing.to_department(conn, case_id, lead, "教育局", "问学籍", now)
    await take_back(engine, case_id, zhou, now)
    case = await stored(engine, case_id)
    assert (case.owner, case.department) == ("周老师", "教育局")


async def test_a_file_that_one_does_not_see_any_more_comes_back_too(engine: AsyncEngine, now: datetime) -> None:
    _, talk, zhou = await claimed(engine, now)
    shen = await a_counsellor(engine, "shen", "沈老师")
    async with engine.begin() as conn:
        held = {"conversation_id": talk, "kind": "file", "state": "claimed", "owner_id": zhou.id, "claimed_at": now}
        file_id = await cases.open_case(conn, held | {"opened_at": now, "due_at": now})
        await passing.to_person(conn, file_id, zhou, shen.id, "请接着跟", now, ALWAYS)
        assert await cases.find(conn, file_id, seen_by=zhou) is None
    assert await handed(engine, file_id, zhou, now) == Handed(
        file_id, f"第 {file_id} 件已转给沈老师，还没有打开。", True
    )
    await take_back(engine, file_id, zhou, now)
    async with engine.connect() as conn:
        assert await cases.find(conn, file_id, seen_by=zhou) is not None
        assert await cases.find(conn, file_id, seen_by=shen) is None


async def test_others_learn_nothing(engine: AsyncEngine, now: datetime) -> None:
    case_id, _, _, _ = await given(engine, now)
    async with engine.begin() as conn:
        station = await a_station(engine, "zhonglou", "钟楼站")
        await cases.change(conn, case_id, expect=("claimed",), station_id=station)
    stranger = await somebody(engine, "wu", "吴老师", station_id=await a_station(engine, "tianning", "天宁站"))
    assert await handed(engine, case_id, stranger, now) is None
    for number in (case_id, 999):
        with pytest.raises(UnknownCaseError):
            await take_back(engine, number, stranger, now)
