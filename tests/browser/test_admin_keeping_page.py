"""An administrator finds what is kept of a family, gives it out, deletes it, and the trail says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from chromium import Person
from screens import DESKTOP, PHONE, fits, picture, signed_in

from bot.store.tables import parents
from tests.house import House, rows

pytestmark = pytest.mark.browser


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("viewport", "name"), [(PHONE, "phone"), (DESKTOP, "desktop")], ids=["phone", "desktop"])
async def test_a_family_asks_to_be_forgotten(
    person: Person, house: House, viewport: dict[str, int], name: str, scheme: str
) -> None:
    await house.say("我想找老师聊聊，孩子三天没去学校")
    gu = {"login": "gu", "name": "顾主任", "role": "admin"}
    page = await signed_in(person, house, "/admin/families", viewport, **gu, color_scheme=scheme)
    assert await fits(page)
    await picture(page, f"families-{name}-{scheme}")
    await page.fill("#wanted", "第 1 件")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/admin/families/1")
    assert await fits(page)
    await picture(page, f"family-{name}-{scheme}")
    await page.select_option("#way-export", "phone")
    async with page.expect_download() as given:
        await page.click("form[action$=export] button")
    assert "孩子三天没去学校" in str(read(await (await given.value).path()))
    await page.select_option("#way-erase", "phone")
    await page.fill("#sure", "删除")
    await page.click("form[action$=erase] button")
    await page.wait_for_selector("text=已经删除")
    assert await rows(house.database_url, parents) == []
    await page.goto(f"{house.url}/admin/trail")
    await page.wait_for_selector("td >> text=导出了一家的资料")
    await page.wait_for_selector("td >> text=删除了一家的资料")
    assert await fits(page)
    await picture(page, f"trail-{name}-{scheme}")
