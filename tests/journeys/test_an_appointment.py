"""An appointment from the parent's words to the day after, over WeChat and the desk's pages."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

from bot.jobs import remind_bookings
from bot.store.outbox import EXPIRED
from bot.store.tables import cases, outbox
from tests.house import House, rows
from tests.slots import FRIDAY, THURSDAY, a_house_with_times, colleague, states
from tests.waiting import until

OURS = {"Sec-Fetch-Site": "same-origin"}


async def step(browser: Any, path: str, **fields: str) -> None:
    answer = await browser.post(path, data=fields, headers=OURS, allow_redirects=False)
    assert answer.status == 303, await answer.text()


async def remind(house: House) -> None:
    """Run the job now, instead of waiting for its turn."""
    await remind_bookings.job(house.app_engine, house.clock).run()


def told(house: House, words: str, who: str = "o-mei") -> int:
    return sum(words in bubble.text for bubble in house.thread(who) if bubble.who != "parent")


async def parked(house: House) -> bool:
    return any(row.state == "parked" for row in await rows(house.database_url, outbox))


async def test_a_parent_asks_is_confirmed_reminded_and_comes(house: House) -> None:
    station = await a_house_with_times(house)
    shown = await house.say("我要预约")
    assert "5 月 14 日（周四）14:00，家庭教育咨询，天宁站，到 14:50" in shown
    assert "编号 1" in await house.say("1")
    assert "等老师确认" in await house.say("我的预约")
    zhou = await colleague(house, station)
    assert "预约 1 号" in await (await zhou.get("/desk/cases/1")).text()
    await step(zhou, "/desk/cases/1/bookings/1/confirm", word="在二楼 203")
    assert "周老师：约好了：5 月 14 日（周四）14:00，家庭教育咨询，天宁站。在二楼 203。" in await house.hears("约好了")
    house.clock.set(THURSDAY - timedelta(hours=27))
    await house.say("孩子写作业磨蹭")  # opens the window again
    house.clock.set(THURSDAY - timedelta(hours=26))  # Wednesday, 12:00
    await remind(house)
    await remind(house)
    assert "提醒您：明天，5 月 14 日（周四）14:00" in await house.hears("提醒您：明天")
    house.clock.set(THURSDAY - timedelta(minutes=50))
    await remind(house)
    await remind(house)
    await house.hears("提醒您：快到时间了")
    assert (told(house, "提醒您：明天"), told(house, "提醒您：快到时间了")) == (1, 1)
    house.clock.set(THURSDAY + timedelta(hours=1))
    zhou = await colleague(house, station)  # the session of two days ago is over
    assert "还没记来没来" in await (await zhou.get("/desk/slots")).text()
    await step(zhou, "/desk/cases/1/bookings/1/attended", word="下次带上作业本")
    await house.hears("今天见到您了，谢谢您过来。下次带上作业本。")
    assert "还没记来没来" not in await (await zhou.get("/desk/slots")).text()
    [case] = await rows(house.database_url, cases)
    assert (case.state, case.station_id, case.outcome) == ("closed", station, "来了：下次带上作业本")


async def test_another_time_is_proposed_and_the_parent_takes_it(house: House) -> None:
    station = await a_house_with_times(house)
    await house.say("预约")
    await house.say("1")
    zhou = await colleague(house, station)
    await step(zhou, "/desk/cases/1/bookings/1/propose", slot="2", word="")
    await house.hears("换到 5 月 15 日（周五）10:00，家庭教育咨询，天宁站，可以吗？")
    assert await states(house.app_engine) == ["declined", "proposed"]
    assert "就约：5 月 15 日（周五）10:00" in await house.say("就这个时间")
    assert await states(house.app_engine) == ["declined", "confirmed"]
    house.clock.set(FRIDAY - timedelta(minutes=30))
    await house.say("好的")
    await remind(house)
    await house.hears("提醒您：快到时间了，5 月 15 日（周五）10:00")


async def test_a_parent_cancels_and_the_place_goes_to_another(house: House) -> None:
    await a_house_with_times(house, THURSDAY)
    await house.say("预约")
    await house.say("1")
    assert "没有可以约的时间" in await house.say("预约", "o-lan")
    assert "取消了：5 月 14 日（周四）14:00" in await house.say("取消预约")
    [case] = await rows(house.database_url, cases)
    assert (case.state, case.outcome) == ("closed", "家长取消了")
    assert "可以约的时间有这些" in await house.say("预约", "o-lan")
    assert "替您问了" in await house.say("1", "o-lan")


async def test_of_two_parents_who_press_at_once_one_gets_the_last_place(house: House) -> None:
    await a_house_with_times(house, THURSDAY)
    people = [f"o-{n}" for n in range(6)]
    for who in people:
        assert "可以约的时间有这些" in await house.say("预约", who)
    answers = await asyncio.gather(*(house.say("1", who) for who in people))
    assert sum("替您问了" in answer for answer in answers) == 1
    assert sum("没有可以约的时间" in answer or "没有位子了" in answer for answer in answers) == 5
    assert (await states(house.app_engine)).count("asked") == 1
    assert len(await rows(house.database_url, cases)) == 1


async def test_a_closed_slot_is_told_to_those_who_had_a_place(house: House) -> None:
    station = await a_house_with_times(house, THURSDAY, places=3)
    for who in ("o-mei", "o-lan"):
        await house.say("预约", who)
        await house.say("1", who)
    zhou = await colleague(house, station)
    await step(zhou, "/desk/slots/1/close", word="老师那天去区里开会")
    for who in ("o-mei", "o-lan"):
        await house.hears("这次约不上。老师那天去区里开会。想另选时间，请回复“预约”。", who)
    assert await states(house.app_engine) == ["declined", "declined"]
    assert {case.state for case in await rows(house.database_url, cases)} == {"closed"}
    assert "没有可以约的时间" in await house.say("预约")


async def test_beyond_the_window_a_reminder_waits_for_the_parent_and_still_says_the_day(house: House) -> None:
    station = await a_house_with_times(house, FRIDAY)
    await house.say("预约")
    await house.say("1")
    zhou = await colleague(house, station)
    await step(zhou, "/desk/cases/1/bookings/1/confirm")
    await house.hears("约好了")
    house.clock.set(FRIDAY - timedelta(hours=1))  # more than 48 hours after the parent's last words
    await remind(house)
    assert await until(partial(parked, house))
    assert told(house, "提醒您") == 0
    await house.say("在吗")
    assert "5 月 15 日（周五）10:00" in await house.hears("提醒您")


async def test_in_a_quiet_conversation_nothing_is_reminded(house: House) -> None:
    station = await a_house_with_times(house)
    await house.say("预约")
    await house.say("1")
    zhou = await colleague(house, station)
    await step(zhou, "/desk/cases/1/bookings/1/confirm")
    await house.hears("约好了")
    async with house.app_engine.begin() as conn:
        await conn.exec_driver_sql("""UPDATE conversations SET state = state || '{"quiet": true}'""")
    house.clock.set(THURSDAY - timedelta(minutes=50))
    await remind(house)
    await house.say("孩子写作业磨蹭")
    assert told(house, "提醒您") == 0


async def test_on_the_web_page_an_appointment_is_made_and_confirmed_as_well(house: House) -> None:
    station = await a_house_with_times(house)
    parent = house.browser()
    await parent.get("/chat")
    for number, words in enumerate(("预约", "第一个")):
        await parent.post("/chat/say", data={"text": words, "key": f"key-000{number}"}, headers=OURS)
    zhou = await colleague(house, station)
    await step(zhou, "/desk/cases/1/bookings/1/confirm")
    house.clock.set(THURSDAY - timedelta(minutes=50))
    await remind(house)
    page = await (await parent.get("/chat")).text()
    assert "替您问了：5 月 14 日（周四）14:00" in page
    assert "约好了：5 月 14 日（周四）14:00" in page
    assert "提醒您：快到时间了" in page


async def a_reminder_that_waits(house: House, before: timedelta) -> None:
    """A confirmed booking for Friday whose reminder, written so long before, is beyond the window."""
    station = await a_house_with_times(house, FRIDAY)
    await house.say("预约")
    await house.say("1")
    zhou = await colleague(house, station)
    await step(zhou, "/desk/cases/1/bookings/1/confirm")
    await house.hears("约好了")
    house.clock.set(FRIDAY - before)
    await remind(house)
    assert await until(partial(parked, house))


async def test_a_reminder_that_waited_too_long_is_not_sent(house: House) -> None:
    await a_reminder_that_waits(house, timedelta(hours=1))
    house.clock.set(FRIDAY)
    await house.say("在吗")
    assert told(house, "提醒您") == 0
    assert [row.reason for row in await rows(house.database_url, outbox) if row.state == "failed"] == [EXPIRED]


async def test_a_reminder_does_not_go_out_with_the_words_that_cancel(house: House) -> None:
    await a_reminder_that_waits(house, timedelta(hours=1))
    assert "取消了" in await house.say("取消预约")
    assert told(house, "提醒您") == 0
    assert {row.state for row in await rows(house.database_url, outbox) if "提醒您" in row.text} == {"failed"}
