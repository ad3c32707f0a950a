"""A release that loses a line is refused with the questions; one that changes no service asks nothing anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs.lookups import LookUps, every
from bot.jobs.publish import PublishError, packaged_exam, publish
from bot.jobs.publishing import Publisher
from bot.store import exam_questions, releases
from bot.store.releases import Publishing
from indexes.build import BuildError
from indexes.engine import SearchEngine
from indexes.live import Live
from knowledge import files
from knowledge.amend import encode
from knowledge.exam import Question
from knowledge.lookups import LookUp
from knowledge.model import Closure
from tests.jobs.a_change import a_change, asked
from tests.jobs.conftest import Clock

CARE = "changzhou-care-insurance"
ASKED = "关爱保险怎么弄"
NIGHT = "changzhou-96111"
HIDDEN: dict[str, Any] = {"name": "一份儿童险", "aliases": [], "about": "给困境儿童买的一份险。"}


@pytest.fixture
def publisher(engine: AsyncEngine, search_engine: SearchEngine, tmp_path: Path, clock: Clock) -> Publisher:
    (tmp_path / "indexes").mkdir()
    return Publisher(engine, Live(search_engine), tmp_path / "indexes", clock)


def listing(**fields: Any) -> dict[str, Any]:
    return {**encode(files.load().listings[CARE]), **fields}


async def published(publisher: Publisher, change: int) -> Publishing:
    number = await asked(publisher.engine, [change], publisher.clock())
    assert await publisher.run() == 1
    async with publisher.engine.connect() as conn:
        found = await releases.find(conn, number)
    assert found is not None
    return found


async def test_who_hides_a_line_is_refused_with_what_is_not_found_any_more(publisher: Publisher, clock: Clock) -> None:
    before = publisher.live.engine
    change = await a_change(publisher.engine, clock(), sort="listing", key=CARE, fields=listing(**HIDDEN))
    made = await published(publisher, change)
    assert made.state == releases.REFUSED, made.report
    assert made.report["missed"] == [ASKED]
    assert "原来问得到" in made.report["sentence"]
    assert publisher.live.engine is before


async def test_a_line_that_is_taken_out_is_not_asked_for_any_more(publisher: Publisher, clock: Clock) -> None:
    change = await a_change(publisher.engine, clock(), sort="listing", key=CARE, fields={})
    made = await published(publisher, change)
    told = made.report
    if made.state == releases.REFUSED:  # other things of the library may point at it: that is another rule's
        assert told["problems"]
        assert not told.get("missed")
    else:
        assert told["lookups"]["gone"] == [ASKED]


async def test_who_closes_a_line_for_a_while_is_not_refused(publisher: Publisher, clock: Clock) -> None:
    shut = (Closure(clock().date(), clock().date() + timedelta(days=9), "检修"),)
    fields = encode(replace(files.load().listings[NIGHT], closures=shut))
    change = await a_change(publisher.engine, clock(), sort="listing", key=NIGHT, fields=fields)
    made = await published(publisher, change)
    assert made.state == releases.BUILT, made.report
    assert "96111现在打得通吗" in made.report["lookups"]["gone"]
    assert made.report["lookups"]["lost"] == []


async def test_what_an_editor_asks_of_a_line_counts_too(publisher: Publisher, clock: Clock) -> None:
    async with publisher.engine.begin() as conn:
        asks = Question("儿童保险怎么弄", listings=(CARE,), region="changzhou")
        await exam_questions.add(conn, asks, "顾老师", clock())
    fields = listing(**{**HIDDEN, "aliases": ["关爱保险"]})
    change = await a_change(publisher.engine, clock(), sort="listing", key=CARE, fields=fields)
    made = await published(publisher, change)
    assert made.state == releases.REFUSED, made.report
    assert made.report["missed"] == ["儿童保险怎么弄"]


async def test_every_release_tells_how_many_are_found(publisher: Publisher, clock: Clock) -> None:
    made = await published(publisher, await a_change(publisher.engine, clock()))
    told = made.report["lookups"]
    assert told["asked"] > 50
    assert told["before"] == told["after"] > 50
    assert told["lost"] == []


async def test_a_command_is_refused_as_well(
    engine: AsyncEngine, search_engine: SearchEngine, tmp_path: Path, clock: Callable[[], datetime]
) -> None:
    library = files.load()
    hidden = replace(library.listings[CARE], **{**HIDDEN, "aliases": ()})
    less = replace(library, listings={**library.listings, CARE: hidden})
    with pytest.raises((BuildError, PublishError), match="原来问得到"):
        await publish(engine, less, tmp_path, clock=clock, base=search_engine)


def test_where_no_service_differs_nothing_is_asked_again(clock: Clock) -> None:
    library = files.load()
    seen = LookUps()
    first = seen.of(library, every(()), clock())
    other = replace(library, entries={}, listings=dict(library.listings))
    assert seen.of(other, every(()), clock()) is first
    assert seen.of(replace(library, listings={}), every(()), clock()) is not first


def test_where_no_service_differs_a_new_day_asks_nothing_either(clock: Clock) -> None:
    library = files.load()
    other, seen, began = replace(library, entries={}), LookUps(), clock()
    first = seen.of(library, every(()), began)
    for day in (1, 2, 3):
        looked = seen.compared(library, other, (), began + timedelta(days=day))
        assert looked.before == looked.after == sum(first)
    assert seen.of(library, every(()), began) is first  # nothing has taken its place


async def test_before_anybody_publishes_the_questions_of_editors_are_asked_too(
    publisher: Publisher, clock: Clock
) -> None:
    async with publisher.engine.begin() as conn:
        await exam_questions.add(conn, Question("儿童保险怎么弄", listings=(CARE,)), "顾老师", clock())
        added = tuple(await exam_questions.active(conn))
    packaged_exam.cache_clear()
    assert await publisher.run() == 0
    assert [one.questions for one in publisher.lookups._last] == [every(added)]
    assert len(every(added)) == len(every(())) + 1


def test_parents_who_have_not_said_where_they_live_are_taken_to_live_where_the_installation_says(clock: Clock) -> None:
    asked = (LookUp("举报补习班打哪个电话", ("shanghai-12345-minors",)),)
    assert LookUps("putuo").of(files.load(), asked, clock()) == (True,)
    assert LookUps().of(files.load(), asked, clock()) == (False,)
