"""Deliveries: three tries give one answer and one row, also across processes; nothing is lost or said twice."""

from __future__ import annotations

import asyncio

from aiohttp.test_utils import TestServer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.tables import inbounds, messages
from tests.journeys.conftest import House, rows
from tests.waiting import until


async def test_three_deliveries_at_once_give_one_row_and_one_answer(house: House) -> None:
    await house.act("say", text="孩子写作业磨蹭", copies=3)
    assert len(await rows(house.database_url, inbounds)) == 1
    assert [row.who for row in await rows(house.database_url, messages)] == ["parent", "bot"]


async def test_the_same_act_at_two_processes_is_answered_once_with_the_same_words(
    house: House, second_process: TestServer
) -> None:
    await house.act("say", text="孩子写作业磨蹭")
    first = house.thread()[-1].text
    house.fake.world.account.webhook = str(second_process.make_url("/wechat"))
    [prepared] = [house.fake.control._prepare("o-mei", "say", {"text": "孩子三岁上幼儿园天天哭"})]
    await house.fake.pusher.push(prepared)
    house.fake.world.account.webhook = f"{house.url}/wechat"
    await house.fake.pusher.push(prepared)
    said = [bubble.text for bubble in house.thread() if bubble.who == "account"]
    assert said[0] == first
    assert said[-1] == said[-2]
    assert len(await rows(house.database_url, inbounds)) == 2


async def test_a_slow_answer_goes_by_the_api_and_a_second_message_is_answered_too(
    house: House, engine: AsyncEngine
) -> None:
    await house.say("孩子写作业磨蹭")
    async with engine.begin() as conn:  # somebody holds the conversation: the turn cannot go on
        await conn.execute(text("SELECT id FROM conversations FOR NO KEY UPDATE"))
        before = len(house.thread())
        outcomes = await asyncio.gather(
            house.act("say", text="三岁上幼儿园天天哭"), house.act("say", text="女儿说同学都不跟她玩")
        )
    assert outcomes == ["silent", "silent"]

    async def both_answered() -> bool:  # an answer may take two messages
        return len({bubble.text for bubble in house.thread()[before:] if bubble.via == "api"}) >= 2

    assert await until(both_answered)
    said = [row.who for row in sorted(await rows(house.database_url, messages), key=lambda row: row.id)]
    assert said == ["parent", "bot"] * 3


async def test_an_event_is_told_apart_by_time_kind_and_key(house: House) -> None:
    await house.act("event", event="CLICK", key="HELP", copies=3)
    await house.act("event", event="CLICK", key="ASK")
    assert len(await rows(house.database_url, inbounds)) == 2


async def test_a_long_answer_is_read_on_by_a_tap(house: House, engine: AsyncEngine) -> None:
    await house.say("孩子写作业磨蹭")
    async with engine.begin() as conn:
        await conn.execute(text("""UPDATE conversations SET rest = '["第二部分", "第三部分"]'"""))
    await house.act("tap", content="继续看", id="100")
    assert house.thread()[-1].text == "第二部分"
    await house.act("tap", content="继续看", id="100")
    assert house.thread()[-1].text == "第三部分"
