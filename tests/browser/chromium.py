"""What the browser tests share beside their fixtures: the browser itself, and the names of what the fixtures give."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

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
Person = Callable[..., Awaitable[Any]]
Faulty = Callable[[Any], bool]
PATIENT = 15_000  # milliseconds for what is not about speed: a login, a page, on a busy machine


@asynccontextmanager
async def chromium() -> AsyncIterator[Any]:
    """Run a browser; without one the test is skipped, loudly."""
    playwright = pytest.importorskip("playwright.async_api", reason="NO BROWSER TESTS: playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("NO BROWSER TESTS: no chromium on this machine (apt-get install chromium fonts-noto-cjk)")
    async with playwright.async_playwright() as engine:
        browser = await engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


async def arrived(page: Any, selector: str) -> None:
    """Wait for a page that has something: it is there, and its scripts have run."""
    await page.wait_for_selector(selector)
    await page.wait_for_load_state("load")


async def holds(page: Any, selector: str, words: str) -> None:
    """Wait until a field holds words: a page that has just come fills in a draft when its script runs."""
    await page.wait_for_function(
        "([one, words]) => document.querySelector(one)?.value === words", arg=[selector, words]
    )


def refused(said: Any) -> bool:
    """Whether our policy has refused a page something."""
    return "Security Policy" in said.text
