"""One evening at the desk in real browsers: two counsellors (one on a phone), a supervisor, two parents, all at once.

With E9_SHOTS=<folder> the main moments are kept as pictures, in both themes.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from chromium import PATIENT, Faulty, Person
from network import Wire
from sqlalchemy import select, update

from bot.store import people
from bot.store.tables import conversations
from tests.house import KEPT, PASSWORD, House

pytestmark = pytest.mark.browser

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
STAFF = (("zhou", "周老师", "counsellor"), ("shen", "沈老师", "counsellor"), ("lu", "陆主管", "supervisor"))
# What a browser says of what the test does on purpose: the cut network, the second to press 接手.
_EXPECTED = ("ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION", "ERR_INCOMPLETE", "ERR_EMPTY", "409 (Conflict)")


@dataclass
class Cast:
    """Everybody's page. `expect` is playwright's, which waits."""

    house: House
    wire: Wire  # of the parent and of 周老师
    expect: Any
    parent: Any
    zhou: Any
    shen: Any
    lu: Any

    async def picture(self, name: str, *pages: str) -> None:
        """Keep pictures of some pages in both themes, where somebody asked for them; all must fit their screens."""
        for page in pages:
            shown = getattr(self, page)
            assert await fits(shown), f"{page} scrolls sideways: {name}"
            if folder := os.environ.get("E9_SHOTS"):
                for scheme in ("light", "dark"):
                    await shown.emulate_media(color_scheme=scheme)
                    await shown.screenshot(path=Path(folder) / f"e9-{name}-{page}-{scheme}.png")
                await shown.emulate_media(color_scheme="light")


async def fits(page: Any) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.fixture
def faulty() -> Faulty:
    return lambda said: said.type in ("error", "warning") and not any(known in said.text for known in _EXPECTED)


@pytest.fixture
async def cast(house: House, person: Person) -> AsyncIterator[Cast]:
    """Give everybody in a profile of their own, the staff signed in; whatever a console says fails the test."""
    wire = Wire(house)
    await wire.mend()
    async with house.app_engine.begin() as conn:
        for login, name, role in STAFF:
            await people.add(conn, login=login, name=name, role=role, password_hash=KEPT)

    async def at_the_desk(path: str, viewport: dict[str, int], login: str, url: str = "") -> Any:
        page = await person(path, viewport, url=url)
        await page.fill("#name", login)
        await page.fill("#password", PASSWORD)
        await page.click("button[type=submit]")
        await page.wait_for_selector("h1:visible")
        return page

    thin = f"http://127.0.0.1:{wire.port}"
    yield Cast(
        house,
        wire,
        pytest.importorskip("playwright.async_api").expect,
        await person("/chat", PHONE, url=thin),
        await at_the_desk("/desk", DESKTOP, "zhou", thin),
        await at_the_desk("/desk", PHONE, "shen"),
        await at_the_desk("/desk/board", DESKTOP, "lu"),
    )
    await wire.cut()


async def says(page: Any, words: str) -> None:
    """Write at the chat page or at the desk, and send."""
    desk = await page.locator("#reply").count()
    await page.fill("#reply" if desk else "#say", words)
    await page.click("#send" if desk else "#composer button[type=submit]")


def lines(page: Any, who: str, words: str) -> Any:
    return page.locator(f".turn[data-who={who}][data-id]").filter(has_text=words)


async def reads(cast: Cast, page: Any, who: str, words: str) -> None:
    """Expect a line to come, once."""
    await cast.expect(lines(page, who, words)).to_have_count(1, timeout=PATIENT)


def stat(cast: Cast, name: str) -> Any:
    return cast.lu.locator("#stats .stat").filter(has=cast.lu.locator(f"span:text-is('{name}')")).locator("strong")


async def both_press(cast: Cast) -> None:
    """Two fingers are down on the same 接手: one tap wins, the other reads who has it."""
    await says(cast.parent, "我想找老师聊聊，孩子三天没去学校")
    for page in (cast.zhou, cast.shen):
        await cast.expect(page.locator("[data-claim] button")).to_have_count(1)
    await cast.expect(stat(cast, "等着的")).to_have_text("1")
    await cast.picture("1-waiting", "zhou", "shen", "lu")
    await cast.shen.locator("[data-claim] button").hover()
    await cast.shen.mouse.down()  # under a finger the queue stands still
    await cast.zhou.click("[data-claim] button")
    await cast.expect(cast.zhou.locator("#send")).to_be_visible()
    await cast.shen.mouse.up()
    told = cast.shen.locator(".queue .taken").first
    await cast.expect(told).to_contain_text("周老师")
    await cast.expect(told).to_contain_text("接了这一件")
    await cast.expect(cast.shen.locator("[data-claim]")).to_have_count(0)
    await cast.expect(cast.parent.locator(".event", has_text="周老师已接入")).to_have_count(1)
    await cast.picture("2-raced", "shen", "parent")


async def talking(cast: Cast) -> None:
    """Each reads the other within two seconds; a reload in the middle leaves the draft."""
    await says(cast.zhou, "您好，我是周老师。他这三天在家做什么？")
    await reads(cast, cast.parent, "person", "他这三天在家做什么")
    await says(cast.parent, "门锁着，不肯出来")
    await reads(cast, cast.zhou, "parent", "门锁着")
    await cast.zhou.fill("#reply", "写了一半的话")
    await cast.zhou.reload()
    await cast.expect(cast.zhou.locator("#reply")).to_have_value("写了一半的话")
    await reads(cast, cast.zhou, "parent", "门锁着")
    await cast.picture("3-talking", "zhou", "parent")
    await cast.zhou.click("#send")
    await reads(cast, cast.parent, "person", "写了一半的话")
    await cast.expect(stat(cast, "正在聊")).to_have_text("1")


async def cut_off(cast: Cast) -> None:
    """The counsellor's browser is told that it is offline; then the wire is cut under both while both write."""
    await cast.zhou.context.set_offline(True)
    await says(cast.zhou, "断网时写的")
    await cast.expect(cast.zhou.locator("#banner[data-state=offline]")).to_be_visible()
    await cast.picture("4-offline", "zhou")
    await cast.zhou.context.set_offline(False)
    await reads(cast, cast.parent, "person", "断网时写的")
    await reads(cast, cast.zhou, "person", "断网时写的")
    await cast.wire.cut()
    await says(cast.parent, "我这边没信号了")
    await says(cast.zhou, "不着急，我等您")
    await cast.expect(cast.parent.locator("[data-pending]", has_text="等网络恢复后发送")).to_have_count(1)
    await cast.expect(cast.zhou.locator("#counted")).to_have_text("等网络恢复后送出")
    await cast.expect(lines(cast.zhou, "parent", "我这边没信号了")).to_have_count(0)
    await cast.picture("4-cut", "parent")
    await cast.wire.mend()
    await reads(cast, cast.zhou, "parent", "我这边没信号了")
    await reads(cast, cast.zhou, "person", "不着急")
    await reads(cast, cast.parent, "person", "不着急")
    await reads(cast, cast.parent, "parent", "我这边没信号了")
    for page in (cast.zhou, cast.parent):  # nothing lost, nothing doubled, on the pages as on fresh ones
        before = await everything(page)
        await page.reload()
        await cast.expect(page.locator(".turn[data-id]").first).to_be_visible()
        assert sorted(await everything(page)) == sorted(before)
        assert len(set(before)) == len(before)


