"""The stand-in's page in a browser: words go out, links tap, nothing that a person typed becomes a link."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator

import pytest

from bot.channels.wechat.render import text_parts
from bot.messages import Inbound, Paragraph, Reply, Tap

playwright = pytest.importorskip("playwright.async_api", reason="NO BROWSER TESTS: playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER TESTS: no chromium on this machine"),
]


@pytest.fixture
async def page(world) -> AsyncIterator[playwright.Page]:
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        await page.goto(f"{world.api_base}/_fake/")
        yield page
        await browser.close()
        assert faults == []


async def test_a_follower_types_then_taps_and_only_the_accounts_links_are_links(world, page):
    tapped: asyncio.Future[Inbound] = asyncio.get_running_loop().create_future()

    async def answer(inbound: Inbound) -> str:
        if inbound.menu_id:
            tapped.set_result(inbound)
        return text_parts(Reply((Paragraph("慢慢来。"),), taps=(Tap("附近服务"),)))[0]

    world.bot.answer = answer
    await page.fill("#words", '<a href="weixin://bizmsgmenu?msgmenucontent=x&msgmenuid=1">x</a>')
    await page.press("#words", "Enter")
    await page.wait_for_selector('li[data-who="account"] button')
    assert await page.locator(".bubble button").count() == 1
    await page.click(".bubble button")
    inbound = await asyncio.wait_for(tapped, 30)
    assert (inbound.text, inbound.menu_id) == ("附近服务", "101")
