"""Thresholds: what they would do to the exam is shown first, what was shown is saved, and parents are answered so."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from desk_browser import OURS, Browser, post, text
from test_pages_render import assert_usable

from bot.app import SERVICES
from bot.store.tables import audit, edits
from bot.web.admin.account.limits import RELEASED, RETYPED, UNCHANGED
from indexes.build import build
from indexes.engine import SearchEngine
from indexes.hits import Query
from indexes.limits import Limits
from knowledge import files
from knowledge.release import freeze
from tests.house import House, rows

PATH = "/admin/limits"
PACKAGED = {"first": "70", "three": "55", "inside": "85", "beyond": "35"}
BORDERLINE = "孩子的手机问题越来越严重了怎么管"


@pytest.fixture(autouse=True)
def packaged_limits_afterwards(search_engine: SearchEngine) -> Iterator[None]:
    """The engine is shared by all tests."""
    yield
    search_engine.limits = Limits()


@pytest.fixture
async def admin(house: House) -> Browser:
    return await house.staff("shen", "沈主任", "admin")


def typed(**changed: str) -> dict[str, str]:
    return PACKAGED | {"seen": "0", "shown": ""} | changed


def held(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


async def tried(browser: Browser, **changed: str) -> tuple[dict[str, str], str]:
    """See what limits would do; the form as it may be saved then, and the page."""
    status, page = await post(browser, PATH, step="try", **typed(**changed))
    assert status == 200, page
    assert_usable(page)
    return typed(**changed) | {"seen": held(page, "seen"), "shown": held(page, "shown")}, html.unescape(page)


async def saved(browser: Browser, **changed: str) -> None:
    form, _ = await tried(browser, **changed)
    answer = await browser.post(PATH, data=form | {"step": "save"}, headers=OURS, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, f"{PATH}?saved=1")


async def test_the_page_says_what_holds_and_what_each_number_does(admin: Browser) -> None:
    page = await text(admin, PATH)
    assert_usable(page)
    assert {name: held_number(page, name) for name in PACKAGED} == PACKAGED
    assert page.count("调高：") == page.count("调低：") == 4
    assert "还没有人改过" in page
    assert 'id="effect"' not in page


def held_number(page: str, name: str) -> str:
    found = re.search(rf'id="{name}" name="{name}" value="([^"]*)"', page)
    return found[1] if found else ""


async def test_looking_changes_nothing_and_shows_before_and_after(house: House, admin: Browser) -> None:
    _, page = await tried(admin, first="85")
    assert "直接回答 <span" in page
    assert "题会得到别的回答" in page
    turned = page.split('id="turned"')[1].split("</table>")[0]
    assert turned.count("<tr>") == 51  # the head, and the first fifty
    assert "直接答对" in turned
    assert ">改后</text>" in page
    assert await rows(house.database_url, edits) == []
    assert house.app[SERVICES].live.limits == Limits()


async def test_what_was_shown_is_saved_and_parents_are_answered_so_at_once(house: House, admin: Browser) -> None:
    live = house.app[SERVICES].live
    assert live.engine is not None
    words = "孩子写作业磨蹭怎么办呀"
    before = live.engine.search(Query(words))
    assert before.verdict == "answer"
    await saved(admin, first=f"{int(before.first * 100) + 1}" if before.first < 0.95 else "95")
    assert live.engine.limits == live.limits != Limits()
    page = html.unescape(await text(admin, f"{PATH}?saved=1"))
    assert "已存" in page
    assert "沈主任" in page
    (trace,) = [one for one in await rows(house.database_url, audit) if one.act == "account:limits"]
    assert trace.detail["from"] == "直接回答 70%"
    assert (one := (await rows(house.database_url, edits))[0]).body
    assert "three" not in one.body  # only what differs is kept


async def test_another_process_follows_within_its_next_look(
    house: House, second_process: TestServer, admin: Browser, index_path: Path
) -> None:
    there = second_process.app[SERVICES]
    there.live.swap(await asyncio.to_thread(SearchEngine.open, index_path))
    await saved(admin, first="85")
    await there.edits.look()
    assert there.live.engine.limits.first == 0.85
    there.live.swap(await asyncio.to_thread(SearchEngine.open, index_path))  # and so does whatever goes live there
    assert there.live.engine.limits.first == 0.85


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"first": ""}, "first", "请写一个整数"),
        ({"first": "0.7"}, "first", "请写一个整数"),
        ({"first": "-5"}, "first", "请写一个整数"),
        ({"first": "20"}, "first", "50 到 95"),
        ({"first": "50", "three": "60"}, "first", "不能比下面一格低"),
        ({"inside": "50", "beyond": "70"}, "beyond", "不能比上面一格高"),
        ({"three": "<img src=x>"}, "three", "请写一个整数"),
    ],
)
async def test_a_number_out_of_reason_is_told_beside_its_field_and_kept(
    admin: Browser, changed: dict[str, str], field: str, sentence: str
) -> None:
    for step in ("try", "save"):
        status, page = await post(admin, PATH, step=step, **typed(**changed))
        assert status == 422
        assert sentence in page.split(f'id="fault-{field}"')[1].split("</p>")[0]
        assert "<img" not in page
        assert held_number(page, field) == html.escape(changed[field])


async def test_full_width_numbers_and_a_percent_sign_are_read(admin: Browser) -> None:
    form, _ = await tried(admin, first="８０％")
    assert form["shown"] == (await tried(admin, first="80"))[0]["shown"]


async def test_what_was_not_shown_is_not_saved(house: House, admin: Browser) -> None:
    form, _ = await tried(admin, first="80")
    for other, sentence in ((form | {"first": "85"}, RETYPED), (form | {"shown": "x y"}, RELEASED)):
        status, page = await post(admin, PATH, step="save", **other)
        assert status == 409
        assert sentence in page
    status, page = await post(admin, PATH, step="save", **(await tried(admin))[0])
    assert (status, UNCHANGED in page) == (409, True)
    assert await rows(house.database_url, edits) == []


async def test_after_another_release_went_live_it_is_shown_again(house: House, admin: Browser, tmp_path: Path) -> None:
    form, _ = await tried(admin, first="80")
    library = files.load()
    other = build(freeze(replace(library, activities={}), 2), tmp_path / "two", dense=False)
    house.app[SERVICES].live.swap(await asyncio.to_thread(SearchEngine.open, other))
    status, page = await post(admin, PATH, step="save", **form)
    assert status == 409
    assert RELEASED in page
    answer = await admin.post(
        PATH, data=form | {"step": "save", "shown": held(page, "shown")}, headers=OURS, allow_redirects=False
    )
    assert answer.status == 303


async def test_who_saves_late_is_told_by_whom_and_sees_the_new_before(house: House, admin: Browser) -> None:
    late = await house.staff("gu", "顾老师", "admin")
    form, _ = await tried(late, first="80")
    await saved(admin, first="85")
    status, page = await post(late, PATH, step="save", **form)
    assert status == 409
    assert "沈主任刚刚存过" in page
    assert held_number(page, "first") == "80"
    assert "现在 85%" in page
    assert house.app[SERVICES].live.limits.first == 0.85


async def test_limits_under_which_the_exam_fails_are_refused_with_its_questions(house: House, admin: Browser) -> None:
    form, page = await tried(admin, first="95", three="90", inside="90", beyond="80")
    assert "考题没有过关" in page
    assert "能答的里面，有答案或选项的只有" in page
    status, page = await post(admin, PATH, step="save", **form)
    assert status == 409
    assert "没过的题" in page
    assert await rows(house.database_url, edits) == []


async def test_an_earlier_one_is_shown_before_it_is_brought_back_and_so_is_what_is_packaged(
    house: House, admin: Browser
) -> None:
    await saved(admin, first="85")
    (first,) = await rows(house.database_url, edits)
    await saved(admin, first="75", seen=str(first.id))
    for version, share in ((str(first.id), "85"), ("0", "70")):
        status, page = await post(admin, PATH, step="restore", version=version)
        assert status == 200
        assert held_number(page, "first") == share
        assert house.app[SERVICES].live.limits.first == 0.75
    form = PACKAGED | {"seen": held(page, "seen"), "shown": held(page, "shown"), "step": "save"}
    assert (await post(admin, PATH, **form))[0] == 303
    assert house.app[SERVICES].live.limits == Limits()
    assert (await rows(house.database_url, edits))[-1].body is None
    assert (await post(admin, PATH, step="restore", version="999"))[0] == 404


async def test_while_the_exam_is_still_asked_the_page_says_so_and_keeps_what_was_typed(
    house: House, admin: Browser, index_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.app[SERVICES].live.swap(await asyncio.to_thread(SearchEngine.open, index_path))  # nobody has asked it yet
    monkeypatch.setattr("bot.web.admin.account.effects.PATIENCE", 0.0)
    status, page = await post(admin, PATH, step="try", **typed(first="80"))
    assert status == 200
    assert "正在考：已经问了" in page
    assert held_number(page, "first") == "80"
    for _ in range(200):
        _, page = await post(admin, PATH, step="try", **typed(first="80"))
        if 'id="effect"' in page:
            break
        await asyncio.sleep(0.1)
    assert "题会得到别的回答" in page


async def test_without_a_library_nothing_is_measured(house: House, admin: Browser) -> None:
    house.app[SERVICES].live.engine = None
    status, page = await post(admin, PATH, step="try", **typed(first="80"))
    assert status == 200
    assert "还没有建好的资料" in page


@pytest.mark.parametrize("role", ["editor", "chief-editor", "supervisor"])
async def test_only_administrators_come_here(house: House, role: str) -> None:
    browser = await house.staff("zhou", "周老师", role)
    assert (await browser.get(PATH)).status == 403
    assert (await post(browser, PATH, step="try", **typed()))[0] == 403
