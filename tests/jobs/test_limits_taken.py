"""Thresholds that were saved hold in every process, and for everything that is examined or compared there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs import building
from bot.jobs.edits import Following, limits_in_force, take_limits
from bot.store import edits
from bot.store.edits import LIMITS
from indexes.engine import SearchEngine
from indexes.limits import Limits, encode
from indexes.live import Live
from knowledge.exam import Question

HIGHER = replace(Limits(), first=0.9, three=0.8)
NOT_OURS = Question("累死了，今天带娃一天，没别的就吐槽", inside=False)  # offered a choice by what is packaged


@pytest.fixture(autouse=True)
def packaged_limits_afterwards(search_engine: SearchEngine) -> Iterator[None]:
    """The engine is shared by all tests."""
    yield
    search_engine.limits = Limits()


async def save(engine: AsyncEngine, body: str | None, now: datetime) -> None:
    async with engine.begin() as conn:
        values = {"sort": "limits", "key": "limits", "body": body, "author": "沈主任", "at": now}
        await edits.add(conn, values, among=LIMITS, seen=await edits.newest(conn, LIMITS))


def failures() -> float:
    return REGISTRY.get_sample_value("bot_failures_total", {"where": "edits"}) or 0.0


async def test_what_was_saved_is_taken_over_and_what_is_packaged_comes_back(
    engine: AsyncEngine, search_engine: SearchEngine, now: datetime
) -> None:
    live = Live(search_engine)
    following = Following(engine, {LIMITS: take_limits(live)})
    await following.look()
    assert live.limits == Limits()
    await save(engine, encode(HIGHER), now)
    await following.look()
    assert live.limits == search_engine.limits == HIGHER
    async with engine.connect() as conn:
        assert await limits_in_force(conn) == HIGHER
    await save(engine, None, now)
    await following.look()
    assert live.limits == search_engine.limits == Limits()


@pytest.mark.parametrize("body", ["no json", '{"first": 0.01}', '{"first": 0.51, "three": 0.9}', '{"unheard-of": 1}'])
async def test_what_nobody_may_set_is_refused_counted_and_the_packaged_ones_hold(
    engine: AsyncEngine, search_engine: SearchEngine, now: datetime, body: str
) -> None:
    live, before = Live(search_engine), failures()
    await save(engine, encode(HIGHER), now)
    await save(engine, body, now)
    await Following(engine, {LIMITS: take_limits(live)}).look()
    assert live.limits == search_engine.limits == Limits()
    assert failures() == before + 1
    async with engine.connect() as conn:
        assert await limits_in_force(conn) == Limits()


async def test_a_comparison_in_a_process_of_its_own_goes_by_them(index_path: Path) -> None:
    async def refused(limits: Limits) -> float:
        found = await building.compare(index_path, index_path, [NOT_OURS], [], limits)
        share: float = found["exam"][1]["refused"]
        return share

    assert (await refused(Limits()), await refused(HIGHER)) == (0.0, 1.0)
