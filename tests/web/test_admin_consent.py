"""The administrators' page on the privacy notice: versions, who agreed, and how parents come to know of a change."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace

import pytest
from desk_browser import OURS, Browser, post, text
from test_pages_render import assert_usable

from bot.dialogue import notice
from bot.dialogue.editing import notices
from bot.dialogue.editing.notices import Notice
from bot.dialogue.phrases import packaged
from bot.store import conversations
from bot.store.tables import audit, edits, parents
from bot.web.admin.account import versions
from tests.house import House, rows

pytestmark = pytest.mark.usefixtures("phrases_afterwards")

OLD = notices.of(packaged())
WHY = "您发来的图片也会留一段时间。"
MORE = "您发来的图片和谈话放在一起，值班老师打得开。"
NEW = replace(OLD, full=(*OLD.full, MORE), why=WHY)
QUESTION = "孩子写作业磨蹭怎么办"
PATH = "/admin/consent"


@pytest.fixture
async def admin(house: House) -> Browser:
    return await house.staff("shen", "沈主任", "admin")


async def shown(browser: Browser, path: str = PATH) -> str:
    page = await text(browser, path)
    assert_usable(page)
    return html.unescape(page)


def number(page: str) -> str:
    found = re.search(r'name="saved" value="(\d+)"', page)
    assert found is not None
    return found[1]


async def save(admin: Browser, made: Notice, kind: str, saved: str = "", step: str = "save") -> tuple[int, str]:
    given = {"short": made.short, "full": "\r\n".join(made.full), "agreed": made.agreed, "why": made.why}
    given |= {"agreed_waiting": made.agreed_waiting, "kind": kind, "step": step}
    status, page = await post(admin, PATH, **given, saved=saved or number(await text(admin, PATH)))
    return status, html.unescape(page)


async def agreed(house: House, who: str) -> str | None:
    [row] = [row for row in await rows(house.database_url, parents) if row.sender == who]
    version: str | None = row.profile.get("consent_version")
    return version


async def several(house: House, version: str, count: int) -> None:
    """Parents who agreed to a version."""
    async with house.app_engine.begin() as conn:
        for at in range(count):
            profile = {"consent_version": version, "consent_at": "2026-05-01T08:00:00+08:00"}
            await conversations.prepare(conn, "web", f"p-{version}-{at}", profile)


async def test_the_page_shows_the_notice_in_force_and_parents_read_the_same(house: House, admin: Browser) -> None:
    page = await shown(admin)
    assert "在用的是 2026-11 版 · 还没有家长同意" in page
    for item in (OLD.short, *OLD.full):
        assert item in page
        assert item in html.unescape(re.sub(r"</?a[^>]*>", "", await text(house.browser(), "/privacy")))


async def test_a_change_is_told_once_agreed_to_and_counted(house: House, admin: Browser) -> None:
    await house.say(QUESTION)
    await house.say("知道了")
    assert await agreed(house, "o-mei") == OLD.version
    await several(house, "2026-05-12", 0)
    status, page = await save(admin, NEW, "changed")
    assert status == 303, page
    told = await house.say("孩子半夜偷偷玩手机")
    assert WHY in told
    assert "知道了" in told
    assert WHY not in await house.say("孩子不愿意上学")
    await several(house, "2026-05-12", 4)
    assert "不足 5 人同意" in await shown(admin)
    assert await agreed(house, "o-mei") == OLD.version
    await house.say("知道了")
    assert await agreed(house, "o-mei") == "2026-05-12"
    assert "在用的是 2026-05-12 版 · 5 位家长同意" in await shown(admin)
    assert MORE in await text(house.browser(), "/privacy")
    await house.say("清空对话")
    assert WHY not in await house.say(QUESTION)
    acts = [row for row in await rows(house.database_url, audit) if row.act == "words:notice"]
    assert [row.detail for row in acts] == [{"what": "2026-05-12 版，内容变了", "note": WHY}]


async def test_erasing_takes_the_consent_along_and_who_comes_again_reads_the_new_notice(
    house: House, admin: Browser
) -> None:
    await house.say(QUESTION)
    await house.say("知道了")
    await save(admin, NEW, "changed")
    await house.say("删除我的数据")
    await house.say("确定删除")
    assert await rows(house.database_url, parents) == []
    again = await house.say(QUESTION)
    assert OLD.short[:12] in again
    assert WHY not in again


async def test_a_crisis_is_answered_without_a_word_of_it(house: House, admin: Browser) -> None:
    await house.say(QUESTION)
    await house.say("知道了")
    before = await house.say("孩子站在阳台栏杆上，说不想活了", "o-other")
    await save(admin, NEW, "changed")
    assert WHY not in await house.say("孩子站在阳台栏杆上，说不想活了")
    assert WHY not in before


async def test_a_change_of_wording_keeps_version_and_asks_nobody(house: House, admin: Browser) -> None:
    await house.say(QUESTION)
    await house.say("知道了")
    worded = replace(OLD, short=OLD.short.replace("先说清楚", "先说明白"))
    assert (await save(admin, worded, "wording"))[0] == 303
    page = await shown(admin)
    assert "在用的是 2026-11 版" in page
    assert "先说明白" in page
    assert "隐私说明有改动" not in await house.say("孩子半夜偷偷玩手机")


async def test_wording_after_a_change_leaves_it_to_be_told_to_those_who_were_not(house: House, admin: Browser) -> None:
    await house.say(QUESTION)
    await save(admin, NEW, "changed")
    await save(admin, replace(NEW, short=OLD.short.replace("先说清楚", "先说明白"), why=""), "wording")
    assert notices.of(versions.packaged()).version == OLD.version
    assert notice.version() == "2026-05-12"
    assert WHY in await house.say("孩子半夜偷偷玩手机")


async def test_two_versions_of_a_day_have_two_names_and_all_texts_stay_readable(house: House, admin: Browser) -> None:
    await save(admin, NEW, "changed")
    later = replace(OLD, full=(*OLD.full, "周末也一样对待。"), why="写清楚了周末。")
    await save(admin, later, "changed")
    await several(house, "2025-01", 7)
    page = await shown(admin)
    assert "在用的是 2026-05-12-2 版" in page
    for words in ("2026-05-12 版", "2026-11 版", MORE, "周末也一样对待。", "7 位家长同意", "更早的程序带的"):
        assert words in page
    assert f"<del>{MORE}</del>" in page
    first = min(row.id for row in await rows(house.database_url, edits))
    back = await shown(admin, f"{PATH}?from={first}")
    assert f"{MORE}</textarea>" in back
    assert "还没有存" in back
    assert "两边一样" in await shown(admin, f"{PATH}?a={first}&b={first}")
    assert "<del>" not in await shown(admin, f"{PATH}?a={first}&b={first}")


@pytest.mark.parametrize(
    ("changes", "kind", "says"),
    [
        ({"full": OLD.full[:-1]}, "wording", "号码 110 不能少"),
        ({"short": "我是程序<img src=x>"}, "wording", "不是医生"),
        ({"why": ""}, "changed", "请写一句改了什么"),
        ({}, "", "内容变了，还是只改字"),
        ({}, "other", "内容变了，还是只改字"),
    ],
)
async def test_a_notice_that_leaves_out_what_is_owed_is_not_kept_and_nothing_is_lost(
    house: House, admin: Browser, changes: dict[str, object], kind: str, says: str
) -> None:
    made = replace(NEW, **changes)  # type: ignore[arg-type]
    for step, wanted in (("try", 200), ("save", 422)):
        status, page = await save(admin, made, kind, step=step)
        assert status == wanted
        assert says in page
        assert made.short in page
        assert "<img src=x></textarea>" not in page or "&lt;img" in html.escape(page)
    assert await rows(house.database_url, edits) == []


async def test_the_rules_come_as_one_types(admin: Browser) -> None:
    given = {"short": "我是程序", "full": "一\n二", "kind": "changed", "why": "改了", "agreed": "好的。"}
    answer = await admin.post(f"{PATH}/check", data=given, headers=OURS)
    page = html.unescape(await answer.text())
    assert answer.status == 200
    for words in ("不是医生", "3 到 10 条", "句号", "还没有写", "我是程序"):
        assert words in page


async def test_who_comes_second_is_told_and_keeps_the_words(house: House, admin: Browser) -> None:
    other = await house.staff("gu", "顾主任", "admin")
    stale = number(await text(admin, PATH))
    assert (await save(other, replace(NEW, why="顾主任改的。"), "changed"))[0] == 303
    status, page = await save(admin, NEW, "changed", saved=stale)
    assert status == 409
    assert "顾主任刚刚存过一份" in page
    assert f"{WHY}</textarea>" in page
    assert len(await rows(house.database_url, edits)) == 1
    assert (await save(admin, NEW, "changed", saved=number(page)))[0] == 303


async def test_what_is_kept_is_the_whole_notice(house: House, admin: Browser) -> None:
    await save(admin, NEW, "changed")
    [kept] = await rows(house.database_url, edits)
    assert (kept.sort, kept.key) == ("notice", "notice")
    assert json.loads(kept.body) == json.loads(notices.kept(replace(NEW, version="2026-05-12", ask_again=True)))
