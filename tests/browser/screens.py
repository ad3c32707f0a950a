"""What the browser tests do with pages: sign somebody in, write as a parent, look whether it fits, keep a picture."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from chromium import Person

from bot.store import people
from tests.house import KEPT, PASSWORD, House

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}


async def an_account(house: House, login: str = "zhou", name: str = "周老师", role: str = "counsellor") -> None:
    """Let somebody work here, once."""
    async with house.app_engine.begin() as conn:
        if await people.named(conn, login) is None:
            await people.add(conn, login=login, name=name, role=role, password_hash=KEPT)


async def signed_in(
    person: Person,
    house: House,
    path: str,
    viewport: dict[str, int],
    *,
    login: str = "zhou",
    name: str = "周老师",
    role: str = "counsellor",
    **options: Any,
) -> Any:
    """Open a page of the staff in a browser of somebody's own: led to the login, and back."""
    await an_account(house, login, name, role)
    page = await person(path, viewport, **options)
    await page.fill("#name", login)
    await page.fill("#password", PASSWORD)
    await page.click("button[type=submit]")
    await page.wait_for_url(lambda url: "/desk/login" not in url)  # by then its scripts have run
    return page


async def at_the_desk(
    person: Person, house: House, viewport: dict[str, int], login: str = "zhou", name: str = "周老师"
) -> Any:
    """Come to the desk as a counsellor does."""
    page = await signed_in(person, house, "/desk", viewport, login=login, name=name)
    await page.wait_for_selector("h1 >> text=该谁了")
    return page


async def says(page: Any, saying: str) -> str:
    """Write as a parent; the newest answer."""
    before = await page.locator(".turn[data-who=bot][data-id]").count()
    await page.fill("#say", saying)
    await page.click("#composer button[type=submit]")
    newest = page.locator(".turn[data-who=bot][data-id]").nth(before)
    await newest.wait_for()
    return str(await newest.inner_text())


async def picture(page: Any, name: str) -> None:
    """Keep a screenshot where somebody asked for them."""
    if folder := os.environ.get("SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png")


async def fits(page: Any) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


async def seen(what: Any) -> bool:
    """Whether something is before the reader's eyes: in the window, and nothing over its middle."""
    script = """(it) => { const box = it.getBoundingClientRect();
      const x = box.left + box.width / 2, y = box.top + box.height / 2, top = document.elementFromPoint(x, y);
      return y > 0 && y < innerHeight && (it.contains(top) || top?.contains(it)); }"""
    return bool(await what.evaluate(script))


async def both(page: Any, name: str) -> None:
    """Look at a page at both widths and in both themes; it fits all of them."""
    for viewport, size in ((PHONE, "phone"), (DESKTOP, "desktop")):
        await page.set_viewport_size(viewport)
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme=theme)
            assert await fits(page), (name, size)
            await picture(page, f"{name}-{size}-{theme}")
    await page.emulate_media(color_scheme="light")
