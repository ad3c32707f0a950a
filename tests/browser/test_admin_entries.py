"""Two editors in real browsers: one writes and mends, the other returns it, then approves."""

from __future__ import annotations

from typing import Any

import pytest
from chromium import Person
from screens import PHONE, signed_in

from bot.store import changes
from tests.house import House

ID = "screens-junior-phone-conflict"
HERE = f"/admin/entries/{ID}"
SMALL = """
[...document.querySelectorAll("main :is(button, [role=button], select, input:not([type=hidden], [type=checkbox]))")]
  .filter((one) => one.offsetHeight && one.offsetHeight < 44 && !one.matches(".hide"))
  .map((one) => one.outerHTML.slice(0, 90))
"""
WIDE = {"width": 1280, "height": 900}


async def editor(person: Person, house: House, login: str, name: str, path: str, viewport: dict[str, int]) -> Any:
    return await signed_in(person, house, path, viewport, login=login, name=name, role="editor")


async def sideways(page: Any) -> int:
    wide: int = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


async def test_an_editor_writes_and_mends_a_second_returns_and_approves(house: House, person: Person) -> None:
    lin = await editor(person, house, "lin", "林编辑", HERE, WIDE)
    brief = await lin.input_value("#brief")
    await lin.fill("#brief", "他砸门，多半是急了又没台阶下。\n1. 今晚先不收。")
    await lin.wait_for_selector("#slot-brief .problem[data-state=bad]")
    assert await lin.get_attribute("#brief", "aria-invalid") == "true"
    assert "今晚先不收" in await lin.inner_text("#slot-preview .bubble >> nth=1")
    await lin.fill("#brief", brief)
    await lin.wait_for_selector("#slot-brief:not(:has(.problem))", state="attached")
    await lin.fill("#title", "收了手机就砸门，怎么办？")
    await lin.click("text=送审")
    await lin.wait_for_selector("text=送审了")

    gu = await editor(person, house, "gu", "顾老师", HERE, WIDE)
    assert await gu.locator(".diff ins").count()
    await gu.fill("#words", "标题再像家长说的话一点。")
    await gu.click("text=请再改改")
    await gu.wait_for_selector("text=退给写的人了")

    await lin.goto(house.url + HERE)
    assert "标题再像家长说的话一点" in await lin.inner_text("aside")
    await lin.fill("#title", "一收手机他就砸门，咋办？")
    await lin.click("text=送审")
    await lin.wait_for_selector("text=送审了")

    await gu.goto(house.url + HERE)
    await gu.click("text=批准")
    await gu.wait_for_selector("text=批准了，可以发布")
    async with house.app_engine.connect() as conn:
        change = await changes.open_of(conn, "entry", ID)
    assert change is not None
    assert (change.state, change.title) == ("approved", "一收手机他就砸门，咋办？")


async def test_rows_are_added_removed_and_numbered_without_leaving_the_page(house: House, person: Person) -> None:
    page = await editor(person, house, "lin", "林编辑", HERE, WIDE)
    first, second = await page.input_value('[name="wording-0"]'), await page.input_value('[name="wording-1"]')
    rows = await page.locator(".wordings > li").count()
    await page.click('[aria-label="删去问法 1"]')
    assert await page.input_value('[name="wording-0"]') == second
    assert await page.locator(".wordings > li").count() == rows - 1
    await page.click("text=加一种")
    focused = await page.evaluate("document.activeElement.name")
    await page.keyboard.type(second)  # the same as the first row now is
    await page.wait_for_selector(f'li:has([name="{focused}"]) .problem[data-state=bad]')
    await page.fill(f'[name="{focused}"]', first)
    await page.wait_for_selector(
        f'li:has([name="{focused}"]) .slot:not(:has(.problem[data-state=bad]))', state="attached"
    )
    await page.click("#slot-near [data-relate] >> nth=0")
    await page.wait_for_selector("text=已设为相关")
    await page.click(".actionbar >> text=存草稿")
    await page.wait_for_selector("text=草稿存好了")
    kept = await page.eval_on_selector_all(".wordings input", "all => all.map(one => one.value)")
    assert first in kept
    assert second in kept


@pytest.mark.parametrize("path", ["/admin/entries", "/admin/entries/new", HERE, f"{HERE}/history"])
async def test_everything_fits_the_phone(house: House, person: Person, path: str) -> None:
    page = await editor(person, house, "lin", "林编辑", path, PHONE)
    assert await sideways(page) <= 0
    small = await page.evaluate(SMALL)
    assert small == []
