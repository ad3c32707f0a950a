"""A case changes hands: to a colleague, a station, a department; put off, closed, opened again, each told truly."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from test_desk import a_case, a_counsellor, holder

from bot.handoff import desk, moving, passing
from bot.handoff.desk import DeskError, UnknownCaseError
from bot.messages import Opening
from bot.store import cases, colleagues, conversations, people, thread
from bot.store.cases import Case
from bot.store.people import Staff
from bot.store.tables import stations
from tests.duty_always import ALWAYS


async def a_station(engine: AsyncEngine, slug: str, name: str, **more: Any) -> int:
    async with engine.begin() as conn:
        made: int = (
            await conn.execute(stations.insert().values(slug=slug, name=name, **more).returning(stations.c.id))
        ).scalar_one()
    return made


async def somebody(
    engine: AsyncEngine, login: str, name: str, role: str = "counsellor", station_id: int | None = None
) -> Staff:
    async with engine.begin() as conn:
        staff_id = await people.add(conn, login=login, name=name, role=role, password_hash="x", station_id=station_id)
        found = await people.find(conn, staff_id)
    assert found is not None
    return found


async def stored(engine: AsyncEngine, case_id: int) -> Case:
    async with engine.connect() as conn:
        case = await cases.find(conn, case_id)
    assert case is not None
    return case


async def tags(engine: AsyncEngine, case_id: int) -> list[str]:
    async with engine.connect() as conn:
        return [step.tag.removeprefix("case:") for step in await cases.timeline(conn, case_id)]


async def events(engine: AsyncEngine, conversation_id: int) -> list[str]:
    async with engine.connect() as conn:
        found = await thread.lines(conn, conversation_id, for_parent=True)
    return [line.text for line in found if line.who == "event"]


async def notes(engine: AsyncEngine, conversation_id: int) -> list[str]:
    async with engine.connect() as conn:
        return [line.text for line in await thread.lines(conn, conversation_id) if line.who == "note"]


async def claimed(engine: AsyncEngine, now: datetime) -> tuple[int, int, Staff]:
    case_id, conversation_id = await a_case(engine, now)
    zhou = await a_counsellor(engine)
    async with engine.begin() as conn:
        await desk.claim(conn, case_id, zhou, now)
    return case_id, conversation_id, zhou


async def test_a_colleague_holds_at_once_what_is_given_to_them(engine: AsyncEngine, now: datetime) -> None:
    case_id, talk, zhou = await claimed(engine, now)
    shen = await a_counsellor(engine, "shen", "沈老师")
    async with engine.begin() as conn:
        await passing.to_person(conn, case_id, zhou, shen.id, "妈妈刚平静下来，请接着聊。", now, ALWAYS)
    case = await stored(engine, case_id)
    assert (case.state, case.owner, case.detail["handed"]) == ("claimed", "沈老师", "周老师")
    assert await events(engine, talk) == ["周老师已接入，下面由老师和您说。", "已转给沈老师，请稍等。"]
    assert await notes(engine, talk) == ["转给沈老师：妈妈刚平静下来，请接着聊。"]
    async with engine.begin() as conn:
        with pytest.raises(DeskError, match="现在由沈老师在跟"):
            await desk.reply(conn, case_id, zhou, "我还在", "k1", now)
        await desk.reply(conn, case_id, shen, "您好，我是沈老师。", "k2", now)
    assert await holder(engine, talk) == "person"
    assert await tags(engine, case_id) == ["opened", "claimed", "handed-over", "answered"]


async def test_what_was_given_is_new_until_its_owner_opens_it(engine: AsyncEngine, now: datetime) -> None:
    case_id, _, zhou = await claimed(engine, now)
    shen = await a_counsellor(engine, "shen", "沈老师")
    async with engine.begin() as conn:
        await passing.to_person(conn, case_id, zhou, shen.id, "请接着聊", now, ALWAYS)
    async with engine.begin() as conn:
        await moving.opened(conn, await stored(engine, case_id), zhou)
    assert (await stored(engine, case_id)).detail["handed"] == "周老师"
    async with engine.begin() as conn:
        await moving.opened(conn, await stored(engine, case_id), shen)
    assert "handed" not in (await stored(engine, case_id)).detail


async def test_a_station_has_it_waiting_again_with_its_whole_time(engine: AsyncEngine, now: datetime) -> None:
    case_id, talk, zhou = await claimed(engine, now)
    station = await a_station(engine, "zhonglou", "钟楼站", hours="all 00:00-00:00")
    await somebody(engine, "gu", "顾老师", station_id=station)
    later = now + timedelta(minutes=20)
    async with engine.begin() as conn:
        await passing.to_station(conn, case_id, zhou, station, "家在钟楼，请那边的老师接。", later, ALWAYS)
    case = await stored(engine, case_id)
    assert (case.state, case.owner_id, case.station) == ("open", None, "钟楼站")
    assert case.due_at == later + timedelta(minutes=30)
    assert await holder(engine, talk) == "queue"
    assert (await events(engine, talk))[-1] == "已转给钟楼站，请稍等。"
    async with engine.begin() as conn:
        with pytest.raises(UnknownCaseError):  # it is that station's now
            await desk.reply(conn, case_id, zhou, "我再说一句", "k1", later)


async def test_a_department_is_named_and_the_case_stays(engine: AsyncEngine, now: datetime) -> None:
    case_id, talk, zhou = await claimed(engine, now)
    async with engine.begin() as conn:
        await passing.to_department(conn, case_id, zhou, "教育局", "问学籍的事", now)
    case = await stored(engine, case_id)
    assert (case.state, case.owner, case.department) == ("claimed", "周老师", "教育局")
    assert await events(engine, talk) == ["周老师已接入，下面由老师和您说。"]  # nothing has changed for the parent
    assert await notes(engine, talk) == ["转给教育局：问学籍的事"]


async def test_where_the_bot_speaks_it_goes_on_when_the_case_changes_hands(engine: AsyncEngine, now: datetime) -> None:
    case_id, talk, zhou = await claimed(engine, now)
    shen = await a_counsellor(engine, "shen", "沈老师")
    async with engine.begin() as conn:
        await moving.hand_back(conn, case_id, zhou, now)
        await passing.to_person(conn, case_id, zhou, shen.id, "请跟进", now, ALWAYS)
    assert await holder(engine, talk) == "bot"
    assert "已转给" not in str(await events(engine, talk))


async def test_a_case_goes_only_to_people_within_reach(engine: AsyncEngine, now: datetime) -> None:
    here, there = await a_station(engine, "a", "天宁站"), await a_station(engine, "b", "钟楼站")
    zhou = await somebody(engine, "zhou", "周老师", station_id=here)
    near = await somebody(engine, "shen", "沈老师", station_id=here)
    far = await somebody(engine, "wu", "吴老师", station_id=there)
    editor = await somebody(engine, "ed", "编辑", "editor", here)
    case_id, _ = await a_case(engine, now)
    async with engine.begin() as conn:
        await desk.claim(conn, case_id, zhou, now)
        assert [one.name for one in await colleagues.reachable(conn, zhou)] == ["沈老师"]
        for whom in (far.id, editor.id, 999):
            with pytest.raises(DeskError, match="没有找到这位老师"):
                await passing.to_person(conn, case_id, zhou, whom, "请接", now, ALWAYS)
        with pytest.raises(DeskError, match="没有这个站点"):
            await passing.to_station(conn, case_id, zhou, 999, "请接", now, ALWAYS)
        await people.disable(conn, "shen")
        with pytest.raises(DeskError, match="没有找到这位老师"):
            await passing.to_person(conn, case_id, zhou, near.id, "请接", now, ALWAYS)


async def test_an_administrator_reaches_everybody_and_sees_whose_hands_are_full(
    engine: AsyncEngine, now: datetime
) -> None:
    case_id, _, zhou = await claimed(engine, now)
    async with engine.begin() as conn:
        await conn.exec_driver_sql("UPDATE staff SET capacity = 1")
    admin = await somebody(engine, "admin", "管理员", "admin", await a_station(engine, "a", "天宁站"))
    async with engine.begin() as conn:
        [one] = await colleagues.reachable(conn, admin)
        assert (one.name, one.held, one.full) == ("周老师", 1, True)
        await passing.to_person(conn, case_id, admin, admin.id, "我来接", now, ALWAYS)  # who leads may take over
        await passing.to_person(conn, case_id, admin, zhou.id, "还是您来", now, ALWAYS)  # full is no refusal
    assert (await stored(engine, case_id)).owner == "周老师"


@pytest.mark.parametrize("note", ["", "  ", "长" * 501])
async def test_handing_over_needs_a_word_for_whoever_takes_it(engine: AsyncEngine, now: datetime, note: str) -> None:
    case_id, _, zhou = await claimed(engine, now)
    shen = await a_counsellor(engine, "shen", "沈老师")
    async with engine.begin() as conn:
        with pytest.raises(DeskError, match=r"。$"):
            await passing.to_person(conn, case_id, zhou, shen.id, note, now, ALWAYS)
    assert (await stored(engine, case_id)).owner == "周老师"


async def test_an_outsider_can_take_no_step(engine: AsyncEngine, now: datetime) -> None:
    here, there = await a_station(engine, "a", "天宁站"), await a_station(engine, "b", "钟楼站")
    wu = await somebody(engine, "wu", "吴老师", station_id=there)
    case_id, _ = await a_case(engine, now)
    async with engine.begin() as conn:
        await cases.change(conn, case_id, expect=("open",), station_id=here)
        with pytest.raises(UnknownCaseError):
            await passing.to_station(conn, case_id, wu, there, "给我们", now, ALWAYS)
        with pytest.raises(UnknownCaseError):
            await moving.snooze(conn, case_id, wu, now + timedelta(hours=1), "忙", now)
        with pytest.raises(UnknownCaseError):
            await moving.reopen(conn, case_id, wu, now)


async def test_what_is_put_off_comes_back_when_the_parent_speaks(engine: AsyncEngine, now: datetime) -> None:
    case_id, talk, zhou = await claimed(engine, now)
    until = now + timedelta(hours=12)
    async with engine.begin() as conn:
        await moving.snooze(conn, case_id, zhou, until, "等孩子放学", now)
    assert (await stored(engine, case_id)).snoozed(now + timedelta(hours=11))
    assert not (await stored(engine, case_id)).snoozed(until)
    spoken = now + timedelta(minutes=7)
    async with engine.begin() as conn:
        await moving.heard(conn, talk, spoken)
        await moving.heard(conn, talk, spoken)
    assert not (await stored(engine, case_id)).snoozed(spoken)
    assert await tags(engine, case_id) == ["opened", "claimed", "snoozed", "woken"]


@pytest.mark.parametrize(
    ("ahead", "why", "said"),
    [
        (timedelta(0), "忙", "以后的时间"),
        (timedelta(days=32), "忙", "最远"),
        (None, "忙", "以后的时间"),
        (timedelta(hours=1), " ", "为什么"),
        (timedelta(hours=1), "长" * 201, "最多"),
    ],
)
async def test_putting_off_needs_a_moment_and_a_reason(
    engine: AsyncEngine, now: datetime, ahead: timedelta | None, why: str, said: str
) -> None:
    case_id, _, zhou = await claimed(engine, now)
    async with engine.begin() as conn:
        with pytest.raises(DeskError, match=said):
            await moving.snooze(conn, case_id, zhou, now + ahead if ahead is not None else None, why, now)


async def test_somebody_takes_what_was_put_off_back_now(engine: AsyncEngine, now: datetime) -> None:
    case_id, _, zhou = await claimed(engine, now)
    async with engine.begin() as conn:
        await moving.snooze(conn, case_id, zhou, now + timedelta(hours=1), "吃饭", now)
        await moving.rouse(conn, case_id, zhou, now)
        await moving.rouse(conn, case_id, zhou, now)
    assert not (await stored(engine, case_id)).snoozed(now)
    assert (await tags(engine, case_id)).count("woken") == 1


async def test_a_closed_case_is_opened_again_in_the_hand_of_who_does_it(engine: AsyncEngine, now: datetime) -> None:
    case_id, talk, zhou = await claimed(engine, now)
    shen = await a_counsellor(engine, "shen", "沈老师")
    async with engine.begin() as conn:
        await moving.close(conn, case_id, zhou, "已解决：妈妈说好多了", now)
        await moving.reopen(conn, case_id, shen, now)
    case = await stored(engine, case_id)
    assert (case.state, case.owner, case.closed_at) == ("claimed", "沈老师", None)
    assert await holder(engine, talk) == "bot"  # until they speak
    async with engine.begin() as conn:
        await desk.reply(conn, case_id, shen, "我再问一句。", "k1", now)
    assert await holder(engine, talk) == "person"


async def test_a_case_is_not_opened_again_beside_another_talk(engine: AsyncEngine, now: datetime) -> None:
    case_id, talk, zhou = await claimed(engine, now)
    async with engine.begin() as conn:
        await moving.close(conn, case_id, zhou, "已解决", now)
        conversation = await conversations.lock(conn, talk)
        assert conversation is not None
        other = await desk.open_case(conn, conversation, Opening("crisis", "concern"), now=now, on_duty=True, facts={})
        with pytest.raises(DeskError, match=f"第 {other.id} 件在办"):
            await moving.reopen(conn, case_id, zhou, now)


async def test_a_report_without_a_conversation_can_be_taken_and_closed(engine: AsyncEngine, now: datetime) -> None:
    zhou = await a_counsellor(engine)
    async with engine.begin() as conn:
        case_id = await cases.open_case(conn, {"kind": "report", "opened_at": now, "due_at": now})
        await desk.claim(conn, case_id, zhou, now)
        with pytest.raises(DeskError, match="已经不在了"):
            await desk.reply(conn, case_id, zhou, "您好", "k", now)
        await moving.close(conn, case_id, zhou, "已报告", now)
    assert (await stored(engine, case_id)).state == "closed"


async def test_a_danger_given_to_a_station_must_be_looked_at_there(engine: AsyncEngine, now: datetime) -> None:
    case_id, _, zhou = await claimed(engine, now)
    station = await a_station(engine, "zhonglou", "钟楼站")
    async with engine.begin() as conn:
        looked = {"level": "high", "acknowledged_at": now, "alerts": 2, "alerted_at": now}
        await cases.change(conn, case_id, expect=("claimed",), **looked)
        await passing.to_station(conn, case_id, zhou, station, "家在钟楼，请那边的老师接。", now, ALWAYS)
    case = await stored(engine, case_id)
    assert (case.unseen, case.alerts, case.alerted_at) == (True, 0, None)
