"""The editor of an entry: what is typed is kept, checked by the same rules, previewed, and sent to another person."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from desk_browser import OURS, Browser, post, text

from bot.app import SERVICES
from bot.store import audit, changes, people
from bot.store.changes import Change
from knowledge.model import Entry, Library
from tests.house import House

ID = "screens-junior-phone-conflict"
HERE = f"/admin/entries/{ID}"


@pytest.fixture
async def editor(house: House) -> Browser:
    return await house.staff("lin", "林编辑", "editor")


@pytest.fixture
async def second(house: House) -> Browser:
    return await house.staff("gu", "顾老师", "editor")


@pytest.fixture
def library(house: House) -> Library:
    engine = house.app[SERVICES].live.engine
    assert engine is not None
    return engine.release.library


@pytest.fixture
def entry(library: Library) -> Entry:
    return library.entries[ID]


def typed(page: str) -> dict[str, str]:
    """Give what the editor's form would send as it stands."""
    form = page[page.index('<form method="post"') : page.index('<div class="actionbar">')]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            found[name[1]] = html.unescape(value[1]) if value else ""
    for name, inside in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        found[name] = html.unescape(inside)
    for name, inside in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', inside)
        found[name] = chosen[1] if chosen else ""
    return found


async def form_of(browser: Browser, path: str = HERE) -> dict[str, str]:
    return typed(await text(browser, path))


async def sent(browser: Browser, given: dict[str, str], step: str = "save", path: str = HERE) -> tuple[int, str, str]:
    answer = await browser.post(path, data={**given, "step": step}, headers=OURS, allow_redirects=False)
    return answer.status, answer.headers.get("Location", ""), html.unescape(await answer.text())


async def opened(house: House, key: str = ID) -> Change:
    async with house.app_engine.connect() as conn:
        found = await changes.open_of(conn, "entry", key)
    assert found is not None
    return found


async def test_opening_and_saving_without_a_change_opens_nothing(house: House, editor: Browser) -> None:
    assert await sent(editor, await form_of(editor)) == (303, f"{HERE}?said=same", "")
    async with house.app_engine.connect() as conn:
        assert await changes.open_of(conn, "entry", ID) is None


async def test_a_draft_is_kept_and_the_live_entry_stays(
    house: House, editor: Browser, library: Library, entry: Entry
) -> None:
    given = await form_of(editor) | {"title": "收了手机就砸门，怎么办？"}
    assert (await sent(editor, given))[1] == f"{HERE}?said=save"
    assert (await opened(house)).body == {**(await opened(house)).body, "title": given["title"]}  # type: ignore[dict-item]
    assert library.entries[ID].title == entry.title
    page = await text(editor, HERE)
    assert 'value="收了手机就砸门，怎么办？"' in page
    assert "改自在用的，草稿" in page
    async with house.app_engine.connect() as conn:
        assert [trace.detail["what"] for trace in await audit.of_subject(conn, f"entry:{ID}")] == ["save"]


async def test_what_is_wrong_stands_beside_its_field_and_keeps_it_from_review(
    house: House, editor: Browser, entry: Entry
) -> None:
    given = await form_of(editor) | {"brief": "很短的一句。", "source-0": "没有这份文件", "place-0": ""}
    _, location, _ = await sent(editor, given, "submit")
    assert location == f"{HERE}?said=unready"
    assert (await opened(house)).state == "draft"
    page = await text(editor, HERE)
    assert "草稿存好了。还有要改的地方" in await text(editor, location)
    brief = page[page.index('id="slot-brief"') : page.index('id="slot-full"')]
    assert "应有 3 到 5 步" in brief
    assert "“没有这份文件”没有登记过" in page[page.index('id="slot-sources"') :]
    assert 'value="没有这份文件"' in page
    assert "sources.yaml" not in page


async def test_checking_while_typing_gives_the_parts_and_keeps_nothing(
    house: House, editor: Browser, entry: Entry
) -> None:
    given = await form_of(editor) | {"wording-1": entry.wordings[0], "title": ""}
    status, said = await post(editor, f"{HERE}/check", **given)
    assert status == 200
    assert "写了两次" in said[said.index('id="slot-wordings-1"') : said.index('id="slot-wordings-2"')]
    assert "还没有写标题" in said[said.index('id="slot-title"') : said.index('id="slot-topics"')]
    assert 'id="slot-preview"' in said
    assert "<html" not in said
    async with house.app_engine.connect() as conn:
        assert await changes.open_of(conn, "entry", ID) is None


async def test_preview_and_article_are_of_what_is_typed(editor: Browser) -> None:
    given = await form_of(editor) | {"brief": "先缓一缓。\n1. 等半小时。", "full": "### 一个小标题\n\n细细说。"}
    _, said = await post(editor, f"{HERE}/check", **given)
    assert '<div class="bubble">' in said
    assert "<li>等半小时。</li>" in said
    status, page = await post(editor, f"{HERE}/article", **given)
    assert status == 200
    assert "<h3>一个小标题</h3>" in page
    assert "/rating" not in page


async def test_rows_come_and_go_without_script_and_nothing_is_lost(editor: Browser, entry: Entry) -> None:
    given = await form_of(editor) | {"title": "打了一半的标题"}
    rows = len([name for name in given if name.startswith("wording-")])
    status, _, page = await sent(editor, given, "more")
    assert status == 200
    more = typed(page)
    assert more["title"] == "打了一半的标题"
    assert len([name for name in more if name.startswith("wording-")]) > rows
    _, _, page = await sent(editor, given, "unsay:0")
    assert typed(page)["wording-0"] == entry.wordings[1]


