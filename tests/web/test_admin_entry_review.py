"""Review by another person, taking out and bringing back, the history with any two forms side by side."""

from __future__ import annotations

import html
import re

import pytest
from desk_browser import OURS, Browser, post, text
from test_admin_entry_editor import HERE, ID, form_of, opened, sent

from bot.app import SERVICES
from bot.store import audit
from knowledge.editorial import State
from knowledge.model import Library
from tests.house import House

NEW_TITLE = "收了手机就砸门，怎么办？"


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


async def submitted(editor: Browser, **values: str) -> None:
    given = await form_of(editor) | {"title": NEW_TITLE} | values
    assert (await sent(editor, given, "submit"))[1] == f"{HERE}?said=submit"


async def seen(browser: Browser) -> str:
    found = re.search(r'name="seen" value="(\d+)"', await text(browser, HERE))
    assert found is not None
    return found[1]


async def test_a_second_person_sees_the_differences_returns_and_approves(
    house: House, editor: Browser, second: Browser
) -> None:
    await submitted(editor)
    page = await text(second, HERE)
    assert '<div class="diff">' in page
    assert "<ins>" in page
    assert "<del>" in page
    assert (await post(second, f"{HERE}/return", words="标题请用家长的话。", seen=await seen(second)))[0] == 303
    page = await text(editor, HERE)
    assert "标题请用家长的话。" in page
    assert 'id="entry"' in page  # a draft again, to be typed in
    assert (await sent(editor, await form_of(editor) | {"title": "一收手机他就砸门，咋办？"}, "submit"))[0] == 303
    assert (await post(second, f"{HERE}/approve", seen=await seen(second)))[0] == 303
    change = await opened(house)
    assert change.state is State.APPROVED
    assert change.body is not None
    assert change.body["reviewed"] == "2026-05-12"
    async with house.app_engine.connect() as conn:
        trail = [(one.name, one.detail["what"]) for one in await audit.of_subject(conn, f"entry:{ID}")]
    assert trail[0] == ("顾老师", "approve")
    assert ("顾老师", "return") in trail


async def test_nobody_approves_their_own(house: House, editor: Browser) -> None:
    await submitted(editor)
    page = await text(editor, HERE)
    assert "自己写的要请另一位同事来看" in page
    assert f'action="{HERE}/approve"' not in page
    status, said = await post(editor, f"{HERE}/approve", seen=await seen(editor))
    assert status == 409
    assert "自己写的要请另一位同事来看" in said
    assert (await opened(house)).state is State.IN_REVIEW


async def test_nobody_approves_what_they_did_not_read(house: House, editor: Browser, second: Browser) -> None:
    await submitted(editor)
    old = await seen(second)
    assert (await post(second, f"{HERE}/approve"))[0] == 409
    await post(editor, f"{HERE}/take-back")
    await submitted(editor, title="又改了一次的标题")
    status, said = await post(second, f"{HERE}/approve", seen=old)
    assert status == 409
    assert "林编辑刚刚又改过" in said
    assert (await opened(house)).state is State.IN_REVIEW


async def test_returning_without_a_word_is_refused_and_a_remark_keeps_the_state(
    house: House, editor: Browser, second: Browser
) -> None:
    await submitted(editor)
    status, said = await post(second, f"{HERE}/return", words="  ", seen=await seen(second))
    assert (status, "请写一句话" in said) == (409, True)
    assert (await post(second, f"{HERE}/remark", words="<b>好</b>"))[0] == 303
    assert "&lt;b&gt;好" in await text(second, HERE)
    assert (await opened(house)).state is State.IN_REVIEW


async def test_what_is_in_review_cannot_be_saved_and_the_words_stay(
    house: House, editor: Browser, second: Browser
) -> None:
    late = await form_of(second)
    await submitted(editor)
    status, _, page = await sent(second, late | {"title": "来晚了的标题"})
    assert status == 409
    assert 'value="来晚了的标题"' in page
    assert (await opened(house)).title == NEW_TITLE


