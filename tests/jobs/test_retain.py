"""Nothing is kept longer than was promised; who still waits for a person is not forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs import retain
from bot.jobs.runner import Job
from bot.messages import Inbound
from bot.store import inbounds, people, proofs, sessions, thread
from bot.store.tables import case_events, cases, messages, parents, staff_sessions
from tests.jobs.conftest import Clock, a_talk

DAYS = 180


@pytest.fixture
def job(engine: AsyncEngine, clock: Clock) -> Job:
    return retain.job(engine, DAYS, clock)


async def a_parent(engine: AsyncEngine, sender: str, at: datetime) -> None:
    async with engine.begin() as conn:
        receipt = await inbounds.receive(conn, Inbound("wechat", sender, "m:1", "text", "在吗", at), at)
        await thread.add(conn, receipt.conversation_id, [thread.said("parent", "在吗")], at=at, case_id=None)
        await conn.execute(update(parents).where(parents.c.sender == sender).values(seen_at=at))


async def kept(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as conn:
        return list(await conn.scalars(select(parents.c.sender).order_by(parents.c.id)))


async def test_people_who_have_not_written_for_so_long_go_with_all_their_words(
    engine: AsyncEngine, job: Job, now: datetime
) -> None:
    await a_parent(engine, "o-long-ago", now - timedelta(days=DAYS, seconds=1))
    await a_parent(engine, "o-just-within", now - timedelta(days=DAYS - 1))
    assert await job.run() == 1
    assert await kept(engine) == ["o-just-within"]
    async with engine.connect() as conn:
        assert len((await conn.execute(select(messages.c.id))).all()) == 1
    assert await job.run() == 0


async def test_a_parent_with_an_open_case_stays_and_goes_when_it_is_closed(
    engine: AsyncEngine, job: Job, clock: Clock
) -> None:
    talk = await a_talk(engine, clock)
    async with engine.begin() as conn:
        await conn.execute(update(parents).values(seen_at=clock()))
    clock.forward(days=DAYS + 1)
    assert await job.run() == 0
    assert await kept(engine) == ["o-mei"]
    async with engine.begin() as conn:
        await conn.execute(update(cases).values(state="closed", outcome="已解决", reason="找老师", region="putuo"))
    assert await job.run() == 1
    assert await kept(engine) == []
    async with engine.connect() as conn:
        [case] = await conn.execute(select(cases))
        steps = (await conn.execute(select(case_events.c.tag, case_events.c.detail))).all()
    assert (case.id, case.conversation_id, case.outcome) == (talk.case_id, None, "已解决")  # what remains is a count
    assert (case.reason, case.region, case.detail) == ("", None, {})
    assert {row.tag for row in steps} == {"case:opened", "case:claimed"}
    assert all(row.detail == {} for row in steps)


async def test_many_are_forgotten_in_more_than_one_round(engine: AsyncEngine, job: Job, now: datetime) -> None:
    old = now - timedelta(days=DAYS + 1)
    async with engine.begin() as conn:
        values = [{"channel": "web", "sender": f"v-{number}", "seen_at": old} for number in range(201)]
        await conn.execute(parents.insert(), values)
        await conn.exec_driver_sql("INSERT INTO conversations (parent_id) SELECT id FROM parents")
    assert [await job.run() for _ in range(3)] == [200, 1, 0]


async def test_proofs_of_pushes_go_when_they_are_too_old_to_be_believed_anyway(
    engine: AsyncEngine, job: Job, now: datetime
) -> None:
    async with engine.begin() as conn:
        for proof, at in (("old", now - retain.PROOFS_LAST * 1.01), ("new", now)):
            assert await proofs.remember(conn, proof, "digest", at)
    await job.run()
    async with engine.begin() as conn:
        assert not await proofs.remember(conn, "new", "another body", now)
        assert await proofs.remember(conn, "old", "another body", now)


async def test_sessions_that_are_over_go(engine: AsyncEngine, job: Job, now: datetime) -> None:
    async with engine.begin() as conn:
        staff_id = await people.add(conn, login="zhou", name="周老师", role="counsellor", password_hash="x")
        await sessions.begin(conn, staff_id, "over", now=now, until=now)
        await sessions.begin(conn, staff_id, "going on", now=now, until=now + timedelta(seconds=1))
    await job.run()
    async with engine.connect() as conn:
        assert len((await conn.execute(select(staff_sessions))).all()) == 1
        assert await sessions.by_token(conn, "going on", now) is not None
