"""The pages of the weekly digest: an editor swaps an entry by its title, the bubble is shown; on a phone too."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from chromium import Faulty, Person, refused
from sqlalchemy import update
from test_desk_page import DESKTOP, PHONE, fits

from bot.app import SERVICES
from bot.jobs.digest import Drafts
from bot.store import people
from bot.store.tables import digests
from knowledge.calendar import CHINA
from knowledge.digest import week_of
from tests.house import KEPT, PASSWORD, House

pytestmark = pytest.mark.browser

WEEK = "2026-05-11"


@pytest.fixture
def faulty() -> Faulty:
    """What our policy refuses is a fault."""
    return refused


async def picture(page: Any, name: str) -> None:
    """Keep a screenshot of the whole page where somebody asked for them."""
    if folder := os.environ.get("SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


async def editor(person: Person, house: House, viewport: dict[str, int], path: str, **look: Any) -> Any:
    made = house.app[SERVICES]
    await Drafts(made.engine, made.bearings.tools, house.clock).run()
    async with house.app_engine.begin() as conn:
        if await people.named(conn, "gu") is None:
            await people.add(conn, login="gu", name="顾编辑", role="editor", password_hash=KEPT)
    page = await person(path, viewport, **look)
    await page.fill("#name", "gu")
    await page.fill("#password", PASSWORD)
    await page.click("button[type=submit]")
    await page.wait_for_selector("#main h1")
    return page


async def a_past_week(house: House) -> None:
    """Let last week's have gone out."""
    week = week_of(house.clock().astimezone(CHINA).date()) - timedelta(days=7)
    entries = {"junior": ["communication-junior-silent"], "all": ["communication-junior-silent"]}
    async with house.app_engine.begin() as conn:
        row = {"week": week, "state": "sent", "body": {"opening": "这一周说说怎么开口。", "entries": entries}}
        at = house.clock() - timedelta(days=4)
        await conn.execute(digests.insert().values(**row, due_at=at, sent_at=at, sent=37, left=1, skipped=2))


async def test_an_editor_swaps_an_entry_and_sees_what_parents_will_read(person: Person, house: House) -> None:
    await a_past_week(house)
    page = await editor(person, house, DESKTOP, "/admin/digest")
    await picture(page, "digest")
    await page.click("a:has-text('选文章') >> nth=0")
    await page.wait_for_selector("#opening")
    title = "孩子回家就关门，问什么都是“没事”“随便”"
    await page.fill("#opening", "五月过半，说说怎么开口。")
    await page.fill("#senior-0", title)
    await page.fill("#senior-1", "")
    await page.fill("#senior-2", "")
    await page.click("button:text-is('存草稿')")
    await page.wait_for_selector("text=存好了")
    assert await page.input_value("#senior-0") == title
    await page.click("summary:text-is('高中')")
    bubble = page.locator("details[open] .bubble:has-text('没事')").last
    assert "五月过半，说说怎么开口。" in await bubble.inner_text()
    await picture(page, "digest-week")
    await page.fill("#senior-0", "没有这样一条")
    await page.click("button:text-is('送审')")
    await page.wait_for_selector("text=有几处要改")
    assert await page.locator("#slot-senior-0 .problem").is_visible()
    assert await page.input_value("#senior-0") == "没有这样一条"
    await page.fill("#senior-0", title)
    await page.click("button:text-is('送审')")
    await page.wait_for_selector("text=送审了")
    await page.wait_for_selector("text=自己写的要请另一位同事来看")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_pages_fit_a_phone(person: Person, house: House, theme: str) -> None:
    await a_past_week(house)
    page = await editor(person, house, PHONE, "/admin/digest", color_scheme=theme)
    assert await fits(page)
    await picture(page, f"digest-phone-{theme}")
    await page.goto(f"{house.url}/admin/digest/{WEEK}")
    assert await fits(page)
    await picture(page, f"digest-week-phone-{theme}")
    await page.fill("#opening", "长" * 61)
    await page.click("button:text-is('送审')")
    await page.wait_for_selector("text=有几处要改")
    assert await page.locator("#slot-opening .problem").is_visible()
    assert await fits(page)
    async with house.app_engine.begin() as conn:
        await conn.execute(update(digests).where(digests.c.state == "draft").values(state="in-review"))
    await page.goto(f"{house.url}/admin/digest/{WEEK}")
    await page.wait_for_selector("button:text-is('请改改')")
    assert await fits(page)
    await picture(page, f"digest-review-phone-{theme}")
    await page.goto(f"{house.url}/digest")
    await page.wait_for_selector("a:has-text('没事')")
    assert await fits(page)
    await picture(page, f"digest-parents-phone-{theme}")
    await page.set_viewport_size(DESKTOP)
    await picture(page, f"digest-parents-{theme}")
    await page.goto(f"{house.url}/admin/digest/{WEEK}")
    await picture(page, f"digest-review-{theme}")
