"""What the browser tests share beside their fixtures: the browser itself, and the names of what the fixtures give."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_OFF = (
    "AvoidUnnecessaryBeforeUnloadCheckSync,HttpsUpgrades,MediaRouter,NetworkTimeServiceQuerying,"
    "OptimizationHints,PaintHolding,ThirdPartyStoragePartitioning,Translate"
)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    # And what playwright gives a browser that it starts itself: nothing slows down what is not in front, nothing asks
    # or looks in by itself, and there is a mouse.
    "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4",
    "--allow-pre-commit-input",
    "--disable-back-forward-cache",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-breakpad",
    "--disable-component-extensions-with-background-pages",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    f"--disable-features={_OFF}",
    "--disable-field-trial-config",
    "--disable-hang-monitor",
    "--disable-ipc-flooding-protection",
    "--disable-popup-blocking",
    "--disable-prompt-on-repost",
    "--disable-renderer-backgrounding",
    "--disable-search-engine-choice-screen",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--metrics-recording-only",
    "--mute-audio",
    "--no-default-browser-check",
    "--no-first-run",
    "--password-store=basic",
]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

Open = Callable[..., Awaitable[Any]]
Person = Callable[..., Awaitable[Any]]
Faulty = Callable[[Any], bool]
PATIENT = 30_000  # milliseconds for what is not about speed: a login, a page, on a busy machine
STARTS = 60  # seconds


@dataclass
class Chromium:
    """One browser for all tests of a process: each test has profiles of its own in it. Begun anew where it has died."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0

    def address(self) -> str:
        """Start it unless it runs; where it listens. Without a browser the test is skipped, loudly."""
        if CHROMIUM is None:
            pytest.skip("NO BROWSER TESTS: no chromium on this machine (apt-get install chromium fonts-noto-cjk)")
        if self.process is None or self.process.poll() is not None:
            self._start(CHROMIUM)
        return f"http://127.0.0.1:{self._said().read_text().split()[0]}"

    def _said(self) -> Path:
        return self.folder / f"profile-{self.starts}" / "DevToolsActivePort"  # its port, then where in it

    def _start(self, program: str) -> None:
        self.starts += 1
        ours = ["--remote-debugging-port=0", f"--user-data-dir={self._said().parent}", "about:blank"]
        with (self.folder / "chromium.log").open("ab") as log:
            self.process = subprocess.Popen([program, *FLAGS, *ours], stdout=log, stderr=log)
        last = time.monotonic() + STARTS
        while not (self._said().exists() and "\n" in self._said().read_text()):
            assert time.monotonic() < last, f"Chromium does not start: {self.folder}/chromium.log"
            time.sleep(0.02)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(15)


@asynccontextmanager
async def opened(chromium: Chromium) -> AsyncIterator[Any]:
    """Give the browser to one test; its profiles, and what they kept, are gone afterwards."""
    playwright = pytest.importorskip("playwright.async_api", reason="NO BROWSER TESTS: playwright is not installed")
    address = chromium.address()
    async with playwright.async_playwright() as engine:
        browser = await engine.chromium.connect_over_cdp(address)
        try:
            yield browser
        finally:
            for context in browser.contexts[1:]:  # the first is the browser's own, and empty
                await context.close()
            await browser.close()  # lets go of it; it runs on


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
