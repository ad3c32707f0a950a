"""Every process goes along with what administrators saved; what is broken or away leaves everything as it was."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
from prometheus_client import REGISTRY
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs.edits import Following, take_rules
from bot.safety import assess
from bot.store import edits
from bot.store.database import DOWN, open_engine
from bot.store.edits import SAFETY
from tests.paper_boat import BOAT, SAYING

pytestmark = pytest.mark.usefixtures("packaged_afterwards")


async def save(engine: AsyncEngine, key: str, body: str | None, now: datetime, sort: str = "pattern") -> None:
    async with engine.begin() as conn:
        values = {"sort": sort, "key": key, "body": body, "author": "沈主任", "at": now}
        await edits.add(conn, values, among=SAFETY, seen=await edits.newest(conn, SAFETY))


def following_of(engine: AsyncEngine) -> Following:
    return Following(engine, {SAFETY: take_rules})


def failures() -> float:
    return REGISTRY.get_sample_value("bot_failures_total", {"where": "edits"}) or 0.0


async def test_what_is_saved_is_installed_and_what_is_given_up_is_gone(engine: AsyncEngine, now: datetime) -> None:
    following = following_of(engine)
    await following.look()
    assert assess(SAYING).level == "none"
    await save(engine, "paper-boat", BOAT, now)
    await following.look()
    assert (assess(SAYING).level, assess(SAYING).kind) == ("concern", "suicide")
    await save(engine, "paper-boat", None, now)
    await following.look()
    assert assess(SAYING).level == "none"


async def test_a_broken_edit_is_skipped_and_counted_and_the_others_hold(engine: AsyncEngine, now: datetime) -> None:
    before = failures()
    await save(engine, "note", "nonsense: [", now)
    await save(engine, "x", "x", now, sort="card")
    await save(engine, "paper-boat", BOAT, now)
    await following_of(engine).look()
    assert failures() == before + 2
    assert assess(SAYING).level == "concern"
    assert assess("她留了遗书，人不见了手机关机").crisis


async def test_without_the_database_what_is_in_force_stays(engine: AsyncEngine, now: datetime) -> None:
    await save(engine, "paper-boat", BOAT, now)
    await following_of(engine).look()
    away = open_engine("postgresql://nobody@127.0.0.1:1/nowhere")
    lost = following_of(away)
    with pytest.raises(DOWN):
        await lost.look()
    task = asyncio.create_task(lost.follow())
    await asyncio.sleep(0.2)
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await away.dispose()
    assert assess(SAYING).level == "concern"


async def test_following_goes_on_by_itself(engine: AsyncEngine, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.jobs.edits.EVERY_SECONDS", 0.05)
    task = asyncio.create_task(following_of(engine).follow())
    await save(engine, "paper-boat", BOAT, now)
    async with asyncio.timeout(30):
        while assess(SAYING).level == "none":  # noqa: ASYNC110 - rules are no event to wait for
            await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
