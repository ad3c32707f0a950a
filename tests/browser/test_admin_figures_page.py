"""The figures of use in a real browser: drawn where the drawing library is, as tables everywhere, in both themes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from chromium import Person
from screens import DESKTOP, PHONE, fits, picture, signed_in
from sqlalchemy import insert

from bot.store.tables import conversations, parents, turns
from bot.web import pages
from bot.web.admin.figures.page import ECHARTS
from tests.house import House

pytestmark = pytest.mark.browser

ASKED = (
    ("answered", ["screens-junior-phone-conflict"], [], "junior", "putuo"),
    ("answered", ["homework-primary-how-much"], [], "primary", "changzhou"),
    ("abstained", [], [], None, None),
    ("answered", [], ["mental-health-12356", "public-security-110"], "junior", "putuo"),
    ("person", [], [], "junior", "putuo"),
)

TANG = {"login": "tang", "name": "唐老师", "role": "chief-editor"}


@pytest.fixture
async def month(house: House) -> House:
    """Give the house a month of sixty parents."""
    now = house.clock()
    async with house.app_engine.begin() as conn:
        for n in range(60):
            parent = insert(parents).values(channel="web", sender=f"p{n}").returning(parents.c.id)
            talk = insert(conversations).values(parent_id=(await conn.execute(parent)).scalar_one())
            [[own]] = await conn.execute(talk.returning(conversations.c.id))
            for step in range(1 + n % 3):
                outcome, entries, listings, stage, region = ASKED[(n + step) % len(ASKED)]
                at = now - timedelta(days=n % 28, hours=(n * 7 + step) % 24)
                told = {"channel": "web", "intent": "guidance", "outcome": outcome, "at": at, "conversation_id": own}
                shown = {"entries": entries, "listings": listings, "stage": stage, "region": region}
                await conn.execute(insert(turns).values(**told, **shown))
    return house


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("viewport", "name"), [(PHONE, "phone"), (DESKTOP, "desktop")], ids=["phone", "desktop"])
async def test_the_figures_are_drawn_and_stand_in_tables(
    person: Person, month: House, viewport: dict[str, int], name: str, scheme: str
) -> None:
    page = await signed_in(person, month, "/admin", viewport, **TANG, color_scheme=scheme)
    await page.goto(f"{month.url}/admin/figures")
    assert await fits(page)
    if (pages.STATIC / ECHARTS).is_file():
        await page.wait_for_selector("[data-chart] svg text")
        assert await page.locator("[data-chart] svg").count() == await page.locator("[data-chart]").count() >= 5
        await page.locator("[data-chart=bars]").first.hover()
        await page.locator("summary >> text=看表").first.click()
    assert await page.locator("table >> visible=true").count() >= 3
    await picture(page, f"use-{name}-{scheme}")
    if name == "desktop":
        await page.set_viewport_size({"width": 1280, "height": 3200})
        await picture(page, f"use-whole-{scheme}")
    await page.goto(f"{month.url}/admin/figures/reported?region=putuo&month=2026-05")
    assert await fits(page)
    await picture(page, f"reported-{name}-{scheme}")


async def test_without_the_drawing_library_the_tables_are_open(
    person: Person, month: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.admin.figures.page.ECHARTS", "vendor/not-fetched.js")
    page = await signed_in(person, month, "/admin", DESKTOP, **TANG)
    await page.goto(f"{month.url}/admin/figures")
    assert await page.locator("summary >> text=看表").count() == 0
    assert await page.locator("td >> text=直接答上").is_visible()
