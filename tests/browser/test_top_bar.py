"""The top bar of the staff's pages: where one is stands in it, and every place can be reached, at every width."""

from __future__ import annotations

from typing import Any

import pytest
from chromium import Person
from screens import DESKTOP, PHONE, fits, picture, signed_in

from tests.house import House

pytestmark = pytest.mark.browser

PLACES = {"工作台", "档案", "预约", "值班", "人员", "看板", "数据", "意见建议", "强制报告"}
WIDTHS = (PHONE, {"width": 800, "height": 900}, DESKTOP, {"width": 1600, "height": 900})


async def words(page: Any, selector: str) -> list[str]:
    """Give the visible links of a part, as one reads them."""
    found = await page.locator(f"{selector} a:visible").all_inner_texts()
    return [one.split()[0] for one in found]


@pytest.mark.parametrize("viewport", WIDTHS, ids=lambda one: str(one["width"]))
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_supervisor_reaches_every_place_from_every_page(
    person: Person, house: House, viewport: dict[str, int], scheme: str
) -> None:
    lu = {"login": "lu", "name": "陆主管", "role": "supervisor"}
    page = await signed_in(person, house, "/desk", viewport, **lu, color_scheme=scheme)
    for path, here in (("/desk", "工作台"), ("/desk/people", "人员"), ("/desk/report", "强制报告"), ("/desk/own", "")):
        await page.goto(house.url + path)
        bar = await words(page, ".topbar > nav")
        assert bar[0] == "工作台"
        assert not here or here in bar
        assert await page.locator(".topbar > nav").evaluate("(it) => it.scrollWidth <= it.clientWidth"), (path, bar)
        more = page.locator(".places > summary")
        under = []
        if await more.is_visible():
            await more.click()
            under = await words(page, ".places .drop")
        assert sorted([*bar, *under]) == sorted(PLACES)  # each once
        assert await fits(page)
        small = await page.locator(".topbar a:visible, .topbar summary:visible, .topbar button:visible").evaluate_all(
            "(all) => innerWidth > 699 ? [] : all.filter((it) => it.offsetHeight < 44).map((it) => it.textContent)"
        )
        assert small == []
        await picture(page, f"P1-bar-{viewport['width']}-{scheme}{path.replace('/', '-')}")
