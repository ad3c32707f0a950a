"""An editor brings a spreadsheet with errors, reads them, mends it, chooses rows, and finds the drafts."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from chromium import Faulty, Person, refused
from screens import DESKTOP, PHONE, fits, picture, signed_in

from bot.store import changes
from knowledge import files
from knowledge.imports.to_xlsx import workbook
from knowledge.imports.vocabulary import Vocabulary
from tests.house import House

pytestmark = pytest.mark.browser

LIBRARY = files.load()
KEYS = list(LIBRARY.entries)[:3]


@pytest.fixture
def faulty() -> Faulty:
    """A refused form is on the console, and is meant."""
    return refused


def spreadsheet(**cells: str) -> dict[str, Any]:
    """Make a real workbook of three entries, with some cells written over."""
    data = workbook({"entry": [LIBRARY.entries[key] for key in KEYS]}, Vocabulary.of(LIBRARY))
    book = openpyxl.load_workbook(io.BytesIO(data))
    for place, text in cells.items():
        book["条目"][place] = text
    out = io.BytesIO()
    book.save(out)
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "暑期修改.xlsx", "mimeType": media, "buffer": out.getvalue()}


async def editor(person: Person, house: House, viewport: dict[str, int], **options: Any) -> Any:
    return await signed_in(
        person, house, "/admin/exchange", viewport, login="xu", name="许老师", role="editor", **options
    )


async def upload(page: Any, file: dict[str, Any]) -> None:
    await page.goto(page.url.partition("/admin")[0] + "/admin/exchange")
    await page.set_input_files("#file", file)
    await page.click("button:has-text('上传检查')")
    await page.wait_for_selector(".stats")


@pytest.mark.parametrize(
    ("viewport", "name", "scheme"),
    [(PHONE, "phone", "dark"), (DESKTOP, "desktop", "light")],
    ids=["phone", "desktop"],
)
async def test_a_spreadsheet_with_errors_is_mended_and_becomes_drafts(
    person: Person, house: House, viewport: dict[str, int], name: str, scheme: str
) -> None:
    page = await editor(person, house, viewport, color_scheme=scheme)
    assert await fits(page)
    await picture(page, f"exchange-{name}")
    await upload(page, spreadsheet(C2="手机和屏幕", B3="一写作业就喊累，怎么办？", K4="明年", B4="=1+1"))
    told = await page.inner_text("#bad")
    assert "条目 C2：没有“手机和屏幕”。是不是“手机与屏幕”" in told
    assert "条目 B4：是公式，不能导入" in told
    assert await page.locator("#choose tbody tr").count() == 1
    assert await fits(page)
    await picture(page, f"exchange-{name}-errors")

    mended = spreadsheet(C2="手机与屏幕", B3="一写作业就喊累，怎么办？", B4="另一个题目，怎么办？")
    await upload(page, mended)
    assert await page.locator("#bad").count() == 0
    assert await page.locator("#choose tbody tr").count() == 3
    for box in await page.locator("#choose input[type=checkbox]").all():
        await box.set_checked(False)
    await page.click("#choose button")
    await page.wait_for_selector("text=还没有选")
    await page.locator("#choose tbody tr", has_text="一写作业就喊累").locator("input").check()
    await picture(page, f"exchange-{name}-choose")
    await page.click("#choose button")
    await page.wait_for_selector("text=1 条存成了草稿")
    assert await fits(page)
    await picture(page, f"exchange-{name}-done")
    async with house.app_engine.connect() as conn:
        (draft,) = await changes.listed(conn)
    assert (draft.key, draft.title, draft.origin) == (KEYS[1], "一写作业就喊累，怎么办？", "import")
    await page.click("main .file-link")
    await page.wait_for_selector("#main h1")
