"""A long file that is imported: its rows by pages, what is ticked is kept, and the way to each draft."""

from __future__ import annotations

from typing import Any

import pytest
from desk_browser import Browser, post, text
from sqlalchemy import update
from test_pages_render import assert_usable

from bot.store import people, uploads
from bot.store.tables import uploads as table
from bot.web.admin.exchange import pages_of_rows as pages
from tests.house import House, rows

KEPT = {"changed": [], "held": "", "seen": 0, "body": {"title": "新的"}}


@pytest.fixture
async def editor(house: House) -> Browser:
    return await house.staff("xu", "许老师", "editor")


def row(number: int, *, advice: bool = False, fault: bool = False) -> dict[str, Any]:
    said = [{"place": "A1", "what": "再看看", "mend": "改一改"}]
    return {
        "place": f"第 {number + 2} 行",
        "sort": ("entry", "listing", "activity", "duty", "source")[number % 5],
        "key": f"thing-{number}",
        "title": f"第{number}件事",
        "standing": "broken" if fault else "new",
        "faults": said if fault else [],
        "advice": said if advice else [],
        **KEPT,
    }


async def read(house: House, found: list[dict[str, Any]], **report: Any) -> str:
    """Let a file have been read; its address."""
    async with house.app_engine.begin() as conn:
        staff = await people.named(conn, "xu")
        assert staff is not None
        number = await uploads.add(conn, staff.id, staff.name, "活动.xlsx", b"", house.clock())
        await uploads.read(conn, number, found, [])
        if report:
            values = {"state": "done", "report": report}
            await conn.execute(update(table).where(table.c.id == number).values(**values))
    return f"/admin/exchange/imports/{number}"


async def shown(editor: Browser, path: str) -> str:
    page = await text(editor, path)
    assert_usable(page)
    return page


async def chosen(house: House) -> list[int]:
    return list((await rows(house.database_url, table))[0].report["chosen"])


async def test_every_row_of_a_long_file_can_be_seen_and_chosen(house: House, editor: Browser) -> None:
    path = await read(house, [row(number, advice=number == 150) for number in range(250)])
    page = await shown(editor, path)
    assert "第 1 至 100 行，共 250 行" in page
    assert "第100件事" not in page
    ticked = {f"r{number}": "1" for number in range(100) if number != 7}
    assert (await post(editor, path, page="1", go="2", **ticked))[0] == 303
    page = await shown(editor, f"{path}?page=2")
    assert "第 101 至 200 行" in page
    assert "一共勾了 248 行" in page
    ticked = {f"r{number}": "1" for number in range(100, 200)}  # now with the one that ought to be looked at
    assert (await post(editor, path, page="2", **ticked))[0] == 303
    assert await chosen(house) == [number for number in range(250) if number != 7]


async def test_what_was_unticked_stays_unticked_when_its_page_is_seen_again(house: House, editor: Browser) -> None:
    path = await read(house, [row(number) for number in range(120)])
    await post(editor, path, page="1", go="2", r5="1")
    await post(editor, path, page="2", go="1", r101="1")
    page = await shown(editor, f"{path}?page=1")
    assert page.count(" checked") == 1
    assert (await post(editor, path, page="1", all="1"))[0] == 303
    assert len(await chosen(house)) == 120


async def test_rows_that_could_not_be_read_are_shown_by_pages_too(house: House, editor: Browser) -> None:
    path = await read(house, [row(number, fault=number < 130) for number in range(131)])
    assert "第129件事" not in await shown(editor, path)
    assert "第129件事" in await shown(editor, f"{path}?bad=2")
    assert (await post(editor, path, page="1", at_bad="1", bad="2", r130="1"))[0] == 303


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999", "9", "二"])
async def test_a_page_that_is_not_there_is_another_one(house: House, editor: Browser, page: str) -> None:
    path = await read(house, [row(number) for number in range(120)])
    assert "共 120 行" in await shown(editor, f"{path}?page={page}")


async def test_each_imported_draft_leads_to_its_editor(house: House, editor: Browser) -> None:
    saved = [{"sort": sort, "key": "x-1", "title": sort} for sort in ("entry", "listing", "activity", "duty", "source")]
    page = await shown(editor, await read(house, [], saved=saved, late=[]))
    assert 'href="/admin/entries/x-1"' in page
    for sort in ("listing", "activity", "duty", "source"):
        assert f'href="/admin/services/{sort}/x-1"' in page


def test_parts_of_a_list_say_what_they_show() -> None:
    part = pages.of(list(range(250)), 3)
    assert (part.first, part.last, part.previous, part.following, len(part)) == (201, 250, 2, 0, 250)
    empty: pages.Part[int] = pages.of([], 5)
    assert (len(empty), empty.previous, empty.following) == (0, 0, 0)
