"""The preview of a week's digest follows what is typed; nothing of it is kept."""

from __future__ import annotations

import html

import pytest
from desk_browser import Browser, post
from test_admin_digest import PATH, SILENT, drafted, editor, form, held

from tests.house import House

__all__ = ["drafted", "editor"]  # fixtures
OPENING = "周末一起去看一条河。"


async def test_what_is_typed_is_shown_in_the_bubbles_and_not_saved(drafted: House, editor: Browser) -> None:
    before = await held(drafted)
    given = await form(editor, drafted, **{"opening": OPENING, "junior-0": SILENT})
    status, page = await post(editor, f"{PATH}/check", **given)
    assert status == 200
    page = html.unescape(page)
    assert OPENING in page
    assert SILENT in page
    assert 'id="slot-preview-1"' in page
    assert await held(drafted) == before


@pytest.mark.parametrize("path", [f"{PATH}/check", PATH])
async def test_what_is_wrong_is_told_beside_its_field(drafted: House, editor: Browser, path: str) -> None:
    before = await held(drafted)
    given = await form(editor, drafted, **{"opening": "", "junior-0": "没有这一条的标题", "step": "look"})
    status, page = await post(editor, path, **given)
    assert status == 200
    assert "请写一句开头" in page
    assert "没有叫“没有这一条的标题”的条目" in html.unescape(page)
    assert await held(drafted) == before


async def test_without_script_a_button_shows_it_and_keeps_what_is_typed(drafted: House, editor: Browser) -> None:
    given = await form(editor, drafted, opening=OPENING, step="look", region="changzhou")
    status, page = await post(editor, PATH, **given)
    assert status == 200
    assert page.count(OPENING) >= 2  # the field, and bubbles
    assert 'name="region" value="changzhou"' in page
    assert (await held(drafted)).opening != OPENING
