"""An administrator finds what is kept of a family, deletes it, and the trail says so; on the computer and the phone."""

from __future__ import annotations

import pytest
from chromium import Person
from test_desk_page import DESKTOP, PHONE, fits, picture

from bot.store import people
from bot.store.tables import parents
from tests.house import KEPT, PASSWORD, House, rows

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("viewport", "name"), [(PHONE, "phone"), (DESKTOP, "desktop")], ids=["phone", "desktop"])
async def test_a_family_asks_to_be_forgotten(
    person: Person, house: House, viewport: dict[str, int], name: str, scheme: str
) -> None:
    async with house.app_engine.begin() as conn:
        await people.add(conn, login="gu", name="顾主任", role="admin", password_hash=KEPT)
    await house.say("我想找老师聊聊，孩子三天没去学校")
    page = await person("/desk/login", viewport, color_scheme=scheme)
    await page.fill("[name=name]", "gu")
    await page.fill("[name=password]", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/desk")
    await page.goto(f"{house.url}/admin/families")
    assert await fits(page)
    await picture(page, f"families-{name}-{scheme}")
    await page.fill("#wanted", "第 1 件")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/admin/families/1")
    assert await fits(page)
    await picture(page, f"family-{name}-{scheme}")
    await page.select_option("#way-erase", "phone")
    await page.fill("#sure", "删除")
    await page.click("form[action$=erase] button")
    await page.wait_for_selector("text=已经删除")
    assert await rows(house.database_url, parents) == []
    await page.goto(f"{house.url}/admin/trail")
    await page.wait_for_selector("td >> text=删除了一家的资料")
    assert await fits(page)
    await picture(page, f"trail-{name}-{scheme}")
