"""The history of a service: any two of its forms side by side, in words; any of them brought back."""

from __future__ import annotations

import html

import pytest
from desk_browser import Browser, post, text
from test_admin_services import LINE, form

from bot.store.tables import versions
from tests.house import House, rows


@pytest.fixture
async def editor(house: House) -> Browser:
    return await house.staff("lin", "林编辑", "editor")


async def saved(house: House, editor: Browser) -> list[int]:
    """Save three forms of a hotline, one after the other; their numbers."""
    last = ""
    for note in ("第一版", "第二版", "第三版"):
        given = {"hours_note": note, "step": "save"} | ({"seen": last} if last else {})
        await post(editor, LINE, **form(house, **given))
        last = str(max(one.id for one in await rows(house.database_url, versions)))
    return sorted(one.id for one in await rows(house.database_url, versions))


async def compared(editor: Browser, query: str = "") -> str:
    """What stands side by side, without the lists around it."""
    page = html.unescape(await text(editor, f"{LINE}/history{query}"))
    assert page.count("<option") == 8
    return page.split('<div class="diff">')[1].split("所有的版本")[0].replace("<ins>", "").replace("<del>", "")


async def test_any_two_forms_stand_side_by_side(house: House, editor: Browser) -> None:
    first, _, third = await saved(house, editor)
    newest = await compared(editor)
    assert "第三" in newest
    assert "第二" in newest
    chosen = await compared(editor, f"?a={first}&b={third}")
    assert "第一" in chosen
    assert "第二" not in chosen
    live = await compared(editor, f"?a=live&b={first}")
    assert "在用的" in live
    assert "第三" not in live


@pytest.mark.parametrize("query", ["?a=0&b=x", "?a=&b=", "?b=99999999999999999999999", "?a='&b=<img>"])
async def test_forms_that_are_not_there_are_the_newest_two(house: House, editor: Browser, query: str) -> None:
    await saved(house, editor)
    assert "第三" in await compared(editor, query)


async def test_what_is_live_can_be_brought_back_as_the_draft(house: House, editor: Browser) -> None:
    *_, third = await saved(house, editor)
    assert (await post(editor, f"{LINE}/restore", version="live", seen=str(third)))[0] == 303
    assert "第三版" not in await text(editor, LINE)


async def test_what_nobody_ever_changed_is_compared_with_nothing(editor: Browser) -> None:
    page = await text(editor, f"{LINE}/history")
    assert "还没有人改过" in page
    assert '<div class="diff">' not in page
