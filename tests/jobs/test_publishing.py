"""Publishing what editors ask for: live in the same moment, or refused with the reason, and back again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs.publishing import STOPPED, Publisher
from bot.store import changes, exam_questions, pointing, releases
from bot.store.pointing import PointError
from bot.store.releases import Publishing
from indexes.engine import SearchEngine
from indexes.hits import Query
from indexes.live import Live, read_pointer
from knowledge import files
from knowledge.amend import encode
from knowledge.editorial import State
from knowledge.exam import Question
from tests.jobs.a_change import KEY, WORDS, a_change, asked, body, state_of
from tests.jobs.conftest import Clock


@pytest.fixture
def live(search_engine: SearchEngine) -> Live:
    return Live(search_engine)


@pytest.fixture
def publisher(engine: AsyncEngine, live: Live, tmp_path: Path, clock: Clock) -> Publisher:
    (tmp_path / "indexes").mkdir()
    return Publisher(engine, live, tmp_path / "indexes", clock)


async def row(engine: AsyncEngine, number: int) -> Publishing:
    async with engine.connect() as conn:
        found = await releases.find(conn, number)
    assert found is not None
    return found


async def published(publisher: Publisher, ids: list[int], **how: Any) -> Publishing:
    number = await asked(publisher.engine, ids, publisher.clock(), **how)
    assert await publisher.run() == 1
    return await row(publisher.engine, number)


async def test_a_change_is_live_in_this_process_at_once(publisher: Publisher, live: Live, clock: Clock) -> None:
    change = await a_change(publisher.engine, clock())
    made = await published(publisher, [change])
    assert (made.state, made.changes, made.live_at) == (releases.BUILT, (change,), clock())
    engine = live.engine
    assert engine is not None
    assert engine.path == publisher.root / str(made.directory)
    assert engine.search(Query(WORDS)).items[0].id == KEY
    assert WORDS in engine.release.library.entries[KEY].wordings
    assert read_pointer(publisher.root) == made.directory
    assert await state_of(publisher.engine, change) is State.PUBLISHED
    assert SearchEngine.open(engine.path).release == engine.release  # what lies on the disk is the same


async def test_the_next_one_stands_upon_it(publisher: Publisher, live: Live, clock: Clock) -> None:
    first = await a_change(publisher.engine, clock())
    one = await published(publisher, [first])
    out = await a_change(publisher.engine, clock(), sort="listing", key="nothing-like-it", fields={}, login="gu")
    two = await published(publisher, [out])
    assert (two.base, two.changes) == (one.number, (first, out))
    assert live.engine is not None
    assert WORDS in live.engine.release.library.entries[KEY].wordings


async def test_what_breaks_a_rule_is_refused_and_stays_approved(
    publisher: Publisher, live: Live, search_engine: SearchEngine, clock: Clock
) -> None:
    change = await a_change(publisher.engine, clock(), fields=body(wordings=["一句"], related=["gone"]))
    made = await published(publisher, [change])
    assert made.state == releases.REFUSED
    assert any("gone" in message for message in made.report["problems"])
    assert live.engine is search_engine
    assert read_pointer(publisher.root) is None
    assert await state_of(publisher.engine, change) is State.APPROVED


async def test_what_fails_the_exam_is_refused_with_the_questions(
    publisher: Publisher, live: Live, clock: Clock
) -> None:
    """An editor's questions count like the packaged ones; the change takes away the words by which they were found."""
    await published(publisher, [await a_change(publisher.engine, clock())])
    before = live.engine
    questions = [f"{'我家的' * number}路由器藏进米缸里" for number in range(20)]
    async with publisher.engine.begin() as conn:
        for words in questions:
            await exam_questions.add(conn, Question(words, entries=(KEY,)), "顾老师", clock())
    packaged = encode(files.load().entries[KEY])
    change = await a_change(publisher.engine, clock(), fields=packaged, login="tao")
    made = await published(publisher, [change])
    assert made.state == releases.REFUSED, made.report
    assert set(made.report["missed"]) & set(questions)
    assert live.engine is before
    assert await state_of(publisher.engine, change) is State.APPROVED


async def test_a_change_that_was_taken_back_meanwhile_is_not_published(
    publisher: Publisher, live: Live, search_engine: SearchEngine, clock: Clock
) -> None:
    change = await a_change(publisher.engine, clock(), state=State.DRAFT)
    made = await published(publisher, [change])
    assert made.state == releases.REFUSED
    assert "取回" in made.report["sentence"]
    assert live.engine is search_engine


async def test_going_back_takes_the_changes_out_and_forward_brings_them_in_again(
    publisher: Publisher, clock: Clock
) -> None:
    first = await a_change(publisher.engine, clock())
    second = await a_change(publisher.engine, clock(), sort="listing", key="nothing", fields={}, login="gu")
    one, two = await published(publisher, [first]), await published(publisher, [second])
    async with publisher.engine.begin() as conn:
        assert await pointing.bring(conn, one, clock()) == (0, 1)
    assert await state_of(publisher.engine, second) is State.ROLLED_BACK
    assert await state_of(publisher.engine, first) is State.PUBLISHED
    async with publisher.engine.begin() as conn:
        with pytest.raises(PointError, match="在用的就是这一版"):
            await pointing.bring(conn, one, clock())
    async with publisher.engine.begin() as conn:
        assert await pointing.bring(conn, two, clock()) == (1, 0)
    assert await state_of(publisher.engine, second) is State.PUBLISHED


