"""Alerts where there are stations: the case's own group, then the next station's, which is given the case."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs import escalate
from bot.jobs.alert import Alerts, Robots
from bot.jobs.runner import Job
from bot.store import cases, reports, stations
from bot.store.events import CaseTag
from bot.store.people import Staff
from bot.web.desk.steps import standing
from tests.jobs.conftest import Clock, Talk
from tests.jobs.robots import Robot, a_robot, danger, in_danger, settled, steps, stored


@dataclass
class Watch:
    """The job, the general robot, those of two stations, and the supervisor's."""

    job: Job
    alerts: Alerts
    clock: Clock
    general: Robot
    own: Robot
    following: Robot
    supervisor: Robot
    near: int
    far: int

    async def after(self, **span: float) -> int:
        self.clock.forward(**span)
        done = await self.job.run()
        await settled(self.alerts)
        return done

    @property
    def told(self) -> tuple[int, int, int, int]:
        return tuple(len(one.told) for one in (self.own, self.following, self.supervisor, self.general))  # type: ignore[return-value]


@pytest.fixture
async def watch(engine: AsyncEngine, clock: Clock) -> AsyncIterator[Watch]:
    async with (
        a_robot() as general,
        a_robot() as own,
        a_robot() as following,
        a_robot() as supervisor,
        aiohttp.ClientSession() as session,
    ):
        async with engine.begin() as conn:
            far = await stations.add(conn, slug="far", name="钟楼站", robot=following.address)
            near = await stations.add(conn, slug="near", name="天宁站", robot=own.address, next_id=far)
        assert near is not None
        assert far is not None
        robots = Robots({"staff": general.address, "supervisor": supervisor.address})
        alerts = Alerts(engine, clock, robots, lambda: session, pauses=(0.01,))
        job = escalate.job(engine, alerts, 5, clock)
        yield Watch(job, alerts, clock, general, own, following, supervisor, near, far)
        await alerts.stop()


async def at_station(talk: Talk, station: int | None) -> int:
    """Let something grave be said in a talk of a station."""
    case_id = await in_danger(talk)
    async with talk.engine.begin() as conn:
        await cases.change(conn, case_id, expect=("open", "claimed"), station_id=station)
    return case_id


async def test_a_danger_nobody_looks_at_climbs_from_its_station_to_the_next_one_which_then_sees_it(
    watch: Watch, talk: Talk, engine: AsyncEngine
) -> None:
    case_id = await at_station(talk, watch.near)
    there = Staff(99, "x", "钟楼老师", "counsellor", True, watch.far)
    for expected in ((1, 0, 0, 0), (2, 0, 0, 0), (2, 0, 1, 0)):
        await watch.after(minutes=5)
        assert watch.told == expected
    async with engine.connect() as conn:
        assert await cases.find(conn, case_id, seen_by=there) is None
    await watch.after(minutes=5)
    assert watch.told == (2, 1, 2, 0)
    assert "请下一站帮忙" in watch.following.words[-1]
    async with engine.connect() as conn:
        assert await cases.find(conn, case_id, seen_by=there) is not None
    case = await stored(engine, case_id)
    assert (case.station_id, case.moves) == (watch.far, 1)
    [moved] = [step for step in await steps(engine, case_id) if step.tag == CaseTag.MOVED]
    assert (moved.detail["from"], moved.detail["to"]) == ("天宁站", "钟楼站")
    last = [step for step in await steps(engine, case_id) if step.tag == CaseTag.ESCALATED][-1]
    assert standing(last.detail) == "已转给钟楼站"
    await watch.after(minutes=30)  # from now on the station that has it is alerted, and the supervisor
    assert watch.told == (2, 2, 3, 0)
    assert (await stored(engine, case_id)).moves == 1


async def test_without_a_next_station_the_case_stays_and_the_supervisor_is_asked(
    watch: Watch, talk: Talk, engine: AsyncEngine
) -> None:
    case_id = await at_station(talk, watch.far)
    for _ in range(4):
        await watch.after(minutes=5)
    assert (await stored(engine, case_id)).station_id == watch.far
    assert watch.told == (0, 2, 2, 0)


async def test_a_station_without_a_robot_and_a_case_of_no_station_use_the_general_one(
    watch: Watch, talk: Talk, engine: AsyncEngine
) -> None:
    case_id = await at_station(talk, None)
    await watch.after(minutes=5)
    assert watch.told == (0, 0, 0, 1)
    async with engine.begin() as conn:
        await stations.change(conn, watch.near, robot="")
        await cases.change(conn, case_id, expect=("open", "claimed"), station_id=watch.near)
    await watch.after(minutes=5)
    assert watch.told == (0, 0, 0, 2)


async def test_a_round_that_was_lost_after_the_case_moved_still_tells_the_station_that_has_it(
    watch: Watch, talk: Talk, engine: AsyncEngine
) -> None:
    case_id = await at_station(talk, watch.near)
    for _ in range(4):
        await watch.after(minutes=5)
    async with engine.begin() as conn:
        await conn.exec_driver_sql("""
            UPDATE case_events SET detail = detail || '{"delivered": null}' WHERE detail ->> 'round' = '4'""")
    assert await watch.after(seconds=91) == 1
    assert watch.told == (2, 2, 3, 0)
    assert "请下一站帮忙" in watch.following.words[-1]
    assert ((await stored(engine, case_id)).station_id, (await stored(engine, case_id)).moves) == (watch.far, 1)


async def test_a_danger_told_again_after_the_move_climbs_anew_from_the_station_that_has_it(
    watch: Watch, talk: Talk, engine: AsyncEngine
) -> None:
    case_id = await at_station(talk, watch.near)
    for _ in range(4):
        await watch.after(minutes=5)
    async with engine.begin() as conn:
        await stations.change(conn, watch.far, next_id=watch.near)
        await cases.change(conn, case_id, expect=("open", "claimed"), acknowledged_at=watch.clock())
    await in_danger(talk, danger("urgent", "abuse"))
    for _ in range(4):
        await watch.after(minutes=5)
    assert (await stored(engine, case_id)).station_id == watch.near
    assert watch.told == (3, 3, 4, 0)


async def test_a_sealed_report_stays_where_it_is_and_the_next_station_only_hears_that_it_waits(
    watch: Watch, engine: AsyncEngine
) -> None:
    now = watch.clock()
    values = {"level": "urgent", "station_id": watch.near, "detail": {}, "opened_at": now, "due_at": now}
    async with engine.begin() as conn:
        case_id = await reports.write(conn, values)
    for _ in range(4):
        await watch.after(minutes=5)
    assert watch.told == (2, 1, 2, 0)
    case = await stored(engine, case_id)
    assert (case.station_id, case.moves, case.alerts) == (watch.near, 0, 4)
    told = await steps(engine, case_id)
    assert CaseTag.MOVED not in [step.tag for step in told]
    assert "next" not in told[-1].detail
