"""An administrator changes the welcome, then the privacy notice; parents read the one and agree to the other."""

from __future__ import annotations

from typing import Any

import pytest
from chromium import Faulty, Person, refused
from test_desk_page import DESKTOP, PHONE, fits, picture

from bot.dialogue.phrases import packaged
from bot.store import conversations, people
from bot.store.tables import parents
from tests.house import KEPT, PASSWORD, House, rows

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("phrases_afterwards")]

HELLO = "您好，家有方的自动助手在这里。孩子的事慢慢说，我听着。"
MORE = "您发来的图片和谈话放在一起，值班老师打得开。"
WHY = "您发来的图片也会留一段时间。"
NEWEST = ".turn[data-who=bot][data-id]"


@pytest.fixture
def faulty() -> Faulty:
    """What is refused with 422 is on the console, and is meant; what our policy refuses is not."""
    return refused


async def signed_in(person: Person, house: House, viewport: dict[str, int], scheme: str) -> Any:
    async with house.app_engine.begin() as conn:
        await people.add(conn, login="shen", name="沈主任", role="admin", password_hash=KEPT)
    page = await person("/admin/words", viewport, color_scheme=scheme)
    await page.fill("#name", "shen")
    await page.fill("#password", PASSWORD)
    await page.click("button[type=submit]")
    await page.wait_for_selector("#main h1")
    return page


async def says(page: Any, saying: str) -> str:
    """Write as a parent; the newest answer."""
    before = await page.locator(NEWEST).count()
    await page.fill("#say", saying)
    await page.click("#composer button[type=submit]")
    newest = page.locator(NEWEST).nth(before)
    await newest.wait_for()
    return str(await newest.inner_text())


async def several(house: House, version: str, count: int) -> None:
    async with house.app_engine.begin() as conn:
        for at in range(count):
            profile = {"consent_version": version, "consent_at": "2026-05-12T08:00:00+08:00"}
            await conversations.prepare(conn, "web", f"p-{at}", profile)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("viewport", "name"), [(PHONE, "phone"), (DESKTOP, "desktop")], ids=["phone", "desktop"])
async def test_a_new_parent_reads_the_changed_welcome(
    person: Person, house: House, viewport: dict[str, int], name: str, scheme: str
) -> None:
    admin = await signed_in(person, house, viewport, scheme)
    assert await fits(admin)
    await picture(admin, f"words-{name}-{scheme}")
    await admin.goto(f"{house.url}/admin/words?group=booking")
    assert await fits(admin)
    await picture(admin, f"words-booking-{name}-{scheme}")
    await admin.goto(f"{house.url}/admin/words/welcome.region")
    assert await fits(admin)
    await admin.fill("#body", "您从{地方}来！")
    await admin.wait_for_selector("#slot-body >> text=少了 {地区}")
    assert await admin.get_attribute("#body", "aria-invalid") == "true"
    assert await fits(admin)
    await picture(admin, f"words-wrong-{name}-{scheme}")
    await admin.goto(f"{house.url}/admin/words/welcome.hello")
    await admin.fill("#body", HELLO)
    await admin.wait_for_selector(f"#slot-preview >> text={HELLO}")
    await admin.click("button:text-is('保存')")
    await admin.wait_for_selector("text=存好了")
    assert await fits(admin)
    await picture(admin, f"words-saved-{name}-{scheme}")
    parent = await person("/chat", PHONE)
    assert HELLO in await parent.inner_text("#thread")
    await picture(parent, f"words-chat-{name}-{scheme}")
    await admin.click("button:text-is('换回原来的')")
    await admin.wait_for_selector("text=原来的写法")
    fresh = await person("/chat", PHONE)
    assert str(packaged()["welcome.hello"]) in await fresh.inner_text("#thread")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("viewport", "name"), [(PHONE, "phone"), (DESKTOP, "desktop")], ids=["phone", "desktop"])
async def test_a_parent_is_told_once_that_the_notice_changed_and_agrees(
    person: Person, house: House, viewport: dict[str, int], name: str, scheme: str
) -> None:
    parent = await person("/chat", PHONE)
    assert "知道了" in await says(parent, "孩子写作业磨蹭怎么办")
    await says(parent, "知道了")
    admin = await signed_in(person, house, viewport, scheme)
    await admin.goto(f"{house.url}/admin/consent")
    assert await fits(admin)
    await picture(admin, f"consent-{name}-{scheme}")
    await admin.fill("#full", f"{await admin.input_value('#full')}\n{MORE}")
    await admin.click("button:text-is('保存')")
    await admin.wait_for_selector("#slot-kind >> text=内容变了，还是只改字")
    assert MORE in await admin.input_value("#full")
    await picture(admin, f"consent-asked-{name}-{scheme}")
    await admin.check("[name=kind][value=changed]")
    await admin.fill("#why", WHY)
    await admin.wait_for_selector(f"#slot-preview >> text={WHY}")
    await admin.click("button:text-is('保存')")
    await admin.wait_for_selector("text=在用的是 2026-05-12 版")
    await several(house, "2026-05-12", 4)
    await admin.reload()
    assert "不足 5 人同意" in await admin.inner_text("#main")
    assert await fits(admin)
    await picture(admin, f"consent-saved-{name}-{scheme}")
    told = await says(parent, "孩子半夜偷偷玩手机怎么办")
    assert WHY in told
    await picture(parent, f"consent-told-{name}-{scheme}")
    before = await parent.locator(NEWEST).count()
    tap = parent.locator("button.chip:text-is('知道了')").last
    await tap.scroll_into_view_if_needed()
    await picture(parent, f"consent-tap-{name}-{scheme}")
    await tap.click()
    await parent.locator(NEWEST).nth(before).wait_for()
    assert WHY not in await says(parent, "孩子不愿意上学")
    versions = [row.profile.get("consent_version") for row in await rows(house.database_url, parents)]
    assert versions == ["2026-05-12"] * 5
    await admin.goto(f"{house.url}/admin/consent")
    assert "5 位家长同意" in await admin.inner_text("#main")
    page = await person("/privacy", viewport, color_scheme=scheme)
    assert MORE in await page.inner_text("main")
    assert await fits(page)
    await picture(page, f"consent-privacy-{name}-{scheme}")
