"""A real browser against a real server on a port of the system's choice. Skipped, loudly, without Chromium.

One browser runs for all tests of a process; each test has profiles of its own in it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

# The conversation in memory is shared with the tests of the web channel; test folders are not packages.
sys.path.insert(0, str(Path(__file__).parents[1] / "web"))

from chat_memory import Clock, MemoryThread, build
from chromium import PATIENT, Chromium, Faulty, Open, Person, opened, refused

from tests.house import House


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    browser = Chromium(tmp_path_factory.mktemp("chromium"))
    with pytest.MonkeyPatch.context() as given:
        given.setenv("NODE_COMPILE_CACHE", str(browser.folder / "node"))  # what drives it begins once for each test
        yield browser
    browser.stop()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def thread(clock: Clock) -> MemoryThread:
    return MemoryThread(clock)


@pytest.fixture
async def server(thread: MemoryThread, clock: Clock) -> AsyncIterator[TestServer]:
    async with TestServer(build(thread, clock)) as running:
        yield running


@pytest.fixture
def faulty() -> Faulty:
    """Say which words of a console fail a test; a file whose tests do more on purpose has its own.

    That the network is away when a test has cut it is no fault.
    """
    return lambda said: said.type in ("error", "warning") and "ERR_INTERNET_DISCONNECTED" not in said.text


@pytest.fixture
async def person(house: House, chromium: Chromium, faulty: Faulty) -> AsyncIterator[Person]:
    """Give a function that opens a path of the whole product in a browser of somebody's own.

    What its scripts throw, and what `faulty` finds in its console, fails the test.
    """
    faults: list[str] = []
    async with opened(chromium) as browser:

        async def open_(path: str, viewport: dict[str, int], *, url: str = "", **options: Any) -> Any:
            context = await browser.new_context(viewport=viewport, locale="zh-CN", **options)
            page = await context.new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", lambda said: faults.append(said.text) if faulty(said) else None)
            page.set_default_timeout(PATIENT)
            await page.goto((url or house.url) + path)
            return page

        yield open_
    assert not faults


@pytest.fixture
async def open_page(server: TestServer, chromium: Chromium) -> AsyncIterator[Open]:
    """Give a function that opens a path in a fresh profile; what the page logs as an error fails the test."""
    faults: list[str] = []
    async with opened(chromium) as browser:

        async def open_(path: str, *, width: int = 390, height: int = 844, **options: Any) -> Any:
            context = await browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", **options)
            page = await context.new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", lambda said: faults.append(said.text) if refused(said) else None)
            page.set_default_timeout(10_000)
            await page.goto(str(server.make_url(path)))
            return page

        yield open_
    await asyncio.sleep(0)
    assert not faults
