"""The chat in a browser: at a phone's and a desk's width, by keyboard, without script, with the network gone."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from chat_memory import GUIDANCE, MemoryThread
from chromium import Open, holds

from bot.channels.web.ports import Visitor

pytestmark = pytest.mark.browser

ME = Visitor("web", "visitor-00000001")
SHOWN = "被自己的孩子喊"


async def say(page: Any, text: str) -> None:
    await page.fill("#say", text)
    await page.click("#composer button[type=submit]")


async def overflow(page: Any) -> int:
    return int(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_words_are_answered_without_a_reload(open_page: Open, width: int) -> None:
    page = await open_page("/chat", width=width)
    await page.evaluate("window.stayed = true")
    await say(page, "一收手机就砸门")
    await page.wait_for_selector(f"text={SHOWN}")
    assert await page.evaluate("window.stayed")
    assert await page.locator(".turn[data-who=parent]").count() == 1
    assert await page.locator("[data-pending]").count() == 0
    assert await overflow(page) <= 0


async def test_it_works_without_script(open_page: Open) -> None:
    page = await open_page("/chat", java_script_enabled=False)
    await say(page, "一收手机就砸门")
    await page.wait_for_selector(f"text={SHOWN}")
    await page.click("text=手机规矩怎么一起定")
    await page.wait_for_selector(".turn[data-who=parent] >> text=手机规矩怎么一起定")
    await page.click("summary")
    assert await page.locator(".drop a[href='tel:120']").is_visible()
    await page.click("text=大字")
    assert "large" in str(await page.get_attribute("html", "class"))


async def test_a_tap_says_its_words(open_page: Open, thread: MemoryThread) -> None:
    page = await open_page("/chat")
    await page.click("text=现在能打的热线")
    await page.wait_for_selector(".bubble >> text=街道成长指导站")
    assert thread.lines_of[ME][0].text == "现在有能打的心理热线吗"


async def test_what_a_person_writes_appears_by_itself(open_page: Open, thread: MemoryThread) -> None:
    page = await open_page("/chat")
    await thread.add(ME, who="person", text="我是周老师，我在", author="周老师")
    await page.wait_for_selector(".turn[data-who=person] >> text=我是周老师，我在")


async def test_by_keyboard_alone(open_page: Open) -> None:
    page = await open_page("/chat", width=1280)
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "跳到输入框"
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "say"
    await page.keyboard.type("一收手机")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("就砸门")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(f"text={SHOWN}")
    assert await page.locator(".turn[data-who=parent] .lines").inner_text() == "一收手机\n就砸门"
    assert await page.evaluate("document.activeElement.id") == "say"
    outline = await page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "3px"


async def test_enter_is_a_new_line_on_a_phone_and_ctrl_enter_sends(open_page: Open) -> None:
    page = await open_page("/chat", has_touch=True, is_mobile=True)
    await page.focus("#say")
    await page.keyboard.type("一收手机")
    await page.keyboard.press("Enter")
    await page.keyboard.type("就砸门")
    assert await page.input_value("#say") == "一收手机\n就砸门"
    await page.keyboard.press("Control+Enter")
    await page.wait_for_selector(f"text={SHOWN}")


async def test_words_wait_for_the_network_and_go_when_it_is_back(open_page: Open, thread: MemoryThread) -> None:
    page = await open_page("/chat")
    await page.wait_for_load_state("load")
    await page.context.set_offline(True)
    await say(page, "一收手机就砸门")
    await page.wait_for_selector("text=等网络恢复后发送")
    assert "网络断开了" in await page.inner_text("#banner")
    assert not thread.lines_of[ME]
    await page.context.set_offline(False)
    await page.wait_for_selector(f"text={SHOWN}")
    assert await page.locator("[data-pending]").count() == 0
    assert len([line for line in thread.lines_of[ME] if line.who == "parent"]) == 1


async def test_unsent_words_and_a_draft_outlive_a_reload(open_page: Open, thread: MemoryThread) -> None:
    page = await open_page("/chat")
    await page.route("**/chat/say", lambda route: route.abort())
    await say(page, "一收手机就砸门")
    await page.wait_for_selector("text=等网络恢复后发送")
    await page.fill("#say", "还没写完")
    await page.unroute("**/chat/say")
    await page.reload()
    await page.wait_for_selector(f"text={SHOWN}")
    await holds(page, "#say", "还没写完")
    assert [line.text for line in thread.lines_of[ME] if line.who == "parent"] == ["一收手机就砸门"]


async def test_what_failed_says_why_and_goes_again_on_request(open_page: Open, thread: MemoryThread) -> None:
    page = await open_page("/chat")
    thread.broken = True
    await say(page, "一收手机就砸门")
    await page.wait_for_selector("text=没送出：我们这边出了点问题")
    thread.broken = False
    await page.click("text=再发一次")
    await page.wait_for_selector(f"text={SHOWN}")
    assert await page.locator("text=没送出").count() == 0


async def test_a_reader_who_has_scrolled_up_stays_and_is_told(open_page: Open, thread: MemoryThread) -> None:
    page = await open_page("/chat")
    for n in range(12):
        await thread.add(ME, who="person", text=f"第 {n} 句。" + "话" * 80, author="周老师")
    await page.wait_for_selector("text=第 11 句")
    await page.evaluate("document.getElementById('pane').scrollTop = 0")
    await page.wait_for_timeout(100)
    await thread.add(ME, who="person", text="新的一句", author="周老师")
    await thread.add(ME, who="person", text="新的两句", author="周老师")
    await page.wait_for_selector("text=下面有新的 2 句")
    assert await page.evaluate("document.getElementById('pane').scrollTop") == 0
    await page.click("#below")
    assert await page.locator("text=新的两句").is_visible()
    assert await page.locator("#below").is_hidden()


async def test_what_to_do_now_is_not_pushed_away_by_what_comes_after(open_page: Open, thread: MemoryThread) -> None:
    page = await open_page("/chat", height=640)
    await say(page, "女儿把自己锁在房间里")
    await page.locator(".crisis").wait_for()
    await page.wait_for_timeout(200)
    for n in range(5):
        await thread.add(ME, who="event", text=f"已提醒值班老师，第 {n} 次")
    await page.wait_for_selector("text=第 4 次")
    await page.wait_for_timeout(200)
    top, pane = await page.locator(".crisis").bounding_box(), await page.locator("#pane").bounding_box()
    assert top
    assert pane
    assert top["y"] >= pane["y"]
    assert await page.locator("#below").is_visible()


async def test_a_long_answer_is_seen_from_its_first_line(open_page: Open) -> None:
    page = await open_page("/chat", height=420)
    await say(page, "现在有能打的热线吗")
    first = page.locator("text=有。现在是周二")
    await first.wait_for()
    box, head = await first.bounding_box(), await page.locator(".chat-head").bounding_box()
    assert box
    assert head
    assert box["y"] >= head["y"] + head["height"]


async def test_dots_while_the_answer_is_being_found(open_page: Open, thread: MemoryThread) -> None:
    thread.slow = 1.5
    page = await open_page("/chat")
    await say(page, "一收手机就砸门")
    await page.wait_for_selector(".typing")
    await page.wait_for_selector(f"text={SHOWN}")
    await page.wait_for_selector(".typing", state="detached")


async def test_a_broken_line_is_told_after_two_seconds_and_when_it_is_back(
    open_page: Open, thread: MemoryThread
) -> None:
    page = await open_page("/chat")
    await page.route("**/chat/stream*", lambda route: route.abort())
    await page.reload()
    await page.wait_for_selector("#banner >> text=正在重连")
    await thread.add(ME, who="person", text="断线时来的", author="周老师")
    await page.unroute("**/chat/stream*")
    await page.wait_for_selector("text=断线时来的")
    await page.wait_for_selector("#banner >> text=连上了，补上了 1 句话")


async def test_reading_settings_are_kept_without_a_reload(open_page: Open) -> None:
    page = await open_page("/chat", width=1280)
    await page.evaluate("window.stayed = true")
    await page.click("text=大字")
    await page.click("text=深色")
    assert await page.evaluate("window.stayed")
    assert await page.evaluate("getComputedStyle(document.documentElement).fontSize") == "21px"
    assert await page.get_attribute("html", "data-theme") == "dark"
    await page.wait_for_timeout(300)
    await page.reload()
    assert await page.evaluate("getComputedStyle(document.documentElement).fontSize") == "21px"
    assert await page.get_attribute("html", "data-theme") == "dark"


@pytest.mark.parametrize("path", ["/chat", "/privacy", "/e/screens-junior-slams-door", "/nothing"])
async def test_large_letters_on_a_small_phone_need_no_sideways_scrolling(
    open_page: Open, server: TestServer, thread: MemoryThread, path: str
) -> None:
    page = await open_page("/chat")
    for text in ("女儿把自己锁在房间里", "现在有能打的热线吗", "一收手机就砸门"):
        await say(page, text)
        await asyncio.sleep(0.2)
    await page.context.add_cookies([{"name": "large", "value": "1", "url": str(server.make_url("/"))}])
    await page.goto(str(server.make_url(path)))
    assert await overflow(page) <= 0
    wide = await page.evaluate(
        "[...document.querySelectorAll('main, main *')].filter(e => e.clientWidth && e.scrollWidth > e.clientWidth + 1"
        " && getComputedStyle(e).overflowX !== 'visible' && !e.closest('.hide')).map(e => e.className)"
    )
    assert wide == []


async def test_targets_on_a_phone_are_large_enough_for_a_thumb(open_page: Open, thread: MemoryThread) -> None:
    page = await open_page("/chat")
    await thread.add(ME, who="bot", reply=GUIDANCE)
    await say(page, "女儿把自己锁在房间里")
    await page.wait_for_selector(".crisis")
    small = await page.evaluate(
        "[...document.querySelectorAll('button, [role=button], a.call, a.chip')].filter(e => e.offsetParent)"
        ".map(e => [e.textContent.trim(), e.getBoundingClientRect().height]).filter(([, h]) => h < 43.5)"
    )
    assert small == []


async def test_motion_stops_for_those_who_asked_for_it(open_page: Open, thread: MemoryThread) -> None:
    thread.slow = 1.5
    page = await open_page("/chat", reduced_motion="reduce")
    await say(page, "一收手机就砸门")
    await page.wait_for_selector(".typing")
    assert await page.evaluate("getComputedStyle(document.querySelector('.typing i')).animationName") == "none"
    await page.wait_for_selector(f"text={SHOWN}")
