"""An editor dials a number and writes down what came of it; changes hours and sees what parents will read."""

from __future__ import annotations

from typing import Any

import pytest
from chromium import Faulty, Person, refused
from screens import DESKTOP, PHONE, fits, picture, signed_in

from bot.store.tables import changes
from tests.house import House, rows

pytestmark = pytest.mark.browser

LINE = "/admin/services/listing/changzhou-96111"


@pytest.fixture
def faulty() -> Faulty:
    """A refused form is on the console, and is meant; what our policy refuses is not."""
    return refused


async def editor(person: Person, house: House, path: str, viewport: dict[str, int], **options: Any) -> Any:
    return await signed_in(person, house, path, viewport, login="xu", name="许老师", role="editor", **options)


async def test_a_number_is_dialled_and_its_hours_are_changed(person: Person, house: House) -> None:
    page = await editor(person, house, "/admin/verify", DESKTOP)
    await page.click("#never >> text=常州市未成年人心理服务热线")
    await page.check("#verify >> text=打通了，有变动")
    await page.fill("#answered", "13812345678")
    await page.click("#verify button:text-is('记下')")
    await page.wait_for_selector("#call-fault >> text=不写个人的手机号")
    await page.fill("#answered", "值班老师")
    await page.fill("#note", "改成工作日白天了")
    await page.click("#verify button:text-is('记下')")
    await page.wait_for_selector("text=核实的日子填好了")

    await page.click("button[aria-label='删去时段 2']")
    await page.wait_for_selector("#entry")
    for day in ("sat", "sun"):
        await page.uncheck(f"[name=span-0-{day}]")
    await page.select_option("[name=span-0-on]", "workday")
    await page.fill("[name=span-0-from]", "08:30")
    await page.fill("[name=span-0-to]", "17:30")
    await page.wait_for_selector("#slot-beside >> text=8:30 到 17:30")  # as it is typed, before it is kept
    assert await page.locator("#slot-beside >> text=现在休息，下次明天 8:30").count() == 1
    await picture(page, "services-hours")
    await page.click(".actionbar button:text-is('送审')")
    await page.wait_for_selector("text=送审了")
    await picture(page, "services-review")
    (change,) = await rows(house.database_url, changes)
    assert (change.state, change.origin) == ("in-review", "call")
    await page.goto(f"{house.url}/admin/verify")
    await page.wait_for_selector("#waiting >> text=常州市未成年人心理服务热线")


@pytest.mark.parametrize(
    ("viewport", "scheme"),
    [(PHONE, "light"), (PHONE, "dark"), (DESKTOP, "light"), (DESKTOP, "dark")],
    ids=["phone", "phone-dark", "desktop", "desktop-dark"],
)
async def test_every_page_of_services_fits(person: Person, house: House, viewport: dict[str, int], scheme: str) -> None:
    page = await editor(person, house, "/admin/services", viewport, color_scheme=scheme)
    name = f"services-{viewport['width']}-{scheme}"
    for path in (
        "services",
        "services?tab=activity",
        "services?tab=duty",
        "services?tab=source",
        "services/listing/changzhou-96111",
        "services/activity/chongqing-family-education-day",
        "services/duty/new",
        "services/source/family-education-law-2021",
        "services/listing/changzhou-96111/history",
        "verify",
    ):
        answer = await page.goto(f"{house.url}/admin/{path}")
        assert answer.status == 200, path
        assert await fits(page), path
        await picture(page, f"{name}-{path.replace('/', '-').replace('?', '-')}")
