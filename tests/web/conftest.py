"""A client of the parent's pages; `ours` sends what a browser sends with our own forms."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer
from chat_memory import Clock, MemoryThread, build


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def thread(clock: Clock) -> MemoryThread:
    return MemoryThread(clock)


@pytest.fixture
async def client(thread: MemoryThread, clock: Clock) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(build(thread, clock))) as opened:
        yield opened


@pytest.fixture
def ours() -> dict[str, str]:
    return {"Sec-Fetch-Site": "same-origin"}