async def everything(page: Any) -> list[str]:
    return list(await page.locator(".turn[data-id] .bubble").all_inner_texts())


async def handed_over(cast: Cast) -> None:
    """The second counsellor has it at once, on the phone, with the note that the parent does not see."""
    await cast.zhou.click("#more summary")
    await cast.zhou.click("#hand-over")
    await cast.zhou.locator("label", has_text="沈老师").click()
    await cast.zhou.fill("#note", "妈妈很急，先听她说；爸爸明天回来")
    await cast.picture("5-handing", "zhou")
    await cast.zhou.click("#hand-over form button")
    await cast.zhou.wait_for_url(re.compile(r"/desk\?handed=\d+$"))
    await cast.expect(cast.shen.locator(".queue .badge", has_text="新转来")).to_be_visible()
    await cast.expect(cast.parent.locator(".event", has_text="已转给沈老师")).to_have_count(1)
    await cast.shen.locator(".queue > li > a", has=cast.shen.locator(".badge", has_text="新转来")).click()
    await reads(cast, cast.shen, "note", "爸爸明天回来")
    await says(cast.shen, "您好，我是沈老师，周老师和我说过了")
    await reads(cast, cast.parent, "person", "我是沈老师")
    assert "爸爸明天回来" not in await cast.parent.content()
    await cast.picture("6-handed", "shen", "parent")