async def test_a_trial_is_built_and_compared_but_goes_live_only_when_somebody_says_so(
    publisher: Publisher, live: Live, search_engine: SearchEngine, clock: Clock
) -> None:
    change = await a_change(publisher.engine, clock())
    made = await published(publisher, [change], trial=True)
    assert (made.state, made.live_at) == (releases.BUILT, None), made.report
    assert live.engine is search_engine
    before, after = made.report["compared"]["exam"]
    assert before["cases"] == after["cases"] > 1000
    assert await state_of(publisher.engine, change) is State.APPROVED
    async with publisher.engine.begin() as conn:
        assert await pointing.bring(conn, made, clock()) == (1, 0)
    assert await state_of(publisher.engine, change) is State.PUBLISHED


async def test_a_trial_that_was_built_on_another_release_does_not_go_live(publisher: Publisher, clock: Clock) -> None:
    first = await a_change(publisher.engine, clock())
    second = await a_change(publisher.engine, clock(), sort="listing", key="nothing", fields={}, login="gu")
    number = await asked(publisher.engine, [first], clock())
    async with publisher.engine.begin() as conn:
        values = {"state": releases.BUILT, "directory": "5-trial", "digest": "5", "base": None}
        await releases.tell(conn, number, report={"trial": True}, **values)
    await published(publisher, [second])
    async with publisher.engine.begin() as conn:
        with pytest.raises(PointError, match="在用的版本又变了"):
            await pointing.bring(conn, await row(publisher.engine, number), clock())


async def test_only_one_process_builds_at_a_time(publisher: Publisher, clock: Clock) -> None:
    change = await a_change(publisher.engine, clock())
    await asked(publisher.engine, [change], clock())
    async with releases.builder(publisher.engine) as held:
        assert held
        assert await publisher.run() == 0
    assert await publisher.run() == 1


async def test_of_two_publishers_one_does_it(publisher: Publisher, clock: Clock) -> None:
    change = await a_change(publisher.engine, clock())
    number = await asked(publisher.engine, [change], clock())
    assert sorted(await asyncio.gather(publisher.run(), publisher.run())) == [0, 1]
    assert (await row(publisher.engine, number)).state == releases.BUILT


async def test_who_died_over_a_release_leaves_it_to_the_next_and_at_last_it_is_called_failed(
    publisher: Publisher, clock: Clock
) -> None:
    change = await a_change(publisher.engine, clock())
    number = await asked(publisher.engine, [change], clock())
    left = publisher.root / ".2-half-made-x1"
    left.mkdir()
    async with publisher.engine.begin() as conn:
        await releases.take(conn, clock())
    assert await publisher.run() == 1
    assert (await row(publisher.engine, number)).state == releases.BUILT
    assert not left.exists()

    again = await asked(publisher.engine, [], clock())
    async with publisher.engine.begin() as conn:
        await releases.take(conn, clock())
        await releases.tell(conn, again, report={"tries": 2})
    assert await publisher.run() == 1
    failed = await row(publisher.engine, again)
    assert (failed.state, failed.report["sentence"]) == (releases.FAILED, STOPPED)


async def test_nothing_is_built_on_another_index_than_the_live_one(publisher: Publisher, clock: Clock) -> None:
    change = await a_change(publisher.engine, clock())
    await asked(publisher.engine, [change], clock())
    (publisher.root / "9-other").mkdir()
    async with publisher.engine.begin() as conn:
        await releases.point(conn, "9-other", clock())
    assert await publisher.run() == 0


async def test_a_release_whose_index_is_gone_is_built_again_from_its_kept_library(
    publisher: Publisher, live: Live, clock: Clock
) -> None:
    first = await a_change(publisher.engine, clock())
    second = await a_change(publisher.engine, clock(), sort="listing", key="nothing", fields={}, login="gu")
    one = await published(publisher, [first])
    two = await published(publisher, [second])
    place = publisher.root / str(one.directory)
    kept = publisher.root / "kept"
    kept.mkdir()
    (place / "library.json").replace(kept / f"{one.directory}.json")
    for path in sorted(place.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    place.rmdir()
    async with publisher.engine.begin() as conn:
        assert await releases.ask_again(conn, one.number, "沈主任", clock())
    assert await publisher.run() == 1
    again = await row(publisher.engine, one.number)
    assert (again.state, again.directory, again.changes) == (releases.BUILT, one.directory, one.changes), again.report
    assert live.engine is not None
    assert live.engine.path == place
    assert await state_of(publisher.engine, second) is State.ROLLED_BACK
    assert two.changes == (first, second)


async def test_a_change_keeps_the_number_of_the_release_that_first_had_it(publisher: Publisher, clock: Clock) -> None:
    change = await a_change(publisher.engine, clock())
    made = await published(publisher, [change])
    async with publisher.engine.connect() as conn:
        found = await changes.find(conn, change)
    assert found is not None
    assert found.release_number == made.number
