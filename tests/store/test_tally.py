"""The figures of made cases are those of the plain definition: each group by itself, every time of it sorted."""

from __future__ import annotations

import random
import statistics
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store import people, stations
from bot.store.board import CONTENT
from bot.store.desk_figures import SPOKEN, SUGGESTION, Sieve, figures
from bot.store.funnel import Spread
from bot.store.people import Staff
from bot.store.tables import cases
from bot.store.tally import NEVER, Batch, Figures, Work, tally
from knowledge.calendar import CHINA

KINDS = ("chat", "crisis", "suggestion", "report", "appointment")
OUTCOMES = (None, "", "已解决：孩子愿意去学校了", "已解决", "已转介：区里的医院", "联系不上：打了三次：没人接")
DAYS = 40

Row = dict[str, Any]


def made(rng: random.Random, now: datetime, places: list[int], owners: list[int]) -> Row:
    """Make a case as life does: not all are answered, some in the same moment, and a clock may go backwards."""
    opened = now - timedelta(seconds=rng.choice((0, 1, rng.uniform(0, DAYS * 86400))))

    def later(longest: float) -> datetime | None:
        span = rng.choice((0, 60, rng.uniform(-30, longest), rng.expovariate(1 / longest)))
        return None if rng.random() < 0.2 else opened + timedelta(seconds=span)

    return {
        "kind": rng.choice(KINDS),
        "state": rng.choice(("open", "claimed", "closed", "closed")),
        "station_id": rng.choice((None, *places)),
        "owner_id": rng.choice((None, *owners)),
        "opened_at": opened,
        "due_at": opened + timedelta(seconds=60),
        "answered_at": later(600),
        "claimed_at": later(300),
        "closed_at": later(90_000),
        "outcome": rng.choice(OUTCOMES),
        "satisfaction": rng.choice((None, 1, 2, 3, 4, 5)),
    }


def spread(seconds: list[float]) -> Spread | None:
    if len(seconds) < 2:
        return Spread(seconds[0], seconds[0]) if seconds else None
    tenths = statistics.quantiles(seconds, n=10, method="inclusive")
    return Spread(tenths[4], tenths[8])


def work(group: list[Row]) -> Work:
    """Count one group by itself."""
    heard = [(one, one["answered_at"] if one["kind"] in SPOKEN else one["claimed_at"]) for one in group]
    first = [(one, at) for one, at in heard if at is not None]
    ended = [one for one in group if one["state"] == "closed" and one["closed_at"] is not None]
    rated = [one["satisfaction"] for one in group if one["satisfaction"] is not None]
    return Work(
        cases=len(group),
        answered=len(first),
        in_time=sum(at <= one["due_at"] for one, at in first),
        closed=len(ended),
        rated=len(rated),
        content=sum(mark >= CONTENT for mark in rated),
        first=spread([max((at - one["opened_at"]).total_seconds(), 0) for one, at in first]),
        whole=spread([max((one["closed_at"] - one["opened_at"]).total_seconds(), 0) for one in ended]),
    )


def plainly(held: list[Row]) -> Figures:
    """Give the figures by their definition."""

    def by(name: str) -> dict[Any, Work]:
        return {key: work([one for one in held if one[name] == key]) for key in {one[name] for one in held}}

    told = [one["outcome"] or "" for one in held if one["state"] == "closed" and one["kind"] != SUGGESTION]
    days = Counter(one["opened_at"].astimezone(CHINA).date() for one in held)
    outcomes = Counter(words.split("：")[0] for words in told)
    return Figures(work(held), by("station_id"), by("owner_id"), by("kind"), dict(outcomes), dict(days))


def about(one: Work) -> tuple[object, ...]:
    """Give what is counted, and the times as far as a float can hold them."""
    times = [pytest.approx((it.median, it.p90), abs=1e-6) if it else None for it in (one.first, one.whole)]
    return one.cases, one.answered, one.in_time, one.closed, one.rated, one.content, *times


def exact(one: Work) -> tuple[object, ...]:
    times = [(it.median, it.p90) if it else None for it in (one.first, one.whole)]
    return one.cases, one.answered, one.in_time, one.closed, one.rated, one.content, *times


def assert_same(found: Figures, wanted: Figures) -> None:
    assert exact(found.all) == about(wanted.all)
    for name in ("by_station", "by_person", "by_kind"):
        is_, should = getattr(found, name), getattr(wanted, name)
        assert is_.keys() == should.keys()
        for key in should:
            assert exact(is_[key]) == about(should[key]), (name, key)
    assert (found.by_outcome, found.by_day) == (wanted.by_outcome, wanted.by_day)
    assert list(found.by_outcome.values()) == sorted(found.by_outcome.values(), reverse=True)
    assert list(found.by_day) == sorted(found.by_day)


async def world(conn: AsyncConnection) -> tuple[Staff, list[int], list[int]]:
    places = [await stations.add(conn, slug=f"s{n}", name=f"{n} 号站") for n in range(3)]
    owners = [
        await people.add(conn, login=f"t{n}", name=f"{n} 号老师", role="counsellor", password_hash="x")
        for n in range(7)
    ]
    await people.add(conn, login="admin", name="管理员", role="admin", password_hash="x")
    admin = await people.named(conn, "admin")
    assert admin is not None
    return admin, places, owners


def within(held: Iterable[Row], sieve: Sieve) -> list[Row]:
    narrow = (("station_id", sieve.station_id), ("owner_id", sieve.staff_id), ("kind", sieve.kind))
    return [
        one
        for one in held
        if sieve.since <= one["opened_at"] < sieve.until
        and all(value is None or one[name] == value for name, value in narrow)
    ]


@pytest.mark.parametrize("seed", range(4))
async def test_figures_are_those_of_the_plain_definition(engine: AsyncEngine, now: datetime, seed: int) -> None:
    rng = random.Random(seed)
    async with engine.begin() as conn:
        admin, places, owners = await world(conn)
        held = [made(rng, now, places, owners) for _ in range(rng.choice((1, 2, 30, 400)) if seed else 400)]
        await conn.execute(insert(cases), held)
        for sieve in (
            Sieve(now - timedelta(days=DAYS), now + timedelta(days=1)),
            Sieve(now - timedelta(days=DAYS / 2), now),
            Sieve(now - timedelta(days=DAYS), now, station_id=places[0]),
            Sieve(now - timedelta(days=DAYS), now, staff_id=owners[0]),
            Sieve(now - timedelta(days=DAYS), now, kind="suggestion"),
        ):
            wanted = within(held, sieve)
            found = await figures(conn, admin, sieve)
            if wanted:
                assert_same(found, plainly(wanted))
            else:
                assert found == Figures()


def test_more_people_than_sixteen_bits_can_count_keep_their_own_cases() -> None:
    owners = np.arange(1, 70_001)
    at = np.zeros(len(owners), ">i8")
    columns = (
        at,
        owners.astype(">i8"),
        at,
        at,
        (owners * 1_000_000).astype(">i8"),
        np.full(len(at), NEVER, ">i8"),
        at.astype(">i2"),
    )
    found = tally([Batch("chat", None, *(column.tobytes() for column in columns))])
    assert len(found.by_person) == found.all.cases == len(owners)
    assert all(one.first == Spread(owner or 0, owner or 0) for owner, one in found.by_person.items())
    assert found.all.whole is None


def test_nothing_gives_nothing() -> None:
    assert tally([]) == Figures()
