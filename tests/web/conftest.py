"""A client of the parent's pages; `ours` sends what a browser sends with our own forms. A case at the desk."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer
from chat_memory import Clock, MemoryThread, build
from desk_browser import Browser, a_case, post

from tests.house import House


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


@pytest.fixture
async def waiting(house: House) -> House:
    """A house with one case, number 1, that nobody has taken."""
    assert await a_case(house) == 1
    return house


@pytest.fixture
async def zhou(waiting: House) -> Browser:
    """A counsellor who has taken the case."""
    browser = await waiting.staff()
    assert (await post(browser, "/desk/cases/1/claim"))[0] == 303
    return browser
