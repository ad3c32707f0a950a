"""The administrators' pages on what the bot says: found, changed under rules, in force at once, brought back."""

from __future__ import annotations

import asyncio
import html
import re

import pytest
from aiohttp.test_utils import TestClient, TestServer
from desk_browser import OURS, Browser, post, text
from test_pages_render import assert_usable

from bot.dialogue.editing.kinds import editable, kind_of
from bot.dialogue.editing.rules import placeholders, written
from bot.dialogue.phrases import packaged, phrase
from bot.store.tables import audit, edits
from bot.web.admin.account import phrasebook
from tests.house import House, rows

pytestmark = pytest.mark.usefixtures("phrases_afterwards")

HELLO = "您好，家有方的自动助手在这里。孩子的事慢慢说，我听着。"
USUAL = str(packaged()["welcome.hello"])
PAGE = "/admin/words/welcome.hello"


@pytest.fixture
async def admin(house: House) -> Browser:
    return await house.staff("shen", "沈主任", "admin")


async def shown(admin: Browser, path: str) -> str:
    page = await text(admin, path)
    assert_usable(page)
    return html.unescape(page)


def number(page: str) -> str:
    found = re.search(r'name="saved" value="(\d+)"', page)
    assert found is not None
    return found[1]


async def save(admin: Browser, path: str = PAGE, body: str = HELLO, saved: str = "") -> tuple[int, str]:
    saved = saved or number(await text(admin, path))
    status, page = await post(admin, path, step="save", body=body, saved=saved)
    return status, html.unescape(page)


def test_every_phrase_that_may_be_changed_is_explained_and_what_is_filled_in_has_a_name_of_its_own() -> None:
    explained = phrasebook._source()
    assert not set(editable()) - set(explained["when"]), "these need a line in phrase_names.yaml"
    assert not set(explained["when"]) - set(editable())
    assert {key.partition(".")[0] for key in editable()} <= set(explained["groups"])
    for key in editable():
        known = placeholders(written(packaged()[key])) or set()
        assert known <= set(explained["values"]), key
        assert len({explained["values"][name][0] for name in known}) == len(known), key


def test_what_is_shown_with_chinese_names_is_read_back_as_it_was() -> None:
    for key in editable():
        text = written(packaged()[key])
        seen = phrasebook.shown(text)
        assert not re.search(r"\{[a-z_]+\}", seen), key
        assert phrasebook.typed(key, seen) == text, key


@pytest.mark.parametrize("role", ["counsellor", "editor", "chief-editor", "supervisor"])
async def test_others_do_not_see_the_pages(house: House, role: str) -> None:
    browser = await house.staff("zhou", "周老师", role)
    for path in ("/admin/words", PAGE, "/admin/consent"):
        assert (await browser.get(path)).status == 403, path


async def test_the_welcome_comes_first_and_phrases_are_listed_by_group_and_found(admin: Browser) -> None:
    page = await shown(admin, "/admin/words")
    assert USUAL in page
    assert "知道了" in page
    assert str(packaged()["notice.short"]) in page
    assert f"{len(editable())} 句，改过 0 句" in page
    assert "这一句叫人有危险先打电话，不改。" in page
    few = await shown(admin, "/admin/words?q=算命")
    assert "问算命、运势" in few
    assert "问天气" not in few
    assert "问天气" in await shown(admin, "/admin/words?group=scope")
    assert "没有找到" in await shown(admin, "/admin/words?changed=1")
    assert "welcome.hello</" not in page


async def test_every_editor_opens_and_shows_the_phrase_as_parents_see_it(admin: Browser) -> None:
    some = {kind_of(key): key for key in editable()}
    for key in {*some.values(), "welcome.back", "source.entry", "activities.exact", "following.line"}:
        page = await shown(admin, f"/admin/words/{key}")
        assert 'id="slot-preview"' in page, key
        assert "写好了，这里会显示" not in page, key
        assert 'data-state="bad"' not in page, key
    assert "{地区}" in await shown(admin, "/admin/words/welcome.region")


@pytest.mark.parametrize("key", ["danger.after", "notice.short", "no.such"])
async def test_what_cannot_be_changed_here_has_no_editor(admin: Browser, key: str) -> None:
    answer = await admin.get(f"/admin/words/{key}")
    assert answer.status == 404


async def test_changed_words_are_said_at_once_to_the_next_parent_and_stand_in_the_trail(
    house: House, admin: Browser
) -> None:
    parent = house.browser()
    assert USUAL in await text(parent, "/chat")
    status, _ = await save(admin)
    assert status == 303
    assert HELLO in await text(house.browser(), "/chat")
    await house.act("event", "o-new", event="subscribe")
    assert HELLO in await house.reply("o-new", 0)
    page = await shown(admin, PAGE)
    assert "沈主任" in page
    assert "改过" in await shown(admin, "/admin/words?changed=1")
    [kept] = await rows(house.database_url, edits)
    assert (kept.sort, kept.key, kept.body, kept.author) == ("phrase", "welcome.hello", HELLO, "沈主任")
    acts = [row for row in await rows(house.database_url, audit) if row.act == "words:changed"]
    assert [row.detail["what"] for row in acts] == ["欢迎语：第一次关注公众号或打开网页时，第一句"]
    assert "改了机器人的话" in await shown(admin, "/admin/trail")


