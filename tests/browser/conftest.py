"""A real browser against a real server on a port of the system's choice. Skipped, loudly, without Chromium."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

# The conversation in memory is shared with the tests of the web channel; test folders are not packages.
sys.path.insert(0, str(Path(__file__).parents[1] / "web"))

from chat_memory import Clock, MemoryThread, build

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

Open = Callable[..., Awaitable[Any]]


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
async def open_page(server: TestServer) -> AsyncIterator[Open]:
    """Give a function that opens a path in a fresh profile; what the page logs as an error fails the test."""
    playwright = pytest.importorskip("playwright.async_api", reason="NO BROWSER TESTS: playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("NO BROWSER TESTS: no chromium on this machine (apt-get install chromium fonts-noto-cjk)")
    faults: list[str] = []
    async with playwright.async_playwright() as engine:
        browser = await engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

        async def open_(path: str, *, width: int = 390, height: int = 844, **options: Any) -> Any:
            context = await browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", **options)
            page = await context.new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", lambda said: faults.append(said.text) if "Security Policy" in said.text else None)
            page.set_default_timeout(10_000)
            await page.goto(str(server.make_url(path)))
            return page

        yield open_
        await browser.close()
    await asyncio.sleep(0)
    assert not faults
