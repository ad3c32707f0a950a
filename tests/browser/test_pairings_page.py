"""Pairings and home visits in a browser, at the desk and on the phone: written in the file, read in the ledger."""

from __future__ import annotations

from typing import Any

import pytest
from chromium import Person
from screens import DESKTOP, PHONE, at_the_desk, fits, picture
from sqlalchemy import update

from bot.store.tables import staff
from tests.house import House

pytestmark = pytest.mark.browser


async def whole(page: Any, name: str) -> None:
    """Keep a picture of the whole page, where pictures are wanted."""
    height = await page.evaluate("document.documentElement.scrollHeight")
    viewport = page.viewport_size
    await page.set_viewport_size({"width": viewport["width"], "height": height})
    await picture(page, name)
    await page.set_viewport_size(viewport)


async def opened(page: Any, opener: str) -> None:
    await page.click(f"summary:has-text('{opener}')")


@pytest.mark.parametrize(("viewport", "name"), [(PHONE, "phone"), (DESKTOP, "desktop")], ids=["phone", "desktop"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_pairing_and_a_visit_are_written_told_answered_and_found_in_the_ledger(
    person: Person, house: House, viewport: dict[str, int], name: str, theme: str
) -> None:
    await house.say("我想找老师聊聊")
    page = await at_the_desk(person, house, viewport)
    await page.emulate_media(color_scheme=theme)
    async with house.app_engine.begin() as conn:
        await conn.execute(update(staff).values(role="lead"))
    await page.goto(f"{house.url}/desk/cases/1")
    await page.click("#claim")
    await page.wait_for_selector("#reply")
    await page.click("#more summary")
    await page.click("#file")
    await page.click("text=发给家长")
    await page.wait_for_selector("text=等家长答复")
    await house.say("同意建档")
    await page.reload()

    await opened(page, "结一对")
    for selector, value in {
        "#pair-who": "许老师",
        "#pair-part": "每周三放学聊半小时",
        "#pair-until": "2026-05-20",
    }.items():
        await page.fill(selector, value)
    await page.select_option("#pair-role", "tutor")
    assert await fits(page)
    await whole(page, f"v-pairing-form-{name}-{theme}")
    await page.click("button:has-text('记下结对')")
    await page.wait_for_selector("text=8 天后到期")

    await opened(page, "定下次联系")
    await page.select_option("#plan-way", "home")
    await page.select_option("#plan-helper", label="许老师 · 学生导师")
    await page.fill("#day", "2026-05-14")
    await page.fill("#time", "18:30")
    assert await page.is_checked("input[name=tell]")
    await page.click("button:has-text('定下来')")
    await page.wait_for_selector("text=告诉家长了，等回话")
    await house.say("可以来")
    await page.reload()
    await page.wait_for_selector("text=家长说可以来")
    await opened(page, "记结果")
    assert await fits(page)
    small = await page.evaluate(
        "innerWidth > 699 ? [] : [...document.querySelectorAll('main button, main [role=button], main summary')]"
        ".filter((it) => it.offsetParent && it.offsetHeight < 44).map((it) => it.textContent)"
    )
    assert small == []
    await whole(page, f"v-file-{name}-{theme}")

    await page.fill("#words", "到家里坐了坐，孩子带我们看了他养的乌龟")
    await opened(page, "怎么联系的")
    await page.select_option("#note-way", "home")
    await page.select_option("#note-helper", label="许老师 · 学生导师")
    await page.click("#write button")
    await page.wait_for_selector("text=问过家长，还没有回")
    await house.say("来过了")

    await page.goto(f"{house.url}/desk/files")
    await page.click("nav a:has-text('结对与家访')")
    for words in ("8 天后到期", "家长说可以来", "家长说来过了", "不足 5 件", "导出 Excel"):
        assert await page.locator(f"text={words}").first.is_visible(), words
    assert await fits(page)
    await whole(page, f"v-ledger-{name}-{theme}")
    await page.select_option("#role", "neighbour")
    await page.click("button:has-text('看这些')")
    assert await page.locator("text=没有这样的结对").is_visible()
