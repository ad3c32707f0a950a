"""The knock on the door: number and level and nothing else, tried again, in the timeline once it got there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs.alert import Alerts
from bot.messages import Level, Opening
from bot.store import cases
from bot.store.database import open_engine
from bot.store.events import CaseTag
from tests.jobs.conftest import Clock, Talk


@dataclass
class Robot:
    """A group robot that keeps what it is told and answers what it was given to answer."""

    answers: list[web.Response] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    address: str = ""
    refused: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.Response:
        self.told.append(await request.json())
        if self.answers:
            self.refused.set()
            return self.answers.pop(0)
        return web.json_response({"errcode": 0, "errmsg": "ok"})


@pytest.fixture
async def robot() -> AsyncIterator[Robot]:
    made = Robot()
    app = web.Application()
    app.router.add_post("/send", made.handle)
    async with TestServer(app) as server:
        made.address = str(server.make_url("/send?key=secret"))
        yield made


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def alerts(
    engine: AsyncEngine, clock: Clock, robot: Robot, session: aiohttp.ClientSession
) -> AsyncIterator[Alerts]:
    made = Alerts(engine, clock, robot.address, lambda: session, pauses=(0.01, 0.01, 0.01))
    yield made
    await made.stop()


def danger(level: Level = "urgent") -> Opening:
    return Opening("crisis", level, "有轻生的话", {"evidence": ["我想从楼上跳下去"]})


async def settled(alerts: Alerts) -> None:
    await asyncio.wait_for(asyncio.gather(*alerts._tasks), 10)


async def alerted(engine: AsyncEngine, case_id: int) -> int:
    async with engine.connect() as conn:
        return [step.tag for step in await cases.timeline(conn, case_id)].count(CaseTag.ALERTED)


async def test_the_group_reads_a_number_and_a_level_and_no_word_of_the_parent(
    alerts: Alerts, robot: Robot, talk: Talk
) -> None:
    alerts.send(talk.case_id, danger())
    await settled(alerts)
    [told] = robot.told
    assert told == {
        "msgtype": "text",
        "text": {
            "content": f"有家长需要人接手：第 {talk.case_id} 件，风险 紧急。请打开工作台。",
            "mentioned_list": ["@all"],
        },
    }


async def test_it_is_written_into_the_timeline(alerts: Alerts, talk: Talk, engine: AsyncEngine) -> None:
    alerts.send(talk.case_id, danger("high"))
    await settled(alerts)
    assert await alerted(engine, talk.case_id) == 1


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
    alerts.send(talk.case_id, danger())
    await settled(alerts)
    assert len(robot.told) == 3
    assert await alerted(engine, talk.case_id) == 1


async def test_after_the_last_try_it_gives_up_and_the_timeline_claims_nothing(
    alerts: Alerts, robot: Robot, talk: Talk, engine: AsyncEngine
) -> None:
    robot.answers = [web.json_response({"errcode": 93000}) for _ in range(9)]
    alerts.send(talk.case_id, danger())
    await settled(alerts)
    assert len(robot.told) == 3
    assert await alerted(engine, talk.case_id) == 0


async def test_the_group_is_not_knocked_up_again_because_the_database_is_away(
    robot: Robot, clock: Clock, session: aiohttp.ClientSession
) -> None:
    nowhere = open_engine("postgresql://nobody@127.0.0.1:1/nowhere")
    alerts = Alerts(nowhere, clock, robot.address, lambda: session, pauses=(0.01, 0.01))
    alerts.send(7, danger())
    await settled(alerts)
    await nowhere.dispose()
    assert len(robot.told) == 1


async def test_without_a_robot_nothing_is_tried(
    engine: AsyncEngine, clock: Clock, session: aiohttp.ClientSession, talk: Talk
) -> None:
    alerts = Alerts(engine, clock, "", lambda: session)
    alerts.send(talk.case_id, danger())
    assert not alerts._tasks


async def test_stopping_ends_what_still_tries(
    engine: AsyncEngine, clock: Clock, robot: Robot, session: aiohttp.ClientSession, talk: Talk
) -> None:
    robot.answers = [web.json_response({"errcode": -1})]
    alerts = Alerts(engine, clock, robot.address, lambda: session, pauses=(3600.0,))
    alerts.send(talk.case_id, danger())
    await asyncio.wait_for(robot.refused.wait(), 5)
    await asyncio.wait_for(alerts.stop(), 5)
    assert len(robot.told) == 1
