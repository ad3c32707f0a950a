"""The menu's editor in a browser: a button is written, looked at, saved and put on the account; it fits everywhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from chromium import Faulty, Person, arrived, refused
from test_desk_page import DESKTOP, PHONE, fits

from bot.demo.wechat.faults import Fault
from bot.store import people
from tests.house import KEPT, PASSWORD, House

pytestmark = pytest.mark.browser

QUESTION = "孩子写作业磨蹭怎么办"


@pytest.fixture
def faulty() -> Faulty:
    """A refused menu answers 422 and stands on the console, which is meant; what our policy refuses is not."""
    return refused


async def picture(page: Any, name: str) -> None:
    """Keep a screenshot of the whole page where somebody asked for them."""
    if folder := os.environ.get("SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / f"M-{name}.png", full_page=True)


async def signed_in(person: Person, house: House, path: str, viewport: dict[str, int], **options: Any) -> Any:
    async with house.app_engine.begin() as conn:
        await people.add(conn, login="shen", name="沈主任", role="admin", password_hash=KEPT)
    page = await person(path, viewport, **options)
    await page.fill("#name", "shen")
    await page.fill("#password", PASSWORD)
    await page.click("button[type=submit]")
    await arrived(page, "#main h1")
    return page


async def test_a_button_is_written_looked_at_saved_and_put_on_the_account_without_script(
    person: Person, house: House
) -> None:
    page = await signed_in(person, house, "/admin/menu", DESKTOP, java_script_enabled=False)
    await page.fill("#name-1", "作业写不完怎么办")
    await page.select_option("#does-1", "say")
    await page.fill("#value-1", QUESTION)
    await page.click(".actionbar >> text=保存")
    await arrived(page, "#name-1-wrong >> text=名字最多 5 个字，现在 8 个")
    assert await page.input_value("#value-1") == QUESTION
    await page.fill("#name-1", "作业磨蹭")
    await page.press("#name-1", "Enter")  # looks, and saves nothing
    await arrived(page, "text=看过了，可以存")
    assert "作业磨蹭" in await page.inner_text("#preview")
    await page.click(".actionbar >> text=保存")
    await arrived(page, "text=存好了")
    house.fake.world.faults.order("menu/create", Fault(errcode=45009))
    await page.click("#account button:text-is('放到公众号上')")
    await arrived(page, "#problem >> text=今天能调用的次数用完了")
    await page.click("#account button:text-is('放到公众号上')")
    await arrived(page, "text=放上去了，家长五分钟左右看到")
    assert house.fake.world.menu["button"][0]["key"] == f"SAY:{QUESTION}"
    await page.click("#account button:text-is('看看公众号上现在的')")
    await arrived(page, "#compared >> text=完全一样")
    await page.click("button:text-is('用回出厂的')")
    await page.click("#account button:text-is('看看公众号上现在的')")
    await arrived(page, "#compared >> text=问一问：问一问")
    await picture(page, "compared")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_the_menu_and_the_health_fit_the_window(
    person: Person, house: House, viewport: dict[str, int], scheme: str
) -> None:
    name = f"{viewport['width']}-{scheme}"
    page = await signed_in(person, house, "/admin/menu", viewport, color_scheme=scheme)
    assert await fits(page)
    bar, opened = await page.locator(".wx-bar").bounding_box(), await page.locator(".wx-bar ul").bounding_box()
    assert opened["y"] + opened["height"] <= bar["y"]  # what a button opens stands above the bar
    await picture(page, f"menu-{name}")
    await page.fill("#name-3-1", "附近能去的家庭教育指导站")
    await page.select_option("#does-2", "link")
    await page.fill("#value-2", "http://example.cn")
    await page.click(".actionbar >> text=保存")
    await arrived(page, "#wrong")
    assert await fits(page)
    await picture(page, f"menu-wrong-{name}")
    small = await page.evaluate(
        "[...document.querySelectorAll('#main button:not(.hide), #main summary')].filter((it) => it.checkVisibility()"
        " && it.getBoundingClientRect().height < 43).map((it) => it.innerText)"
    )
    assert viewport is DESKTOP or small == []
    await page.goto(house.url + "/admin/health")
    assert await fits(page)
    await picture(page, f"health-{name}")
    await page.click("text=问问微信")
    await arrived(page, "text=今天用了 0 次，能用 500000 次")
    assert await fits(page)
    await picture(page, f"health-asked-{name}")
