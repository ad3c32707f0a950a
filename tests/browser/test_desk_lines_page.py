"""A line that did not arrive, a case handed over by mistake, a parent who agrees: mended or seen without a reload."""

from __future__ import annotations

from typing import Any

import pytest
from chromium import Faulty, Person, holds
from screens import DESKTOP, PHONE, at_the_desk, fits, picture
from sqlalchemy import update

from bot.store import people
from bot.store.tables import conversations
from tests.house import KEPT, House

pytestmark = pytest.mark.browser

BOTH = pytest.mark.parametrize(("viewport", "name"), [(PHONE, "phone"), (DESKTOP, "desktop")], ids=["phone", "desktop"])


@pytest.fixture
def faulty() -> Faulty:
    """A step that is refused is 409, and meant."""
    return lambda said: said.type in ("error", "warning") and "409 (Conflict)" not in said.text


async def both_themes(page: Any, name: str) -> None:
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await picture(page, f"P1-{name}-{scheme}")
    await page.emulate_media(color_scheme="light")


async def taken(person: Person, house: House, viewport: dict[str, int]) -> Any:
    await house.say("我想找老师聊聊")
    page = await at_the_desk(person, house, viewport)
    await page.goto(f"{house.url}/desk/cases/1")
    await page.click("#claim")
    await page.wait_for_selector("#send")
    return page


async def says(page: Any, words: str) -> None:
    await page.fill("#reply", words)
    await page.click("#send")


@BOTH
async def test_a_line_goes_once_more_or_back_and_the_draft_stays(
    person: Person, house: House, viewport: dict[str, int], name: str
) -> None:
    page = await taken(person, house, viewport)
    await page.evaluate("window.same = true")
    house.fake.world.follower("o-mei").refuses = True
    await says(page, "您在吗，我是周老师，刚才的话我都看到了")
    again = page.locator("button:has-text('再发一次')")
    await again.wait_for()
    async with house.app_engine.begin() as conn:
        await conn.execute(update(conversations).values(windows={}))
    await says(page, "晚上八点我再来")
    back = page.locator("button:has-text('收回')")
    await back.wait_for()
    await page.fill("#reply", "还没写完的")
    assert await fits(page)
    if viewport is PHONE:
        assert await back.evaluate("(it) => it.offsetHeight") >= 44
    await both_themes(page, f"lines-{name}")
    await back.click()
    await page.wait_for_selector(".turn-foot >> text=已收回")
    house.fake.world.follower("o-mei").refuses = False
    await house.say("我在")  # the window is open again
    await again.click()
    await page.wait_for_selector(".turn[data-who=person] >> text=已送达")
    assert await page.locator(".mends").count() == 0
    assert await page.evaluate("window.same") is True
    await holds(page, "#reply", "还没写完的")
    await both_themes(page, f"mended-{name}")


async def test_what_is_refused_is_said_above_the_talk(person: Person, house: House) -> None:
    page = await taken(person, house, DESKTOP)
    async with house.app_engine.begin() as conn:
        await conn.execute(update(conversations).values(windows={}))
    await says(page, "您在吗")
    back = page.locator("button:has-text('收回')")
    await back.wait_for()
    async with house.app_engine.begin() as conn:
        await conn.exec_driver_sql("UPDATE outbox SET state = 'sending', due_at = now() + interval '1 day'")
    await back.click()
    await page.wait_for_selector("#banner >> text=这一句正在送，收不回来了。")


@BOTH
async def test_a_case_handed_over_by_mistake_comes_back(
    person: Person, house: House, viewport: dict[str, int], name: str
) -> None:
    page = await taken(person, house, viewport)
    async with house.app_engine.begin() as conn:
        await people.add(conn, login="shen", name="沈老师", role="counsellor", password_hash=KEPT)
    await page.goto(f"{house.url}/desk/cases/1/move")
    await page.click("label:has-text('沈老师')")
    await page.fill("#note", "请接着聊")
    await page.click("#hand-over button:has-text('转交')")
    await page.wait_for_selector("#handed >> text=第 1 件已转给沈老师，还没有打开。")
    assert await fits(page)
    await both_themes(page, f"handed-{name}")
    await page.click("#handed button")
    await page.wait_for_selector("#send")
    await page.goto(f"{house.url}/desk?handed=1")
    assert await page.locator("#handed").count() == 0


@BOTH
async def test_the_file_says_that_the_parent_has_agreed_and_that_a_danger_waits(
    person: Person, house: House, viewport: dict[str, int], name: str
) -> None:
    page = await taken(person, house, viewport)
    await page.click("#more summary")
    await page.click("#file")
    await page.click("text=发给家长")
    await page.wait_for_selector("text=等家长答复")
    await house.say("同意建档")
    said = page.locator("#said a")
    await said.wait_for()
    assert await said.inner_text() == "家长已经同意，刷新看看"
    await house.say("孩子站在阳台栏杆上，说不想活了", "o-lan")
    await page.wait_for_selector("#alarm:visible")
    assert await fits(page)
    await both_themes(page, f"consent-{name}")
    await said.click()
    await page.wait_for_selector("text=写情况")
    await page.wait_for_selector("#alarm:visible")
    assert await said.is_hidden()
