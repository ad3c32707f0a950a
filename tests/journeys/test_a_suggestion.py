"""A suggestion from the parent's words to their rating, and how a talk was, over WeChat and the desk's pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.store.tables import cases, outbox
from tests.house import House, rows
from tests.waiting import until

OURS = {"Sec-Fetch-Site": "same-origin"}
WORDS = "我想给你们提个建议，希望指导站周末也开门"


async def step(browser: Any, path: str, **fields: str) -> None:
    answer = await browser.post(path, data=fields, headers=OURS, allow_redirects=False)
    assert answer.status == 303, await answer.text()


async def test_a_parent_suggests_follows_reads_the_answer_and_rates_it(house: House) -> None:
    told = await house.say(WORDS)
    assert "建议 1 号" in told
    assert "到 5 月 19 日" in told
    assert "状态：收到" in await house.say("我的建议")
    zhou = await house.staff()
    await step(zhou, "/desk/suggestions/1/claim")
    await step(zhou, "/desk/suggestions/1/department", department="教育局")
    assert "在办（教育局）" in await house.say("进度")
    await step(zhou, "/desk/suggestions/1/answer", text="下月起周六开门。", result="已采纳", key="key-answer")
    assert "周老师：您提的建议 1 号，有答复了（教育局）：下月起周六开门。" in await house.hears("有答复了")
    asked = await house.hears("您觉得怎么样")
    assert "很不满意" in asked
    assert "记下了：满意" in await house.say("1 号满意")
    assert "记下了：很满意" in await house.say("很满意")
    assert "已评价（很满意）" in await house.say("我的建议")
    [case] = await rows(house.database_url, cases)
    assert (case.state, case.satisfaction) == ("closed", 5)
    page = await (await zhou.get("/desk/cases/1")).text()
    assert "家长说：很满意" in page


async def test_an_answer_beyond_the_window_comes_with_the_parent_s_next_words(house: House) -> None:
    await house.say(WORDS)
    zhou = await house.staff()
    await step(zhou, "/desk/suggestions/1/claim")
    house.clock.forward(timedelta(days=3))
    zhou = await house.staff()  # signed in anew: a session lasts for half a day
    await step(zhou, "/desk/suggestions/1/answer", text="下月起周六开门。", result="已采纳", key="key-answer")

    async def both_wait() -> bool:
        return [row.state for row in await rows(house.database_url, outbox)][-2:] == ["parked", "parked"]

    assert await until(both_wait)
    await house.say("在吗")
    await house.hears("下月起周六开门")


async def test_after_a_talk_the_parent_is_asked_once_how_it_was(house: House) -> None:
    await house.say("我想找老师聊聊")
    zhou = await house.staff()
    await step(zhou, "/desk/cases/1/claim")
    await step(zhou, "/desk/cases/1/messages", text="您好，我在。", key="key-hello")
    await step(zhou, "/desk/cases/1/close", outcome="已解决")
    assert "刚才和周老师的对话" in await house.hears("您觉得怎么样")
    assert "哪里没办好" in await house.say("1 号不满意")
    [case] = await rows(house.database_url, cases)
    assert case.satisfaction == 2
    assert case.rated_at is not None


async def test_after_a_danger_nobody_is_asked_how_it_was(house: House) -> None:
    await house.say("孩子站在阳台栏杆上，说不想活了")
    zhou = await house.staff()
    await step(zhou, "/desk/cases/1/claim")
    await step(zhou, "/desk/cases/1/messages", text="我是周老师，孩子现在在哪里？", key="key-hello")
    await step(zhou, "/desk/cases/1/close", outcome="已解决")
    await house.hears("孩子现在在哪里")
    await house.say("谢谢老师")
    assert not [bubble for bubble in house.thread() if "您觉得怎么样" in bubble.text]
    [case] = await rows(house.database_url, cases)
    assert "rating_asked" not in case.detail
