"""A suggestion's way: number and day, department, answer, what the parent says of it, and the figures."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.handoff import desk, loop, passing, rating, suggestions
from bot.handoff.desk import DeskError, UnknownCaseError
from bot.messages import Inbound, Opening
from bot.store import cases, conversations, inbounds, people, thread
from bot.store import suggestions as rows
from bot.store.cases import Case
from bot.store.events import CaseTag
from bot.store.people import Staff
from bot.store.tables import outbox, stations
from bot.times import day
from knowledge.calendar import CHINA, china
from tests.duty_always import ALWAYS

WORDS = "指导站周末能不能也开门"


async def a_counsellor(engine: AsyncEngine, login: str = "zhou", name: str = "周老师", **where: int) -> Staff:
    async with engine.begin() as conn:
        staff_id = await people.add(conn, login=login, name=name, role="counsellor", password_hash="x", **where)
    return Staff(staff_id, login, name, "counsellor", True, where.get("station_id"))


async def a_suggestion(
    engine: AsyncEngine, now: datetime, words: str = WORDS, *, who: str = "o-mei", channel: str = "wechat"
) -> tuple[int, int, suggestions.Received]:
    """Let a parent suggest something; (case, conversation, what they are told)."""
    act = Inbound(channel, who, f"m:{words}", "text", words, now)  # type: ignore[arg-type]
    opening = Opening("suggestion", "none", words, {"text": words})
    async with engine.begin() as conn:
        receipt = await inbounds.receive(conn, act, now)
        conversation = await conversations.lock(conn, receipt.conversation_id)
        assert conversation is not None
        opened = await desk.open_case(conn, conversation, opening, now=now, on_duty=True, facts={})
        due = loop.due_at(now, china())
        told = await suggestions.received(conn, opened, opening, now, due)
    return opened.id, receipt.conversation_id, told


async def load(engine: AsyncEngine, case_id: int) -> Case:
    async with engine.connect() as conn:
        case = await cases.find(conn, case_id)
    assert case is not None
    return case


async def tags(engine: AsyncEngine, case_id: int) -> list[str]:
    async with engine.connect() as conn:
        return [step.tag for step in await cases.timeline(conn, case_id)]


async def claimed(engine: AsyncEngine, now: datetime, **given: str) -> tuple[int, int, Staff]:
    case_id, talk, _ = await a_suggestion(engine, now, **given)
    zhou = await a_counsellor(engine)
    async with engine.begin() as conn:
        await desk.claim(conn, case_id, zhou, now)
    return case_id, talk, zhou


async def answered(engine: AsyncEngine, now: datetime, at: datetime | None = None) -> tuple[int, int, Staff]:
    case_id, talk, zhou = await claimed(engine, now)
    async with engine.begin() as conn:
        await suggestions.answer(conn, case_id, zhou, "从下周起周六开门。", "已采纳", "k-answer", at or now)
    return case_id, talk, zhou


def test_five_working_days_skip_weekends_and_holidays() -> None:
    tuesday = datetime(2026, 5, 12, 20, 41, tzinfo=CHINA)
    assert loop.due_at(tuesday, china()) == datetime(2026, 5, 19, 18, tzinfo=CHINA)
    before_national_day = datetime(2025, 9, 29, 9, tzinfo=CHINA)  # 1 to 8 October off, 11 October made up
    assert loop.due_at(before_national_day, china()).date().isoformat() == "2025-10-13"


def test_days_that_a_coming_notice_may_take_off_are_not_counted() -> None:
    december = datetime(2049, 12, 30, 9, tzinfo=CHINA)  # no arrangement of that winter is known
    due = loop.due_at(december, china())
    assert china().is_workday(due.date()) is True
    assert due.date() > (december + timedelta(days=7)).date()


async def test_the_parent_is_told_number_and_day_and_the_case_keeps_them(engine: AsyncEngine, now: datetime) -> None:
    case_id, _, told = await a_suggestion(engine, now)
    case = await load(engine, case_id)
    assert (told.number, told.due) == (case_id, "5 月 19 日")
    assert day(loop.due_day(case.due_at)) == told.due
    assert loop.standing(case) == "收到"


async def test_more_words_join_the_open_suggestion_and_its_day_stays(engine: AsyncEngine, now: datetime) -> None:
    case_id, _, first = await a_suggestion(engine, now)
    again, _, told = await a_suggestion(engine, now + timedelta(days=4), "厕所也该修了")
    assert (again, told) == (case_id, first)
    case = await load(engine, case_id)
    assert case.detail["text"] == WORDS
    assert case.detail["more"] == ["厕所也该修了"]


async def test_the_department_is_chosen_by_who_holds_it_and_read_by_the_parent(
    engine: AsyncEngine, now: datetime
) -> None:
    case_id, talk, zhou = await claimed(engine, now)
    shen = await a_counsellor(engine, "shen", "沈老师")
    async with engine.begin() as conn:
        with pytest.raises(DeskError, match="周老师"):
            await suggestions.assign(conn, case_id, shen, "教育局", now)
        await suggestions.assign(conn, case_id, zhou, " 教育局 ", now)
        await suggestions.assign(conn, case_id, zhou, "教育局", now)
        with pytest.raises(DeskError, match="部门"):
            await suggestions.assign(conn, case_id, zhou, " ", now)
        [mine] = await rating.started(conn, talk)
    assert loop.standing(mine) == "在办（教育局）"
    assert (await tags(engine, case_id)).count(CaseTag.ASSIGNED) == 1


async def test_the_answer_reaches_the_parent_and_asks_how_it_was(engine: AsyncEngine, now: datetime) -> None:
    case_id, talk, _ = await answered(engine, now)
    case = await load(engine, case_id)
    assert (case.state, case.outcome, loop.standing(case)) == ("closed", "已采纳", "已答复")
    async with engine.connect() as conn:
        lines = await thread.lines(conn, talk)
        sent = [row.text for row in await conn.execute(select(outbox).order_by(outbox.c.id))]
    assert "从下周起周六开门" in lines[-2].text
    assert lines[-2].author == "周老师"
    assert lines[-1].reply is not None
    assert next(tap.says for tap in lines[-1].reply.taps) == f"{case_id} 号很满意"
    assert len(sent) == 2
    assert f"msgmenucontent={case_id} 号不满意" in sent[1]


async def test_an_answer_sent_twice_is_sent_once_and_needs_a_result(engine: AsyncEngine, now: datetime) -> None:
    case_id, _, zhou = await claimed(engine, now)
    async with engine.begin() as conn:
        with pytest.raises(DeskError, match="结果"):
            await suggestions.answer(conn, case_id, zhou, "好", "随便", "k1", now)
        await suggestions.answer(conn, case_id, zhou, "好", "留作参考", "k1", now)
        with pytest.raises(DeskError, match="办结"):
            await suggestions.answer(conn, case_id, zhou, "好", "留作参考", "k1", now)
    assert (await tags(engine, case_id)).count(CaseTag.REPLIED) == 1


async def test_progress_is_told_and_the_suggestion_stays_open(engine: AsyncEngine, now: datetime) -> None:
    case_id, talk, zhou = await claimed(engine, now)
    async with engine.begin() as conn:
        for _ in range(2):
            await suggestions.progress(conn, case_id, zhou, "已经报给教育局。", "k1", now)
        lines = await thread.lines(conn, talk)
    case = await load(engine, case_id)
    assert [line.text for line in lines] == [f"您提的建议 {case_id} 号，有进展：已经报给教育局。"]
    assert (case.state, case.answered_at) == ("claimed", None)


async def test_on_a_watched_phone_the_answer_waits_and_nothing_is_asked(engine: AsyncEngine, now: datetime) -> None:
    case_id, talk, zhou = await claimed(engine, now)
    async with engine.begin() as conn:
        await conversations.save(conn, talk, state={"quiet": True})
        await suggestions.answer(conn, case_id, zhou, "好", "留作参考", "k1", now)
        states = [row.state for row in await conn.execute(select(outbox))]
    assert states == ["parked"]
    assert rows.ASKED not in (await load(engine, case_id)).detail


async def test_a_rating_stands_once_and_may_be_changed_for_a_day(engine: AsyncEngine, now: datetime) -> None:
    case_id, talk, _ = await answered(engine, now)
    async with engine.begin() as conn:
        assert await rating.rated(conn, talk, case_id, 2, now)
        assert await rating.rated(conn, talk, case_id, 4, now + timedelta(hours=20))
        assert not await rating.rated(conn, talk, case_id, 1, now + timedelta(days=3))
        assert not await rating.rated(conn, talk + 1, case_id, 1, now)
        [mine] = await rating.started(conn, talk)
    assert (mine.satisfaction, loop.standing(mine)) == (4, "已评价")
    assert loop.meant([mine], None, now + timedelta(days=3)) is None
    assert (await tags(engine, case_id)).count(CaseTag.RATED) == 2


async def test_the_figures_tell_the_closed_loop_of_what_one_may_see(engine: AsyncEngine, now: datetime) -> None:
    case_id, talk, zhou = await answered(engine, now, now + timedelta(days=1))
    await a_suggestion(engine, now, "晚点来的", who="o-lan")
    async with engine.begin() as conn:
        await rating.rated(conn, talk, case_id, 5, now)
        later = now + timedelta(days=30)
        seen = await rows.figures(conn, zhou, now, now + timedelta(days=1), later)
        none = await rows.figures(conn, zhou, now, now + timedelta(days=1), later, department="教育局")
        [late] = await rows.listed(conn, zhou, "late", later)
        [low] = [await rows.listed(conn, zhou, "low", later)]
    assert (seen.number, seen.answered, seen.in_time, seen.late, seen.rated, seen.content) == (2, 1, 1, 1, 1, 1)
    assert none.number == 0
    assert late.detail["text"] == "晚点来的"
    assert low == []


async def test_another_station_s_suggestion_is_not_there(engine: AsyncEngine, now: datetime) -> None:
    case_id, _, _ = await a_suggestion(engine, now)
    async with engine.begin() as conn:
        made = stations.insert().values(slug="tn", name="天宁站").returning(stations.c.id)
        [near, far] = [
            (await conn.execute(made)).scalar_one(),
            (await conn.execute(made.values(slug="zl", name="钟楼站"))).scalar_one(),
        ]
        await cases.change(conn, case_id, expect=("open",), station_id=near)
    outsider = await a_counsellor(engine, "chen", "陈老师", station_id=far)
    async with engine.begin() as conn:
        with pytest.raises(UnknownCaseError):
            await suggestions.assign(conn, case_id, outsider, "教育局", now)
        assert await rows.listed(conn, outsider, "open", now) == []


async def test_the_day_that_was_promised_stays_when_another_station_is_to_answer(
    engine: AsyncEngine, now: datetime
) -> None:
    case_id, _, zhou = await claimed(engine, now)
    async with engine.begin() as conn:
        made = stations.insert().values(slug="zl", name="钟楼站").returning(stations.c.id)
        there = (await conn.execute(made)).scalar_one()
        await passing.to_station(conn, case_id, zhou, there, "是你们那边的", now + timedelta(days=3), ALWAYS)
    assert (await load(engine, case_id)).due_at == loop.due_at(now, china())
