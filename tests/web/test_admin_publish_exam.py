"""The exam on the pages of publishing: danger and lines; what is lost is refused; parents' words go with the parent."""

from __future__ import annotations

import asyncio
import html
import re

import pytest
from desk_browser import Browser, post, text
from sqlalchemy import delete

from bot.store import learning, releases
from bot.store.conversations import find
from bot.store.tables import misses
from bot.web.admin.publish import musts, story
from knowledge import files
from knowledge.amend import encode
from tests.house import House
from tests.jobs.a_change import WORDS, a_change

CARE = "changzhou-care-insurance"


async def settled(browser: Browser, path: str, *, without: str) -> str:
    """Look at a page until it does not say so any more."""
    for _ in range(600):
        page = html.unescape(await text(browser, path))
        if without not in page:
            return page
        await asyncio.sleep(0.1)
    raise AssertionError(page)


def score(page: str, words: str) -> tuple[int, int]:
    found = re.search(rf"<td>{words}</td><td class=\"num\"><b>(\d+)</b> / (\d+)", page)
    assert found is not None, words
    return int(found[1]), int(found[2])


async def test_what_must_be_right_stands_on_the_page(house: House) -> None:
    chief = await house.staff("boss", "沈主任", "chief-editor")
    page = await settled(chief, "/admin/publish", without="题正在考")
    right, asked = score(page, "危险必须认出")
    assert right == asked > 300
    for words in ("没教过的危险说法", "平常话不误报", "在用的资料.*?"):
        right, asked = score(page, words)
        assert 0.8 * asked < right <= asked
    assert "现在在用的识别规则" in page


async def test_a_release_that_loses_a_line_is_refused_and_tells_the_question(house: House) -> None:
    chief = await house.staff("boss", "沈主任", "chief-editor")
    hidden = {**encode(files.load().listings[CARE]), "name": "一份儿童险", "aliases": [], "about": "买的一份险。"}
    change = await a_change(house.app_engine, house.clock(), sort="listing", key=CARE, fields=hidden)
    assert (await post(chief, "/admin/publish", **{f"change-{change}": "1"}))[0] == 303
    page = await settled(chief, "/admin/publish/1", without="这一页自己会更新")
    assert "为什么没有换上" in page
    assert "没有通过的考题" in page
    assert "关爱保险怎么弄" in page


async def test_every_release_tells_of_its_lines_before_and_after(house: House) -> None:
    chief = await house.staff("boss", "沈主任", "chief-editor")
    change = await a_change(house.app_engine, house.clock())
    assert (await post(chief, "/admin/publish", **{f"change-{change}": "1"}))[0] == 303
    page = await settled(chief, "/admin/publish/1", without="这一页自己会更新")
    assert "热线和服务问得到" in page
    assert "问的是这一版的资料" in page


async def test_what_did_not_help_is_asked_again_and_goes_with_its_parent(house: House) -> None:
    chief = await house.staff("boss", "沈主任", "chief-editor")
    await house.say("你好")
    async with house.app_engine.begin() as conn:
        talk = await find(conn, "wechat", "o-mei")
        assert talk is not None
        told = {"text": WORDS, "verdict": "answer", "nearest": None, "at": house.clock()}
        await learning.missed(conn, talk, reason="unhelped", **told)
    change = await a_change(house.app_engine, house.clock())
    assert (await post(chief, "/admin/publish", **{f"change-{change}": "1", "step": "trial"}))[0] == 303
    page = await settled(chief, "/admin/publish/1", without="这一页自己会更新")
    assert WORDS in page
    assert "家长问过" in page
    for group in ("其中：怎么教孩子", "其中：政策规定"):
        assert group in page
    async with house.app_engine.begin() as conn:
        made = await releases.find(conn, 1)
        await conn.execute(delete(misses))
    assert made is not None
    assert WORDS not in str(made.report)
    assert WORDS not in html.unescape(await text(chief, "/admin/publish/1"))


def test_of_few_parents_no_number_is_told_and_of_many_how_many_are_left() -> None:
    turned = {"source": "parent", "times": 7, "before": ["none", ""], "after": ["answer", "甲"], "ids": list(range(7))}
    tried = {"source": "tried", "times": 1, "before": ["none", ""], "after": ["answer", "甲"], "text": "作业拖拉"}
    report = {"compared": {"changed": [turned, tried]}}
    many, none = story.changed(report, dict.fromkeys(range(6), "孩子摔门"))
    assert (many.asked, none.asked) == ("6 人", "")
    assert story.changed(report, dict.fromkeys(range(4), "孩子摔门"))[0].asked == "不足 5 人"


async def test_while_danger_is_asked_the_page_of_a_release_looks_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    chief = await house.staff("boss", "沈主任", "chief-editor")
    told = {"sentence": "有一处要改。", "problems": []}
    async with house.app_engine.begin() as conn:
        made = await releases.ask(conn, author="沈主任", note="", report=told, at=house.clock(), state=releases.REFUSED)
    monkeypatch.setattr(musts, "PATIENCE", 0.0)
    musts._FOUND.clear()  # what another test asked in this process
    answer = await chief.get(f"/admin/publish/{made}")
    assert "题正在考" in await answer.text()
    assert answer.headers["Refresh"] == "1"
