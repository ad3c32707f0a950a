"""By night nobody waits for people who are not there: a talk is handed on, and the parent is told when they come."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from bot.store import cases, conversations, people, stations
from bot.store.conversations import Conversation
from knowledge.calendar import CHINA
from tests.journeys.conftest import House

OURS = {"Sec-Fetch-Site": "same-origin"}
EVENING = datetime(2026, 5, 12, 17, 20, tzinfo=CHINA)  # a Tuesday: ten minutes before they go home
NIGHT = EVENING.replace(hour=22, minute=30)
OFFICE = "workday 08:30-17:30"
COMES = "这会儿值班老师不在。您说的记下了，老师明天 8:30 上班后来看。这之前您还可以接着问自动助手。"


@pytest.fixture
def duty_hours() -> str:
    return OFFICE


async def talk(house: House) -> Conversation:
    """Give the conversation of the first case as it stands."""
    async with house.app_engine.begin() as conn:
        case = await cases.find(conn, 1)
        assert case is not None
        assert case.conversation_id is not None
        found = await conversations.lock(conn, case.conversation_id)
    assert found is not None
    return found


async def post(client: TestClient[Any, Any], path: str, **fields: str) -> int:
    answer = await client.post(path, data=fields, headers=OURS, allow_redirects=False)
    return int(answer.status)


async def says(parent: TestClient[Any, Any], words: str, key: str) -> None:
    assert await post(parent, "/chat/say", text=words, key=key) == 303


async def page(client: TestClient[Any, Any], path: str) -> str:
    return await (await client.get(path)).text()


async def a_parent(house: House) -> TestClient[Any, Any]:
    browser = house.browser()
    assert (await browser.get("/chat")).status == 200
    return browser


async def a_town(house: House) -> int:
    """Make a station with office hours and one person of it."""
    async with house.app_engine.begin() as conn:
        number = await stations.add(conn, slug="zhonglou", name="钟楼站", region="320404", hours=OFFICE)
        assert number is not None
        await people.add(
            conn, login="gu", name="顾老师", role="counsellor", password_hash="x", station_id=number, capacity=3
        )
    return number


async def test_a_talk_that_is_handed_to_a_closed_station_goes_on_with_the_bot(house: House) -> None:
    house.clock.set(EVENING)
    parent, zhou = await a_parent(house), await house.staff()
    await says(parent, "我想找老师聊聊", "key-call")
    assert (await talk(house)).holder == "queue"
    assert await post(zhou, "/desk/cases/1/claim") == 303
    station = await a_town(house)
    house.clock.set(NIGHT)
    note = "家在钟楼，请那边接着聊"
    assert await post(zhou, "/desk/cases/1/hand-over", to=f"station:{station}", note=note) == 303
    told = await page(parent, "/chat")
    assert f"已转给钟楼站。{COMES}" in told
    assert note not in told
    held = await talk(house)
    assert held.holder == "bot"
    await says(parent, "孩子写作业磨蹭怎么办", "key-ask")  # the bot answers again, it does not say that somebody comes
    answered = (await page(parent, "/chat")).rpartition("孩子写作业磨蹭怎么办")[2]
    assert "作业" in answered
    assert "收到，老师接过来就会看到" not in answered
    async with house.app_engine.connect() as conn:
        case = await cases.find(conn, 1)
    assert case is not None
    assert (case.state, case.station) == ("open", "钟楼站")


async def test_in_the_morning_the_same_call_waits_for_a_person_again(house: House) -> None:
    house.clock.set(EVENING)
    parent, zhou = await a_parent(house), await house.staff()
    await says(parent, "我想找老师聊聊", "key-call")
    await post(zhou, "/desk/cases/1/claim")
    station = await a_town(house)
    house.clock.set(NIGHT)
    await post(zhou, "/desk/cases/1/hand-over", to=f"station:{station}", note="请接着聊")
    assert (await talk(house)).holder == "bot"
    house.clock.set((NIGHT + timedelta(days=1)).replace(hour=9))
    await says(parent, "我想找老师聊聊", "key-again")
    assert (await talk(house)).holder == "queue"
