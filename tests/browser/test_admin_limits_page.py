"""An administrator raises the bar for an answer, sees what it does and saves; parents get a choice; it is put back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from chromium import Faulty, Person, refused
from test_desk_page import DESKTOP, PHONE, fits, picture

from bot.app import SERVICES
from bot.store import people
from indexes.engine import SearchEngine
from indexes.hits import Query
from indexes.limits import Limits
from tests.house import KEPT, PASSWORD, House

pytestmark = pytest.mark.browser

SAYING = "孩子晚上不肯睡觉"


@pytest.fixture(autouse=True)
def packaged_limits_afterwards(search_engine: SearchEngine) -> Iterator[None]:
    """The engine is shared by all tests."""
    yield
    search_engine.limits = Limits()


@pytest.fixture
def faulty() -> Faulty:
    """A refused form is on the console and is meant; what our policy refuses is not."""
    return refused


async def signed_in(person: Person, house: House, viewport: dict[str, int], **options: Any) -> Any:
    async with house.app_engine.begin() as conn:
        await people.add(conn, login="shen", name="沈主任", role="admin", password_hash=KEPT)
    page = await person("/admin/limits", viewport, **options)
    page.set_default_timeout(60_000)
    await page.fill("#name", "shen")
    await page.fill("#password", PASSWORD)
    await page.click("button[type=submit]")
    await page.wait_for_selector("#limits")
    return page


async def answered(person: Person, saying: str) -> Any:
    """Ask as a parent whom nobody knows; the newest answer."""
    page = await person("/chat", PHONE)
    await page.fill("#say", saying)
    await page.click("#composer button[type=submit]")
    newest = page.locator(".turn[data-who=bot][data-id]").first
    await newest.wait_for()
    return newest


async def both(page: Any, name: str) -> None:
    """Look at a page in both widths and both themes."""
    for viewport, size in ((DESKTOP, "desktop"), (PHONE, "phone")):
        await page.set_viewport_size(viewport)
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme=theme)
            assert await fits(page), (name, size)
            await picture(page, f"limits-{name}-{size}-{theme}")
    await page.set_viewport_size(DESKTOP)
    await page.emulate_media(color_scheme="light")


async def test_raised_seen_saved_felt_by_parents_and_put_back(person: Person, house: House) -> None:
    engine = house.app[SERVICES].live.engine
    assert engine is not None
    found = await asyncio.to_thread(engine.search, Query(SAYING))
    assert found.verdict == "answer"
    assert found.first < 0.95
    best = found.items[0]
    advice = engine.release.library.entries[best.id].brief[:12]
    assert advice in await (await answered(person, SAYING)).inner_text()

    admin = await signed_in(person, house, DESKTOP)
    await both(admin, "first")
    slider = admin.locator("input[type=range]").first
    await slider.fill("95")
    assert await admin.input_value("#first") == "95"
    await admin.click("button:text-is('看看会怎样')")
    await admin.wait_for_selector("#effect >> text=题会得到别的回答")
    assert await admin.locator("#turned tbody tr").count() == 50
    await both(admin, "effect")
    assert (await asyncio.to_thread(engine.search, Query(SAYING))).verdict == "answer"  # nothing has changed yet

    await admin.click("button:text-is('保存')")
    await admin.wait_for_selector("text=已存")
    choice = await answered(person, SAYING)
    assert advice not in await choice.inner_text()
    assert await choice.locator("button", has_text=best.title).count() == 1
    await both(admin, "saved")

    await admin.click("button:text-is('用出厂的数')")
    await admin.wait_for_selector("#effect-head")
    assert await admin.input_value("#first") == "70"
    await admin.click("button:text-is('保存')")
    await admin.wait_for_selector("text=已存")
    assert advice in await (await answered(person, SAYING)).inner_text()


async def test_refused_on_a_phone_and_without_script(person: Person, house: House) -> None:
    page = await signed_in(person, house, PHONE, java_script_enabled=False)
    assert await page.locator("input[type=range]").count() == 0
    for name, share in (("first", "95"), ("three", "90"), ("inside", "90"), ("beyond", "80")):
        await page.fill(f"#{name}", share)
    await page.click("button:text-is('看看会怎样')")
    await page.wait_for_selector("#failed")
    await page.click("button:text-is('保存')")
    await page.wait_for_selector("text=这样存不了")
    assert await page.input_value("#three") == "90"
    await page.fill("#first", "abc")
    await page.click("button:text-is('看看会怎样')")
    await page.wait_for_selector("#fault-first")
    assert house.app[SERVICES].live.limits == Limits()
