"""Figures of a period, the crisis funnel within a scope, samples for quality and what reviewers said."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.messages import Inbound
from bot.store import cases, desk_figures, inbounds, people, reviews, stations
from bot.store.desk_figures import Sieve, figures
from bot.store.funnel import Spread, funnel
from bot.store.people import Staff
from bot.store.reviews import Pool
from bot.store.scope import sees

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


async def person(conn: AsyncConnection, login: str, role: str, **where: Any) -> Staff:
    number = await people.add(conn, login=login, name=f"{login}老师", role=role, password_hash="x", **where)
    found = await people.find(conn, number)
    assert found is not None
    return found


async def a_case(conn: AsyncConnection, at: datetime, **values: Any) -> int:
    return await cases.open_case(conn, {"kind": "chat", "opened_at": at, "due_at": at + 30 * MINUTE, **values})


@pytest.fixture
async def world(engine: AsyncEngine) -> dict[str, Any]:
    async with engine.begin() as conn:
        here = await stations.add(conn, slug="here", name="天宁站")
        there = await stations.add(conn, slug="there", name="钟楼站")
        return {
            "here": here,
            "there": there,
            "lead": await person(conn, "lead", "lead", station_id=here),
            "zhou": await person(conn, "zhou", "counsellor", station_id=here),
            "admin": await person(conn, "admin", "admin"),
        }


async def closed(conn: AsyncConnection, at: datetime, world: dict[str, Any], **values: Any) -> int:
    """Make a closed talk of 周老师, with a conversation that can be read."""
    made = await conn.exec_driver_sql("SELECT count(*) FROM parents")
    number = made.scalar_one()
    arrived = Inbound("web", f"v{number}", f"k{number}", "text", "您好", at)
    ticket = await inbounds.receive(conn, arrived, at)
    facts = {"station_id": world["here"], "owner_id": world["zhou"].id, "closed_at": at + 60 * MINUTE}
    given = {"state": "closed", "conversation_id": ticket.conversation_id, **facts, **values}
    return await a_case(conn, at, **given)


async def test_a_period_is_counted_by_station_person_kind_day_and_outcome(
    engine: AsyncEngine, now: datetime, world: dict[str, Any]
) -> None:
    here, zhou = world["here"], world["zhou"].id
    async with engine.begin() as conn:
        for minutes in (2, 10, 40):
            done = {"answered_at": now + minutes * MINUTE, "closed_at": now + 60 * MINUTE, "state": "closed"}
            more = {"outcome": "已解决：孩子愿意去学校了", "satisfaction": 5 if minutes < 40 else 2}
            await a_case(conn, now, station_id=here, owner_id=zhou, **done, **more)
        await a_case(conn, now + DAY, kind="report", claimed_at=now + DAY + MINUTE)
        await a_case(conn, now - MINUTE)
        await a_case(conn, now + 2 * DAY)
        found = await figures(conn, world["admin"], Sieve(now, now + 2 * DAY))
        names = await desk_figures.names(conn, found)
    whole = found.all
    assert (whole.cases, whole.answered, whole.in_time, whole.closed, whole.rated, whole.content) == (4, 4, 3, 3, 3, 2)
    mine = found.by_person[zhou]
    assert mine.first == Spread(600, 2040)
    assert mine.whole == Spread(3600, 3600)
    assert {key: one.cases for key, one in found.by_station.items()} == {here: 3, None: 1}
    assert {key: one.cases for key, one in found.by_kind.items()} == {"chat": 3, "report": 1}
    assert list(found.by_day.values()) == [3, 1]
    assert found.by_outcome == {"已解决": 3}  # never the note on the family
    assert names == ({here: "天宁站"}, {zhou: "zhou老师"})


async def test_a_period_with_nothing_is_all_nothing(engine: AsyncEngine, now: datetime, world: dict[str, Any]) -> None:
    async with engine.begin() as conn:
        found = await figures(conn, world["admin"], Sieve(now, now + DAY))
    assert found.all.cases == 0
    assert found.all.first is None
    assert (found.by_station, found.by_kind, found.by_day) == ({}, {}, {})


async def test_figures_stay_within_what_somebody_may_see_and_what_they_ask_for(
    engine: AsyncEngine, now: datetime, world: dict[str, Any]
) -> None:
    async with engine.begin() as conn:
        await a_case(conn, now, station_id=world["here"], owner_id=world["zhou"].id)
        await a_case(conn, now, station_id=world["here"], kind="suggestion")
        await a_case(conn, now, station_id=world["there"])

        async def count(staff: Staff, **narrow: Any) -> int:
            return (await figures(conn, staff, Sieve(now, now + DAY, **narrow))).all.cases

        assert await count(world["admin"]) == 3
        assert await count(world["lead"]) == 2
        assert await count(world["lead"], station_id=world["there"]) == 0
        assert await count(world["admin"], station_id=world["there"]) == 1
        assert await count(world["admin"], staff_id=world["zhou"].id) == 1
        assert await count(world["admin"], kind="suggestion") == 1


async def test_the_answer_to_a_suggestion_is_no_outcome(
    engine: AsyncEngine, now: datetime, world: dict[str, Any]
) -> None:
    async with engine.begin() as conn:
        await a_case(conn, now, kind="suggestion", state="closed", closed_at=now, outcome="已经请街道去看了")
        found = await figures(conn, world["admin"], Sieve(now, now + DAY))
    assert found.by_outcome == {}


async def test_the_crisis_funnel_is_of_the_cases_that_somebody_may_see(
    engine: AsyncEngine, now: datetime, world: dict[str, Any]
) -> None:
    async with engine.begin() as conn:
        await a_case(conn, now, kind="crisis", level="urgent", station_id=world["here"], answered_at=now + MINUTE)
        await a_case(conn, now, kind="crisis", level="urgent", station_id=world["there"])
        mine = await funnel(conn, now, now + DAY, sees(world["lead"]))
        seen = await funnel(conn, now, now + DAY)
    assert (mine.opened, mine.answered) == (1, 1)
    assert (seen.opened, seen.answered) == (2, 1)


async def test_a_sample_is_the_same_for_the_same_seed_and_another_for_another(
    engine: AsyncEngine, now: datetime, world: dict[str, Any]
) -> None:
    pool = Pool(now, now + DAY)
    async with engine.begin() as conn:
        made = [await closed(conn, now + number * MINUTE, world) for number in range(12)]
        first = [case.id for case in await reviews.draw(conn, world["lead"], pool, 5, "a1")]
        again = [case.id for case in await reviews.draw(conn, world["admin"], pool, 5, "a1")]
        other = [case.id for case in await reviews.draw(conn, world["lead"], pool, 5, "b2")]
        assert await reviews.size(conn, world["lead"], pool) == 12
    assert first == again
    assert first != other
    assert len(set(first)) == 5
    assert set(first) <= set(made)


async def test_a_sample_has_only_closed_talks_of_the_pool(
    engine: AsyncEngine, now: datetime, world: dict[str, Any]
) -> None:
    async with engine.begin() as conn:
        wanted = await closed(conn, now, world)
        await closed(conn, now - DAY, world)
        await closed(conn, now, world, kind="suggestion")
        await closed(conn, now, world, state="claimed", closed_at=None)
        foreign = await closed(conn, now, world, station_id=world["there"])
        pool = Pool(now, now + DAY)
        assert [case.id for case in await reviews.draw(conn, world["lead"], pool, 9, "x")] == [wanted]
        there = Pool(now, now + DAY, station_id=world["there"])
        assert [case.id for case in await reviews.draw(conn, world["admin"], there, 9, "x")] == [foreign]
        nobody = Pool(now, now + DAY, staff_id=world["lead"].id)
        assert await reviews.draw(conn, world["admin"], nobody, 9, "x") == []


async def test_a_second_look_of_the_same_reviewer_takes_the_place_of_the_first(
    engine: AsyncEngine, now: datetime, world: dict[str, Any]
) -> None:
    async with engine.begin() as conn:
        case = await closed(conn, now, world)
        await reviews.keep(conn, case, world["lead"], {"warm": 2}, "可以再慢一点", now)
        await reviews.keep(conn, case, world["lead"], {"warm": 4, "safe": 5}, "第二次看觉得很稳", now)
        await reviews.keep(conn, case, world["admin"], {"warm": 5}, "", now)
        found = await reviews.of_cases(conn, [case])
        mine = await reviews.of_person(conn, world["zhou"].id)
        none = await reviews.of_person(conn, world["lead"].id)
        by_person = await reviews.by_person(conn, world["lead"], Pool(now, now + DAY))
        by_station = await reviews.by_station(conn, world["lead"], Pool(now, now + DAY))
    assert [(one.reviewer, one.marks, one.comment) for one in found[case]] == [
        ("lead老师", {"warm": 4, "safe": 5}, "第二次看觉得很稳"),
        ("admin老师", {"warm": 5}, ""),
    ]
    assert [one.reviewer for one in mine] == ["admin老师", "lead老师"]
    assert none == []
    assert [(one.name, one.reviews, one.means) for one in by_person] == [("zhou老师", 2, {"warm": 4.5, "safe": 5.0})]
    assert [one.name for one in by_station] == ["天宁站"]


async def test_a_day_is_china_s_day(engine: AsyncEngine, world: dict[str, Any]) -> None:
    midnight = datetime.fromisoformat("2026-03-05T00:00:00+08:00")
    async with engine.begin() as conn:
        for at in (midnight - timedelta(seconds=1), midnight, midnight + DAY - timedelta(seconds=1), midnight + DAY):
            await a_case(conn, at)
        found = await figures(conn, world["admin"], Sieve(midnight - DAY, midnight + 3 * DAY))
        zone = "SELECT date(timezone('Asia/Shanghai', opened_at)), count(*) FROM cases GROUP BY 1"
        asked = {row[0]: row[1] for row in await conn.exec_driver_sql(zone)}
    assert found.by_day == asked
    assert list(found.by_day.items()) == [(date(2026, 3, 4), 1), (date(2026, 3, 5), 2), (date(2026, 3, 6), 1)]
