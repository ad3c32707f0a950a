"""A large change is live at once, then learned beside, then live as a release of the same library."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs import building
from bot.jobs.building import NotBuiltError, learned_place
from bot.jobs.learning import Learner
from bot.jobs.publishing import Publisher
from bot.store import releases
from bot.store.releases import Publishing
from indexes.engine import SearchEngine
from indexes.live import Live
from indexes.patch import SMALL
from knowledge.amend import encode
from tests.jobs.a_change import a_change, asked
from tests.jobs.conftest import Clock


@pytest.fixture
def live(thinner_index: Path) -> Live:
    return Live(SearchEngine.open(thinner_index))


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What these tests have built: the same change makes the same index, and one that is there is not built again."""
    return tmp_path_factory.mktemp("before")


@pytest.fixture
def root(tmp_path: Path, before: Path) -> Iterator[Path]:
    root = tmp_path / "indexes"
    shutil.copytree(before, root, copy_function=os.link)  # files of an index never change
    yield root
    for held in root.glob("*/manifest.json"):
        if not (before / held.parent.name).exists():
            shutil.copytree(held.parent, before / held.parent.name, copy_function=os.link)


@pytest.fixture
def publisher(engine: AsyncEngine, live: Live, root: Path, clock: Clock) -> Publisher:
    return Publisher(engine, live, root, clock)


@pytest.fixture
def learner(engine: AsyncEngine, live: Live, root: Path, clock: Clock) -> Learner:
    return Learner(engine, live, root, clock, "hashing")


async def gone_along(publisher: Publisher, live: Live) -> SearchEngine:
    """Open what the pointer names, as every process does."""
    async with publisher.engine.connect() as conn:
        name = await releases.pointer(conn)
    assert name is not None
    engine = await asyncio.to_thread(SearchEngine.open, publisher.root / name, None, live.engine)
    await asyncio.to_thread(engine.load_dense, live.engine)
    live.swap(engine)
    return engine


async def large_change(publisher: Publisher, live: Live, clock: Clock) -> SearchEngine:
    assert live.engine is not None
    listings = list(live.engine.release.library.listings.values())[: SMALL + 2]
    made = []
    for at, one in enumerate(listings):
        fields = encode(one) | {"about": f"{one.about}有事可以先问一问。"}
        made.append(
            await a_change(publisher.engine, clock(), sort="listing", key=one.id, fields=fields, login=f"e{at}")
        )
    await asked(publisher.engine, made, clock())
    assert await publisher.run() == 1
    return await gone_along(publisher, live)


async def newest(engine: AsyncEngine) -> Publishing:
    async with engine.connect() as conn:
        return (await releases.listed(conn, 1))[0]


async def test_a_large_change_is_live_before_it_is_learned(
    publisher: Publisher, learner: Learner, live: Live, clock: Clock
) -> None:
    quick = await large_change(publisher, live, clock)
    assert quick.manifest.since == SMALL + 2
    assert quick.manifest.learned

    await learner.run()
    waiting = await newest(publisher.engine)
    assert (waiting.state, waiting.author) == (releases.ASKED, releases.PROGRAM)
    await learner.run()  # it waits to be published: nothing is learned twice
    assert (await newest(publisher.engine)).number == waiting.number
    assert await publisher.run() == 1
    learned = await gone_along(publisher, live)
    assert learned.manifest.since == 0
    assert learned.release.library == quick.release.library
    before = await newest(publisher.engine)
    assert (before.state, before.number) == (releases.BUILT, learned.release.number)
    await learner.run()
    assert (await newest(publisher.engine)).number == before.number


async def test_what_is_published_while_something_is_learned_stays_live(
    publisher: Publisher, learner: Learner, live: Live, clock: Clock
) -> None:
    await large_change(publisher, live, clock)
    await learner.run()
    assert live.engine is not None
    listing = list(live.engine.release.library.listings.values())[SMALL + 3]
    fields = encode(listing) | {"about": "这期间又改了的一条，有事可以先问一问。"}
    change = await a_change(publisher.engine, clock(), sort="listing", key=listing.id, fields=fields, login="late")
    await asked(publisher.engine, [change], clock())
    assert await publisher.run() == 1  # the learned one, which was asked for first
    await gone_along(publisher, live)
    assert await publisher.run() == 1
    engine = await gone_along(publisher, live)
    assert engine.release.library.listings[listing.id].about == fields["about"]
    assert engine.manifest.since == 1


async def test_what_cannot_be_learned_is_told_and_not_tried_again(
    publisher: Publisher, learner: Learner, live: Live, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = await large_change(publisher, live, clock)

    async def refused(*_given: object, **_more: object) -> str:
        raise NotBuiltError("学不会")

    monkeypatch.setattr(building, "build", refused)
    await learner.run()
    failed = await newest(publisher.engine)
    assert (failed.state, failed.report["sentence"]) == (releases.FAILED, "学不会")
    await learner.run()
    assert (await newest(publisher.engine)).number == failed.number
    assert live.engine is quick


async def test_a_small_change_is_not_worth_it(learner: Learner, live: Live, root: Path) -> None:
    assert live.engine is not None
    live.engine.manifest = replace(live.engine.manifest, since=SMALL)
    await learner.run()
    assert not learned_place(root, "x").parent.exists()
