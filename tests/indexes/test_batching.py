import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Sequence

import pytest

from indexes.batching import LARGEST, Batcher
from indexes.engine import SearchEngine
from indexes.hits import Hits, Query


class Slow:
    """An engine that waits for a sign, fails at some words, and tells how many came together."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.batches: list[list[str]] = []

    def search_many(self, queries: Sequence[Query]) -> list[Hits]:
        self.go.wait(5)
        self.batches.append([query.text for query in queries])
        if any(query.text == "坏" for query in queries):
            raise RuntimeError("odd message")
        return [Hits(margin=float(query.text)) for query in queries]


@pytest.fixture
async def batcher() -> AsyncIterator[Batcher]:
    made = Batcher()
    yield made
    made.close()


def search(batcher: Batcher, engine: Slow, text: str) -> asyncio.Task[Hits]:
    return asyncio.create_task(batcher.search(engine, Query(text)))  # type: ignore[arg-type]  # stands in for an engine


async def test_what_comes_during_a_search_goes_together_next(batcher: Batcher) -> None:
    engine = Slow()
    first = search(batcher, engine, "0")
    await asyncio.sleep(0.05)
    others = [search(batcher, engine, str(number)) for number in range(1, 6)]
    await asyncio.sleep(0.05)
    engine.go.set()
    assert [found.margin for found in await asyncio.gather(first, *others)] == [0, 1, 2, 3, 4, 5]
    assert [len(batch) for batch in engine.batches] == [1, 5]


async def test_a_crowd_goes_in_several_turns(batcher: Batcher) -> None:
    engine = Slow()
    engine.go.set()
    found = await asyncio.gather(*(search(batcher, engine, str(number)) for number in range(3 * LARGEST)))
    assert [hits.margin for hits in found] == list(range(3 * LARGEST))
    assert max(map(len, engine.batches)) <= LARGEST


async def test_one_odd_message_fails_alone(batcher: Batcher) -> None:
    engine = Slow()
    tasks = [search(batcher, engine, text) for text in ("1", "坏", "3")]
    await asyncio.sleep(0.05)
    engine.go.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [getattr(one, "margin", one.__class__) for one in found] == [1, RuntimeError, 3]


async def test_one_who_gives_up_takes_nothing_from_the_others(batcher: Batcher) -> None:
    engine = Slow()
    tasks = [search(batcher, engine, text) for text in ("1", "2", "3")]
    await asyncio.sleep(0.05)
    tasks[1].cancel()
    engine.go.set()
    assert [(await tasks[0]).margin, (await tasks[2]).margin] == [1, 3]
    with pytest.raises(asyncio.CancelledError):
        await tasks[1]


async def test_a_swap_of_the_engine_does_not_mix_them(batcher: Batcher) -> None:
    old, new = Slow(), Slow()
    tasks = [search(batcher, engine, text) for engine, text in ((old, "1"), (old, "2"), (new, "3"), (old, "4"))]
    await asyncio.sleep(0.05)
    old.go.set()
    new.go.set()
    assert [(await task).margin for task in tasks] == [1, 2, 3, 4]
    assert new.batches == [["3"]]


async def test_closing_cancels_who_waits() -> None:
    batcher, engine = Batcher(), Slow()
    running = search(batcher, engine, "1")
    await asyncio.sleep(0.05)
    waiting = search(batcher, engine, "2")
    await asyncio.sleep(0.05)
    batcher.close()
    engine.go.set()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.wait_for(running, 2)
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(waiting, 2)


async def test_together_is_the_same_as_alone(batcher: Batcher, warm: SearchEngine) -> None:
    texts = ["手机一收就翻脸", "青菜进嘴就吐", "明天下雨吗", "", "那初中呢"]
    queries = [Query(text, context="四岁不给看动画片就躺地上打滚") for text in texts] + [Query(text) for text in texts]
    together = await asyncio.gather(*(batcher.search(warm, query) for query in queries))
    assert [found.items[:1] and found.items[0].id for found in together] == [
        found.items[:1] and found.items[0].id for found in map(warm.search, queries)
    ]
    assert [found.verdict for found in together] == [warm.search(query).verdict for query in queries]
