"""What was left open of the admin: the bar of a review on the phone, the digest's preview, the exam's rows, taps."""

from __future__ import annotations

from typing import Any

import pytest
from chromium import Faulty, Person, refused
from screens import DESKTOP, PHONE, both, fits, seen, signed_in

from bot.app import SERVICES
from bot.jobs.digest import Drafts
from bot.store import learning
from bot.store.conversations import find
from knowledge import files
from knowledge.amend import encode
from knowledge.editorial import State
from tests.house import House
from tests.jobs.a_change import KEY, WORDS, a_change

pytestmark = pytest.mark.browser

HERE = f"/admin/entries/{KEY}"
CARE = "changzhou-care-insurance"


@pytest.fixture
def faulty() -> Faulty:
    """A page that looks again by itself leaves requests behind; what our policy refuses is a fault."""
    return refused


async def chief(person: Person, house: House, path: str, viewport: dict[str, int]) -> Any:
    return await signed_in(person, house, path, viewport, login="boss", name="沈主任", role="chief-editor")


async def test_on_the_phone_approving_is_in_reach_without_scrolling(person: Person, house: House) -> None:
    await a_change(house.app_engine, house.clock(), state=State.IN_REVIEW)
    page = await chief(person, house, HERE, PHONE)
    approve = page.locator("button:text-is('批准')")
    assert await approve.count() == 1
    assert await seen(approve)
    assert await page.locator("text=放弃这次修改").count() == 0
    await page.click("text=写意见")
    assert await seen(page.locator("#words"))
    assert await seen(approve)
    await both(page, "x-review")
    await page.set_viewport_size(PHONE)
    await approve.click()
    await page.wait_for_selector("text=批准了，可以发布")


async def test_the_digest_shows_what_is_typed_before_it_is_saved(person: Person, house: House) -> None:
    made = house.app[SERVICES]
    await Drafts(made.engine, made.bearings.tools, house.clock).run()
    page = await chief(person, house, "/admin/digest/2026-05-11", DESKTOP)
    await page.fill("#opening", "周末一起去看一条河。")
    await page.wait_for_selector("#slot-preview-1 >> text=周末一起去看一条河")
    await page.fill("#junior-0", "没有这一条")
    await page.wait_for_selector("#slot-junior-0 .problem")
    assert await page.get_attribute("#junior-0", "aria-invalid") == "true"
    await both(page, "x-digest")


async def test_the_exam_stands_beside_the_changes(person: Person, house: House) -> None:
    hidden = {**encode(files.load().listings[CARE]), "name": "一份儿童险", "aliases": [], "about": "买的一份险。"}
    await a_change(house.app_engine, house.clock(), sort="listing", key=CARE, fields=hidden)
    page = await chief(person, house, "/admin/publish", DESKTOP)
    await page.wait_for_selector("text=危险必须认出", timeout=90_000)
    await both(page, "x-publish")
    await page.set_viewport_size(PHONE)
    await page.click("button:text-is('发布')")
    await page.wait_for_selector("text=看看为什么")
    await page.click("text=看看为什么")
    await page.wait_for_selector("text=关爱保险怎么弄")
    await both(page, "x-refused")


async def test_a_trial_shows_what_changes_and_the_exam_by_group(person: Person, house: House) -> None:
    await house.say("你好")
    async with house.app_engine.begin() as conn:
        talk = await find(conn, "wechat", "o-mei")
        assert talk is not None
        told = {"text": WORDS, "verdict": "none", "nearest": None, "at": house.clock()}
        await learning.missed(conn, talk, **told)
        await learning.missed(conn, talk, **told)
    await a_change(house.app_engine, house.clock())
    page = await chief(person, house, "/admin/publish", DESKTOP)
    await page.click("button:text-is('先建好看看')")
    await page.wait_for_selector("text=其中：怎么教孩子", timeout=180_000)
    assert await page.locator(f"td:has-text('{WORDS}')").count() == 1
    assert await fits(page)
    await both(page, "x-trial")


async def test_a_question_that_waits_in_a_change_says_so(person: Person, house: House) -> None:
    await house.say("你好")
    async with house.app_engine.begin() as conn:
        talk = await find(conn, "wechat", "o-mei")
        assert talk is not None
        told = {"text": WORDS, "verdict": "none", "nearest": None, "at": house.clock()}
        await learning.missed(conn, talk, **told)
    await a_change(house.app_engine, house.clock(), state=State.IN_REVIEW)
    page = await chief(person, house, "/admin/unanswered", PHONE)
    await page.wait_for_selector("text=已在待审的修改里")
    await both(page, "x-unanswered")


async def test_the_menu_tells_how_often_it_was_tapped(person: Person, house: House) -> None:
    page = await signed_in(person, house, "/admin/menu", PHONE, login="root", name="陈主任", role="admin")
    await page.locator("#taps").scroll_into_view_if_needed()
    assert await page.locator("#taps tbody tr").count() == 7
    await both(page, "x-menu")
