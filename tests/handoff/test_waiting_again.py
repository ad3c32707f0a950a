"""A talk that goes to others by night: the bot speaks again, and the parent reads when somebody comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from test_desk import a_case, a_counsellor, holder
from test_moving import a_station, claimed, events, somebody, stored

from bot.handoff import passing, reassigning, taking_back
from bot.handoff.duty.again import NUMBERS, Duty, wait
from bot.handoff.duty.standing import Desk
from bot.handoff.leaving import leave
from bot.store import cases, conversations, duty, thread
from bot.store.people import Staff
from bot.store.unanswered import Silent
from knowledge.calendar import CHINA
from tests.duty_always import ALWAYS, NEVER

NIGHT = datetime(2026, 5, 12, 22, 30, tzinfo=CHINA)  # a Tuesday
MORNING = NIGHT.replace(hour=10)
OFFICE = "workday 08:30-17:30"
MEANWHILE = "这之前您还可以接着问自动助手。"
UNSURE = "今天放不放假还没有通知，值班老师在不在，自动助手说不准。"
TOMORROW = f"这会儿值班老师不在。您说的记下了，老师明天 8:30 上班后来看。{MEANWHILE}"


async def an_office(engine: AsyncEngine, name: str = "钟楼站", **more: object) -> tuple[int, Staff]:
    """Make a station with office hours and one person."""
    station = await a_station(engine, "zhonglou", name, hours=OFFICE, **more)
    return station, await somebody(engine, "gu", "顾老师", station_id=station)


@pytest.mark.parametrize(
    ("desk", "words"),
    [
        (Desk(on_duty=False, opens="明天 8:30"), f"转走了。{TOMORROW}"),
        (Desk(on_duty=False), f"转走了。这会儿值班老师不在。您说的记下了，老师上班后会看到。{MEANWHILE}"),
        (
            Desk(on_duty=False, opens="5 月 12 日 9:00", closed="站里搬家"),
            f"转走了。这会儿值班老师不在：站里搬家。您说的记下了，老师 5 月 12 日 9:00 上班后来看。{MEANWHILE}",
        ),
        (
            Desk(on_duty=False, sure=False),
            f"转走了。{UNSURE}您说的记下了，老师上班后会看到。{MEANWHILE}",
        ),
    ],
    ids=["opens", "nobody knows when", "closed", "not sure"],
)
def test_where_nobody_is_there_the_bot_speaks_and_says_when_somebody_comes(desk: Desk, words: str) -> None:
    told = wait(desk, "none", "转走了", "，请稍等。")
    assert (told.holder, told.words) == ("bot", words)


def test_where_somebody_is_there_the_parent_waits_for_them() -> None:
    told = wait(Desk(on_duty=True), "concern", "转走了", "，请稍等。")
    assert (told.holder, told.words) == ("queue", "转走了，请稍等。")


@pytest.mark.parametrize("level", ["high", "urgent"])
@pytest.mark.parametrize("on_duty", [True, False])
def test_who_is_in_danger_is_never_left_waiting_without_the_numbers(level: str, *, on_duty: bool) -> None:
    told = wait(Desk(on_duty=on_duty, opens="明天 8:30"), level, "转走了", "，请稍等。")
    assert NUMBERS in told.words
    assert all(number in NUMBERS for number in ("120", "110", "12356"))


async def test_a_station_that_is_closed_takes_the_case_and_the_bot_the_voice(engine: AsyncEngine) -> None:
    case_id, talk, zhou = await claimed(engine, NIGHT)
    station, _ = await an_office(engine)
    async with engine.begin() as conn:
        await passing.to_station(conn, case_id, zhou, station, "家在钟楼", NIGHT, NEVER)
    assert ((await stored(engine, case_id)).station, await holder(engine, talk)) == ("钟楼站", "bot")
    assert (await events(engine, talk))[-1] == f"已转给钟楼站。{TOMORROW}"


async def test_the_same_station_by_day_has_the_parent_waiting(engine: AsyncEngine) -> None:
    case_id, talk, zhou = await claimed(engine, MORNING)
    station, _ = await an_office(engine)
    async with engine.begin() as conn:
        await passing.to_station(conn, case_id, zhou, station, "家在钟楼", MORNING, NEVER)
    assert await holder(engine, talk) == "queue"
    assert (await events(engine, talk))[-1] == "已转给钟楼站，请稍等。"


async def test_a_danger_that_is_given_away_by_night_begins_its_alerts_anew_and_has_the_numbers(
    engine: AsyncEngine,
) -> None:
    case_id, talk, zhou = await claimed(engine, NIGHT)
    station, _ = await an_office(engine)
    async with engine.begin() as conn:
        looked = {"level": "high", "acknowledged_at": NIGHT, "alerts": 2, "alerted_at": NIGHT}
        await cases.change(conn, case_id, expect=("claimed",), **looked)
        await passing.to_station(conn, case_id, zhou, station, "家在钟楼", NIGHT, NEVER)
    case = await stored(engine, case_id)
    assert (case.unseen, case.alerts, case.alerted_at) == (True, 0, None)
    assert (await events(engine, talk))[-1] == f"已转给钟楼站。{NUMBERS}{TOMORROW}"


@pytest.mark.parametrize("moment", [MORNING, NIGHT], ids=["day", "night"])
async def test_a_colleague_who_is_away_owns_it_and_the_parent_reads_when_they_come(
    engine: AsyncEngine, moment: datetime
) -> None:
    case_id, talk, zhou = await claimed(engine, moment)
    station, gu = await an_office(engine)
    async with engine.begin() as conn:
        if moment == MORNING:  # the station is open, but this one is away until the afternoon
            until = MORNING.replace(hour=14, minute=0)
            await duty.add_absence(conn, staff_id=gu.id, from_at=MORNING, until_at=until, note="开会")
    await somebody(engine, "lu", "陆老师", station_id=station)
    async with engine.begin() as conn:
        await passing.to_person(conn, case_id, replace(zhou, role="admin"), gu.id, "请接着聊", moment, NEVER)
    case = await stored(engine, case_id)
    assert (case.state, case.owner_id, await holder(engine, talk)) == ("claimed", gu.id, "bot")
    when = "今天 14:00" if moment == MORNING else "明天 8:30"
    told = f"已转给顾老师。这会儿顾老师不在。您说的记下了，顾老师{when} 上班后来看。{MEANWHILE}"
    assert (await events(engine, talk))[-1] == told


async def test_who_takes_over_for_themselves_is_there_whatever_the_plan_says(engine: AsyncEngine) -> None:
    case_id, talk, _ = await claimed(engine, NIGHT)
    admin = await somebody(engine, "admin", "顾主任", "admin")
    async with engine.begin() as conn:
        await passing.to_person(conn, case_id, admin, admin.id, "我来接", NIGHT, NEVER)
    assert await holder(engine, talk) == "person"
    assert (await events(engine, talk))[-1] == "已转给顾主任，请稍等。"


@pytest.mark.parametrize(
    ("there", "voice", "words"),
    [
        (ALWAYS, "queue", "周老师一时没有回上。您的话重新排队了，别的老师看到就会接。"),
        (Duty.of(OFFICE), "bot", f"周老师一时没有回上。{TOMORROW}"),
    ],
    ids=["there", "away"],
)
async def test_a_talk_that_a_rule_takes_back_waits_only_for_somebody(
    engine: AsyncEngine, there: Duty, voice: str, words: str
) -> None:
    case_id, talk, _ = await claimed(engine, NIGHT)
    async with engine.begin() as conn:
        await thread.add(conn, talk, [thread.said("parent", "您还在吗")], at=NIGHT, case_id=case_id)
    later = NIGHT.replace(minute=45)
    async with engine.begin() as conn:
        assert await reassigning.requeue(conn, Silent(case_id, talk, NIGHT), later, 10, there)
    assert await holder(engine, talk) == voice
    assert (await events(engine, talk))[-1] == words


async def test_what_moves_on_to_a_closed_station_says_so(engine: AsyncEngine) -> None:
    case_id, talk = await a_case(engine, MORNING)
    further, _ = await an_office(engine)
    near = await a_station(engine, "tianning", "天宁站", next_id=further)
    async with engine.begin() as conn:
        await cases.change(conn, case_id, expect=("open",), station_id=near)
        await conversations.save(conn, talk, holder="queue")
    async with engine.begin() as conn:
        assert await reassigning.pass_on(conn, case_id, talk, NIGHT, NEVER)
    assert await holder(engine, talk) == "bot"
    assert (await events(engine, talk))[-1] == f"天宁站的老师还没有空，已经转请钟楼站来看。{TOMORROW}"


async def test_what_the_bot_answers_moves_on_without_a_word(engine: AsyncEngine) -> None:
    case_id, talk = await a_case(engine, MORNING)
    further, _ = await an_office(engine)
    near = await a_station(engine, "tianning", "天宁站", next_id=further)
    async with engine.begin() as conn:
        await cases.change(conn, case_id, expect=("open",), station_id=near)
        await conversations.save(conn, talk, holder="bot")
        assert await reassigning.pass_on(conn, case_id, talk, NIGHT, NEVER)
    assert (await holder(engine, talk), await events(engine, talk)) == ("bot", [])


async def test_who_leaves_by_night_leaves_the_parent_with_the_bot(engine: AsyncEngine) -> None:
    _, talk, zhou = await claimed(engine, NIGHT)
    async with engine.begin() as conn:
        await leave(conn, zhou, "沈主任", NIGHT, Duty.of(OFFICE))
    assert await holder(engine, talk) == "bot"
    assert (await events(engine, talk))[-1] == f"周老师不在这里了，已经重新排队。{TOMORROW}"


async def test_what_is_taken_back_into_the_queue_by_night_is_the_bots_too(engine: AsyncEngine) -> None:
    case_id, talk = await a_case(engine, NIGHT)
    lead, shen = await a_counsellor(engine, "gu", "顾主任"), await a_counsellor(engine, "shen", "沈老师")
    async with engine.begin() as conn:
        await conversations.save(conn, talk, holder="queue")
    admin = replace(lead, role="admin")
    async with engine.begin() as conn:
        await passing.to_person(conn, case_id, admin, shen.id, "请接", NIGHT, ALWAYS)
    async with engine.begin() as conn:
        await taking_back.take_back(conn, case_id, admin, NIGHT, Duty.of(OFFICE))
    assert await holder(engine, talk) == "bot"
    assert (await events(engine, talk))[-1] == TOMORROW
