"""The article in a browser: large type, the card to pass on, the handout on one sheet."""

from __future__ import annotations

import re
from typing import Any

import pytest
from chromium import Open

pytestmark = pytest.mark.browser

PATH = "/e/screens-junior-slams-door"


async def overflow(page: Any) -> int:
    return int(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_it_fits_also_in_large_type(open_page: Open, width: int) -> None:
    page = await open_page(PATH, width=width)
    assert await overflow(page) <= 0
    await page.click("text=大字")
    assert "large" in str(await page.get_attribute("html", "class"))
    assert await overflow(page) <= 0


async def test_the_card_to_pass_on_is_a_picture(open_page: Open) -> None:
    page = await open_page(PATH)
    await page.click("[data-share]")
    picture = page.locator("dialog.share img")
    await page.wait_for_function("() => document.querySelector('dialog.share img').naturalWidth === 600")
    assert str(await picture.get_attribute("src")).startswith("data:image/png")
    # Something is drawn at the place of the code, not a white field: dark modules and light ones.
    shades = await page.evaluate(
        """() => { const image = document.querySelector('dialog.share img'), board = document.createElement('canvas');
        board.width = image.naturalWidth; board.height = image.naturalHeight;
        const pen = board.getContext('2d'); pen.drawImage(image, 0, 0);
        const dots = pen.getImageData(board.width - 44 - 180, board.height - 44 - 180, 180, 180).data;
        let dark = 0; for (let at = 0; at < dots.length; at += 4) dark += dots[at] < 128 ? 1 : 0;
        return dark / (180 * 180); }"""
    )
    assert 0.2 < shades < 0.6
    await page.click("[data-close]")
    assert not await picture.is_visible()


@pytest.mark.parametrize("slug", ["screens-junior-slams-door", "as-long-as-may-be"])
async def test_printed_it_is_one_sheet_with_the_code(open_page: Open, slug: str) -> None:
    page = await open_page(f"/e/{slug}", width=1280)
    sheet = await page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", sheet)) == 1
    await page.emulate_media(media="print")
    assert await page.locator(".handout svg").is_visible()
    assert not await page.locator(".feedback").is_visible()


async def test_a_rating_works_without_script(open_page: Open) -> None:
    page = await open_page(PATH, java_script_enabled=False)
    await page.click("text=没说到点子上")
    await page.wait_for_selector("text=记下了，我们会改")
    assert await page.locator("[data-share]").is_hidden()
