"""The knock on the door: number and level and nothing else, at once, tried again, in the timeline with its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from prometheus_client import REGISTRY
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.handoff.escalation import Step
from bot.jobs.alert import Alerts, Robots
from bot.messages import Level
from bot.settings import Settings
from bot.store.database import open_engine
from bot.store.events import CaseTag
from tests.jobs.conftest import Clock, Talk
from tests.jobs.robots import Robot, a_robot, danger, in_danger, settled, steps, stored


@pytest.fixture
async def robot() -> AsyncIterator[Robot]:
    async with a_robot() as made:
        yield made


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def alerts(
    engine: AsyncEngine, clock: Clock, robot: Robot, session: aiohttp.ClientSession
) -> AsyncIterator[Alerts]:
    made = Alerts(engine, clock, Robots({"staff": robot.address}), lambda: session, pauses=(0.01, 0.01, 0.01))
    yield made
    await made.stop()


async def alerted(engine: AsyncEngine, case_id: int) -> list[object]:
    """Tell whom each round of alerts reached."""
    return [step.detail["delivered"] for step in await steps(engine, case_id) if step.tag == CaseTag.ALERTED]


async def test_the_group_reads_a_number_and_a_level_and_no_word_of_the_parent(
    alerts: Alerts, robot: Robot, talk: Talk
) -> None:
    case_id = await in_danger(talk)
    alerts.send(case_id, danger())
    await settled(alerts)
    [told] = robot.told
    assert told == {
        "msgtype": "text",
        "text": {
            "content": f"有家长需要人接手：第 {case_id} 件，风险 紧急。请打开工作台。",
            "mentioned_list": ["@all"],
        },
    }


async def test_it_arrives_before_any_pause(
    engine: AsyncEngine, clock: Clock, robot: Robot, session: aiohttp.ClientSession, talk: Talk
) -> None:
    alerts = Alerts(engine, clock, Robots({"staff": robot.address}), lambda: session, pauses=(3600.0,))
    alerts.send(await in_danger(talk), danger())
    await asyncio.wait_for(robot.heard.wait(), 30)
    await settled(alerts)


async def test_it_is_written_into_the_timeline_with_whom_it_reached(
    alerts: Alerts, talk: Talk, engine: AsyncEngine
) -> None:
    case_id = await in_danger(talk, danger("high"))
    alerts.send(case_id, danger("high"))
    await settled(alerts)
    [step] = [step for step in await steps(engine, case_id) if step.tag == CaseTag.ALERTED]
    assert step.detail == {"round": 1, "to": ["staff"], "via": ["staff"], "level": "high", "delivered": ["staff"]}
    assert (await stored(engine, case_id)).alerts == 1


async def test_the_same_danger_said_again_knocks_once(alerts: Alerts, robot: Robot, talk: Talk) -> None:
    case_id = await in_danger(talk)
    for _ in range(3):
        alerts.send(case_id, danger())
    await settled(alerts)
    assert len(robot.told) == 1


@pytest.mark.parametrize("level", ["none", "concern"])
async def test_what_is_not_grave_wakes_nobody(alerts: Alerts, robot: Robot, talk: Talk, level: Level) -> None:
    alerts.send(talk.case_id, danger(level))
    await settled(alerts)
    assert robot.told == []


async def test_a_refused_alert_is_tried_again(alerts: Alerts, robot: Robot, talk: Talk, engine: AsyncEngine) -> None:
    robot.answers = [
        web.json_response({"errcode": 45009, "errmsg": "api freq out of limit"}),
        web.Response(status=502, text="<html>bad gateway</html>"),
    ]
    case_id = await in_danger(talk)
    alerts.send(case_id, danger())
    await settled(alerts)
    assert len(robot.told) == 3
    assert await alerted(engine, case_id) == [["staff"]]


def lost() -> float:
    return REGISTRY.get_sample_value("bot_alerts_total", {"to": "staff", "delivered": "no"}) or 0


async def test_after_the_last_try_it_gives_up_is_counted_and_the_timeline_claims_nothing(
    alerts: Alerts, robot: Robot, talk: Talk, engine: AsyncEngine
) -> None:
    robot.answers = [web.json_response({"errcode": 93000}) for _ in range(9)]
    case_id, before = await in_danger(talk), lost()
    alerts.send(case_id, danger())
    await settled(alerts)
    assert len(robot.told) == 4
    assert await alerted(engine, case_id) == [[]]
    assert lost() == before + 1


async def test_the_group_is_told_once_although_the_database_is_away(
    robot: Robot, clock: Clock, session: aiohttp.ClientSession
) -> None:
    nowhere = open_engine("postgresql://nobody@127.0.0.1:1/nowhere")
    alerts = Alerts(nowhere, clock, Robots({"staff": robot.address}), lambda: session, pauses=(0.01, 0.01))
    alerts.send(7, danger())
    await settled(alerts)
    await nowhere.dispose()
    assert len(robot.told) == 1


async def test_a_database_that_hangs_holds_up_no_alert(
    alerts: Alerts, robot: Robot, talk: Talk, engine: AsyncEngine
) -> None:
    case_id = await in_danger(talk)
    async with engine.begin() as conn:
        await conn.exec_driver_sql("SELECT id FROM cases FOR UPDATE")
        alerts.send(case_id, danger())
        await asyncio.wait_for(robot.heard.wait(), 30)
    await settled(alerts)
    assert len(robot.told) == 1


async def test_without_a_robot_the_desk_alone_shows_it(
    engine: AsyncEngine, clock: Clock, session: aiohttp.ClientSession, talk: Talk
) -> None:
    alerts = Alerts(engine, clock, Robots({}), lambda: session)
    case_id = await in_danger(talk)
    alerts.send(case_id, danger())
    await settled(alerts)
    assert await alerted(engine, case_id) == [["desk"]]


async def test_a_question_from_the_command_line_alerts_nobody(engine: AsyncEngine, clock: Clock, robot: Robot) -> None:
    alerts = Alerts(engine, clock, Robots({"staff": robot.address}), None)
    alerts.send(7, danger())
    assert not alerts._tasks


async def test_stopping_ends_what_still_tries(
    engine: AsyncEngine, clock: Clock, robot: Robot, session: aiohttp.ClientSession, talk: Talk
) -> None:
    robot.answers = [web.json_response({"errcode": -1})]
    alerts = Alerts(engine, clock, Robots({"staff": robot.address}), lambda: session, pauses=(3600.0,))
    alerts.send(await in_danger(talk), danger())
    await asyncio.wait_for(robot.heard.wait(), 30)
    await asyncio.wait_for(alerts.stop(), 30)
    assert len(robot.told) == 1


EVERYBODY = Step(5, ("staff", "supervisor", "next-station"))


@pytest.mark.parametrize(
    ("there", "step", "used"),
    [
        ("staff supervisor next-station", EVERYBODY, ["staff", "supervisor", "next-station"]),
        ("staff", Step(3, ("supervisor",)), ["staff"]),
        ("next-station", Step(3, ("supervisor",)), ["next-station"]),
        ("staff supervisor", Step(4, ("next-station", "supervisor")), ["supervisor"]),
        ("staff", EVERYBODY, ["staff"]),
        ("", EVERYBODY, []),
    ],
)
def test_who_has_no_robot_is_asked_for_at_the_nearest_and_no_group_twice(
    there: str, step: Step, used: list[str]
) -> None:
    given = {"staff": "alert_webhook", "supervisor": "supervisor_webhook", "next-station": "next_station_webhook"}
    settings = Settings(**{given[name]: f"https://robot.example.cn/{name}" for name in there.split()})
    assert list(Robots.of(settings).of_step(step)) == used
