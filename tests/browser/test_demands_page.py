"""Schools and what is asked of them in a real browser: added, counted, behind, done; both widths, both themes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from chromium import Faulty, Person
from screens import DESKTOP, PHONE, both, fits, picture, signed_in

from bot.store import units
from tests.house import House

pytestmark = pytest.mark.browser

TANG = {"login": "tang", "name": "唐老师", "role": "chief-editor"}
DECEMBER = datetime(2025, 12, 18, 2, 0, tzinfo=UTC)
SEPTEMBER = date(2025, 9, 1)
TOLD = (
    {"parent-meetings": 1, "guidance": 2, "home-visits": 320, "parent-school": 1, "coordinators": 1},
    {"parent-meetings": 2, "guidance": 2, "home-visits": 96, "parent-school": 1, "parent-committee": 1},
    {"grades": 6, "grade-guides": 4, "guidance-committee": 0, "in-need": 40, "paired": 31},
    {},
)


@pytest.fixture
def faulty() -> Faulty:
    """Let a form be refused: a browser writes down that it was."""
    return lambda said: said.type in ("error", "warning") and not re.search("409|422", said.text)


@pytest.fixture
async def district(house: House) -> House:
    """Give the house some schools and stations of 宝鸡 that have told some of their numbers."""
    house.clock.set(DECEMBER)
    async with house.app_engine.begin() as conn:
        schools = [(f"渭滨区经二路第{n}小学", "school") for n in "一二三四五六七八"]
        stations = [(f"金陵社区第{n}站", "station") for n in "一二"]
        await units.add(conn, "baoji", [*schools, *stations, ("市教育局", "office")], house.clock())
        for n, unit in enumerate(await units.listing(conn, None)):
            given = TOLD[n % len(TOLD)] if unit.sort == "school" else {"open-events": 2 + n % 3, "events": 8}
            told = {(unit.id, SEPTEMBER, name): number for name, number in given.items()}
            await units.write(conn, told, "周老师", house.clock())
    return house


async def test_schools_are_added_counted_and_found_to_be_done(person: Person, house: House) -> None:
    house.clock.set(DECEMBER)
    page = await signed_in(person, house, "/admin", PHONE, **TANG)
    await page.goto(f"{house.url}/admin/demands")
    assert await page.locator("text=还没有学校和站点").is_visible()
    await page.click("main >> text=加单位")
    await page.select_option("#region", "baoji")
    await page.fill("#names", "渭滨一小\n渭滨二小")
    await page.click("#add button")
    assert await page.locator("text=加了 2 个").is_visible()
    assert await fits(page)
    await page.click("text=渭滨一小")
    assert await fits(page)
    await page.fill("[name='parent-meetings.9']", "1")
    await page.click("text=存下来")
    assert await page.locator("text=记下了 1 个数").is_visible()
    assert await page.locator("li:has-text('家长会每学期至少 2 次') >> text=还差 1 次").is_visible()
    await page.fill("[name='parent-meetings.12']", "1")
    await page.click("text=存下来")
    assert await page.locator("li:has-text('家长会每学期至少 2 次') >> text=够了").is_visible()
    await page.goto(f"{house.url}/admin/demands?region=baoji")
    row = page.locator("tr:has-text('渭滨一小') td[data-label^='家长会']")
    assert "够了" in await row.inner_text()


async def test_a_table_that_would_change_numbers_is_brought_a_second_time(person: Person, district: House) -> None:
    page = await signed_in(person, district, "/admin", PHONE, **TANG)
    name, told = "渭滨区经二路第一小学", "\n宝鸡市,{},家长会,{}"
    for much, more in ((3, ""), (4, told.format("渭滨区经二路第二小学", 7))):
        table = "辖区,单位,数,2025 年 10 月" + told.format(name, much) + more
        file = {"name": "numbers.csv", "mimeType": "text/csv", "buffer": table.encode()}
        await page.goto(f"{district.url}/admin/demands/fill")
        await page.set_input_files("#file", file)
        await page.click("main form button:text-is('上传')")
    assert f"{name} 家长会 2025 年 10 月：现在是 3，表里是 4。" in await page.locator("#file-others").inner_text()
    await both(page, "demands-fill-others")
    await page.set_input_files("#file", file)
    await page.click("button:text-is('照表里的改')")
    assert await page.locator("text=记下了 2 个数").is_visible()


async def test_the_pages_fit_both_widths_and_both_themes(person: Person, district: House) -> None:
    page = await signed_in(person, district, "/admin", DESKTOP, **TANG)
    await page.goto(f"{district.url}/admin/demands?region=baoji")
    await both(page, "demands")
    await page.set_viewport_size({"width": 1280, "height": 2400})
    await picture(page, "demands-whole")
    await page.set_viewport_size({"width": 390, "height": 3600})
    await picture(page, "demands-whole-phone")
    await page.goto(f"{district.url}/admin/demands/fill")
    await both(page, "demands-fill")
    await page.goto(f"{district.url}/admin/units")
    await both(page, "units")
    await page.click("td a >> text=第一小学")
    await both(page, "unit")
    await page.fill("[name='parent-meetings.9']", "一次")
    await page.click("text=存下来")
    await both(page, "unit-problem")
    for width in (1280, 390):
        await page.set_viewport_size({"width": width, "height": 3000})
        await picture(page, f"unit-whole-{width}")
    await page.set_viewport_size(PHONE)
    small = "(them) => them.filter((it) => it.getBoundingClientRect().height < 44).map((it) => it.outerHTML)"
    for pressed in ("main [role=button]", ".year input", "main form > .row > button"):
        assert await page.locator(f"{pressed} >> visible=true").evaluate_all(small) == []
