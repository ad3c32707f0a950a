"""An administrator changes what counts as danger: a broken example is refused, the mended rule judges everywhere."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from chromium import Faulty, Person, refused
from screens import DESKTOP, PHONE, fits, picture, says, signed_in

from bot.safety.protocols import words
from tests.house import House
from tests.paper_boat import BOAT, SAYING

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("packaged_afterwards")]

SECONDS = 15_000  # milliseconds: a process looks every second, the machine may have other things to do
BROKEN = BOAT.replace("蓝色..2", "绿色..2")  # does not find its own example
SHEN = {"login": "shen", "name": "沈主任", "role": "admin"}
CHECK = words()["gentle"]["suicide"]["check"][:8]


@pytest.fixture
async def elsewhere(house: House, tmp_path: Path) -> AsyncIterator[str]:
    """Give the address of a second server, a process of its own on the same database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    given = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    given |= {
        "BOT_DATABASE_URL": house.database_url,
        "BOT_DATA_DIR": str(tmp_path / "elsewhere"),
        "BOT_PORT": str(port),
        "BOT_EMBEDDING_MODEL": "hashing",
    }
    with (tmp_path / "elsewhere.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve", "--only", "web", env=given, stdout=log, stderr=log
        )
    address = f"http://127.0.0.1:{port}"
    try:
        await _listening(address)
        yield address
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 30)


@pytest.fixture
def faulty() -> Faulty:
    """A refused draft and a server that stops are on the console, and are meant; what our policy refuses is not."""
    return refused


async def _listening(address: str) -> None:
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{address}/health/live") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.2)


async def test_a_broken_example_is_refused_and_the_mended_rule_judges_here_and_in_another_process(
    person: Person, house: House, elsewhere: str
) -> None:
    parent = await person("/chat", PHONE)
    assert CHECK not in await says(parent, SAYING)
    admin = await signed_in(person, house, "/admin/safety/patterns", DESKTOP, **SHEN)
    await picture(admin, "safety-patterns")
    await admin.click("text=加一条")
    await admin.fill("#body", BROKEN)
    await admin.click("button:text-is('保存')")
    await admin.wait_for_selector(f"#problems >> text=“{SAYING}”没有被这一条认出来")
    assert "绿色..2纸船" in await admin.input_value("#body")
    assert await admin.locator(".example[data-right=no]").count() == 1
    await picture(admin, "safety-refused")
    assert CHECK not in await says(parent, SAYING)

    await admin.fill("#body", BOAT)
    await admin.fill("#message", "他又画蓝色的纸船")
    await admin.click("button:text-is('试一试')")
    await admin.wait_for_selector("#whole")
    await admin.wait_for_selector("#trial >> text=关注")
    await picture(admin, "safety-tried")
    await admin.click("button:text-is('保存')")
    await admin.wait_for_selector("text=已存")
    assert await admin.locator(".example[data-right=no]").count() == 0
    await picture(admin, "safety-saved")

    fresh = await person("/chat", PHONE)
    assert CHECK in await says(fresh, SAYING)
    async with asyncio.timeout(SECONDS / 1000):
        while True:
            other = await person("/chat", PHONE)
            await other.goto(f"{elsewhere}/chat")
            if CHECK in await says(other, SAYING):
                break
            await asyncio.sleep(0.5)


@pytest.mark.parametrize(("viewport", "name"), [(PHONE, "phone"), (DESKTOP, "desktop")], ids=["phone", "desktop"])
async def test_findings_and_rules_fit_the_window_and_a_finding_is_marked(
    person: Person, house: House, viewport: dict[str, int], name: str
) -> None:
    await house.say("她反锁在屋里怎么敲门都不应，桌上有遗书，我电话13812345678")
    await house.say("女儿手腕上有好几道新的刀痕，她求我别告诉她爸", "o-lan")
    await house.say("孩子写作业磨蹭怎么办", "o-wang")
    admin = await signed_in(person, house, "/admin/safety/detections", viewport, **SHEN)
    assert await fits(admin)
    await picture(admin, f"{name}-detections")
    await admin.locator("button:has-text('判断对')").first.click()
    await admin.wait_for_selector("text=沈主任标注")
    await admin.locator("summary:has-text('级别或类型不对')").last.click()
    await admin.locator("select[name=level]").last.select_option("concern")
    await admin.locator("button:has-text('记下')").last.click()
    await admin.wait_for_selector("text=应当是关注")
    await picture(admin, f"{name}-marked")
    for path in ("", "/missed", "/patterns", "/patterns/note", "/protocols", "/protocols/suicide-urgent-height"):
        await admin.goto(f"{house.url}/admin/safety{path}")
        assert await fits(admin), path
        await picture(admin, f"{name}-safety{path.replace('/', '-')}")
