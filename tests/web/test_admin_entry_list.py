"""The list of entries: every one once, by state, searched, filtered, sorted; what is due or wrong first."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from desk_browser import Browser, text

from bot.app import SERVICES
from bot.store import changes, learning
from bot.store.people import Staff
from bot.web.admin.entries.list import PAGE
from indexes.engine import SearchEngine
from knowledge.amend import encode
from knowledge.editorial import Step
from knowledge.model import Entry, Library
from tests.house import House

ID = "screens-junior-phone-conflict"


@pytest.fixture
async def editor(house: House) -> Browser:
    return await house.staff("lin", "林编辑", "editor")


@pytest.fixture
def library(house: House) -> Library:
    engine = house.app[SERVICES].live.engine
    assert engine is not None
    return engine.release.library


def shown(page: str) -> list[str]:
    """List the entries that a page of the list shows."""
    return re.findall(r'<(?:td|div)><a href="/admin/entries/([a-z0-9-]+)">', page)


async def every(editor: Browser, address: str) -> list[str]:
    """Turn the pages of a list to its end."""
    found: list[str] = []
    while address:
        page = await text(editor, address)
        found += shown(page)
        following = re.search(r'href="([^"]+)">下一页', page)
        address = html.unescape(following[1]) if following else ""
    return found


async def swapped(house: House, library: Library, index_path: Path, entry: Entry, **values: Any) -> None:
    """Let an engine answer in which one entry is another; its index is as before."""
    engine = SearchEngine.open(index_path)
    entries = {**library.entries, entry.id: replace(entry, **values)}
    engine.release = replace(engine.release, library=replace(library, entries=entries))
    house.app[SERVICES].live.swap(engine)


async def a_draft(house: House, body: dict[str, Any] | None, key: str = ID, *steps: Step) -> None:
    """Save a draft as somebody of the house, and take steps with it as another."""
    async with house.app_engine.begin() as conn:
        row = (await conn.exec_driver_sql("SELECT id FROM staff ORDER BY id LIMIT 1")).scalar_one()
        me = Staff(row, "lin", "林编辑", "editor", None)
        title = str((body or {}).get("title", "停用的"))
        number = await changes.save(conn, me, "entry", key, body, title=title, seen=0, now=house.clock())
        for step in steps:
            await changes.released(conn, [number], step, house.clock(), number=2)


async def test_the_list_holds_every_entry_once_page_by_page(editor: Browser, library: Library) -> None:
    assert len(library.entries) > PAGE
    first = await text(editor, "/admin/entries")
    assert f"{len(library.entries)} 条在用" in first
    assert len(shown(first)) == PAGE
    assert "上一页" not in first
    assert sorted(await every(editor, "/admin/entries")) == sorted(library.entries)


async def test_filters_narrow_the_list_and_stay_while_turning_pages(editor: Browser, library: Library) -> None:
    for topic in ("screens", "homework"):
        wanted = [entry.id for entry in library.entries.values() if topic in entry.topics]
        assert wanted
        assert sorted(await every(editor, f"/admin/entries?topic={topic}")) == sorted(wanted)
    fitting = [entry.id for entry in library.entries.values() if not entry.stages or "junior" in entry.stages]
    assert sorted(await every(editor, "/admin/entries?stage=junior")) == sorted(fitting)
    policy = [
        entry.id for entry in library.entries.values() if entry.intent == "policy" and "left-behind" in entry.families
    ]
    assert sorted(await every(editor, "/admin/entries?intent=policy&family=left-behind")) == sorted(policy)
    assert '<option value="junior" selected>' in await text(editor, "/admin/entries?stage=junior")


async def test_words_find_titles_wordings_and_texts(editor: Browser, library: Library) -> None:
    entry = library.entries[ID]
    for words in (entry.title, entry.wordings[-1], entry.full.splitlines()[2][:12]):
        assert entry.id in await every(editor, f"/admin/entries?q={words}")
    assert "没有找到" in await text(editor, "/admin/entries?q=这几个字哪里都没有")


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=abc", f"page={'9' * 40}", "page=99999", "tab=x&sort=y"])
async def test_an_address_that_makes_no_sense_is_no_fault(editor: Browser, query: str) -> None:
    assert (await editor.get(f"/admin/entries?{query}")).status == 200


async def test_hostile_filters_stay_words(editor: Browser) -> None:
    page = await text(editor, '/admin/entries?q="><script>alert(1)</script>&topic="x')
    assert "<script>alert" not in page


async def test_what_is_due_comes_first_and_has_a_tab_of_its_own(
    house: House, editor: Browser, library: Library, index_path: Path
) -> None:
    entry = list(library.entries.values())[-1]
    await swapped(house, library, index_path, entry, review_by=house.clock().date() - timedelta(days=12))
    page = await text(editor, "/admin/entries")
    assert shown(page)[0] == entry.id
    assert "过 12 天" in page
    assert "1 条过了审读日" in page
    assert shown(await text(editor, "/admin/entries?tab=due")) == [entry.id]
    assert shown(await text(editor, "/admin/entries?sort=title")) != shown(page)


async def test_what_is_wrong_is_told_and_can_be_asked_for(
    house: House, editor: Browser, library: Library, index_path: Path
) -> None:
    entry = library.entries[ID]
    await swapped(house, library, index_path, entry, wordings=entry.wordings[:1])
    assert shown(await text(editor, "/admin/entries?sort=problems"))[0] == entry.id
    page = await text(editor, "/admin/entries?problem=1")
    assert shown(page) == [entry.id]
    assert "有 1 种问法，应有 8 到 15 种" in page


async def test_tabs_show_what_is_on_its_way_what_was_taken_out_and_what_was_given_up(
    house: House, editor: Browser, library: Library
) -> None:
    body = encode(library.entries[ID])
    await a_draft(house, {**body, "title": "改过的标题"})
    await a_draft(house, {**body, "title": "只有一次的"}, "screens-once", Step.PUBLISH)
    await a_draft(house, None, "screens-once", Step.PUBLISH)
    await a_draft(house, {"title": "不要了的"}, "screens-dropped")
    async with house.app_engine.begin() as conn:
        await conn.exec_driver_sql("UPDATE changes SET state = 'dropped' WHERE key = 'screens-dropped'")
    page = await text(editor, "/admin/entries?tab=draft")
    assert shown(page) == [ID]
    assert "改过的标题" in page
    assert "林编辑在改" in await text(editor, f"/admin/entries?q={library.entries[ID].title}")
    assert shown(await text(editor, "/admin/entries?tab=out")) == ["screens-once"]
    assert shown(await text(editor, "/admin/entries?tab=given-up")) == ["screens-dropped"]
    assert "现在没有在用" not in await text(editor, f"/admin/entries/{ID}")
    assert "去历史里拿" in await text(editor, "/admin/entries/screens-once")


async def test_what_parents_saw_and_said_is_counted_and_few_voices_are_hidden(
    house: House, editor: Browser, library: Library
) -> None:
    entry = library.entries[ID]
    await house.say(entry.wordings[0])
    async with house.app_engine.begin() as conn:
        for verdict in ("yes", "yes", "yes", "no"):
            await learning.rated(conn, ID, verdict=verdict, at=house.clock())
    row = (await text(editor, f"/admin/entries?q={entry.title}")).split("<tbody>")[1]
    assert '<td class="num" data-label="90 天看过">1</td>' in row
    assert "不足 5 人" in row
    async with house.app_engine.begin() as conn:
        await learning.rated(conn, ID, verdict="no", at=house.clock())
    assert "60%" in await text(editor, f"/admin/entries?q={entry.title}")
