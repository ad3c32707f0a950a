"""A family's file in a browser, on the phone and at the desk: asked for, written, read; nothing runs over the side."""

from __future__ import annotations

from typing import Any

import pytest
from chromium import Person
from screens import DESKTOP, PHONE, at_the_desk, fits, picture

from tests.house import House

pytestmark = pytest.mark.browser


async def talking(person: Person, house: House, viewport: dict[str, int]) -> Any:
    """Sign in and take over a parent who calls for a person in WeChat."""
    await house.say("我想找老师聊聊")
    page = await at_the_desk(person, house, viewport)
    await page.goto(f"{house.url}/desk/cases/1")
    await page.click("#claim")
    await page.wait_for_selector("#reply")
    return page


async def fill(page: Any, opener: str, fields: dict[str, str], button: str) -> None:
    """Open a form in place, fill it in and send it."""
    await page.click(f"summary:has-text('{opener}')")
    for selector, value in fields.items():
        await page.fill(selector, value)
    await page.click(f"button:has-text('{button}'):visible")
    await page.wait_for_load_state()


@pytest.mark.parametrize(("viewport", "name"), [(PHONE, "phone"), (DESKTOP, "desktop")], ids=["phone", "desktop"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_file_is_opened_agreed_to_and_written(
    person: Person, house: House, viewport: dict[str, int], name: str, theme: str
) -> None:
    page = await talking(person, house, viewport)
    await page.emulate_media(color_scheme=theme)
    await page.click("#more summary")
    await page.click("#file")
    await page.wait_for_selector("text=先问家长同不同意")
    assert await fits(page)
    await picture(page, f"e5-consent-{name}-{theme}")
    await page.click("text=发给家长")
    await page.wait_for_selector("text=等家长答复")
    await house.say("同意建档")
    await page.reload()

    await fill(
        page,
        "写情况",
        {"#s-home": "母亲带女儿（13 岁，初二）同住，父亲在外地", "#s-child": "“不是想死，是太累了”"},
        "记下情况",
    )
    await fill(
        page,
        "加一件",
        {"#goal": "夜里有人陪，手机 11 点放客厅", "#plan-who": "母亲", "#plan-until": "2026-05-28"},
        "加进计划",
    )
    await fill(page, "请班主任", {"#h-w-school": "心理老师 许老师", "#h-p-school": "每周三下午谈话"}, "记下")
    await fill(page, "定下次联系", {"#what": "复诊后电话回访", "#day": "2026-05-27"}, "定下来")
    await page.fill("#words", "孩子周末去了外婆家，笑过两次")
    await page.click("#write button")
    for words in ("夜里有人陪", "心理老师 许老师", "复诊后电话回访", "笑过两次", "还没有人"):
        assert await page.locator(f"text={words}").first.is_visible(), words
    assert await fits(page)
    small = await page.evaluate(
        "innerWidth > 699 ? [] : [...document.querySelectorAll('main button, main [role=button]')]"
        ".filter((it) => it.offsetParent && it.offsetHeight < 44).map((it) => it.textContent)"
    )
    assert small == []
    await whole(page, f"e5-file-{name}-{theme}")
    await page.goto(f"{house.url}/desk/files")
    assert await fits(page)
    await whole(page, f"e5-files-{name}-{theme}")
    await page.goto(f"{house.url}/desk/cases/2/file/print")
    assert await page.locator("[data-print]").is_visible()
    assert await fits(page)
    await whole(page, f"e5-print-{name}-{theme}")


async def whole(page: Any, name: str) -> None:
    """Keep a picture of the whole page, where pictures are wanted."""
    await page.set_viewport_size(
        {"width": page.viewport_size["width"], "height": await page.evaluate("document.documentElement.scrollHeight")}
    )
    await picture(page, name)
