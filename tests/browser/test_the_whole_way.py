"""From what somebody writes to what a parent reads, by pages alone, and back; from what nobody answered to its proof.

Nothing is put into the database by the tests but the accounts. Two processes answer parents.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from chromium import Faulty, Person, refused
from editing import (
    BEADS,
    BEADS_ASKED,
    DOG,
    MENDED,
    UNFINISHED,
    approves,
    everywhere,
    goes_back,
    no_faults,
    publishes,
    returns,
    submits,
    typed,
)
from screens import DESKTOP, PHONE, both, picture, says, signed_in

from tests.house import Clock, House

pytestmark = pytest.mark.browser

QUESTION = DOG.wordings[0]
NEW = "先空手过两周"
TITLE = "收了手机就砸门，今晚怎么办？"


@pytest.fixture
def house_clock() -> Clock:
    """Say that it is later than the packaged library: what is read through today is read after it was written."""
    return Clock(datetime(2026, 12, 1, 12, 41, tzinfo=UTC))


@pytest.fixture
def faulty() -> Faulty:
    """A page that looks again by itself leaves requests behind; what our policy refuses is a fault."""
    return refused


async def lin(person: Person, house: House, path: str) -> Any:
    return await signed_in(person, house, path, DESKTOP, login="lin", name="林编辑", role="editor")


async def gu(person: Person, house: House, path: str) -> Any:
    return await signed_in(person, house, path, DESKTOP, login="gu", name="顾老师", role="editor")


async def boss(person: Person, house: House) -> Any:
    return await signed_in(person, house, "/admin/publish", DESKTOP, login="boss", name="沈主任", role="chief-editor")


async def at(page: Any, house: House, path: str) -> Any:
    await page.goto(house.url + path)
    return page


async def test_an_entry_is_written_returned_mended_approved_published_and_taken_back(
    person: Person, house: House, second_process: TestServer, record_property: Callable[[str, object], None]
) -> None:
    parent = await person("/chat", PHONE)
    before = await says(parent, QUESTION)
    assert NEW not in before
    writer = await lin(person, house, "/admin/entries/screens-junior-phone-conflict")
    await writer.fill("#title", TITLE)
    await submits(writer)
    reader = await gu(person, house, "/admin/entries/screens-junior-phone-conflict")
    await approves(reader)
    chief = await boss(person, house)
    await publishes(chief, "换个题目", 1)

    await at(writer, house, "/admin/entries/new")
    await both(writer, "way-01-empty-form")
    await typed(writer, DOG)
    await writer.fill("#brief", UNFINISHED)
    await writer.wait_for_selector("#slot-brief .problem[data-state=bad]")
    await both(writer, "way-02-a-problem")
    await writer.fill("#brief", DOG.brief)
    await no_faults(writer)
    await both(writer, "way-03-mended")
    await submits(writer)
    page = writer.url.partition("?")[0].removeprefix(house.url)
    await both(writer, "way-04-submitted")

    await at(reader, house, page)
    await both(reader, "way-05-to-read")
    await returns(reader, "第三步写清楚做不到怎么办。")
    await both(reader, "way-06-returned")
    await at(writer, house, page)
    assert "做不到怎么办" in await writer.inner_text("aside")
    await both(writer, "way-07-to-mend")
    await writer.fill("#brief", MENDED)
    await no_faults(writer)
    await submits(writer)
    await at(reader, house, page)
    await approves(reader)
    await both(reader, "way-08-approved")

    await at(chief, house, "/admin/publish")
    await both(chief, "way-09-to-publish")
    record_property("click to live, as the page shows it, in seconds", await publishes(chief, "养狗，家长常问", 2))
    fresh = await person("/chat", PHONE)
    answer = await says(fresh, QUESTION)
    assert NEW in answer
    assert "半年后再谈" in answer
    await everywhere(chief, 2)
    await both(chief, "way-10-live")
    elsewhere = await person("/chat", PHONE, url=str(second_process.make_url("")).rstrip("/"))
    assert NEW in await says(elsewhere, QUESTION)
    await both(fresh, "way-11-parent")

    await at(chief, house, "/admin/publish/2")
    took = await chief.locator("li:has-text('换上')").last.inner_text()
    record_property("the release's own words", took)
    assert "用了" in took
    await both(chief, "way-10b-release")

    await at(chief, house, "/admin/publish")
    await goes_back(chief, 1)
    await everywhere(chief, 2)
    await both(chief, "way-12-back")
    again = await person("/chat", PHONE)
    assert await says(again, QUESTION) == before
    await picture(again, "way-13-parent")
    await at(writer, house, page)
    await both(writer, "way-14-rolled-back")


async def test_what_nobody_answered_becomes_an_entry_and_the_page_proves_it(person: Person, house: House) -> None:
    for number in range(6):
        await house.say(BEADS_ASKED[number % 3], f"o-parent-{number}")
    writer = await lin(person, house, "/admin/unanswered")
    await writer.wait_for_selector("article.cluster strong:text-is('6')")
    await both(writer, "way-20-unanswered")
    await writer.click("button:has-text('写成新条目')")
    await writer.wait_for_url("**/admin/entries/*")
    filled = await writer.eval_on_selector_all(".wordings input", "all => all.map(one => one.value).filter(Boolean)")
    title = await writer.input_value("#title")
    assert {title, *filled} <= set(BEADS_ASKED)
    await both(writer, "way-21-draft")
    await typed(writer, BEADS, len(filled))
    await no_faults(writer)
    await both(writer, "way-22-written")
    await submits(writer)
    page = writer.url.partition("?")[0].removeprefix(house.url)
    await at(writer, house, "/admin/unanswered?tab=writing")
    await both(writer, "way-23-being-written")

    reader = await gu(person, house, page)
    await approves(reader)
    chief = await boss(person, house)
    await publishes(chief, "拼豆", 1)
    await at(writer, house, "/admin/unanswered?tab=answered")
    await writer.wait_for_selector("text=3 / 3 句答上了")
    await both(writer, "way-24-answered")
    await writer.click("text=看证据")
    await writer.wait_for_selector("#proof >> text=答上了")
    await both(writer, "way-25-proof")
    assert "响了拼完手上这一排" in await house.say(BEADS_ASKED[1], "o-parent-9")
    await at(writer, house, "/admin/unanswered")
    await writer.wait_for_selector("text=这里没有")
