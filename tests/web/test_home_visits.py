"""Home visits over HTTP: planned in the file, told to the parent in WeChat, answered there, done, and confirmed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from desk_browser import DANGER, Browser, post, text
from family_desk import a_file, of_table, step
from sqlalchemy import update

from bot.jobs import remind
from bot.store import conversations, thread
from bot.store.tables import follow_ups, helpers, messages, outbox
from tests.house import House

INVITED = "5 月 14 日（周四）18:30，我想来家里坐坐，可以吗？"
VISIT = {"way": "home", "day": "2026-05-14", "time": "18:30", "tell": "1"}
MORNING = {**VISIT, "day": "2026-05-13", "time": "08:00"}
AFTER = datetime(2026, 5, 13, 0, 30, tzinfo=UTC)  # half an hour after that has begun
NIGHT = datetime(2026, 5, 12, 14, 30, tzinfo=UTC)  # 22:30 in China


@pytest.fixture
async def zhou(house: House) -> Browser:
    return await a_file(house)


async def said(house: House) -> list[str]:
    """What staff have said to the parent."""
    return [row.text for row in await of_table(house, messages) if row.who == "person"]


async def visit(house: House) -> Any:
    return next(row for row in await of_table(house, follow_ups) if row.way == "home")


async def sent(house: House) -> None:
    """Wait until the sender has written down that everything went out."""
    for _ in range(200):
        if not [row for row in await of_table(house, messages) if row.state == "pending"]:
            return
        await asyncio.sleep(0.05)
    raise AssertionError


async def told(house: House, browser: Browser, **given: str) -> str:
    """Plan a visit and wait until its words have arrived in WeChat; all that the parent reads there."""
    assert (await step(browser, "follow-up", **given))[0] == 303
    await sent(house)
    return "\n".join(bubble.text for bubble in house.thread())


async def test_a_planned_visit_is_told_in_warm_words_and_the_parents_yes_stands_in_the_file(
    house: House, zhou: Browser
) -> None:
    await step(zhou, "helper", side="school", who="许老师")
    [helper] = await of_table(house, helpers)
    assert (await step(zhou, "follow-up", **VISIT, helper=str(helper.id)))[0] == 303
    words = (await said(house))[-1]
    assert words.startswith("5 月 14 日（周四）18:30，许老师想来家里坐坐，可以吗？")
    await sent(house)
    assert "告诉家长了，等回话" in await text(zhou, "/desk/cases/2")
    assert "记下了：5 月 14 日（周四）18:30，许老师来家里坐坐" in await house.say("可以")
    page = await text(zhou, "/desk/cases/2")
    assert "家长说可以来" in page
    assert "上门家访 · 许老师" in page


async def test_a_parent_who_wants_another_time_brings_the_file_into_the_queue(house: House, zhou: Browser) -> None:
    assert INVITED in await told(house, zhou, **VISIT)
    assert "要换个时间，跟周老师说一声就好" in await house.say("换个时间")
    page = await text(zhou, "/desk/cases/2")
    assert "家长说那天不来，先问问愿不愿意改时间" in page
    one = await visit(house)
    assert (await step(zhou, "follow-up-move", item=str(one.id), day="2026-05-15", time="19:00"))[0] == 303
    assert (await said(house))[-1].startswith("我来家里坐坐的时间，改到 5 月 15 日（周五）19:00 好吗？")
    await sent(house)
    assert "5 月 15 日（周五）19:00，周老师来家里坐坐" in await house.say("好的")


async def test_while_the_counsellor_talks_a_nod_to_something_else_is_no_answer(house: House, zhou: Browser) -> None:
    await step(zhou, "follow-up", **VISIT)
    await post(zhou, "/desk/cases/1/messages", text="孩子这两天睡得好一点了吗？", key="k-1")
    await sent(house)
    await house.say("好的")
    assert (await visit(house)).told == "told"
    await house.say("可以来")
    assert (await visit(house)).told == "yes"


async def test_a_danger_in_the_words_goes_before_the_answer(house: House, zhou: Browser) -> None:
    await step(zhou, "follow-up", **VISIT)
    await house.say(f"可以来，{DANGER}")
    assert (await visit(house)).told == "told"


async def test_at_night_nothing_is_sent_and_the_morning_tells_it_once(house: House, zhou: Browser) -> None:
    house.clock.set(NIGHT)
    before = len(await said(house))
    assert (await step(zhou, "follow-up", **VISIT))[0] == 303
    assert len(await said(house)) == before
    assert "早上 8 点再告诉家长" in await text(zhou, "/desk/cases/2")
    morning = [NIGHT + timedelta(hours=9)]
    job = remind.job(house.app_engine, lambda: morning[0])
    await job.run()
    assert len(await said(house)) == before
    morning[0] = NIGHT + timedelta(hours=10)
    await job.run()
    await job.run()
    assert [words for words in await said(house) if words.startswith(INVITED)] == [(await said(house))[-1]]


async def test_in_a_quiet_conversation_nothing_is_sent_and_staff_are_told_to_call(house: House, zhou: Browser) -> None:
    async with house.app_engine.begin() as conn:
        found = await conversations.find(conn, "wechat", "o-mei")
        assert found is not None
        await conversations.save(conn, found, state={"quiet": True})
    before = len(await said(house))
    await step(zhou, "follow-up", **VISIT)
    assert len(await said(house)) == before
    assert "没有发给家长，请打电话或当面说" in await text(zhou, "/desk/cases/2")
    status, page = await step(zhou, "visit-tell", item=str((await visit(house)).id))
    assert (status, "请打电话或当面说" in page) == (409, True)


async def test_nobody_goes_to_a_family_at_night(zhou: Browser) -> None:
    status, page = await step(zhou, "follow-up", **{**VISIT, "time": "22:00"}, what="看看孩子的书桌")
    assert status == 409
    assert "早上 8 点到晚上 21 点之间" in page
    assert 'value="看看孩子的书桌"' in page


async def test_a_visit_that_is_called_off_is_told_and_one_never_told_is_not(house: House, zhou: Browser) -> None:
    assert INVITED in await told(house, zhou, **VISIT)
    one = await visit(house)
    assert (await step(zhou, "close", outcome="好转"))[0] == 409  # the family waits for somebody
    await step(zhou, "follow-up-done", item=str(one.id), result="下雨，改成打电话", came="off")
    words = (await said(house))[-1]
    assert "这次先不来了" in words
    assert "下雨" not in words
    assert "没去成：下雨，改成打电话" in await text(zhou, "/desk/cases/2")
    before = len(await said(house))
    await step(zhou, "follow-up", **{name: value for name, value in VISIT.items() if name != "tell"})
    second = (await of_table(house, follow_ups))[-1]
    await step(zhou, "follow-up-done", item=str(second.id), result="不去了", came="off")
    assert len(await said(house)) == before
    assert (await step(zhou, "close", outcome="好转"))[0] == 303


async def test_after_a_visit_the_parent_is_asked_once_and_confirms(house: House, zhou: Browser) -> None:
    await step(zhou, "follow-up", **MORNING)
    await house.say("可以来")
    house.clock.set(AFTER)
    one = await visit(house)
    given = {"item": str(one.id), "result": "聊了一个小时", "agreed": "十点半放下手机", "next": "2026-05-28"}
    assert (await step(zhou, "follow-up-done", **given))[0] == 303
    assert "5 月 13 日到家里坐过了" in (await said(house))[-1]
    page = await text(zhou, "/desk/cases/2")
    for words in ("聊了一个小时", "说好了：十点半放下手机", "问过家长，还没有回"):
        assert words in page
    [following] = [row for row in await of_table(house, follow_ups) if row.done_at is None]
    assert (following.way, following.told) == ("home", "")
    assert "记下了，谢谢您告诉我们" in await house.say("来过了")
    assert "家长说来过了" in await text(zhou, "/desk/cases/2")


async def test_a_parent_who_says_that_nobody_came_is_believed(house: House, zhou: Browser) -> None:
    await step(zhou, "note", words="到家里坐了坐", way="home", on="2026-05-11")
    assert "5 月 11 日到家里坐过了" in (await said(house))[-1]
    assert "这一次没有来" in await house.say("老师没来")
    assert (await visit(house)).confirmed == "no"
    assert "家长说没有来" in await text(zhou, "/desk/cases/2")


async def test_no_answer_is_no_answer(house: House, zhou: Browser) -> None:
    await step(zhou, "note", words="到家里坐了坐", way="home")
    await house.say("孩子写作业拖拉怎么办")
    assert (await visit(house)).confirmed == "asked"


async def test_the_parent_reads_of_the_visit_in_their_own_part(house: House, zhou: Browser) -> None:
    await step(zhou, "follow-up", **VISIT)
    assert "5 月 14 日（周四）18:30，周老师想来家里坐坐，在等您一句话" in await house.say("我的档案")


async def test_with_the_consent_everything_of_visits_goes(house: House, zhou: Browser) -> None:
    await step(zhou, "pair", side="school", who="许老师", role="tutor")
    await step(zhou, "follow-up", **VISIT)
    await house.say("撤回建档同意")
    assert await of_table(house, follow_ups) == []
    assert await of_table(house, helpers) == []
    await house.say("可以来")
    assert (await step(zhou, "follow-up", **VISIT))[0] == 409


async def test_the_day_that_is_offered_for_the_result_is_the_visits_own(house: House, zhou: Browser) -> None:
    await step(zhou, "follow-up", **MORNING)
    one = await visit(house)
    field = f'id="f-o-{one.id}" name="on"'
    for at, day in ((AFTER, "2026-05-13"), (AFTER + timedelta(days=2), "2026-05-13")):
        house.clock.set(at)
        zhou = await house.staff()
        page = await (await zhou.get("/desk/cases/2")).text()
        assert f'value="{day}"' in page.split(field)[1].split(">")[0]


async def test_a_call_off_that_did_not_arrive_is_shown(house: House, zhou: Browser) -> None:
    await told(house, zhou, **VISIT)
    one = await visit(house)
    await step(zhou, "follow-up-done", item=str(one.id), result="下雨", came="off")
    await sent(house)
    assert "还没送到家长" not in await text(zhou, "/desk/cases/2")
    async with house.app_engine.begin() as conn:
        last = [row for row in await of_table(house, messages) if row.key.startswith("visit:")][-1]
        await thread.mark(conn, last.conversation_id, last.id, "failed", "拒收")
    assert "还没送到家长：拒收，请打电话" in await text(zhou, "/desk/cases/2")


async def test_who_is_not_in_the_file_reads_no_answer_to_a_visit_and_nothing_of_the_file(
    house: House, zhou: Browser
) -> None:
    await step(zhou, "follow-up", **VISIT)
    await house.say("可以来")
    await house.say("我的档案")
    await house.say("孩子写作业拖拉怎么办")
    lin = await house.staff("lin", "林老师", "lead")
    page = await text(lin, "/desk/cases/1")
    assert "孩子写作业拖拉怎么办" in page
    assert "来家里坐坐" not in page
    assert "可以来" not in page
    assert "来家里坐坐" in await text(zhou, "/desk/cases/1")


async def test_a_file_is_not_emptied_while_the_family_waits_for_somebody(house: House, zhou: Browser) -> None:
    await told(house, zhou, **VISIT)
    status, page = await step(zhou, "withdraw", sure="1")
    assert (status, "请先取消" in page) == (409, True)
    assert "说好来家里坐坐的，也不来了" in await house.say("撤回建档同意")


async def test_beside_a_danger_nothing_that_waited_goes_out_and_an_invitation_is_given_up(
    house: House, zhou: Browser
) -> None:
    await post(zhou, "/desk/cases/1/messages", text="明天的事明天说", key="k-1")
    await told(house, zhou, **VISIT)
    waited = [row for row in await of_table(house, messages) if row.key.startswith("visit:") or row.key == "k-1"]
    async with house.app_engine.begin() as conn:
        for row in waited:
            await conn.execute(update(outbox).where(outbox.c.message_id == row.id).values(state="parked"))
            await thread.mark(conn, row.conversation_id, row.id, "parked")
        await conversations.save(conn, waited[0].conversation_id, windows={})
    before = len(house.thread())
    assert "120" in await house.say(DANGER)
    await sent(house)
    assert "坐坐" not in "".join(bubble.text for bubble in house.thread()[before:])
    states = {row.key.split(":")[0]: row.state for row in await of_table(house, messages) if row.id in _ids(waited)}
    assert states["visit"] == "withdrawn"
    assert "还没送到家长：家长那边可能不方便" in await text(zhou, "/desk/cases/2")


def _ids(found: list[Any]) -> list[int]:
    return [row.id for row in found]