async def test_a_near_entry_becomes_a_related_one_by_one_tap(editor: Browser, library: Library) -> None:
    page = await text(editor, HERE)
    near = page[page.index('id="slot-near"') :]
    found = re.search(r'value="relate:([a-z0-9-]+)"', near)
    assert found is not None
    _, _, page = await sent(editor, await form_of(editor), f"relate:{found[1]}")
    related = {value for name, value in typed(page).items() if name.startswith("related-")}
    assert library.entries[found[1]].title in related


async def test_who_saves_second_is_told_and_keeps_the_words(house: House, editor: Browser, second: Browser) -> None:
    mine, theirs = await form_of(editor), await form_of(second)
    await sent(editor, mine | {"title": "林编辑写的标题"})
    status, _, page = await sent(second, theirs | {"title": "顾老师写的标题"})
    assert status == 409
    assert "林编辑刚刚存过这一条" in page
    again = typed(page)
    assert again["title"] == "顾老师写的标题"
    assert "<del>林编辑</del>写的标题" in page
    assert (await opened(house)).title == "林编辑写的标题"
    assert (await sent(second, again))[0] == 303
    assert (await opened(house)).title == "顾老师写的标题"


async def test_a_new_entry_gets_an_id_of_its_own_and_may_be_unfinished(house: House, editor: Browser) -> None:
    given = await form_of(editor, "/admin/entries/new")
    status, _, page = await sent(editor, given | {"wording-0": "还没想好标题"}, path="/admin/entries/new")
    assert status == 400
    assert "请先写标题" in page
    assert typed(page)["wording-0"] == "还没想好标题"
    ids = []
    for _ in range(2):
        named = given | {"title": "手机规矩怎么定", "topic": "screens"}
        _, location, _ = await sent(editor, named, path="/admin/entries/new")
        ids.append(location.removeprefix("/admin/entries/").split("?")[0])
    assert ids == ["screens-shou-ji-gui-ju-zen-me", "screens-shou-ji-gui-ju-zen-me-2"]
    assert "新的，草稿" in await text(editor, f"/admin/entries/{ids[0]}")
    assert "手机规矩怎么定" in await text(editor, "/admin/entries?tab=draft")


async def test_what_is_new_is_checked_too_and_is_nothing_before_it_is_saved(editor: Browser, entry: Entry) -> None:
    status, said = await post(editor, "/admin/entries/new/check", title=entry.title, topic="screens")
    assert status == 200
    assert ID in said[said.index('id="slot-near"') :]
    assert "太像，请合并两篇或改标题" in said
    assert (await editor.get("/admin/entries/new/history")).status == 404
    assert (await post(editor, "/admin/entries/new/retire", words="不要"))[0] == 404


async def test_a_draft_of_another_room_that_has_little_can_be_finished(house: House, editor: Browser) -> None:
    async with house.app_engine.begin() as conn:
        me = await people.named(conn, "lin")
        assert me is not None
        body = {"title": "孩子半夜不睡", "wordings": ["半夜还不睡咋弄"]}
        await changes.save(conn, me, "entry", "sleep-x", body, title="孩子半夜不睡", seen=0, now=house.clock())
    page = await text(editor, "/admin/entries/sleep-x")
    assert "还没有写聊天里的回答" in page
    assert 'value="半夜还不睡咋弄"' in page
    await sent(editor, typed(page) | {"brief": "先缓一缓。"}, path="/admin/entries/sleep-x")
    kept = (await opened(house, "sleep-x")).body
    assert kept is not None
    assert (kept["id"], kept["written"]) == ("sleep-x", "2026-05-12")


async def test_the_address_may_bring_title_and_wordings(editor: Browser) -> None:
    given = await form_of(editor, "/admin/entries/new?title=孩子挑食怎么办&wording-0=光吃肉不吃菜")
    assert (given["title"], given["wording-0"]) == ("孩子挑食怎么办", "光吃肉不吃菜")


@pytest.mark.parametrize(
    "hostile",
    [
        {"title": '"><script>alert(1)</script>', "brief": "</textarea><script>alert(2)</script>"},
        {"region": "\x00不存在的地方", "review_by": "2026-02-31", "intent": "nothing", "topic": "../x"},
        {"seen": "9" * 40, "wording-999": "x", "wording--1": "y", "source-0": "x" * 5000},
        {"stage-nothing": "1", "family-<b>": "1", "step": "relate:../../etc"},
    ],
)
async def test_hostile_fields_stay_words(editor: Browser, hostile: dict[str, Any]) -> None:
    given = await form_of(editor) | hostile
    for step in ("look", "save", "submit"):
        answer = await editor.post(HERE, data={**given, "step": step}, headers=OURS)
        assert answer.status in (200, 303, 400, 409), step
        assert "<script>alert" not in await answer.text()
    assert (await editor.get(HERE)).status == 200
    status, said = await post(editor, f"{HERE}/check", **given)
    assert status == 200
    assert "<script>alert" not in said


async def test_too_much_is_refused_in_words(editor: Browser) -> None:
    answer = await editor.post(HERE, data={"title": "长" * 80_000}, headers=OURS)
    assert answer.status == 413
