"""Receiving: one row for each act, however often and by however many it is delivered."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.messages import Inbound
from bot.store import conversations, inbounds
from bot.store.tables import inbounds as table


def an_act(now: datetime, key: str = "m:1", sender: str = "o-mei") -> Inbound:
    return Inbound("wechat", sender, key, "text", "娃不写作业", now, detail={"n": 1})


async def receive(engine: AsyncEngine, act: Inbound, now: datetime) -> inbounds.Receipt:
    async with engine.begin() as conn:
        return await inbounds.receive(conn, act, now)


async def test_three_deliveries_leave_one_row(engine: AsyncEngine, now: datetime) -> None:
    receipts = await asyncio.gather(*(receive(engine, an_act(now), now) for _ in range(3)))
    assert sorted(receipt.fresh for receipt in receipts) == [False, False, True]
    async with engine.connect() as conn:
        assert await conn.scalar(select(func.count()).select_from(table)) == 1


async def test_the_same_key_of_two_people_is_two_acts(engine: AsyncEngine, now: datetime) -> None:
    assert (await receive(engine, an_act(now), now)).fresh
    assert (await receive(engine, an_act(now, sender="o-lan"), now)).fresh


async def test_the_row_decides_once_whether_the_answer_is_late(engine: AsyncEngine, now: datetime) -> None:
    receipt = await receive(engine, an_act(now), now)
    assert receipt.id is not None
    async with engine.begin() as conn:
        assert await inbounds.too_late(conn, receipt.conversation_id, receipt.id)
    async with engine.begin() as conn:
        assert await inbounds.decide_way(conn, receipt.conversation_id, receipt.id, now, "好") == "api"
    async with engine.begin() as conn:
        assert await inbounds.decide_way(conn, receipt.conversation_id, receipt.id, now, "好") is None


async def test_an_answer_in_time_cannot_become_late(engine: AsyncEngine, now: datetime) -> None:
    receipt = await receive(engine, an_act(now), now)
    assert receipt.id is not None
    async with engine.begin() as conn:
        assert await inbounds.decide_way(conn, receipt.conversation_id, receipt.id, now, "好") == "passive"
    async with engine.begin() as conn:
        assert not await inbounds.too_late(conn, receipt.conversation_id, receipt.id)


async def test_a_dead_process_loses_its_act_to_the_next_delivery(engine: AsyncEngine, now: datetime) -> None:
    receipt = await receive(engine, an_act(now), now)
    assert receipt.id is not None
    later = now + inbounds.LEASE + timedelta(seconds=1)
    async with engine.begin() as conn:
        assert not await inbounds.take_over(conn, receipt.conversation_id, receipt.id, now)
        assert await inbounds.take_over(conn, receipt.conversation_id, receipt.id, later)
        assert not await inbounds.take_over(conn, receipt.conversation_id, receipt.id, later)


async def test_what_nobody_answered_is_found_again_whole(engine: AsyncEngine, now: datetime) -> None:
    act = an_act(now)
    await receive(engine, act, now)
    async with engine.begin() as conn:
        assert await inbounds.forsaken(conn, now) == []
        [(receipt, found)] = await inbounds.forsaken(conn, now + timedelta(minutes=1))
    assert found == act
    async with engine.begin() as conn:
        assert await inbounds.forsaken(conn, now + timedelta(minutes=1)) == []
        assert await inbounds.decide_way(conn, receipt.conversation_id, receipt.id or 0, now, "好") == "api"


async def test_an_erased_person_leaves_nothing(engine: AsyncEngine, now: datetime) -> None:
    receipt = await receive(engine, an_act(now), now)
    async with engine.begin() as conn:
        assert await conversations.erase_person(conn, "wechat", "o-mei")
    async with engine.begin() as conn:
        assert await inbounds.progress(conn, receipt.conversation_id, "m:1") is None
        assert await conversations.lock(conn, receipt.conversation_id) is None
        assert await conn.scalar(select(func.count()).select_from(table)) == 0
        assert not await conversations.erase_person(conn, "wechat", "o-mei")
