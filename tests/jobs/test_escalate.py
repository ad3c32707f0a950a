"""What nobody acknowledges goes up: staff again, the supervisor, the next station; once, however many processes run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.handoff import desk
from bot.jobs import escalate
from bot.jobs.alert import Alerts, Robots
from bot.jobs.runner import Job
from bot.messages import Inbound
from bot.store import cases, conversations, inbounds
from bot.store.events import CaseTag
from tests.jobs.conftest import Clock, Talk
from tests.jobs.robots import Robot, a_robot, danger, in_danger, settled, steps, stored


@dataclass
class Watch:
    """The job with its three robots, and the clock that it looks at."""

    job: Job
    alerts: Alerts
    clock: Clock
    staff: Robot
    supervisor: Robot
    next_station: Robot

    async def after(self, **span: float) -> int:
        """Let time go by and the job look; how many rounds it sent."""
        self.clock.forward(**span)
        done = await self.job.run()
        await settled(self.alerts)
        return done

    @property
    def told(self) -> tuple[int, int, int]:
        return len(self.staff.told), len(self.supervisor.told), len(self.next_station.told)


@pytest.fixture
async def watch(engine: AsyncEngine, clock: Clock) -> AsyncIterator[Watch]:
    async with a_robot() as staff, a_robot() as supervisor, a_robot() as station, aiohttp.ClientSession() as session:
        robots = Robots({"staff": staff.address, "supervisor": supervisor.address, "next-station": station.address})
        alerts = Alerts(engine, clock, robots, lambda: session, pauses=(0.01,))
        yield Watch(escalate.job(engine, alerts, 5, clock), alerts, clock, staff, supervisor, station)
        await alerts.stop()


async def test_an_urgent_case_climbs_until_everybody_knows(watch: Watch, talk: Talk, engine: AsyncEngine) -> None:
    case_id = await in_danger(talk)
    watch.alerts.send(case_id, danger())
    await settled(watch.alerts)
    assert watch.told == (1, 0, 0)
    assert await watch.after(minutes=4) == 0
    assert await watch.after(minutes=1) == 1
    assert watch.told == (2, 0, 0)
    assert "还没有人确认" in watch.staff.words[-1]
    await watch.after(minutes=5)
    assert watch.told == (2, 1, 0)
    assert watch.supervisor.words == [f"请主管来看：第 {case_id} 件，风险 紧急，值班老师还没有人确认。请打开工作台。"]
    await watch.after(minutes=5)
    assert watch.told == (2, 2, 1)
    await watch.after(minutes=29)
    assert watch.told == (2, 2, 1)
    await watch.after(minutes=1)
    assert watch.told == (3, 3, 2)
    rounds = [step for step in await steps(engine, case_id) if step.tag in (CaseTag.ALERTED, CaseTag.ESCALATED)]
    assert [step.detail["round"] for step in rounds] == [1, 2, 3, 4, 5]
    assert rounds[3].detail["delivered"] == ["next-station", "supervisor"]


async def test_a_high_case_waits_three_times_as_long(watch: Watch, talk: Talk) -> None:
    await in_danger(talk, danger("high"))
    await watch.after(minutes=0)
    assert await watch.after(minutes=14) == 0
    assert await watch.after(minutes=1) == 1


async def test_no_round_goes_out_once_somebody_has_looked(watch: Watch, talk: Talk, engine: AsyncEngine) -> None:
    case_id = await in_danger(talk)
    await watch.after(minutes=0)
    async with engine.begin() as conn:
        await desk.acknowledge(conn, case_id, talk.staff, watch.clock())
    for _ in range(5):
        assert await watch.after(hours=1) == 0
    assert watch.told == (1, 0, 0)


async def test_a_process_that_died_before_the_first_alert_is_made_good(watch: Watch, talk: Talk) -> None:
    case_id = await in_danger(talk)  # and nobody sends
    assert await watch.after(seconds=1) == 1
    assert watch.staff.words == [f"有家长需要人接手：第 {case_id} 件，风险 紧急。请打开工作台。"]


async def test_a_process_that_died_between_taking_a_round_and_sending_it_is_made_good(
    watch: Watch, talk: Talk, engine: AsyncEngine
) -> None:
    case_id = await in_danger(talk)
    for _ in range(2):  # the first round went out, the second was taken by somebody who is gone
        await watch.after(minutes=5)
    async with engine.begin() as conn:
        await conn.exec_driver_sql("""
            UPDATE case_events SET detail = detail || '{"delivered": null}' WHERE detail ->> 'round' = '2'""")
    assert await watch.after(seconds=60) == 0  # it may still be at it
    assert await watch.after(seconds=31) == 1
    assert (watch.told, (await stored(engine, case_id)).alerts) == ((3, 0, 0), 2)
    assert await watch.after(seconds=91) == 0


async def test_of_several_processes_one_alerts(watch: Watch, talk: Talk, engine: AsyncEngine) -> None:
    await in_danger(talk)
    jobs = [escalate.job(engine, watch.alerts, 5, watch.clock) for _ in range(5)]
    assert sum(await asyncio.gather(*(job.run() for job in jobs))) == 1
    await settled(watch.alerts)
    assert watch.told == (1, 0, 0)


async def test_a_robot_that_is_down_holds_up_no_other_and_the_next_round_tries_it_again(
    watch: Watch, talk: Talk, engine: AsyncEngine
) -> None:
    case_id = await in_danger(talk)
    watch.supervisor.answers = [web.Response(status=503) for _ in range(2)]
    for _ in range(4):
        await watch.after(minutes=5)
    delivered = [step.detail["delivered"] for step in await steps(engine, case_id) if "delivered" in step.detail]
    assert delivered == [["staff"], ["staff"], [], ["next-station", "supervisor"]]


async def test_worse_news_in_a_case_that_somebody_has_taken_alerts_again(
    watch: Watch, talk: Talk, engine: AsyncEngine
) -> None:
    case_id = await in_danger(talk, danger("high"))
    await watch.after(minutes=0)
    async with engine.begin() as conn:
        await desk.acknowledge(conn, case_id, talk.staff, watch.clock())
    assert await watch.after(minutes=1) == 0
    await in_danger(talk, danger("urgent"))
    assert (await stored(engine, case_id)).unseen
    assert await watch.after(seconds=1) == 1
    assert "风险 紧急" in watch.staff.words[-1]


async def test_the_same_danger_said_again_does_not_begin_the_rounds_anew(watch: Watch, talk: Talk) -> None:
    await in_danger(talk)
    await watch.after(minutes=0)
    for _ in range(2):
        await in_danger(talk)
        await watch.after(minutes=5)
    assert watch.told == (2, 1, 0)


async def test_a_clock_that_is_put_back_loses_no_round(watch: Watch, talk: Talk) -> None:
    await in_danger(talk)
    await watch.after(minutes=0)
    assert await watch.after(days=-400) == 1
    assert await watch.after(days=800) == 1


async def test_a_closed_case_and_an_erased_parent_alert_nobody(watch: Watch, talk: Talk, engine: AsyncEngine) -> None:
    case_id = await in_danger(talk)
    async with engine.begin() as conn:
        await cases.change(conn, case_id, expect=("open", "claimed"), state="closed")
    assert await watch.after(hours=1) == 0
    again = await in_danger(talk)
    async with engine.begin() as conn:
        await conversations.erase_person(conn, "wechat", "o-mei")
    assert again != case_id
    assert await watch.after(hours=1) == 0


async def test_a_question_from_the_command_line_alerts_nobody(watch: Watch, engine: AsyncEngine, clock: Clock) -> None:
    act = Inbound("cli", "somebody", "m:1", "text", "孩子站在楼顶", clock(), surface="cli")
    async with engine.begin() as conn:
        receipt = await inbounds.receive(conn, act, clock())
        conversation = await conversations.lock(conn, receipt.conversation_id)
        assert conversation is not None
        await desk.open_case(conn, conversation, danger(), now=clock() - timedelta(hours=1), on_duty=True, facts={})
        assert await cases.unseen(conn) == []
    assert await watch.after(seconds=1) == 0
