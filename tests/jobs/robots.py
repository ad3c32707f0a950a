"""Group robots on this machine, and a danger in a conversation: what the tests of alerts share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.handoff import desk
from bot.jobs.alert import Alerts
from bot.messages import Level, Opening
from bot.store import cases, conversations
from bot.store.cases import Case, Step
from tests.jobs.conftest import Talk


@dataclass
class Robot:
    """A group robot that keeps what it is told and answers what it was given to answer."""

    answers: list[web.Response] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    address: str = ""
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.Response:
        self.told.append(await request.json())
        self.heard.set()
        return self.answers.pop(0) if self.answers else web.json_response({"errcode": 0, "errmsg": "ok"})

    @property
    def words(self) -> list[str]:
        return [one["text"]["content"] for one in self.told]


@asynccontextmanager
async def a_robot() -> AsyncIterator[Robot]:
    made = Robot()
    app = web.Application()
    app.router.add_post("/send", made.handle)
    async with TestServer(app) as server:
        made.address = str(server.make_url("/send?key=secret"))
        yield made


def danger(level: Level = "urgent", kind: str = "suicide") -> Opening:
    return Opening("crisis", level, "有轻生的话", {"evidence": ["我想从楼上跳下去"], "risk_kind": kind})


async def in_danger(talk: Talk, opening: Opening | None = None) -> int:
    """Let the parent of a talk say something grave; the number of the case, alerted by nobody yet."""
    async with talk.engine.begin() as conn:
        conversation = await conversations.lock(conn, talk.id)
        assert conversation is not None
        told = opening or danger()
        opened = await desk.open_case(conn, conversation, told, now=talk.clock(), on_duty=True, facts={})
    return opened.id


async def settled(alerts: Alerts) -> None:
    while alerts._tasks:
        await asyncio.wait_for(asyncio.gather(*alerts._tasks), 30)


async def steps(engine: AsyncEngine, case_id: int) -> list[Step]:
    async with engine.connect() as conn:
        return await cases.timeline(conn, case_id)


async def stored(engine: AsyncEngine, case_id: int) -> Case:
    async with engine.connect() as conn:
        case = await cases.find(conn, case_id)
    assert case is not None
    return case
