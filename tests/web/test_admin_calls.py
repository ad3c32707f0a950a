"""Verifying by call: what each outcome leads to, what is refused, and which numbers stand on the to-do list."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from desk_browser import Browser, post, text
from test_pages_render import assert_usable

from bot.store.tables import audit, changes, remarks, verifications, versions
from tests.house import House, rows

LINE = "/admin/services/listing/changzhou-96111"
VERIFY = f"{LINE}/verify"


@pytest.fixture
async def editor(house: House) -> Browser:
    return await house.staff("xu", "许老师", "editor")


async def seen(browser: Browser, path: str) -> str:
    page = await text(browser, path)
    assert_usable(page)
    return html.unescape(page)


def section(page: str, name: str) -> str:
    """One group of the to-do list."""
    found = re.search(rf'<section class="gap-top" id="{name}">(.*?)</section>', page, re.DOTALL)
    return found[1] if found else ""


async def one(house: House, table: Any) -> Any:
    (row,) = await rows(house.database_url, table)
    return row


async def test_a_number_that_is_right_is_approved_at_once_with_the_day_and_a_role(
    house: House, editor: Browser
) -> None:
    status, _ = await post(editor, VERIFY, outcome="right", answered="值班老师")
    assert status == 303
    call, change, version = await one(house, verifications), await one(house, changes), await one(house, versions)
    assert (call.outcome, call.answered, call.name) == ("right", "值班老师", "许老师")
    assert (change.state, change.origin) == ("approved", "call")
    assert version.body["verified"] == {"on": "2026-05-12", "by": "编辑"}
    assert (await one(house, remarks)).text == "打电话核实过，都对"
    assert [row.detail for row in await rows(house.database_url, audit) if row.act == "knowledge:changed"] == [
        {"what": "call", "outcome": "right"}
    ]
    assert "常州市未成年人心理服务热线" in section(await seen(editor, "/admin/verify"), "waiting")


async def test_a_second_call_while_the_first_waits_is_kept_and_said(house: House, editor: Browser) -> None:
    await post(editor, VERIFY, outcome="right", answered="值班老师")
    answer = await editor.post(
        VERIFY, data={"outcome": "right", "answered": "前台"}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert "核实的日子还没有写进去" in await answer.text()
    assert len(await rows(house.database_url, verifications)) == 2
    assert len(await rows(house.database_url, versions)) == 1


async def test_a_call_during_a_draft_goes_into_the_draft_which_still_needs_a_reader(
    house: House, editor: Browser
) -> None:
    await post(editor, VERIFY, outcome="changed", answered="值班老师", note="周六也开了")
    assert (await one(house, changes)).state == "draft"
    await post(editor, VERIFY, outcome="right", answered="值班老师")
    assert (await one(house, changes)).state == "draft"
    assert "周六也开了" in await seen(editor, LINE)


async def test_a_line_that_is_gone_goes_to_review_as_a_taking_out(house: House, editor: Browser) -> None:
    await post(editor, VERIFY, outcome="gone", note="空号")
    change, version = await one(house, changes), await one(house, versions)
    assert (change.state, version.body) == ("in-review", None)
    other = await house.staff("gu", "顾老师", "editor")
    page = await seen(other, LINE)
    assert "打电话核实：空号" in page
    assert "要停用" in page
    assert (await post(other, f"{LINE}/approve", seen=str(version.id)))[0] == 303


async def test_two_calls_that_nobody_answers_put_it_on_top_until_one_is_answered(house: House, editor: Browser) -> None:
    assert "常州市未成年人心理服务热线" in section(await seen(editor, "/admin/verify"), "never")
    await post(editor, VERIFY, outcome="no-answer")
    assert section(await seen(editor, "/admin/verify"), "unanswered") == ""
    await post(editor, VERIFY, outcome="no-answer")
    page = await seen(editor, "/admin/verify")
    assert "连着 2 次" in section(page, "unanswered")
    assert page.index('id="unanswered"') < page.index('id="never"')
    assert await rows(house.database_url, changes) == []
    await post(editor, VERIFY, outcome="right", answered="值班老师")
    assert section(await seen(editor, "/admin/verify"), "unanswered") == ""


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "请选打通了没有。"),
        ({"outcome": "perhaps", "answered": "前台"}, "请选打通了没有。"),
        ({"outcome": "right"}, "请写一下是谁接的"),
        ({"outcome": "changed", "answered": "王老师 13812345678"}, "不写个人的手机号"),
        ({"outcome": "gone", "note": "说打 13812345678"}, "不写个人的手机号"),
    ],
)
async def test_what_is_unclear_is_told_and_keeps_what_was_typed(
    house: House, editor: Browser, given: dict[str, str], words: str
) -> None:
    status, page = await post(editor, VERIFY, **given)
    assert status == 422
    assert words in page
    assert all(value in page for name, value in given.items() if name != "outcome")
    assert await rows(house.database_url, verifications) == []


async def test_nobody_is_asked_to_dial_an_emergency_number(house: House, editor: Browser) -> None:
    assert "报警电话" not in await seen(editor, "/admin/verify")
    path = "/admin/services/listing/national-110"
    assert "占了线会误别人的事" in await seen(editor, path)
    assert (await post(editor, f"{path}/verify", outcome="right", answered="值班"))[0] == 422
    assert await rows(house.database_url, verifications) == []


async def test_the_list_can_be_read_for_one_place(editor: Browser) -> None:
    page = await seen(editor, "/admin/verify?region=putuo")
    assert "常州市未成年人心理服务热线" not in page
    assert "这里没有号码" in page or "要打" in page
