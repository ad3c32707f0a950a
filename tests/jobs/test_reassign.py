"""Nobody waits unseen: who does not answer loses the talk, what nobody takes moves on, and what is put off stays."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.handoff import desk, moving
from bot.handoff.reassigning import MOST_MOVES
from bot.jobs import reassign
from bot.jobs.runner import Job
from bot.store import cases, conversations, people, thread
from bot.store import stations as places
from bot.store.tables import stations
from tests.duty_always import ALWAYS
from tests.jobs.conftest import Clock, Talk, a_talk
from tests.jobs.robots import danger, in_danger, steps, stored


@pytest.fixture
def job(engine: AsyncEngine, clock: Clock) -> Job:
    return reassign.job(engine, 10, clock, ALWAYS)


async def speaks(talk: Talk, words: str = "您还在吗") -> None:
    """Let the parent of a talk say something, as a turn does."""
    async with talk.engine.begin() as conn:
        await moving.heard(conn, talk.id, talk.clock())
        await thread.add(conn, talk.id, [thread.said("parent", words)], at=talk.clock(), case_id=talk.case_id)


async def told(talk: Talk) -> list[str]:
    async with talk.engine.connect() as conn:
        found = await thread.lines(conn, talk.id, for_parent=True)
    return [line.text for line in found if line.who == "event"]


async def holder(talk: Talk) -> str:
    async with talk.engine.begin() as conn:
        conversation = await conversations.lock(conn, talk.id)
    assert conversation is not None
    return conversation.holder


async def a_chain(engine: AsyncEngine, *names: str, ring: bool = False) -> list[int]:
    """Make stations of which each is helped by the following one; their ids."""
    async with engine.begin() as conn:
        made: list[int] = []
        for name in names:
            inserted = stations.insert().values(slug=name, name=name).returning(stations.c.id)
            made.append((await conn.execute(inserted)).scalar_one())
        pairs = list(itertools.pairwise(made)) + ([(made[-1], made[0])] if ring else [])
        for one, further in pairs:
            await conn.execute(stations.update().where(stations.c.id == one).values(next_id=further))
    return made


async def change(engine: AsyncEngine, case_id: int, **values: Any) -> None:
    async with engine.begin() as conn:
        assert await cases.change(conn, case_id, expect=("open", "claimed"), **values)


async def test_who_does_not_answer_loses_the_talk_to_the_queue(job: Job, talk: Talk, clock: Clock) -> None:
    await talk.says("您好")
    await speaks(talk)
    clock.forward(minutes=9, seconds=59)
    assert await job.run() == 0
    clock.forward(seconds=1)
    assert await job.run() == 1
    case = await stored(talk.engine, talk.case_id)
    assert (case.state, case.owner_id, case.moves, case.moved_at) == ("open", None, 1, clock())
    assert case.due_at == clock() + timedelta(minutes=20)  # half an hour, of which ten minutes have gone
    assert await holder(talk) == "queue"
    assert (await told(talk))[-1] == "周老师一时没有回上。您的话重新排队了，别的老师看到就会接。"
    last = (await steps(talk.engine, talk.case_id))[-1]
    assert (last.tag, last.detail) == ("case:requeued", {"minutes": 10, "from": "周老师"})
    assert await job.run() == 0
    async with talk.engine.begin() as conn:
        with pytest.raises(desk.DeskError, match="请先接手"):
            await desk.reply(conn, talk.case_id, talk.staff, "我来晚了", "late", clock())


async def test_in_danger_the_wait_is_half_as_long_and_the_alerts_begin_anew(job: Job, talk: Talk, clock: Clock) -> None:
    await in_danger(talk, danger("high"))
    async with talk.engine.begin() as conn:
        await desk.acknowledge(conn, talk.case_id, talk.staff, clock())
    await speaks(talk)
    clock.forward(minutes=5)
    assert await job.run() == 1
    case = await stored(talk.engine, talk.case_id)
    assert (case.state, case.acknowledged_at, case.alerts) == ("open", None, 0)


async def test_many_small_words_do_not_begin_the_wait_anew(job: Job, talk: Talk, clock: Clock) -> None:
    for _ in range(3):
        await speaks(talk)
        clock.forward(minutes=4)
    assert await job.run() == 1


async def test_an_answer_ends_the_wait(job: Job, talk: Talk, clock: Clock) -> None:
    await speaks(talk)
    clock.forward(minutes=9)
    await talk.says("我在")
    clock.forward(hours=3)
    assert await job.run() == 0


async def test_what_was_said_before_the_taking_counts_from_the_taking(job: Job, engine: AsyncEngine) -> None:
    clock = Clock(await a_moment(engine))
    talk = await a_talk(engine, clock, "o-lan")
    await speaks(talk)
    clock.forward(minutes=30)
    await change(engine, talk.case_id, claimed_at=clock())
    late = reassign.job(engine, 10, clock, ALWAYS)
    clock.forward(minutes=9)
    assert await late.run() == 0
    clock.forward(minutes=1)
    assert await late.run() == 1


async def a_moment(engine: AsyncEngine) -> Any:
    async with engine.connect() as conn:
        return (await conn.exec_driver_sql("SELECT timestamptz '2026-05-12 12:00+08'")).scalar_one()


async def test_what_the_bot_answers_is_not_taken_from_anybody(job: Job, talk: Talk, clock: Clock) -> None:
    await speaks(talk)
    async with talk.engine.begin() as conn:
        await moving.hand_back(conn, talk.case_id, talk.staff, clock())
    clock.forward(hours=1)
    assert await job.run() == 0


async def test_what_is_put_off_stays_and_its_wait_begins_when_it_is_over(job: Job, talk: Talk, clock: Clock) -> None:
    await speaks(talk)
    async with talk.engine.begin() as conn:
        await moving.snooze(conn, talk.case_id, talk.staff, clock() + timedelta(hours=2), "等孩子放学", clock())
    clock.forward(hours=1)
    assert await job.run() == 0
    await speaks(talk, "放学了")  # news end it
    clock.forward(minutes=9)
    assert await job.run() == 0
    clock.forward(minutes=1)
    assert await job.run() == 1


async def test_of_two_processes_one_takes_it(job: Job, talk: Talk, clock: Clock) -> None:
    await speaks(talk)
    clock.forward(minutes=10)
    other = reassign.job(talk.engine, 10, clock, ALWAYS)
    assert sum(await asyncio.gather(job.run(), other.run(), job.run())) == 1
    assert (await stored(talk.engine, talk.case_id)).moves == 1
    assert len([words for words in await told(talk) if "重新排队" in words]) == 1


async def test_what_nobody_takes_moves_to_the_next_station_period_by_period(
    job: Job, engine: AsyncEngine, talk: Talk, clock: Clock
) -> None:
    first, second, third = await a_chain(engine, "天宁站", "钟楼站", "新北站")
    async with engine.begin() as conn:
        await places.change(conn, second, hours="all 00:00-00:00")
        await people.add(conn, login="gu", name="顾老师", role="counsellor", password_hash="x", station_id=second)
    await change(engine, talk.case_id, state="open", owner_id=None, station_id=first)
    async with engine.begin() as conn:
        await conversations.save(conn, talk.id, holder="queue")
    clock.forward(minutes=30)
    assert await job.run() == 0
    clock.forward(seconds=1)
    other = reassign.job(engine, 10, clock, ALWAYS)
    assert sum(await asyncio.gather(job.run(), other.run())) == 1
    case = await stored(engine, talk.case_id)
    assert (case.station_id, case.moves, case.state) == (second, 1, "open")
    last = (await steps(engine, talk.case_id))[-1]
    assert (last.tag, last.detail) == ("case:moved", {"from": "天宁站", "to": "钟楼站"})
    assert (await told(talk))[-1] == "天宁站的老师还没有空，已经转请钟楼站来看，请再等一等。"
    clock.forward(minutes=30)
    assert await job.run() == 0
    clock.forward(seconds=1)
    assert await job.run() == 1
    assert (await stored(engine, talk.case_id)).station_id == third
    clock.forward(days=1)
    assert await job.run() == 0  # nobody comes after the last one: it stands there overdue


async def test_stations_that_help_each_other_do_not_pass_a_case_round_for_ever(
    job: Job, engine: AsyncEngine, talk: Talk, clock: Clock
) -> None:
    first, _ = await a_chain(engine, "天宁站", "钟楼站", ring=True)
    await change(engine, talk.case_id, state="open", owner_id=None, station_id=first)
    moved = 0
    for _ in range(MOST_MOVES + 4):
        clock.forward(hours=1)
        moved += await job.run()
    assert moved == MOST_MOVES


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "appointment"},
        {"kind": "file"},
        {"kind": "report", "sealed": True},
        {"level": "urgent"},  # nobody has looked at it: it climbs by its alerts
        {"station_id": None},
        {"snoozed": True},
    ],
    ids=["appointment", "file", "report", "danger", "nobody's", "put off"],
)
async def test_some_stay_where_they_are(job: Job, engine: AsyncEngine, clock: Clock, values: dict[str, Any]) -> None:
    first, _ = await a_chain(engine, "天宁站", "钟楼站")
    values = dict(values)
    if values.pop("snoozed", False):
        values["snoozed_until"] = clock() + timedelta(days=9)
    given = {"kind": "chat", "opened_at": clock(), "due_at": clock(), "station_id": first, **values}
    async with engine.begin() as conn:
        case_id = await cases.open_case(conn, given)
    clock.forward(days=8)
    assert await job.run() == 0
    assert (await stored(engine, case_id)).moves == 0


async def test_a_suggestion_that_is_claimed_and_late_is_only_marked(
    job: Job, engine: AsyncEngine, talk: Talk, clock: Clock
) -> None:
    first, _ = await a_chain(engine, "天宁站", "钟楼站")
    given = {"kind": "suggestion", "state": "claimed", "owner_id": talk.staff.id, "claimed_at": clock()}
    async with engine.begin() as conn:
        case_id = await cases.open_case(conn, {**given, "opened_at": clock(), "due_at": clock(), "station_id": first})
    clock.forward(days=8)
    assert await job.run() == 0
    assert (await stored(engine, case_id)).state == "claimed"


async def test_what_was_moved_lately_keeps_no_other_case_from_moving(
    job: Job, engine: AsyncEngine, clock: Clock
) -> None:
    first, second = await a_chain(engine, "天宁站", "钟楼站")
    given = {"station_id": first, "opened_at": clock()}
    moved = {"kind": "suggestion", "due_at": clock() - timedelta(days=1), "moves": 1, "moved_at": clock()}
    async with engine.begin() as conn:
        for _ in range(200):  # as many as one look takes
            await cases.open_case(conn, {**given, **moved})
        case_id = await cases.open_case(conn, {**given, "kind": "chat", "due_at": clock()})
    clock.forward(minutes=1)
    assert await job.run() == 1
    assert (await stored(engine, case_id)).station_id == second