async def used_up(cast: Cast) -> None:
    """A parent in WeChat: five messages, the sixth is kept and goes with the parent's next word."""
    await cast.house.say("我想找老师聊聊")
    await cast.expect(cast.zhou.locator("[data-claim] button")).to_have_count(1)
    await cast.zhou.click("[data-claim] button")
    await cast.expect(cast.zhou.locator("#quota [data-left='5']")).to_be_attached()
    for number in range(1, 6):
        await says(cast.zhou, f"微信里的第 {number} 句")
        await cast.expect(lines(cast.zhou, "person", f"第 {number} 句").locator(".sent")).to_be_visible()
        await cast.expect(cast.zhou.locator(f"#quota [data-left='{5 - number}']")).to_be_attached()
        if number == 3:
            await cast.picture("7-running-out", "zhou")
    await cast.expect(cast.zhou.locator("#quota")).to_contain_text("已经用完")
    await says(cast.zhou, "留到下一次的话")
    await cast.expect(lines(cast.zhou, "person", "留到下一次").locator(".parked")).to_contain_text("留着")
    await cast.picture("8-used-up", "zhou")
    await cast.house.act("say", text="我回来了")
    await cast.expect(lines(cast.zhou, "person", "留到下一次").locator(".sent")).to_be_visible()
    read = [bubble.text for bubble in cast.house.thread() if bubble.via == "api"]
    assert read == [f"周老师：微信里的第 {number} 句" for number in range(1, 6)] + ["周老师：留到下一次的话"]


async def closing_window(cast: Cast) -> None:
    """The 48 hours come to their end before the counsellor's eyes."""
    await says(cast.zhou, "好的，您有空再说")  # whoever leaves a parent without an answer loses the case by rule
    await cast.expect(lines(cast.zhou, "person", "有空再说").locator(".sent")).to_be_visible()
    async with cast.house.app_engine.begin() as conn:  # two days have gone by, but for twenty minutes
        talk = await conn.scalar(select(conversations.c.id).order_by(conversations.c.id.desc()).limit(1))
        until = (cast.house.clock() + timedelta(minutes=20)).isoformat()
        windows = {"talk_until": until, "talk_left": 4, "minute_until": None, "minute_left": 0}
        await conn.execute(update(conversations).where(conversations.c.id == talk).values(windows=windows))
    await cast.expect(cast.zhou.locator("#quota")).to_contain_text("19 分", timeout=PATIENT)
    await cast.picture("9-closing", "zhou")
    cast.house.clock.forward(timedelta(minutes=20))
    await cast.expect(cast.zhou.locator("#quota")).to_contain_text("超过 48 小时", timeout=PATIENT)
    await says(cast.zhou, "窗口关了以后写的")
    await cast.expect(lines(cast.zhou, "person", "窗口关了以后").locator(".parked")).to_contain_text("48 小时")
    await cast.picture("10-closed", "zhou")
    cast.house.fake.world.follower("o-mei").talk.until = cast.house.clock()
    await cast.house.act("say", text="这两天忙，才看到")
    await cast.expect(lines(cast.zhou, "person", "窗口关了以后").locator(".sent")).to_be_visible()
    assert [bubble.text for bubble in cast.house.thread()].count("周老师：窗口关了以后写的") == 1


async def the_end(cast: Cast) -> None:
    """Back to the bot, which answers again; then closed, and the supervisor sees and reads it."""
    await cast.shen.click("#more summary")
    await cast.shen.click("#return")
    await cast.expect(cast.parent.locator(".event", has_text="自动助手继续在这里")).to_have_count(1)
    before = await cast.parent.locator(".turn[data-who=bot][data-id]").count()
    await says(cast.parent, "孩子写作业磨蹭怎么办")
    await cast.expect(cast.parent.locator(".turn[data-who=bot][data-id]")).not_to_have_count(before)
    await reads(cast, cast.shen, "parent", "写作业磨蹭")
    await cast.shen.click("#to-close")
    await cast.shen.click("text=问题解决了")
    await cast.shen.fill("#note", "约了明天再说")
    await cast.picture("11-closing-case", "shen")
    await cast.shen.click("#close form button")
    await cast.shen.wait_for_url("**/desk")
    await cast.expect(cast.parent.locator(".event", has_text="对话已结束")).to_have_count(1)
    await cast.expect(stat(cast, "今天接手")).to_have_text("2")
    await cast.expect(stat(cast, "等着的")).to_have_text("0")
    await cast.expect(stat(cast, "正在聊")).to_have_text("1")
    await cast.picture("12-end", "lu", "parent", "shen", "zhou")
    await cast.lu.goto(f"{cast.house.url}/desk/cases/1")
    await reads(cast, cast.lu, "note", "爸爸明天回来")
    await cast.expect(cast.lu.locator(".steps-told")).to_contain_text("转给沈老师")
    await cast.picture("13-read", "lu")


async def test_an_evening_at_the_desk(cast: Cast) -> None:
    await both_press(cast)
    await talking(cast)
    await cut_off(cast)
    await handed_over(cast)
    await used_up(cast)
    await closing_window(cast)
    await the_end(cast)
