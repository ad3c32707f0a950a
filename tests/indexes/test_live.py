import asyncio
import gc
import itertools
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from indexes.build import build
from indexes.engine import SearchEngine
from indexes.hits import Query
from indexes.live import Live, read_pointer, write_pointer
from knowledge.model import Library
from knowledge.release import freeze

QUICKLY = 0.01


@pytest.fixture
def root(library: Library, tmp_path: Path) -> Path:
    """Two published indexes, the first live."""
    build(freeze(library, 1), tmp_path, model="hashing")
    fewer = {name: entry for name, entry in library.entries.items() if name != "phone-junior"}
    build(freeze(replace(library, entries=fewer), 2), tmp_path, model="hashing")
    write_pointer(tmp_path, named(tmp_path, 1))
    return tmp_path


def named(root: Path, number: int) -> str:
    return next(path.name for path in root.iterdir() if path.name.startswith(f"{number}-"))


def pointer(root: Path) -> Callable[[], Awaitable[str | None]]:
    async def read() -> str | None:
        return read_pointer(root)

    return read


@asynccontextmanager
async def following(live: Live, root: Path) -> AsyncIterator[None]:
    task = asyncio.create_task(live.follow(root, pointer(root), QUICKLY))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep(QUICKLY)
    raise AssertionError("it never came about")


def number(live: Live) -> int | None:
    return live.engine.release.number if live.engine else None


def test_a_release_that_is_no_longer_live_needs_no_collector_to_be_gone(root: Path) -> None:
    """What is live is kept from the collector, so nothing in it may hold itself in a circle."""
    live = Live(SearchEngine.open(root / named(root, 1)))
    assert live.engine is not None
    live.engine.load_dense()
    live.engine.search(Query("写作业"))
    old = weakref.ref(live.engine), weakref.ref(live.engine.lexical.whole.rows)
    gc.disable()
    try:
        live.swap(SearchEngine.open(root / named(root, 2)))
        assert [one() for one in old] == [None, None]
    finally:
        gc.enable()


def test_the_pointer_says_what_was_written_last(tmp_path: Path) -> None:
    assert read_pointer(tmp_path) is None
    write_pointer(tmp_path, "1-aaaaaaaa")
    write_pointer(tmp_path, "2-bbbbbbbb")
    assert read_pointer(tmp_path) == "2-bbbbbbbb"
    assert [path.name for path in tmp_path.iterdir()] == ["LIVE"]


def write_many(root: Path, names: list[str]) -> None:
    for at in range(40):
        write_pointer(root, names[at % 2])


def test_a_reader_never_sees_half_a_pointer(tmp_path: Path) -> None:
    names = ["1-aaaaaaaa", "2-" + "b" * 4000]
    write_pointer(tmp_path, names[0])
    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(write_many, tmp_path, names)
        seen = set()
        while not writing.done():
            seen.add(read_pointer(tmp_path))
        writing.result()
    assert seen <= set(names)


async def test_following_opens_what_is_live_and_goes_along_with_a_change(root: Path) -> None:
    live = Live()
    async with following(live, root):
        await until(lambda: number(live) == 1 and bool(live.engine and live.engine.dense_ready))
        write_pointer(root, named(root, 2))
        await until(lambda: number(live) == 2)
        assert live.engine is not None
        assert live.engine.dense_ready  # warmed before it was swapped in
        write_pointer(root, named(root, 1))  # rolling back is the same move
        await until(lambda: number(live) == 1)


async def test_a_broken_index_is_reported_once_and_the_old_one_stays(root: Path) -> None:
    troubles: list[tuple[str, str]] = []
    live = Live(on_trouble=lambda name, error: troubles.append((name, str(error))))
    async with following(live, root):
        await until(lambda: number(live) == 1)
        broken = root / named(root, 2)
        sound = (broken / "lexical.npz").read_bytes()
        (broken / "lexical.npz").write_bytes(b"half a co")
        write_pointer(root, broken.name)
        await until(lambda: bool(troubles))
        await asyncio.sleep(5 * QUICKLY)
        assert number(live) == 1
        assert [name for name, _ in troubles] == [broken.name]
        assert "lexical.npz" in troubles[0][1]
        (broken / "lexical.npz").write_bytes(sound)  # the copy has come to its end
        await until(lambda: number(live) == 2)


async def test_a_pointer_that_cannot_be_read_does_not_stop_the_following(root: Path) -> None:
    troubles: list[Exception] = []
    live = Live(on_trouble=lambda _name, error: troubles.append(error))
    asked = itertools.count()

    async def read() -> str | None:
        if next(asked) == 0:
            raise OSError("database is away")
        return named(root, 1)

    task = asyncio.create_task(live.follow(root, read, QUICKLY))
    await until(lambda: number(live) == 1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert [str(error) for error in troubles] == ["database is away"]


async def test_an_index_of_another_model_is_not_let_in(root: Path) -> None:
    troubles: list[str] = []
    live = Live(expect_model="library", on_trouble=lambda _name, error: troubles.append(str(error)))
    async with following(live, root):
        await until(lambda: bool(troubles))
    assert live.engine is None
    assert "hashing" in troubles[0]


def test_searches_go_on_undisturbed_while_the_engine_is_swapped(root: Path) -> None:
    engines = [SearchEngine.open(root / named(root, which)) for which in (1, 2)]
    expected = {1: "phone-junior", 2: engines[1].search(Query("手机拿走就踹门")).items[0].id}
    assert expected[2] != "phone-junior"
    live = Live(engines[0])

    def ask() -> None:
        for _ in range(60):
            engine = live.engine
            assert engine is not None
            found = engine.search(Query("手机拿走就踹门"))
            assert found.items[0].id == expected[engine.release.number]

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask) for _ in range(4)]
        for turn in itertools.count():
            live.swap(engines[turn % 2])
            if turn % 2 == 0:
                engines[turn % 2].load_dense()
            if all(one.done() for one in asking):
                break
        for one in asking:
            one.result()
