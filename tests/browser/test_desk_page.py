"""A counsellor and a parent, each in a browser, on the whole product: taking over, speaking live, handing back."""

from __future__ import annotations

from typing import Any

import pytest
from chromium import PATIENT, Person, arrived, holds
from screens import DESKTOP, PHONE, at_the_desk, fits, picture, seen

from tests.house import House

pytestmark = pytest.mark.browser


async def calls_for_a_person(person: Person) -> Any:
    page = await person("/chat", PHONE)
    await page.fill("#say", "我想找老师聊聊，孩子三天没去学校")
    await page.click("#composer button[type=submit]")
    await page.wait_for_selector(".turn[data-who=bot][data-id]")
    return page


@pytest.mark.parametrize(("viewport", "name"), [(PHONE, "phone"), (DESKTOP, "desktop")], ids=["phone", "desktop"])
async def test_a_counsellor_takes_over_and_the_parent_reads_it_live(
    person: Person, house: House, viewport: dict[str, int], name: str
) -> None:
    desk = await at_the_desk(person, house, viewport)
    assert await desk.locator("#queue .empty").is_visible()
    parent = await calls_for_a_person(person)

    row = desk.locator(".queue a")  # comes by itself
    await row.wait_for()
    assert await desk.title() == "(1) 工作台 · 家有方"
    assert await desk.locator("#queue .empty").count() == 0
    assert await fits(desk)
    await picture(desk, f"{name}-queue")

    await row.click()
    await desk.click("#claim")
    await desk.wait_for_selector("#send")
    await parent.wait_for_selector("text=周老师已接入", timeout=PATIENT)
    assert await seen(desk.locator("text=周老师已接入"))  # the newest words, with where to write beneath
    assert await seen(desk.locator("#send"))
    await picture(desk, f"{name}-claimed")
    assert await fits(desk)

    await desk.fill("#reply", "您好，我是周老师。他这三天在家做什么？")
    await desk.click("#send")
    await parent.wait_for_selector(".turn[data-who=person] >> text=他这三天在家做什么", timeout=PATIENT)
    await desk.wait_for_selector(".turn[data-who=person] >> text=已送达")
    assert await desk.input_value("#reply") == ""

    await parent.fill("#say", "门锁着，不肯出来")
    await parent.click("#composer button[type=submit]")
    newest = desk.locator(".turn[data-who=parent] >> text=门锁着")
    await newest.wait_for(timeout=PATIENT)
    assert await seen(newest)
    assert await seen(desk.locator("#send"))
    assert await parent.locator(".turn[data-who=bot][data-id]").count() == 1  # silent meanwhile
    await picture(parent, f"{name}-parent")
    await picture(desk, f"{name}-talk")

    await desk.click("#more summary")
    await desk.click("#return")
    await parent.wait_for_selector("text=自动助手继续在这里", timeout=PATIENT)
    await parent.fill("#say", "孩子写作业磨蹭怎么办")
    await parent.click("#composer button[type=submit]")
    await parent.locator(".turn[data-who=bot][data-id]").nth(1).wait_for()
    await picture(desk, f"{name}-returned")


async def test_a_draft_outlives_a_look_elsewhere_and_a_note_stays_with_colleagues(person: Person, house: House) -> None:
    parent = await calls_for_a_person(person)
    desk = await at_the_desk(person, house, DESKTOP)
    await desk.click(".queue a")
    await desk.click("#claim")
    await arrived(desk, "#send")
    await desk.fill("#reply", "妈妈声音在抖")
    await desk.click("#back")
    await desk.click(".queue a")
    await holds(desk, "#reply", "妈妈声音在抖")
    await desk.click("text=记成附注")
    await desk.wait_for_selector(".turn[data-who=note] >> text=妈妈声音在抖")
    await desk.fill("#reply", "我在听")
    await desk.click("#send")
    await parent.wait_for_selector(".turn[data-who=person] >> text=我在听", timeout=PATIENT)
    assert "妈妈声音在抖" not in await parent.content()


async def test_a_tap_is_not_lost_when_the_queue_moves_under_the_finger(person: Person, house: House) -> None:
    await house.say("我想找老师聊聊", "o-mei")
    desk = await at_the_desk(person, house, PHONE)
    row = desk.locator(".queue a")
    await row.hover()
    await desk.mouse.down()
    await house.say("孩子站在阳台栏杆上，说不想活了", "o-lan")
    await desk.wait_for_timeout(1_000)  # the news is here by now, and waits
    assert await row.count() == 1
    await desk.mouse.up()
    await desk.wait_for_selector("#claim")
    await desk.click("#back")
    await row.nth(1).wait_for()


async def test_the_queue_is_walked_and_a_case_opened_by_keyboard(person: Person, house: House) -> None:
    await house.say("我想找老师聊聊", "o-mei")
    await house.say("孩子站在阳台栏杆上，说不想活了", "o-lan")
    desk = await at_the_desk(person, house, DESKTOP)
    await desk.keyboard.press("j")
    await desk.keyboard.press("j")
    await desk.keyboard.press("k")
    first = await desk.evaluate("document.activeElement.textContent")
    assert "紧急" in first
    await picture(desk, "queue-danger")
    await desk.keyboard.press("Enter")
    await arrived(desk, "#claim")
    await desk.keyboard.press("c")
    await desk.keyboard.press("Enter")
    await arrived(desk, "#send")
    await desk.keyboard.press("r")
    await desk.keyboard.type("我是周老师，孩子现在在哪里？")
    await desk.keyboard.press("Control+Enter")
    await desk.wait_for_selector(".turn[data-who=person] >> text=孩子现在在哪里")


async def test_closing_a_case_leads_back_to_the_queue(person: Person, house: House) -> None:
    parent = await calls_for_a_person(person)
    desk = await at_the_desk(person, house, PHONE)
    await desk.click(".queue a")
    await desk.click("#claim")
    assert await desk.locator("#context").is_hidden()
    await desk.click("text=背景")
    await desk.wait_for_selector("text=为什么排在这里")
    await desk.click("text=回到对话")
    assert await seen(desk.locator("#reply"))
    await desk.click("a[href='#close']")
    await desk.click("text=问题解决了")
    await desk.fill("#note", "约了明天再说")
    await picture(desk, "phone-close")
    await desk.click("#close button")
    await desk.wait_for_selector("#queue .empty:visible")
    await parent.wait_for_selector("text=对话已结束", timeout=PATIENT)