async def test_taking_out_needs_a_reason_and_another_person(house: House, editor: Browser, second: Browser) -> None:
    status, said = await post(editor, f"{HERE}/retire", words="")
    assert (status, "为什么停用" in said) == (400, True)
    assert (await post(editor, f"{HERE}/retire", words="和另一条重了"))[0] == 303
    page = html.unescape(await text(second, HERE))
    assert "要停用这一条" in page
    assert "要停用：和另一条重了" in page
    assert (await opened(house)).body is None
    assert (await post(editor, f"{HERE}/approve", seen=await seen(editor)))[0] == 409
    assert (await post(second, f"{HERE}/approve", seen=await seen(second)))[0] == 303
    assert (await opened(house)).state is State.APPROVED


async def test_what_was_given_up_can_be_had_back(house: House, editor: Browser) -> None:
    await submitted(editor)
    assert (await post(editor, f"{HERE}/drop"))[0] == 303
    assert NEW_TITLE not in await text(editor, HERE)
    assert "把上次的修改拿回来" in await text(editor, f"{HERE}/history")
    assert (await post(editor, f"{HERE}/revive"))[0] == 303
    assert NEW_TITLE in await text(editor, HERE)
    assert (await post(editor, f"{HERE}/revive"))[0] == 409


async def test_history_compares_any_two_and_brings_any_back(
    house: House, editor: Browser, second: Browser, library: Library
) -> None:
    first = library.entries[ID].title
    await sent(editor, await form_of(editor) | {"title": "甲的标题"})
    await sent(second, await form_of(second) | {"title": "乙的标题"})
    page = await text(editor, f"{HERE}/history")
    names = re.findall(r'<input type="hidden" name="version" value="(\w+)">', page)
    assert names[-1] == "packaged"
    assert "3 版" in page
    compared = await text(editor, f"{HERE}/history?a=packaged&b={names[0]}")
    assert first[:2] in compared[compared.index('<div class="diff">') :]
    status, _ = await post(editor, f"{HERE}/restore", version=names[0], seen=str((await opened(house)).saved))
    assert status == 303
    assert (await opened(house)).title == "甲的标题"
    late = await post(second, f"{HERE}/restore", version="packaged", seen="1")
    assert late[0] == 409
    assert "林编辑刚刚存过" in late[1]
    assert (await post(editor, f"{HERE}/restore", version="nothing"))[0] == 400


async def test_an_entry_that_was_taken_out_is_brought_back_as_a_draft(house: House, editor: Browser) -> None:
    given = await form_of(editor, "/admin/entries/new") | {"title": "只写过一次的", "topic": "screens"}
    _, location, _ = await sent(editor, given, path="/admin/entries/new")
    here = location.split("?")[0]
    async with house.app_engine.begin() as conn:
        await conn.exec_driver_sql("UPDATE changes SET state = 'published', release_number = 2")
    page = await text(editor, f"{here}/history")
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    assert "已发布，第 2 版" in page
    assert (await post(editor, f"{here}/restore", version=version[1], seen="0"))[0] == 303
    assert "只写过一次的" in await text(editor, "/admin/entries?tab=draft")


@pytest.mark.parametrize("key", ["nothing-of-this-name", "A", "x" * 101])
async def test_an_entry_that_is_not_there_is_not_found(editor: Browser, key: str) -> None:
    for path in ("", "/history"):
        assert (await editor.get(f"/admin/entries/{key}{path}")).status == 404
    answer = await editor.post(f"/admin/entries/{key}/approve", data={"seen": "1"}, headers=OURS)
    assert answer.status == 404


async def test_only_who_wrote_a_change_can_give_it_up(editor: Browser, second: Browser) -> None:
    await submitted(editor)
    page = await text(second, HERE)
    assert "放弃这次修改" not in page
    assert page.index('class="actionbar') < page.rindex("批准")  # in the bar that stays at the bottom
    status, page = await post(second, f"{HERE}/drop", seen=await seen(second))
    assert status == 409
    assert "只有写的人能放弃" in page
    assert "放弃这次修改" in await text(editor, HERE)
    assert (await post(editor, f"{HERE}/drop", seen=await seen(editor)))[0] == 303


async def test_the_page_of_a_new_entry_leads_back_once(editor: Browser) -> None:
    page = await text(editor, "/admin/entries/new")
    assert page[page.index("<main") :].count('href="/admin/entries"') == 1
