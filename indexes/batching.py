"""Searches that arrive together are done together: embedding ten texts costs hardly more than embedding one."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from indexes.hits import Hits, Query, Searcher

LARGEST = 32  # searches in one go: the first of them waits for the last


@dataclass(frozen=True, slots=True)
class _Wanted:
    engine: Searcher
    query: Query
    found: asyncio.Future[Hits]


class Batcher:
    """One thread that searches. What comes while it is at work waits and goes together next; nothing waits idly."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="search")
        self._waiting: list[_Wanted] = []
        self._working: asyncio.Task[None] | None = None

    async def search(self, engine: Searcher, query: Query) -> Hits:
        """Search off the loop. One who stops waiting (a timeout, a parent gone) takes nothing from the others."""
        wanted = _Wanted(engine, query, asyncio.get_running_loop().create_future())
        self._waiting.append(wanted)
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        return await wanted.found

    def close(self) -> None:
        """Take no more; whoever waits is cancelled."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        if self._working is not None:
            self._working.cancel()
        for wanted in self._waiting:
            wanted.found.cancel()

    async def _work(self) -> None:
        while self._waiting:
            first = self._waiting[0].engine
            batch = [one for one in self._waiting[:LARGEST] if one.engine is first]
            self._waiting = [one for one in self._waiting if one not in batch]
            try:
                await self._together([one for one in batch if not one.found.done()])
            finally:  # closed meanwhile: whoever still waits is told
                for one in batch:
                    one.found.cancel()

    async def _together(self, batch: list[_Wanted]) -> None:
        """Search a batch; if it fails, each alone, so that one odd message fails only itself."""
        if not batch:
            return
        try:
            found = await self._in_thread(batch)
        except Exception as error:  # noqa: BLE001 - handed to the one who waits
            if len(batch) == 1:
                if not batch[0].found.done():
                    batch[0].found.set_exception(error)
                return
            for one in batch:
                await self._together([one])
            return
        for one, hits in zip(batch, found, strict=True):
            if not one.found.done():
                one.found.set_result(hits)

    async def _in_thread(self, batch: list[_Wanted]) -> list[Hits]:
        queries = [one.query for one in batch]
        return await asyncio.get_running_loop().run_in_executor(self._thread, batch[0].engine.search_many, queries)
