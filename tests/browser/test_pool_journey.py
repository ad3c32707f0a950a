"""A speaker is added, found, asked, and what came of it counted; a training is ticked: in a browser, on a phone too."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from chromium import Faulty, Person, refused
from screens import DESKTOP, PHONE, fits, signed_in

from tests.house import House

pytestmark = pytest.mark.browser

LU = {"login": "lu", "name": "陆主任", "role": "admin"}


@pytest.fixture
def faulty() -> Faulty:
    """Count what our policy refuses as a fault; a form that is not whole is answered with 422 on purpose."""
    return refused


async def both(page: Any, name: str) -> None:
    """Look at a whole page at both widths and in both themes; it fits all of them."""
    folder = os.environ.get("SCREENSHOTS")
    for viewport, size in ((PHONE, "phone"), (DESKTOP, "desktop")):
        await page.set_viewport_size(viewport)
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme=theme)
            assert await fits(page), (name, size)
            if folder:
                await page.screenshot(path=Path(folder) / f"{name}-{size}-{theme}.png", full_page=True)
    await page.emulate_media(color_scheme="light")


async def adds(page: Any, house: House, name: str, sort: str, place: str, *times: str) -> None:
    await page.goto(f"{house.url}/admin/pool/new")
    await page.fill("#name", name)
    await page.select_option("#sort", label=sort)
    await page.fill("#region", place)
    await page.fill("#contact", "021-55550101")
    for time in times:
        await page.check(f"#time-{time}")
    await page.check("#stage-junior")
    await page.click("summary:text-is('关系')")
    await page.check("#topic-adolescence")
    await page.fill("#note", "自己带教具，讲过三场，家长都说听得懂。")
    await page.click("button:text-is('记下来')")
    await page.wait_for_selector("[role=status] >> text=记下了")


async def asks(page: Any, day: str, topic: str) -> None:
    await page.fill("#ask-on_day", day)
    await page.select_option("#ask-part", "morning")
    await page.fill("#ask-place", "某某小学报告厅")
    await page.fill("#ask-topic", topic)
    await page.click("button:text-is('记下邀请')")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_a_speaker_is_found_asked_and_counted(person: Person, house: House, viewport: dict[str, int]) -> None:
    page = await signed_in(person, house, "/admin/pool", viewport, **LU)
    await page.wait_for_selector("text=名单还是空的")
    await adds(page, house, "林老师", "讲师团讲师", "上海市普陀区", "sat-morning", "sat-afternoon", "sun-morning")
    await adds(page, house, "赵师傅", "消防指导员", "常州市天宁区", "wed-afternoon")
    await page.goto(f"{house.url}/admin/pool")
    assert await fits(page)
    await page.fill("#q", "青春期 普陀 周六")
    await page.click("button:text-is('找')")
    await page.wait_for_selector("text=找到 1 位")
    await page.click("a:text-is('林老师')")
    await page.wait_for_selector("a[href^='tel:']")
    await page.click("button:text-is('资质已核对')")
    await page.wait_for_selector("text=资质核对记下了")
    await asks(page, "2026-05-09", "青春期怎么谈")
    await page.wait_for_selector("text=这一场记下了")
    await asks(page, "2026-05-09", "手机怎么管")
    await page.wait_for_selector("[role=alert] >> text=这半天已经有安排了")
    assert await page.input_value("#ask-topic") == "手机怎么管"
    assert await fits(page)
    await page.check("#anyway")
    await page.click("button:text-is('记下邀请')")
    await page.wait_for_selector("text=撞了时间 >> nth=1")
    assert await fits(page)
    await page.fill("[name=people] >> nth=0", "86")
    await page.click("button:text-is('办过了') >> nth=0")
    await page.wait_for_selector("text=办过了 86 人")
    await page.goto(f"{house.url}/admin/pool/figures")
    await page.wait_for_selector("td:text-is('86') >> nth=0")
    assert await fits(page)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_a_training_is_written_down_and_ticked(person: Person, house: House, viewport: dict[str, int]) -> None:
    page = await signed_in(person, house, "/admin/training", viewport, **LU)
    await page.click("a:has-text('加一次') >> nth=0")
    await page.fill("#title", "家庭教育指导师研修")
    await page.fill("#hours", "三")
    await page.fill("#region", "上海市普陀区")
    await page.click("button:text-is('记下来')")
    await page.wait_for_selector("#fault-hours")
    assert await page.input_value("#title") == "家庭教育指导师研修"
    await page.fill("#hours", "3.5")
    await page.click("button:text-is('记下来')")
    await page.check("[id^=who-staff]")
    await page.click("button:text-is('存下来') >> nth=0")
    await page.wait_for_selector("text=谁来了，记下了")
    assert await fits(page)
    await page.goto(f"{house.url}/admin/training/people")
    await page.wait_for_selector("text=1 位里 0 位今年还没有培训")
    await page.goto(f"{house.url}/desk/own")
    await page.wait_for_selector("#training >> text=3.5 学时")
    assert await fits(page)


async def test_the_pages_look_right(person: Person, house: House) -> None:
    page = await signed_in(person, house, "/admin/pool", DESKTOP, **LU)
    await adds(page, house, "林老师", "讲师团讲师", "上海市普陀区", "sat-morning", "sat-afternoon", "sun-morning")
    for day, topic in (("2026-05-09", "青春期怎么谈"), ("2026-05-16", "手机怎么管"), ("2026-05-16", "考前怎么陪")):
        await asks(page, day, topic)
        if await page.locator("#anyway").count():
            await both(page, "pool-clash")
            await page.check("#anyway")
            await page.click("button:text-is('记下邀请')")
    await page.fill("[name=people] >> nth=0", "86")
    await page.click("button:text-is('办过了') >> nth=0")
    await both(page, "pool-person")
    await page.click("button:text-is('来不了') >> nth=0")
    await page.click("button:text-is('再请一次')")
    await page.wait_for_selector("#half-days [role=alert] >> text=这半天已经有安排了")
    await both(page, "pool-again")
    await page.check("#half-days [name=anyway]")
    await page.click("button:text-is('再请一次')")
    await page.wait_for_selector("text=结果记下了")
    for number in range(4):
        await adds(page, house, f"王老师{number}", "法治副校长", "上海市普陀区长寿路街道", "wed-evening")
    await page.goto(f"{house.url}/admin/training/new")
    await both(page, "training-new")
    await page.fill("#title", "家庭教育指导师研修")
    await page.fill("#hours", "3.5")
    await page.fill("#region", "上海市普陀区")
    await page.click("button:text-is('记下来')")
    await page.check("[id^=who-staff]")
    await page.click("button:text-is('存下来') >> nth=0")
    for name, path in (
        ("pool", "/admin/pool"),
        ("pool-new", "/admin/pool/new"),
        ("pool-month", "/admin/pool/month?month=2026-05"),
        ("pool-figures", "/admin/pool/figures"),
        ("training", "/admin/training"),
        ("training-one", "/admin/training/1"),
        ("training-people", "/admin/training/people"),
        ("own-training", "/desk/own"),
    ):
        await page.goto(f"{house.url}{path}")
        await both(page, name)
