"""Stations in the database: one slug each, seen by those who belong to them, robots told by name only."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import cases, stations
from bot.store.people import Staff


@pytest.fixture
async def two(engine: AsyncEngine) -> tuple[int, int]:
    async with engine.begin() as conn:
        far = await stations.add(conn, slug="putuo", name="普陀站", region="shanghai", robot="https://far")
        near = await stations.add(
            conn, slug="tianning", name="天宁站", region="changzhou", robot="https://near", next_id=far, kinds=("chat",)
        )
    assert near is not None
    assert far is not None
    return near, far


async def test_a_slug_belongs_to_one_station(engine: AsyncEngine, two: tuple[int, int]) -> None:
    near, far = two
    async with engine.begin() as conn:
        assert await stations.add(conn, slug="putuo", name="另一个") is None
        assert not await stations.change(conn, near, slug="putuo")
        assert await stations.change(conn, near, slug="tianning", name="新名字")
        assert await stations.change(conn, far, hours="all 08:00-12:00")
        found = await stations.by_slug(conn, "tianning")
    assert found is not None
    assert (found.name, found.kinds) == ("新名字", ("chat",))


async def test_a_station_out_of_use_is_not_found_by_its_code(engine: AsyncEngine, two: tuple[int, int]) -> None:
    async with engine.begin() as conn:
        await stations.change(conn, two[0], active=False)
        assert await stations.by_slug(conn, "tianning") is None
        assert [one.id for one in await stations.listing(conn)] == [two[1], two[0]]


async def test_everybody_sees_the_stations_of_their_scope(engine: AsyncEngine, two: tuple[int, int]) -> None:
    near, far = two

    async def seen(role: str, station: int | None = None, region: str | None = None) -> set[int]:
        regions = frozenset({region}) if region else frozenset()
        me = Staff(1, "x", "x", role, True, station, region, regions)
        async with engine.connect() as conn:
            return {one.id for one in await stations.listing(conn, me)}

    assert await seen("admin") == {near, far}
    assert await seen("supervisor", region="changzhou") == {near}
    assert await seen("supervisor") == {near, far}
    assert await seen("lead", near, "changzhou") == {near}
    assert await seen("counsellor", far, "shanghai") == {far}
    assert await seen("counsellor") == set()


async def test_the_robots_of_a_case_are_its_stations_and_the_next_ones(
    engine: AsyncEngine, two: tuple[int, int], now: datetime
) -> None:
    near, far = two
    async with engine.begin() as conn:
        row = {"kind": "crisis", "level": "urgent", "due_at": now}
        mine = await cases.open_case(conn, row | {"station_id": near})
        last = await cases.open_case(conn, row | {"station_id": far})
        nobodys = await cases.open_case(conn, row)
        found = await stations.alarms(conn, mine)
        assert found is not None
        assert (found.station, found.robot, found.next_id, found.next_robot) == (
            "天宁站",
            "https://near",
            far,
            "https://far",
        )
        assert "https" not in repr(found)
        ends = await stations.alarms(conn, last)
        assert ends is not None
        assert (ends.next_id, ends.next_robot) == (None, "")
        assert await stations.alarms(conn, nobodys) is None
        await stations.change(conn, far, active=False)
        without = await stations.alarms(conn, mine)
    assert without is not None
    assert without.next_id is None
