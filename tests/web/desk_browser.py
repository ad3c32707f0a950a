"""What the tests of the staff's pages share: who there is, what their browsers send, reading a stream."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient

from bot.store import conversations, thread
from tests import waiting
from tests.house import House

Browser = TestClient[Any, Any]

OURS = {"Sec-Fetch-Site": "same-origin"}
PAGE = {"Accept": "text/html"}  # what a browser sends when a person opens a page
CALL = "我想找老师聊聊"
DANGER = "孩子站在阳台栏杆上，说不想活了"


async def a_case(house: House, who: str = "o-mei", words: str = CALL) -> int:
    """Let a parent call for a person; the number of the case."""
    async with house.app_engine.connect() as conn:
        before = (await conn.exec_driver_sql("SELECT coalesce(max(id), 0) FROM cases")).scalar_one()
    await house.say(words, who)
    async with house.app_engine.connect() as conn:
        after: int = (await conn.exec_driver_sql("SELECT max(id) FROM cases")).scalar_one()
    assert after > before
    return after


async def text(browser: Browser, path: str) -> str:
    answer = await browser.get(path)
    assert answer.status == 200, path
    return await answer.text()


async def post(browser: Browser, path: str, **fields: str) -> tuple[int, str]:
    """Send a form as our own page does; the status before any redirect, and what was said."""
    answer = await browser.post(path, data=fields, headers=OURS, allow_redirects=False)
    return answer.status, await answer.text()


async def events(response: ClientResponse, mark: str) -> str:
    """Read a stream until it says something."""
    got = ""
    while mark not in got:
        part = await asyncio.wait_for(response.content.readany(), 30)
        assert part, f"the stream ended without {mark}: {got}"
        got += part.decode()
    return got


def ids(stream: str) -> list[int]:
    return [int(number) for number in re.findall(r"^id: (\d+)$", stream, re.MULTILINE)]


async def says(browser: Browser, words: str, key: str = "", case: int = 1) -> tuple[int, str]:
    """Write to the parent as the composer does."""
    return await post(browser, f"/desk/cases/{case}/messages", text=words, key=key or f"key of {words}")


async def until(browser: Browser, words: str, path: str = "/desk/cases/1") -> str:
    """Look at a page until it says something, as the stream would."""

    async def said() -> str:
        page = await text(browser, path)
        return page if words in page else ""

    page = await waiting.until(said)
    assert page, f"{words} not in {(await text(browser, path))[-2000:]}"
    return page


def order(page: str) -> list[int]:
    """Give the cases of a queue in the order of its rows."""
    return [int(number) for number in re.findall(r'href="/desk/cases/(\d+)"', page)]


async def lines(house: House, *, for_parent: bool = False) -> list[thread.Line]:
    """Read the lines of o-mei's conversation."""
    async with house.app_engine.connect() as conn:
        found = await conversations.find(conn, "wechat", "o-mei")
        assert found is not None
        return await thread.lines(conn, found, for_parent=for_parent)
