"""A danger that nobody has acknowledged, in a counsellor's browser: seen, heard, announced, and stopped by one tap."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from chromium import Person
from screens import DESKTOP, PHONE, at_the_desk, fits, picture, seen

from bot.store.tables import conversations
from tests.house import House, rows

pytestmark = pytest.mark.browser

DANGER = "孩子站在阳台栏杆上，说不想活了"
VIOLENCE = "他喝了酒正在打我和孩子"

# Every tone that the page makes from now on is counted.
COUNT_TONES = """() => {
  window.tones = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) { window.tones += 1; return start.call(this, at); };
}"""


async def tones(page: Any) -> int:
    return int(await page.evaluate("window.tones"))


@pytest.mark.parametrize(("viewport", "name"), [(PHONE, "phone"), (DESKTOP, "desktop")], ids=["phone", "desktop"])
async def test_a_danger_is_seen_heard_and_acknowledged_in_the_queue(
    person: Person, house: House, viewport: dict[str, int], name: str
) -> None:
    desk = await at_the_desk(person, house, viewport)
    await house.say("我想找老师聊聊", "o-mei")
    await desk.wait_for_selector(".queue a")
    await desk.evaluate(COUNT_TONES)
    await desk.click("h1")  # a page may make sounds once it was touched
    await house.say(DANGER, "o-lan")
    row = desk.locator(".queue > li").first
    await row.locator("text=未确认").wait_for()
    await desk.wait_for_function("() => document.title === '【1 件未确认】(2) 工作台 · 家有方'")
    await desk.wait_for_function("() => window.tones >= 2")
    assert await tones(desk) == 2
    assert await desk.inner_text("#news") == "有急事还没有人确认：第 2 件"
    assert await desk.locator("#alarm").is_hidden()  # it stands on top already
    assert await fits(desk)
    await picture(desk, f"{name}-unseen")

    house.clock.forward(timedelta(minutes=5))
    await desk.wait_for_selector("text=超时，已再次提醒")
    house.clock.forward(timedelta(minutes=5))
    await desk.wait_for_selector("text=超时，请找主管")
    assert await tones(desk) == 6
    assert await fits(desk)
    await picture(desk, f"{name}-escalated")

    await row.locator("[data-acknowledge] button").click()
    await desk.wait_for_selector("text=周老师看到了，还没有人接")
    assert await desk.locator("text=未确认").count() == 0
    await desk.wait_for_function("() => document.title === '(2) 工作台 · 家有方'")
    assert await tones(desk) == 6
    await picture(desk, f"{name}-seen")


@pytest.mark.parametrize(("viewport", "name"), [(PHONE, "phone"), (DESKTOP, "desktop")], ids=["phone", "desktop"])
async def test_whoever_reads_another_case_is_told_and_led_to_it(
    person: Person, house: House, viewport: dict[str, int], name: str
) -> None:
    await house.say("我想找老师聊聊", "o-mei")
    desk = await at_the_desk(person, house, viewport)
    await desk.click(".queue a")
    await desk.click("#claim")
    await desk.wait_for_selector("#send")
    await house.say(DANGER, "o-lan")
    await desk.wait_for_selector("#alarm:visible")
    assert await desk.inner_text("#alarm") == "有 1 件急事还没有人确认，去看"
    assert await fits(desk)
    assert await desk.locator("#send").is_visible()
    await picture(desk, f"{name}-elsewhere")
    await desk.click("#alarm")
    await desk.locator(".queue a").first.click()
    await desk.wait_for_selector("#unseen:visible")
    await picture(desk, f"{name}-case-unseen")
    button = desk.locator("button:visible >> text=我看到了")
    assert await seen(button.last)  # without scrolling, also where the head of the page is out of sight
    await button.last.click()
    await desk.wait_for_selector("text=周老师看到了")
    await desk.wait_for_selector("#unseen", state="hidden")
    if viewport is PHONE:
        await desk.click("text=背景")
    await desk.wait_for_selector("text=经过")
    await picture(desk, f"{name}-steps")


async def test_the_sound_can_be_turned_off_and_stays_off(person: Person, house: House) -> None:
    desk = await at_the_desk(person, house, DESKTOP)
    await desk.click("#sound")
    assert "声音已关" in await desk.inner_text("#sound")
    await desk.reload()
    await desk.evaluate(COUNT_TONES)
    await desk.click("h1")
    await house.say(DANGER)
    await desk.wait_for_selector("text=未确认")
    assert await tones(desk) == 0
    assert "1 件未确认" in await desk.title()


async def test_before_any_touch_the_sound_waits_for_the_first_one(person: Person, house: House) -> None:
    await house.say(DANGER)
    desk = await at_the_desk(person, house, DESKTOP)
    await desk.evaluate(COUNT_TONES)
    await desk.evaluate("sessionStorage.clear()")
    await desk.keyboard.press("Shift")
    await house.say("孩子喝了农药，吐白沫", "o-lan")
    await desk.wait_for_function("() => window.tones >= 2")


@pytest.mark.parametrize(("viewport", "name"), [(PHONE, "phone"), (DESKTOP, "desktop")], ids=["phone", "desktop"])
async def test_a_quiet_conversation_says_so_where_one_writes(
    person: Person, house: House, viewport: dict[str, int], name: str
) -> None:
    await house.say(VIOLENCE)
    desk = await at_the_desk(person, house, viewport)
    await desk.click(".queue a")
    await desk.click("#claim")
    await desk.wait_for_selector("text=安静模式：不要主动发消息。")
    assert await fits(desk)
    await desk.fill("#reply", "您现在安全吗")
    await desk.click("#send")
    await desk.wait_for_selector("text=等家长再来说话时送出")
    await picture(desk, f"{name}-quiet")
    await desk.check("#safe")
    before = len(house.thread())
    await desk.fill("#reply", "我在")
    await desk.click("#send")
    await house.reply("o-mei", before)
    assert [bubble.text for bubble in house.thread() if "周老师：" in bubble.text] == ["周老师：我在"]
    [row] = await rows(house.database_url, conversations)
    assert row.state["quiet"] is True
