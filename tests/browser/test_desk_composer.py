"""Writing at the desk in a real browser: the window, drafts, keys, ready words, the network cut and back."""

from __future__ import annotations

from typing import Any

import pytest
from chromium import Person, arrived, holds
from screens import DESKTOP, PHONE, at_the_desk, fits, picture
from test_desk_page import calls_for_a_person

from bot.store import canned
from tests.house import House

pytestmark = pytest.mark.browser


async def taken(person: Person, house: House, viewport: dict[str, int], name: str) -> Any:
    """Open the only case and take it."""
    desk = await at_the_desk(person, house, viewport)
    await desk.click(".queue li a")
    await desk.click("#claim")
    await arrived(desk, "#send")
    return desk


@pytest.mark.parametrize(("viewport", "name"), [(PHONE, "phone"), (DESKTOP, "desktop")], ids=["phone", "desktop"])
async def test_the_window_and_the_delivery_change_without_a_reload(
    person: Person, house: House, viewport: dict[str, int], name: str
) -> None:
    await house.say("我想找老师聊聊")
    desk = await taken(person, house, viewport, name)
    await desk.evaluate("window.same = true")
    assert await desk.locator("#quota [data-left='5']").count() == 1
    await desk.fill("#reply", "孩子晚上不睡，白天起不来。" * 60)
    assert "合成 2 条" in await desk.text_content("#counted")
    await picture(desk, f"{name}-composer")
    await desk.fill("#reply", "我在，您慢慢说。")
    await desk.click("#send")
    await desk.wait_for_selector(".turn[data-who=person] >> text=已送达")
    await desk.wait_for_selector("#quota [data-left='4']", state="attached")
    assert await desk.evaluate("window.same") is True
    assert await desk.input_value("#reply") == ""
    assert await fits(desk)


async def test_the_network_cut_and_back_loses_nothing_and_doubles_nothing(person: Person, house: House) -> None:
    parent = await calls_for_a_person(person)
    desk = await taken(person, house, DESKTOP, "cut")
    await desk.context.set_offline(True)
    await desk.fill("#reply", "网络断的时候写的话")
    await desk.click("#send")
    await desk.wait_for_selector("#banner[data-state=offline]:visible")
    await holds(desk, "#reply", "网络断的时候写的话")
    await picture(desk, "cut-offline")
    await desk.context.set_offline(False)
    await desk.wait_for_selector(".turn[data-who=person] >> text=网络断的时候写的话")
    await parent.wait_for_selector(".turn[data-who=person] >> text=网络断的时候写的话")
    await desk.reload()
    await desk.wait_for_selector("#send")
    assert await desk.locator(".turn[data-who=person]").count() == 1
    assert await desk.input_value("#reply") == ""


async def test_ready_words_come_by_a_slash_and_found_ones_by_a_hash(person: Person, house: House) -> None:
    async with house.app_engine.begin() as conn:
        now = house.clock()
        await canned.add(conn, "问好", "我是{老师}，我在。", author="顾站长", station_id=None, now=now)
    await calls_for_a_person(person)
    desk = await taken(person, house, DESKTOP, "ready")
    await desk.click("#reply")
    await desk.keyboard.press("/")
    await desk.keyboard.press("Enter")
    await holds(desk, "#reply", "我是周老师，我在。")
    await desk.keyboard.press("Enter")
    await desk.keyboard.press("#")
    await desk.keyboard.type("热线")
    await desk.keyboard.press("Enter")
    await desk.wait_for_selector("#found .suggest")
    await picture(desk, "ready-found")
    await desk.click("#found [data-put] >> nth=0")
    assert "我是周老师，我在。\n" in await desk.input_value("#reply")
    assert await desk.locator("#suggested .suggest").count() <= 3
    assert await desk.locator(".turn[data-who=person]").count() == 0


async def test_keys_take_a_note_send_and_lead_to_closing(person: Person, house: House) -> None:
    await calls_for_a_person(person)
    desk = await taken(person, house, DESKTOP, "keys")
    await desk.locator("#who").click()
    await desk.keyboard.press("n")
    await desk.keyboard.type("妈妈声音在抖")
    await desk.keyboard.press("Control+Enter")
    await desk.wait_for_selector(".turn[data-who=note] >> text=妈妈声音在抖")
    await desk.keyboard.type("先到这里")
    await desk.keyboard.press("Control+Shift+Enter")
    await desk.wait_for_selector(".turn[data-who=person] >> text=先到这里")
    assert await desk.evaluate("document.activeElement.name") == "outcome"


async def test_each_side_sees_that_the_other_is_writing(person: Person, house: House) -> None:
    parent = await calls_for_a_person(person)
    desk = await taken(person, house, DESKTOP, "typing")
    async with desk.expect_response("**/desk/cases/*/stream*"):  # nobody is told again what was told before it
        await desk.reload()
    await parent.reload()  # a page tells of its writing every 3 s at most, and has just done so
    await parent.locator("#say").press_sequentially("他说")
    await desk.wait_for_selector("#writing:visible")
    await picture(desk, "typing-desk")
    await desk.locator("#reply").press_sequentially("您慢慢说")
    await parent.wait_for_selector("text=老师正在写")
    await picture(parent, "typing-parent")
    await desk.keyboard.press("Control+Enter")
    await parent.wait_for_selector(".turn[data-who=person] >> text=您慢慢说")
    assert await parent.locator("text=老师正在写").count() == 0


async def test_a_draft_outlives_a_reload_and_not_the_signing_out(person: Person, house: House) -> None:
    await calls_for_a_person(person)
    desk = await taken(person, house, DESKTOP, "draft")
    await desk.fill("#reply", "写了一半")
    await desk.reload()
    await holds(desk, "#reply", "写了一半")
    await desk.click("text=退出")
    await desk.wait_for_selector("#name")
    assert await desk.evaluate("Object.keys(sessionStorage).filter((name) => name.startsWith('draft')).length") == 0
