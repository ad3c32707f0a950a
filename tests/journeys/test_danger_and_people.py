"""From a parent's danger to the people: alerted at once, escalated, told the truth of who is there, and left quiet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.store import cases
from bot.store.cases import Case
from bot.store.events import CaseTag
from tests.journeys.conftest import House
from tests.waiting import until

OURS = {"Sec-Fetch-Site": "same-origin"}
DANGER = "孩子站在阳台栏杆上，说不想活了"
VIOLENCE = "他喝了酒正在打我和孩子"
NIGHT = datetime(2026, 5, 12, 15, 41, tzinfo=UTC)  # Tuesday 23:41 in China


@pytest.fixture
def told() -> list[str]:
    """What the staff's group has read."""
    return []


@pytest.fixture
async def robot(told: list[str]) -> AsyncIterator[str]:
    async def take(request: web.Request) -> web.Response:
        told.append((await request.json())["text"]["content"])
        return web.json_response({"errcode": 0})

    app = web.Application()
    app.router.add_post("/send", take)
    async with TestServer(app) as server:
        yield str(server.make_url("/send?key=secret"))


@pytest.fixture
def alert_webhook(robot: str) -> str:
    return robot


async def settled(what: Any) -> None:
    async def look() -> Any:
        return what()

    assert await until(look)


async def the_case(house: House, number: int = 1) -> Case:
    async with house.app_engine.connect() as conn:
        case = await cases.find(conn, number)
    assert case is not None
    return case


async def post(client: Any, step: str, **fields: str) -> int:
    path = f"/desk/cases/1/{step}"
    answer = await client.post(path, data=fields, headers=OURS, allow_redirects=False)
    return int(answer.status)


async def test_the_staff_read_of_a_danger_at_once_and_again_until_somebody_looks(house: House, told: list[str]) -> None:
    assert "120" in await house.say(DANGER)
    await settled(lambda: told)
    assert told == ["有家长需要人接手：第 1 件，风险 紧急。请打开工作台。"]
    house.clock.forward(timedelta(minutes=5))
    await settled(lambda: len(told) == 2)
    house.clock.forward(timedelta(minutes=5))
    await settled(lambda: len(told) == 3)
    assert "请主管来看" in told[2]  # no robot of the supervisor's own: the nearest is asked
    zhou = await house.staff()
    page = await (await zhou.get("/desk")).text()
    assert "未确认 10 分" in page
    assert "超时，请找主管" in page
    assert await post(zhou, "acknowledge") == 303
    house.clock.forward(timedelta(hours=2))
    await asyncio.sleep(2.5)  # the job looks every two seconds
    assert len(told) == 3
    assert not [word for word in ("阳台", "不想活", "o-mei") if word in str(told)]


async def test_a_danger_written_again_and_again_alerts_once(house: House, told: list[str]) -> None:
    for words in (DANGER, "孩子还在阳台栏杆上", DANGER):
        await house.say(words)
    await settled(lambda: told)
    await asyncio.sleep(0.3)
    assert len(told) == 1


async def test_the_whole_way_is_in_the_timeline(house: House, told: list[str]) -> None:
    await house.say(DANGER)
    await settled(lambda: told)
    zhou = await house.staff()
    await post(zhou, "claim")
    await post(zhou, "messages", text="我是周老师，孩子现在在哪里？", key="key-0001")
    await post(zhou, "close", outcome="已转介")
    async with house.app_engine.connect() as conn:
        tags = [step.tag for step in await cases.timeline(conn, 1)]
    whole = ["OPENED", "ALERTED", "ACKNOWLEDGED", "CLAIMED", "ANSWERED", "CLOSED"]
    assert tags == [CaseTag[name] for name in whole]
    case = await the_case(house)
    assert case.answered_at is not None
    page = await (await zhou.get("/desk/cases/1")).text()
    for words in ("提醒值班老师", "值班群已收到", "看到了", "老师接手", "老师回复", "结束"):
        assert words in page


@pytest.mark.parametrize(
    ("duty_hours", "said"),
    [
        ("all 00:00-00:00", "已经提醒值班老师，谁来接还在确认。请先打电话，不用等我们。"),
        ("workday 08:30-17:30", "现在没有老师值班，提醒已经留下，最早明天 8:30 有老师看到。请先打电话"),
        ("", "现在没有老师值班，提醒已经留下。请先打电话，不用等我们。"),
    ],
    ids=["on duty", "off duty", "no hours"],
)
async def test_a_parent_is_told_the_truth_of_who_is_there(house: House, told: list[str], said: str) -> None:
    house.clock.set(NIGHT)
    reply = await house.say(DANGER)
    assert said.replace(" ", "") in reply.replace(" ", "")
    await settled(lambda: told)  # and the people are alerted at any hour


@pytest.mark.parametrize("duty_hours", ["all 00:00-00:00", "workday 08:30-17:30", ""])
async def test_a_parent_whose_case_is_taken_is_promised_no_more(house: House, told: list[str]) -> None:
    house.clock.set(NIGHT)
    await house.say(DANGER)
    zhou = await house.staff()
    await post(zhou, "claim")
    reply = await house.say("孩子喝了农药，吐白沫")  # another danger: shown although a person is there
    assert "120" in reply
    assert "不用等我们" in reply
    assert not [word for word in ("马上到", "马上回", "一定", "保证", "会联系您", "正在赶") if word in reply]
    await settled(lambda: len(told) == 2)  # and asked for again


async def test_nothing_is_pushed_to_a_parent_whose_phone_may_be_read(house: House) -> None:
    assert "清空对话" in await house.say(VIOLENCE)
    zhou = await house.staff()
    await post(zhou, "claim")
    page = await (await zhou.get("/desk/cases/1")).text()
    assert "安静模式：不要主动发消息" in page
    assert "家长说现在方便收消息" in page
    before = len(house.thread())
    await post(zhou, "messages", text="您现在安全吗", key="key-0001")
    await post(zhou, "return")
    await post(zhou, "messages", text="记一笔", key="key-0002", kind="note")
    house.clock.forward(timedelta(minutes=20))
    await asyncio.sleep(1.5)  # the sender looks twice a second
    assert len(house.thread()) == before
    assert "安静模式：等家长再来说话时送出" in await (await zhou.get("/desk/cases/1")).text()
    await post(zhou, "messages", text="我在听", key="key-0003")
    await house.act("say", text="他出门了，现在可以说")
    await settled(lambda: "周老师：我在听" in str(house.thread()[before:]))
    assert "周老师：您现在安全吗" in str(house.thread()[before:])
    house.clock.forward(timedelta(minutes=20))
    before = len(house.thread())
    await post(zhou, "messages", text="方便时去这里", key="key-0004", safe="1")
    await settled(lambda: "方便时去这里" in str(house.thread()[before:]))
