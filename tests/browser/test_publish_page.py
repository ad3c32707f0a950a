"""The chief publishes what two colleagues wrote and read; a parent gets the new answer in the same second; and back."""

from __future__ import annotations

from typing import Any

import pytest
from chromium import Faulty, Person, refused
from screens import DESKTOP, PHONE, fits, picture, says, signed_in

from knowledge.editorial import State
from tests.house import House
from tests.jobs.a_change import WORDS, a_change, body, state_of

pytestmark = pytest.mark.browser

ADVICE = "先把路由器从米缸里请出来，擦干净再说。"


@pytest.fixture
def faulty() -> Faulty:
    """A page that looks again by itself leaves requests behind; what our policy refuses is a fault."""
    return refused


async def an_entry(house: House) -> int:
    given = body()
    given["brief"] = str(given["brief"]).replace("1. ", f"1. {ADVICE}", 1)
    return await a_change(house.app_engine, house.clock(), fields=given)


async def chief(person: Person, house: House, viewport: dict[str, int], **look: Any) -> Any:
    boss = {"login": "boss", "name": "沈主任", "role": "chief-editor"}
    return await signed_in(person, house, "/admin/publish", viewport, **boss, **look)


async def test_a_parent_gets_the_new_answer_and_the_old_one_after_going_back(person: Person, house: House) -> None:
    parent = await person("/chat", PHONE)
    assert "米缸里请出来" not in await says(parent, WORDS)
    nothing = await a_change(house.app_engine, house.clock(), sort="listing", key="none", fields={}, login="gu")
    page = await chief(person, house, DESKTOP)
    await page.click("button:text-is('发布')")
    await page.wait_for_selector("text=在用第 1 版")
    change = await an_entry(house)
    page = await page.context.new_page()  # the old one opens itself anew in this moment
    await page.goto(f"{house.url}/admin/publish")
    assert await page.locator("ins:has-text('米缸里请出来')").count() == 1
    await picture(page, "publish-waiting")
    await page.fill("#note", "换个说法")
    await page.click("button:text-is('发布')")
    await page.wait_for_selector("text=在用第 2 版")
    await picture(page, "publish-live")
    fresh = await person("/chat", PHONE)
    assert "米缸里请出来" in await says(fresh, WORDS)
    assert await state_of(house.app_engine, change) is State.PUBLISHED
    await page.click("button:text-is('退回这版')")
    await page.wait_for_selector("text=在用第 1 版")
    await page.wait_for_selector("text=1 / 1")
    again = await person("/chat", PHONE)
    assert "米缸里请出来" not in await says(again, WORDS)
    assert await state_of(house.app_engine, nothing) is State.PUBLISHED


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_pages_fit_a_phone_and_show_what_was_refused(person: Person, house: House, theme: str) -> None:
    broken = await a_change(house.app_engine, house.clock(), fields=body(wordings=["就这一句"], related=["gone"]))
    page = await chief(person, house, PHONE, color_scheme=theme)
    assert await fits(page)
    await picture(page, f"publish-phone-{theme}")
    await page.click("button:text-is('先建好看看')")
    await page.wait_for_selector("text=为什么没有换上")
    assert await fits(page)
    await picture(page, f"publish-refused-phone-{theme}")
    await page.set_viewport_size(DESKTOP)
    await picture(page, f"publish-refused-{theme}")
    page = await page.context.new_page()  # the old one opens itself anew when it is done
    await page.set_viewport_size(DESKTOP)
    await page.goto(f"{house.url}/admin/publish")
    await picture(page, f"publish-{theme}")
    assert await state_of(house.app_engine, broken) is State.APPROVED
