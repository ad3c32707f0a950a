"""The queue in two counsellors' browsers: one tap claims, the second reads who has it; keys, notes, handing over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from chromium import Person
from screens import DESKTOP, PHONE, at_the_desk, fits, picture
from test_desk_alarm import COUNT_TONES, tones

from tests.house import House

pytestmark = pytest.mark.browser

BOTH = pytest.mark.parametrize(("viewport", "name"), [(PHONE, "phone"), (DESKTOP, "desktop")], ids=["phone", "desktop"])

# Notes on the desktop are asked for and counted, not shown: a browser without a head has nowhere to show them.
COUNT_NOTES = """() => {
  window.asked = 0; window.notes = [];
  window.Notification = class { constructor(title, options) { window.notes.push(options.body); } close() {} };
  window.Notification.permission = "granted";
  window.Notification.requestPermission = async () => { window.asked += 1; return "granted"; };
}"""


@BOTH
async def test_one_tap_claims_and_the_other_reads_who(
    person: Person, house: House, viewport: dict[str, int], name: str
) -> None:
    await house.say("我想找老师聊聊", "o-mei")
    zhou = await at_the_desk(person, house, viewport)
    shen = await at_the_desk(person, house, viewport, "shen", "沈老师")
    await shen.wait_for_selector("[data-claim] button")
    await zhou.click("[data-claim] button")
    await zhou.wait_for_selector("#send")
    row = shen.locator(".queue > li").first
    await row.locator("text=接了这一件").wait_for()
    assert "周老师" in await row.locator(".taken").inner_text()
    assert await shen.locator("[data-claim]").count() == 0
    assert await fits(shen)
    await picture(shen, f"{name}-taken")


@BOTH
async def test_handing_over_and_putting_off_are_a_page_that_fits(
    person: Person, house: House, viewport: dict[str, int], name: str
) -> None:
    await house.say("我想找老师聊聊", "o-mei")
    zhou = await at_the_desk(person, house, viewport)
    shen = await at_the_desk(person, house, viewport, "shen", "沈老师")
    await zhou.click("[data-claim] button")
    await zhou.wait_for_selector("#send")
    await zhou.goto(f"{house.url}/desk/cases/1/move")
    assert await fits(zhou)
    await picture(zhou, f"{name}-moving")
    await zhou.emulate_media(color_scheme="dark")
    await picture(zhou, f"{name}-moving-dark")
    await zhou.check("input[name=to][value^='person:']")
    await zhou.fill("#note", "妈妈刚平静下来，请接着聊")
    await zhou.click("#hand-over button")
    await zhou.wait_for_selector("h1 >> text=该谁了")
    await shen.locator("text=新转来").wait_for()
    await shen.emulate_media(color_scheme="dark")
    await picture(shen, f"{name}-handed-dark")
    await shen.emulate_media(color_scheme="light")
    await picture(shen, f"{name}-handed")


async def test_the_keys_walk_claim_and_change_the_view(person: Person, house: House) -> None:
    await house.say("我想找老师聊聊", "o-mei")
    await house.say("我想找老师聊聊", "o-lan")
    desk = await at_the_desk(person, house, DESKTOP)
    await desk.keyboard.press("?")
    await desk.wait_for_selector("#keys[open]")
    await picture(desk, "keys-dialog")
    await desk.keyboard.press("Escape")
    await desk.keyboard.press("3")
    await desk.wait_for_url("**/desk?view=later")
    await desk.keyboard.press("1")
    await desk.wait_for_url("**/desk")
    await desk.keyboard.press("j")
    await desk.keyboard.press("j")
    await desk.keyboard.press("k")
    assert await desk.evaluate("document.activeElement.getAttribute('href')") == "/desk/cases/1"
    await desk.evaluate("document.body.dataset.shortcuts = 'off'")
    await desk.keyboard.press("c")
    assert await desk.locator("[data-claim]").count() == 2
    await desk.evaluate("delete document.body.dataset.shortcuts")
    await desk.keyboard.press("c")
    await desk.wait_for_url("**/desk/cases/1#reply")


async def test_who_comes_and_who_waits_too_long_is_heard_and_noted(person: Person, house: House) -> None:
    desk = await at_the_desk(person, house, DESKTOP)
    await desk.evaluate(COUNT_TONES)
    await desk.evaluate(COUNT_NOTES)
    await desk.click("h1")
    await desk.wait_for_function("() => sessionStorage.getItem('news') !== null")  # what comes from now on is new
    await house.say("我想找老师聊聊", "o-mei")
    await desk.wait_for_function("() => window.notes.length === 1")
    assert await desk.evaluate("window.notes[0]") == "第 1 件（平常）新来，还没有人接"
    assert await tones(desk) == 1
    house.clock.forward(timedelta(minutes=31))
    await desk.wait_for_function("() => window.notes.length === 2")
    assert await desk.evaluate("window.notes[1]") == "第 1 件（平常）等得过了时间"
    assert await desk.inner_text("#news") == "第 1 件（平常）等得过了时间"
    assert await desk.evaluate("window.asked") == 0  # never without a tap


async def test_filters_narrow_without_a_word_lost(person: Person, house: House) -> None:
    await house.say("我想找老师聊聊", "o-mei")
    desk = await at_the_desk(person, house, PHONE)
    await desk.click(".narrowing > summary")
    await desk.select_option("#by-kind", "report")
    await desk.click("#filters button")
    await desk.wait_for_selector("text=没有符合的")
    assert await desk.input_value("#by-kind") == "report"
    assert await fits(desk)
    await picture(desk, "phone-filtered")