async def test_another_process_says_them_within_a_second_or_so(
    house: House, admin: Browser, second_process: TestServer
) -> None:
    await save(admin)
    other: Browser = TestClient(second_process)
    house.clients.append(other)
    async with asyncio.timeout(30):
        while HELLO not in await text(other, "/chat"):  # noqa: ASYNC110 - the other process says nothing by itself
            await asyncio.sleep(0.1)


async def test_words_that_break_a_rule_are_kept_in_the_form_and_nowhere_else(house: House, admin: Browser) -> None:
    for step, status in (("try", 200), ("save", 422)):
        got, page = await post(admin, PAGE, step=step, body="您好！ 打 13812345678<img src=x>", saved="0")
        assert got == status
        assert_usable(page)
        assert "<img" not in page
        assert "感叹号" in page
        assert "号码 13812345678 不能写在这里" in page
        assert "您好！ 打 13812345678&lt;img src=x&gt;</textarea>" in page
    assert await rows(house.database_url, edits) == []
    assert phrase("welcome.hello") == USUAL


async def test_the_rules_and_the_bubble_come_as_one_types(admin: Browser) -> None:
    answer = await admin.post(f"{PAGE}/check", data={"body": HELLO, "saved": "0"}, headers=OURS)
    page = await answer.text()
    assert answer.status == 200
    assert HELLO in page
    assert 'data-state="bad"' not in page
    wrong = await admin.post("/admin/words/welcome.region/check", data={"body": "您从{地方}来"}, headers=OURS)
    page = html.unescape(await wrong.text())
    assert "少了 {地区}" in page
    assert "多了 {地方}" in page


async def test_whatever_stands_in_braces_is_answered_in_words(admin: Browser) -> None:
    for body in ("{}", "{0}", "{地区.x}", "{region[x]}", "{{", "}", "{region!x}", "{region:{x}}", "{\n}", ""):
        for key in ("welcome.region", "booking.tap", "welcome.taps"):
            for path, step in ((f"/admin/words/{key}/check", ""), (f"/admin/words/{key}", "try")):
                status, page = await post(admin, path, step=step, body=body, saved="0")
                assert status == 200, (key, body)
                assert 'data-state="bad"' in page, (key, body)


async def test_a_placeholder_is_written_in_chinese_and_filled(house: House, admin: Browser) -> None:
    status, page = await save(admin, "/admin/words/welcome.region", "您从{地区}来，我先找那里的。")
    assert status == 303, page
    assert phrase("welcome.region", region="常州") == "您从常州来，我先找那里的。"


async def test_an_earlier_text_and_the_packaged_one_are_brought_back(house: House, admin: Browser) -> None:
    await save(admin)
    await save(admin, body="您好，自动助手在。")
    first = min(row.id for row in await rows(house.database_url, edits))
    saved = number(await text(admin, PAGE))
    status, _ = await post(admin, PAGE, step="restore", version=str(first), saved=saved)
    assert status == 303
    assert phrase("welcome.hello") == HELLO
    saved = number(await text(admin, PAGE))
    status, _ = await post(admin, PAGE, step="restore", version="0", saved=saved)
    assert status == 303
    assert phrase("welcome.hello") == USUAL
    page = await shown(admin, PAGE)
    assert "换回原来的写法" in page
    assert "改过 0 句" in await shown(admin, "/admin/words")
    status, _ = await post(admin, PAGE, step="restore", version="999", saved=number(page))
    assert status == 404


async def test_who_comes_second_is_told_and_keeps_the_words_while_other_phrases_go_their_way(
    house: House, admin: Browser
) -> None:
    other = await house.staff("gu", "顾主任", "admin")
    stale = number(await text(admin, PAGE))
    assert (await save(other, body="您好，自动助手在。"))[0] == 303
    assert (await save(other, "/admin/words/erase.done", "删好了。"))[0] == 303
    status, page = await save(admin, saved=stale)
    assert status == 409
    assert "顾主任刚刚改过这一句" in page
    assert f"{HELLO}</textarea>" in page
    assert phrase("welcome.hello") == "您好，自动助手在。"
    assert (await post(admin, PAGE, step="save", body=HELLO, saved=number(page)))[0] == 303
    assert phrase("welcome.hello") == HELLO


async def test_an_edit_that_is_broken_by_now_is_shown_as_not_in_force(house: House, admin: Browser) -> None:
    async with house.app_engine.begin() as conn:
        values = {"sort": "phrase", "key": "welcome.hello", "body": "您好！", "author": "沈主任", "at": house.clock()}
        await conn.execute(edits.insert().values(**values))
    assert USUAL in await text(house.browser(), "/chat")
    assert "没有生效" in await shown(admin, PAGE)
    assert "没有生效" in await shown(admin, "/admin/words?changed=1")


@pytest.mark.parametrize("saved", ["", "x", "-1", "９", "9" * 30])
async def test_a_form_that_says_nonsense_of_its_version_is_late_not_broken(admin: Browser, saved: str) -> None:
    await save(admin)
    status, _ = await post(admin, PAGE, step="save", body=HELLO, saved=saved)
    assert status == 409
