"""Publishing: what breaks a rule or fails the exam never goes live; rolling back is pointing at an older build."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs.building import KEPT
from bot.jobs.publish import PublishError, pointer, publish, refuse_problems, roll_back
from bot.jobs.publishing import Publisher
from bot.store import releases
from bot.store.database import open_engine
from indexes.build import BuildError
from indexes.engine import SearchEngine
from indexes.hits import Query
from indexes.live import Live, read_pointer, write_pointer
from knowledge import files
from knowledge.check import Problem
from knowledge.editorial import State
from knowledge.model import Library
from tests.jobs.a_change import KEY, WORDS, a_change, asked, state_of
from tests.jobs.conftest import Clock


@pytest.fixture(scope="module")
def library() -> Library:
    return files.load()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "indexes"


@pytest.fixture
async def nowhere() -> AsyncIterator[AsyncEngine]:
    """A database that cannot be reached."""
    made = open_engine("postgresql://nobody@127.0.0.1:1/nowhere")
    yield made
    await made.dispose()


def older(root: Path, name: str, age: int) -> None:
    """Put a directory there that looks like a build of some time ago."""
    manifest = root / name / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("{}")
    at = manifest.stat().st_mtime - age
    os.utime(manifest, (at, at))


def builds(root: Path) -> set[str]:
    """List the builds on disk, with what a broken-off one would have left."""
    return {path.name for path in root.iterdir() if path.is_dir()} if root.is_dir() else set()


async def test_a_sound_library_goes_live_with_its_number_and_its_record(
    engine: AsyncEngine, thinner: Library, root: Path, clock: Clock
) -> None:
    name = await publish(engine, thinner, root, clock=clock, model="hashing")
    assert SearchEngine.open(root / name).release.library == thinner
    assert read_pointer(root) == name
    assert await pointer(engine, root) == name
    async with engine.connect() as conn:
        [(number, _, directory, at)] = await releases.history(conn)
        assert await releases.next_number(conn) == 2
    assert (number, directory, at) == (1, name, clock())


async def test_a_library_with_problems_is_refused_and_the_old_index_stays(
    engine: AsyncEngine, library: Library, root: Path, clock: Clock
) -> None:
    older(root, "1-old", 10)
    write_pointer(root, "1-old")
    entry = next(iter(library.entries.values()))
    spoilt = replace(library, entries={**library.entries, entry.id: replace(entry, wordings=())})
    with pytest.raises(PublishError, match=entry.id):
        await publish(engine, spoilt, root, clock=clock, model="hashing")
    assert read_pointer(root) == "1-old"
    assert builds(root) == {"1-old"}
    async with engine.connect() as conn:
        assert await releases.history(conn) == []
        [refused] = await releases.listed(conn)
    assert (refused.state, refused.author) == (releases.REFUSED, "命令行")
    assert refused.report["problems"]


def test_of_many_problems_the_first_few_are_named_and_all_are_counted() -> None:
    problems = [Problem(f"entries/a-{number}.md", "rule", "缺依据") for number in range(8)]
    with pytest.raises(PublishError) as refused:
        refuse_problems(problems)
    assert "8 处要改" in str(refused.value)
    assert "a-4" in str(refused.value)
    assert "a-5" not in str(refused.value)


async def test_an_index_that_fails_the_exam_is_refused_with_the_questions_and_leaves_nothing_behind(
    engine: AsyncEngine, library: Library, root: Path, clock: Clock
) -> None:
    kept = next(entry for entry in library.entries.values() if entry.topics[0] == "screens")
    thin = replace(library, entries={kept.id: replace(kept, related=())})
    with pytest.raises(BuildError, match="考题只找到"):
        await publish(engine, thin, root, clock=clock, model="hashing")
    assert read_pointer(root) is None
    assert builds(root) == set()
    assert await pointer(engine, root) is None


async def test_a_new_packaged_library_keeps_what_editors_have_published(
    engine: AsyncEngine, library: Library, root: Path, clock: Clock, search_engine: SearchEngine
) -> None:
    await asyncio.to_thread(root.mkdir)
    change = await a_change(engine, clock())
    await asked(engine, [change], clock())
    assert await Publisher(engine, Live(search_engine), root, clock).run() == 1
    other = next(key for key in library.entries if key != KEY)
    newer = replace(library.entries[other], review_by=library.entries[other].review_by.replace(year=2031))
    upgraded = replace(library, entries={**library.entries, other: newer})
    name = await publish(engine, upgraded, root, clock=clock, base=search_engine)
    made = SearchEngine.open(root / name).release.library
    assert WORDS in made.entries[KEY].wordings
    assert made.entries[other] == newer
    async with engine.connect() as conn:
        live = await releases.of_directory(conn, name)
    assert live is not None
    assert (live.changes, live.base) == ((change,), 1)
    assert await state_of(engine, change) is State.PUBLISHED


async def test_rolling_back_points_at_an_older_build(engine: AsyncEngine, root: Path, clock: Clock) -> None:
    older(root, "1-old", 10)
    older(root, "2-new", 0)
    async with engine.begin() as conn:
        await releases.point(conn, "2-new", clock())
    await roll_back(engine, root, "1-old", clock=clock)
    assert (await pointer(engine, root), read_pointer(root)) == ("1-old", "1-old")


async def test_there_is_no_rolling_back_to_a_build_that_is_not_there(
    engine: AsyncEngine, root: Path, clock: Clock
) -> None:
    older(root, "2-new", 0)
    async with engine.begin() as conn:
        await releases.point(conn, "2-new", clock())
    with pytest.raises(PublishError, match="1-gone"):
        await roll_back(engine, root, "1-gone", clock=clock)
    assert await pointer(engine, root) == "2-new"


async def test_a_small_change_is_added_to_the_index_that_is_live(
    engine: AsyncEngine, library: Library, root: Path, clock: Clock, search_engine: SearchEngine
) -> None:
    entry = library.entries["screens-junior-phone-conflict"]
    other = replace(entry, wordings=(*entry.wordings[1:], "把路由器藏进米缸里他也翻得出来"))
    name = await publish(
        engine, replace(library, entries={**library.entries, entry.id: other}), root, clock=clock, base=search_engine
    )
    live = SearchEngine.open(root / name)
    assert live.manifest.learned == search_engine.manifest.digest
    assert live.search(Query("米缸里的路由器又被翻出来了")).items[0].id == entry.id
    assert read_pointer(root) == name


async def test_the_newest_builds_are_kept_and_the_oldest_go(
    engine: AsyncEngine, library: Library, root: Path, clock: Clock, search_engine: SearchEngine
) -> None:
    for age in range(1, KEPT + 3):
        older(root, f"{age}-build", age)
    name = await publish(engine, library, root, clock=clock, base=search_engine)
    assert builds(root) == {name, *(f"{age}-build" for age in range(1, KEPT))}
    assert not (root / f"{KEPT}-build").exists()


async def test_the_pointer_of_the_database_goes_before_the_file_s(
    engine: AsyncEngine, root: Path, clock: Clock
) -> None:
    for name in ("1-file", "2-row"):
        older(root, name, 0)
    write_pointer(root, "1-file")
    assert await pointer(engine, root) == "1-file"
    async with engine.begin() as conn:
        await releases.point(conn, "2-row", clock())
    assert await pointer(engine, root) == "2-row"


async def test_the_file_s_pointer_holds_where_the_other_s_build_has_not_arrived(
    engine: AsyncEngine, root: Path, clock: Clock
) -> None:
    older(root, "1-file", 0)
    write_pointer(root, "1-file")
    async with engine.begin() as conn:
        await releases.point(conn, "9-on-another-machine", clock())
    assert await pointer(engine, root) == "1-file"


async def test_with_the_database_away_the_file_says_what_is_live(nowhere: AsyncEngine, root: Path) -> None:
    older(root, "1-file", 0)
    write_pointer(root, "1-file")
    assert await pointer(nowhere, root) == "1-file"
