"""The admin's pages: what is live, what is wrong, finding an entry, seeing it as the parent does."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from desk_browser import Browser, text
from pydantic import SecretStr

from bot.app import SERVICES
from bot.settings import Settings
from bot.store import releases
from bot.web.admin.views import PAGE, standing
from indexes.engine import SearchEngine
from knowledge.model import Entry, Library
from tests.house import House


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
    return re.findall(r'<td><a href="/admin/entries/([a-z0-9-]+)">', page)


def total(page: str) -> int:
    found = re.search(r"(?:在用|找到) (\d+) 条", page)
    assert found is not None
    return int(found[1])


async def every(editor: Browser, address: str) -> list[str]:
    """Turn the pages of a list to its end."""
    found: list[str] = []
    while address:
        page = await text(editor, address)
        found += shown(page)
        following = re.search(r'href="([^"]+)">下一页', page)
        address = html.unescape(following[1]) if following else ""
    return found


async def test_the_overview_says_what_is_live_and_how_much_there_is(
    house: House, editor: Browser, library: Library
) -> None:
    page = await text(editor, "/admin")
    assert "在用第 1 版" in page
    for label, number in (("条目", len(library.entries)), ("机构与热线", len(library.listings))):
        assert f"<span>{label}</span><strong>{number}</strong>" in page
    for topic in library.taxonomy.topics.values():
        assert topic.name in page
    engine = house.app[SERVICES].live.engine
    assert engine is not None
    async with house.app_engine.begin() as conn:
        await releases.record(
            conn, number=1, digest=engine.release.digest, directory="1-x", at=house.clock() - timedelta(days=1)
        )
    assert "昨天 20:41 建成" in await text(editor, "/admin")


async def test_the_overview_names_what_is_wrong(
    house: House, editor: Browser, library: Library, index_path: Path
) -> None:
    entry = next(iter(library.entries.values()))
    await swapped(house, library, index_path, entry, wordings=entry.wordings[:1])
    page = await text(editor, "/admin")
    assert entry.id in page
    assert "没有要改的" not in page
    assert "1 处要改" in page
    listed = await text(editor, f"/admin/entries?q={entry.title}")
    assert 'data-state="warn"' in listed
    assert "要改的" in await text(editor, f"/admin/entries/{entry.id}")


async def swapped(house: House, library: Library, index_path: Path, entry: Entry, **changes: Any) -> None:
    """Let an engine answer in which one entry is another; its index is as before."""
    engine = SearchEngine.open(index_path)
    entries = {**library.entries, entry.id: replace(entry, **changes)}
    engine.release = replace(engine.release, library=replace(library, entries=entries))
    house.app[SERVICES].live.swap(engine)


async def test_without_an_index_the_overview_says_what_to_do(house: House, editor: Browser) -> None:
    house.app[SERVICES].live.engine = None
    page = await text(editor, "/admin")
    assert "没有索引" in page
    assert "python -m bot index build" in page


async def test_an_index_without_its_dense_leg_says_so(editor: Browser) -> None:
    assert "语义查找还在载入" in await text(editor, "/admin")


def settings_of(tmp_path: Path, **given: Any) -> dict[str, tuple[str, str]]:
    return {name: (state, words) for name, state, words in standing(Settings(data_dir=tmp_path, **given))}


def test_settings_that_are_missing_are_told_and_no_secret_is_shown(tmp_path: Path) -> None:
    bare = settings_of(tmp_path)
    assert {state for state, _ in bare.values()} == {"warn"}
    assert "消息加密" not in bare
    secrets = {"wechat_token": SecretStr("tell nobody"), "wechat_aes_key": SecretStr("k" * 43)}
    full = settings_of(
        tmp_path,
        wechat_app_id="wx1",
        duty_hours="workday 08:30-17:30",
        public_url="https://bot.example.cn",
        alert_webhook=SecretStr("https://robot.example.cn/?key=hidden"),
        **secrets,
    )
    assert {state for state, _ in full.values()} == {"good"}
    assert "消息加密" in full
    for secret in ("tell nobody", "k" * 43, "hidden"):
        assert secret not in str(full)


async def test_the_list_holds_every_entry_once_page_by_page(editor: Browser, library: Library) -> None:
    assert len(library.entries) > PAGE
    first = await text(editor, "/admin/entries")
    assert total(first) == len(library.entries)
    assert len(shown(first)) == PAGE
    assert "上一页" not in first
    found = await every(editor, "/admin/entries")
    assert sorted(found) == sorted(library.entries)


async def test_filters_narrow_the_list_and_stay_while_turning_pages(editor: Browser, library: Library) -> None:
    for topic in ("screens", "homework"):
        wanted = [entry.id for entry in library.entries.values() if topic in entry.topics]
        assert wanted
        assert sorted(await every(editor, f"/admin/entries?topic={topic}")) == sorted(wanted)
    stage = "junior"
    fitting = [entry.id for entry in library.entries.values() if not entry.stages or stage in entry.stages]
    assert sorted(await every(editor, f"/admin/entries?stage={stage}")) == sorted(fitting)
    page = await text(editor, f"/admin/entries?stage={stage}")
    assert f'<option value="{stage}" selected>' in page


async def test_words_find_titles_wordings_and_texts(editor: Browser, library: Library) -> None:
    entry = next(iter(library.entries.values()))
    for words in (entry.title, entry.wordings[-1]):
        assert entry.id in await every(editor, f"/admin/entries?q={words}")
    assert total(await text(editor, "/admin/entries")) == len(library.entries)


async def test_nothing_found_says_so_and_leads_back(editor: Browser) -> None:
    page = await text(editor, "/admin/entries?q=这几个字哪里都没有")
    assert "没有找到" in page
    assert 'href="/admin/entries">看全部条目' in page


@pytest.mark.parametrize("page", ["0", "-1", "abc", "9" * 40, "１", "99999"])
async def test_a_page_that_is_none_is_no_fault(editor: Browser, page: str) -> None:
    assert (await editor.get(f"/admin/entries?page={page}")).status == 200


async def test_hostile_filters_stay_words(editor: Browser) -> None:
    page = await text(editor, '/admin/entries?q="><script>alert(1)</script>&topic="x')
    assert "<script>alert" not in page


async def test_an_entry_is_shown_with_its_preview_as_the_parent_reads_it(editor: Browser, library: Library) -> None:
    entry = library.entries["screens-junior-phone-conflict"]
    page = html.unescape(await text(editor, f"/admin/entries/{entry.id}"))
    preview = page[page.index("家长看到的") :]
    assert entry.title in page
    assert all(words in page for words in entry.wordings)
    assert f"{len(entry.wordings)} 种" in page
    assert '<ol class="steps">' in preview
    assert "自动回复" in preview
    assert f'href="/e/{entry.id}"' in page
    assert "还没有人评价" in page


async def test_what_readers_said_of_an_article_stands_by_its_entry(
    house: House, editor: Browser, library: Library, ours: dict[str, str]
) -> None:
    entry = library.entries["screens-junior-phone-conflict"]
    for verdict in ("yes", "yes", "no"):
        answer = await editor.post(f"/e/{entry.id}/rating", data={"verdict": verdict}, headers=ours)
        assert answer.status == 200
    page = await text(editor, f"/admin/entries/{entry.id}")
    assert "2 人说有帮助，1 人说没说到点子上" in page


async def test_every_entry_of_the_library_can_be_opened(house: House, editor: Browser, library: Library) -> None:
    for id_ in list(library.entries)[::20]:
        assert (await editor.get(f"/admin/entries/{id_}")).status == 200, id_


@pytest.mark.parametrize("id_", ["nothing-of-this-name", "..", "A", "a/b"])
async def test_an_entry_that_is_not_there_is_not_found(editor: Browser, id_: str) -> None:
    answer = await editor.get(f"/admin/entries/{id_}")
    assert answer.status == 404 or str(answer.url).endswith("/admin/")


async def test_an_entry_that_is_due_for_review_is_marked(
    house: House, editor: Browser, library: Library, index_path: Path
) -> None:
    entry = next(iter(library.entries.values()))
    await swapped(house, library, index_path, entry, review_by=house.clock().date() - timedelta(days=12))
    assert "过 12 天" in await text(editor, f"/admin/entries?q={entry.title}")
