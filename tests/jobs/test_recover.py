"""What a dead process left behind is answered by another one, by the API or into the page, exactly once."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app import SERVICES
from bot.jobs import recover
from bot.jobs.runner import Job
from bot.messages import Inbound
from bot.store import conversations, inbounds
from bot.store.inbounds import LEASE
from bot.store.tables import inbounds as acts
from bot.store.tables import messages, outbox
from tests.house import House, rows
from tests.waiting import until

QUESTION = "孩子写作业磨蹭到十点，怎么办"


def job_of(house: House) -> Job:
    services = house.app[SERVICES]
    return recover.job(services.engine, services.turns, house.clock)


async def received(house: House, key: str = "m:1", surface: str = "push", sender: str = "o-mei") -> None:
    """Write an act down as a process does that is killed in the next moment."""
    channel = "wechat" if surface == "push" else "web"
    now = house.clock()
    act = Inbound(channel, sender, key, "text", QUESTION, now, surface=surface)  # type: ignore[arg-type]
    async with house.app[SERVICES].engine.begin() as conn:
        await inbounds.receive(conn, act, now)


async def answered(house: House) -> list[str]:
    return [row.text for row in await rows(house.database_url, messages) if row.who == "bot"]


async def until_answered(house: House) -> list[str]:
    return await until(partial(answered, house))


async def test_an_act_left_behind_is_answered_by_the_api(house: House) -> None:
    await received(house)
    follower = house.fake.world.follower("o-mei")
    follower.following = True
    follower.acted("message", house.clock())
    house.clock.forward(LEASE * 3)
    await job_of(house).run()  # the house's own job may have been quicker to claim it
    assert "自动回复" in await house.reply("o-mei", 0)
    [row] = await rows(house.database_url, acts)
    assert row.via == "api"
    assert row.answered_at is not None


async def test_an_act_left_behind_is_answered_exactly_once_by_two_processes(house: House) -> None:
    await received(house)
    house.clock.forward(LEASE * 3)
    await asyncio.gather(*(job_of(house).run() for _ in range(3)))
    assert len(await until_answered(house)) == 1
    house.clock.forward(timedelta(minutes=5))
    assert await job_of(house).run() == 0
    assert len(await answered(house)) == 1
    assert len(await rows(house.database_url, acts)) == 1


async def test_a_page_reads_the_answer_in_its_thread(house: House) -> None:
    await received(house, "p:key-0001", "page", "visitor-1")
    house.clock.forward(LEASE * 3)
    await job_of(house).run()
    assert len(await until_answered(house)) == 1
    assert await rows(house.database_url, outbox) == []


async def test_an_act_whose_process_lives_is_left_to_it(engine: AsyncEngine, now: datetime) -> None:
    act = Inbound("wechat", "o-mei", "m:1", "text", QUESTION, now)
    async with engine.begin() as conn:
        await inbounds.receive(conn, act, now)
        assert await inbounds.forsaken(conn, now + LEASE * 2) == []
        [(receipt, left)] = await inbounds.forsaken(conn, now + LEASE * 2 + timedelta(seconds=1))
        assert left == act
        assert receipt.fresh
        assert await inbounds.forsaken(conn, now + LEASE * 3) == []  # claimed: nobody else takes it up now


async def test_what_was_answered_is_not_taken_up(engine: AsyncEngine, now: datetime) -> None:
    act = Inbound("wechat", "o-mei", "m:1", "text", QUESTION, now)
    async with engine.begin() as conn:
        receipt = await inbounds.receive(conn, act, now)
        await inbounds.decide_way(conn, receipt.conversation_id, receipt.id or 0, now, "答")
        assert await inbounds.forsaken(conn, now + timedelta(hours=1)) == []


async def test_nothing_is_answered_for_a_parent_who_left_meanwhile(house: House) -> None:
    await received(house)
    async with house.app[SERVICES].engine.begin() as conn:
        await conversations.erase_person(conn, "wechat", "o-mei")
    house.clock.forward(LEASE * 3)
    assert await job_of(house).run() == 0
    assert await answered(house) == []
