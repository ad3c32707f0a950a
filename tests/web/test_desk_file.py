"""A family's file over HTTP: opened from a talk, agreed to in WeChat, written, printed, and not there for others."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from desk_browser import OURS, PAGE, Browser, a_case, events, post, text

from bot.store import audit
from bot.store.tables import cases, files, follow_ups, messages, plan_items, referrals
from tests.house import House, rows

AGREE = "同意建档"
SECRET = "孩子说太累了没地方说"


@pytest.fixture
async def zhou(house: House) -> Browser:
    """A counsellor who talks with a parent in case 1 and has opened the family's file, case 2."""
    assert await a_case(house) == 1
    browser = await house.staff()
    assert (await post(browser, "/desk/cases/1/claim"))[0] == 303
    assert "/desk/cases/1/file" in await text(browser, "/desk/cases/1")
    answer = await browser.post("/desk/cases/1/file", headers=OURS, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/desk/cases/2")
    return browser


async def step(browser: Browser, name: str, **given: str) -> tuple[int, str]:
    return await post(browser, f"/desk/cases/2/file/{name}", **given)


@pytest.fixture
async def agreed(house: House, zhou: Browser) -> Browser:
    """The file with the consent that the parent gave in the chat."""
    assert (await step(zhou, "ask", key="ask-0001"))[0] == 303
    assert "记下了：您同意建档" in await house.say(AGREE)
    return zhou


async def test_the_button_in_the_talk_leads_to_the_file_and_the_second_time_to_the_same(
    house: House, zhou: Browser
) -> None:
    again = await zhou.post("/desk/cases/1/file", headers=OURS, allow_redirects=False)
    assert again.headers["Location"] == "/desk/cases/2"
    assert [row.kind for row in await rows(house.database_url, cases)].count("file") == 1
    page = await text(zhou, "/desk/cases/1")
    assert "看档案" in page
    assert "/desk/cases/1/file" not in page


async def test_before_the_family_agrees_only_the_request_can_be_written(house: House, zhou: Browser) -> None:
    page = await text(zhou, "/desk/cases/2")
    assert "先问家长同不同意" in page
    assert "记下情况" not in page
    status, page = await step(zhou, "situation", home=SECRET)
    assert status == 409
    assert "家长还没有同意建档" in page
    [file] = await rows(house.database_url, files)
    assert file.situation == {}


async def test_the_parent_is_asked_in_wechat_and_agrees_there(house: House, zhou: Browser) -> None:
    await step(zhou, "ask", key="ask-0001")
    await step(zhou, "ask", key="ask-0001")  # the form sent twice
    asked = [row for row in await rows(house.database_url, messages) if "同意请回“同意建档”" in row.text]
    assert [(row.who, row.author) for row in asked] == [("person", "周老师")]
    assert "等家长答复" in await text(zhou, "/desk/cases/2")
    assert "周老师想给您家建一份档案" in await house.say("我的档案")
    await house.say(AGREE)
    page = await text(zhou, "/desk/cases/2")
    assert "2026-05-12 已同意建档" in page
    assert "记下情况" in page


async def test_a_parent_who_does_not_agree_has_no_file(house: House, zhou: Browser) -> None:
    await step(zhou, "ask", key="ask-0001")
    assert "好的，不建档" in await house.say("不同意")
    [file] = await rows(house.database_url, files)
    assert file.consent == "refused"
    page = await text(zhou, "/desk/cases/2")
    assert "家长没有同意" in page
    assert "发给家长" not in page
    assert (await step(zhou, "plan", goal=SECRET, side="family"))[0] == 409


async def test_a_no_that_answers_nothing_of_ours_is_left_to_the_person_who_talks(house: House, zhou: Browser) -> None:
    await house.act("say", text="不同意")
    await house.act("say", text="我的资料")
    said = [
        row for row in await rows(house.database_url, messages) if row.who == "bot" and "没有在等您答复" in row.text
    ]
    assert said == []


async def test_a_consent_on_paper_is_recorded_with_its_day(house: House, zhou: Browser) -> None:
    status, page = await step(zhou, "signed", day="2026-05-13")
    assert status == 409
    assert "签字的日子还没有到" in page
    assert (await step(zhou, "signed", day="2026-05-11"))[0] == 303
    page = await text(zhou, "/desk/cases/2")
    assert "2026-05-11 已同意建档（纸上）" in page


async def test_the_plan_is_written_kept_and_read_by_the_parent(house: House, agreed: Browser) -> None:
    assert (await step(agreed, "situation", home="母亲带女儿同住", child=SECRET))[0] == 303
    assert (await step(agreed, "plan", goal="手机 11 点放客厅", side="family", who="母亲", until="2026-05-28"))[
        0
    ] == 303
    assert (await step(agreed, "plan", goal="每周谈一次", side="school", who="许老师"))[0] == 303
    page = await text(agreed, "/desk/cases/2")
    for words in (SECRET, "家里 · 母亲", "5 月 28 日", "学校 · 许老师", "改了计划"):
        assert words in page
    told = await house.say("我的档案")
    assert "手机 11 点放客厅（家里 · 母亲，到 5 月 28 日，在做）" in told
    assert "另外还有 1 件" in told
    assert "每周谈一次" not in told
    assert SECRET not in told


async def test_what_was_typed_stays_when_a_step_is_refused(agreed: Browser) -> None:
    status, page = await step(agreed, "follow-up", what="复诊后电话回访", day="2026-05-01", time="09:30")
    assert status == 409
    assert "这个时间已经过了" in page
    assert 'value="复诊后电话回访"' in page
    status, page = await step(agreed, "plan", goal="早睡", side="family", until="明天")
    assert status == 409
    assert "日期没有看懂" in page
    assert 'value="早睡"' in page


async def test_helpers_referrals_and_what_came_of_them(house: House, agreed: Browser) -> None:
    assert 'data-state="missing"' in await text(agreed, "/desk/cases/2")
    assert (await step(agreed, "helper", side="school", who="许老师", part="每周三谈话", day="2026-05-27"))[0] == 303
    page = await text(agreed, "/desk/cases/2")
    assert "许老师<br>每周三谈话" in page
    found = re.search(r'<option value="([\w-]+)">([^<（]+)（', page)
    assert found is not None  # the duty table
    assert (await step(agreed, "referral", duty=found[1], why="日常陪谈"))[0] == 303
    page = await text(agreed, "/desk/cases/2")
    assert f"<b>{found[2]}</b>" in page
    [referral] = await rows(house.database_url, referrals)
    assert referral.duty_id == found[1]
    house.clock.set(house.clock() + timedelta(hours=1))
    assert (await step(agreed, "referral-answer", item=str(referral.id), answer="taken", note="许老师接了"))[0] == 303
    page = await text(agreed, "/desk/cases/2")
    assert "已接" in page
    assert "许老师接了" in page
    assert (await step(agreed, "referral-answer", item="999", answer="taken"))[0] == 409


async def test_a_follow_up_is_done_and_leaves_its_words(house: House, agreed: Browser) -> None:
    assert (await step(agreed, "follow-up", what="复诊后电话回访", day="2026-05-27", time="09:30"))[0] == 303
    assert "复诊后电话回访" in await text(agreed, "/desk/files")
    [planned] = await rows(house.database_url, follow_ups)
    case = next(row for row in await rows(house.database_url, cases) if row.id == 2)
    assert case.due_at == planned.due_at
    assert (await step(agreed, "follow-up-done", item=str(planned.id), result="已复诊，笑过两次"))[0] == 303
    page = await text(agreed, "/desk/cases/2")
    assert "已复诊，笑过两次" in page
    assert (await step(agreed, "note", words="外婆周末来陪"))[0] == 303
    assert "外婆周末来陪" in await text(agreed, "/desk/cases/2")


async def test_a_file_is_not_there_for_others_until_they_are_asked_in(house: House, agreed: Browser) -> None:
    shen = await house.staff("shen", "沈老师")
    boss = await house.staff("boss", "主任", "supervisor")
    admin = await house.staff("root", "管理员", "admin")
    for path in ("/desk/cases/2", "/desk/cases/2/file/print", "/desk/cases/2/file/pdf"):
        for other in (shen, boss, admin):
            assert (await other.get(path)).status == 404
    assert (await step(shen, "note", words="我也看看"))[0] == 404
    assert (await post(shen, "/desk/cases/999/file"))[0] == 404
    page = await text(agreed, "/desk/cases/2")
    found = re.search(r'<option value="(\d+)">沈老师', page)
    assert found is not None
    assert (await step(agreed, "member", person=found[1], part="周末探访"))[0] == 303
    assert "沈老师 · 周末探访" in await text(agreed, "/desk/cases/2")
    assert "已同意建档" in await text(shen, "/desk/cases/2")
    assert (await step(shen, "note", words="去看过了"))[0] == 303
    assert (await step(shen, "close", outcome="好转"))[0] == 409  # the owner's to do
    assert (await step(agreed, "member-out", person=found[1]))[0] == 303
    assert (await shen.get("/desk/cases/2")).status == 404
    assert "2 号" not in await text(shen, "/desk/files")


async def test_who_holds_another_talk_with_the_family_learns_nothing_of_the_file(house: House, agreed: Browser) -> None:
    await post(agreed, "/desk/cases/1/close", outcome="已解决")
    case = await a_case(house, words="我想找老师聊聊")
    shen = await house.staff("shen", "沈老师")
    await post(shen, f"/desk/cases/{case}/claim")
    status, page = await post(shen, f"/desk/cases/{case}/file")
    assert status == 409
    assert "不能再建一份" in page
    assert "周老师" not in page


async def test_every_reading_is_kept_and_printing_too(house: House, agreed: Browser) -> None:
    await step(agreed, "situation", child=SECRET)
    await text(agreed, "/desk/cases/2")
    await text(agreed, "/desk/cases/2")
    page = await text(agreed, "/desk/cases/2/file/print")
    assert "仅供帮扶使用" in page
    assert "周老师 2026 年 5 月 12 日" in page
    assert SECRET in page
    answer = await agreed.get("/desk/cases/2/file/pdf")
    assert answer.content_type == "application/pdf"
    assert (await answer.read()).startswith(b"%PDF-")
    async with house.app_engine.connect() as conn:
        trail = await audit.of_subject(conn, "case:2")
    acts = [(one.name, one.act) for one in trail if one.act.startswith("read:")]
    assert acts == [("周老师", "read:print"), ("周老师", "read:print"), ("周老师", "read:file")]
    page = await text(agreed, "/desk/cases/2")
    assert "打印或导出" in page
    assert SECRET not in str([one.detail for one in trail])


async def test_withdrawing_empties_the_file_and_closes_it(house: House, agreed: Browser) -> None:
    await step(agreed, "situation", child=SECRET)
    await step(agreed, "plan", goal="早睡", side="family")
    assert "都清空了" in await house.say("撤回建档同意")
    assert await rows(house.database_url, plan_items) == []
    [file] = await rows(house.database_url, files)
    assert (file.situation, file.consent) == ({}, "withdrawn")
    page = await text(agreed, "/desk/cases/2")
    assert SECRET not in page
    assert "家长撤回了同意" in page
    assert "撤回同意，档案已清空" in page


async def test_staff_record_a_withdrawal_only_when_they_are_sure(house: House, agreed: Browser) -> None:
    await step(agreed, "situation", child=SECRET)
    status, page = await step(agreed, "withdraw")
    assert status == 409
    assert "请先勾选" in page
    assert (await step(agreed, "withdraw", sure="1"))[0] == 303
    assert SECRET not in await text(agreed, "/desk/cases/2")


async def test_a_file_is_closed_with_its_outcome_and_can_be_read_on(agreed: Browser) -> None:
    assert (await step(agreed, "close", outcome="好转", note="说好有事再来"))[0] == 303
    page = await text(agreed, "/desk/cases/2")
    assert "好转：说好有事再来" in page
    assert "记下情况" not in page
    assert "好转：说好有事再来" in await text(agreed, "/desk/files?view=closed")


async def test_outsiders_are_sent_to_the_login_and_editors_kept_out(house: House, zhou: Browser) -> None:
    stranger = house.browser()
    editor = await house.staff("wang", "王编辑", "editor")
    for path in ("/desk/files", "/desk/cases/2/file/print", "/desk/cases/2/file/pdf"):
        assert (await stranger.get(path, headers=PAGE, allow_redirects=False)).status == 303
        assert (await editor.get(path)).status == 403
    assert (await step(stranger, "note", words="x"))[0] == 401
    assert (await step(editor, "note", words="x"))[0] == 403


async def test_that_the_parent_has_agreed_comes_live_and_no_word_of_the_talk(house: House, zhou: Browser) -> None:
    await step(zhou, "ask", key="ask-0001")
    page = await text(zhou, "/desk/cases/2")
    assert 'data-stream="/desk/cases/2/stream"' in page
    assert 'data-consent="asked"' in page
    assert 'id="alarm"' in page
    async with zhou.get("/desk/cases/2/stream") as stream:
        told = await events(stream, "data: asked\n")
        await house.say(AGREE)
        told += await events(stream, "data: given\n")
    assert "turn" not in told
    assert "我想找老师聊聊" not in told
    assert 'data-consent="given"' in await text(zhou, "/desk/cases/2")
