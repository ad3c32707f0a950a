"""A parent's way through WeChat: question, service, follow-up, a person and back, danger, leaving."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from bot.store.tables import cases, conversations, inbounds, messages, parents
from tests.journeys.conftest import House, rows

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


async def test_a_question_is_answered_with_steps_a_source_and_the_mark_of_a_machine(house: House) -> None:
    reply = await house.say("儿子初二，回家就抱着手机，一收就砸门，喊我滚")
    assert "1. " in reply
    assert "3. " in reply
    assert "自动回复" in reply
    assert "weixin://bizmsgmenu" in reply
    assert len(reply.encode()) <= 2048


async def test_first_contact_shows_the_privacy_notice_once(house: House) -> None:
    first = await house.say("孩子写作业磨蹭到十点，怎么办")
    second = await house.say("三岁上幼儿园天天哭")
    assert "隐私" in first
    assert "隐私说明" not in second


async def test_following_through_a_stations_code_sets_the_region(house: House) -> None:
    await house.act("event", event="subscribe", key="region:putuo")
    [parent] = await rows(house.database_url, parents)
    assert parent.profile["region"] == "putuo"


async def test_a_service_is_answered_for_the_region_and_the_hour(house: House) -> None:
    house.clock.set(datetime(2026, 5, 10, 15, 10, tzinfo=UTC))  # Sunday 23:10 in China
    await house.say("我在常州天宁")
    reply = await house.say("现在能打的心理热线")
    assert "96111" in reply
    assert "23:10" in reply


async def test_another_regions_line_is_never_offered(house: House) -> None:
    await house.say("我在普陀")
    reply = await house.say("现在能打的心理热线")
    assert "96111" not in reply
    assert "12356" in reply


async def test_a_follow_up_keeps_the_question_and_changes_the_stage(house: House) -> None:
    await house.say("小学生写作业磨蹭怎么办")
    reply = await house.say("那初中呢")
    assert "自动回复" in reply
    [conversation] = await rows(house.database_url, conversations)
    assert "作业" in str(conversation.state)


async def test_a_person_takes_over_and_hands_back(house: House) -> None:
    await house.say("我想找老师聊聊")
    staff = await house.staff()
    queue = await (await staff.get("/desk")).text()
    case_id = re.search(r"/desk/cases/(\d+)", queue)
    assert case_id is not None
    address = f"/desk/cases/{case_id[1]}"
    await staff.post(f"{address}/claim", headers=SAME_ORIGIN)
    before = len(house.thread())
    await staff.post(f"{address}/messages", data={"text": "您好，我在。", "key": "k1"}, headers=SAME_ORIGIN)
    assert "周老师：您好，我在。" in await house.reply("o-mei", before)
    assert await house.act("say", text="他已经三天没去学校") == "silent"
    page = await (await staff.get(address)).text()
    assert "他已经三天没去学校" in page
    await staff.post(f"{address}/close", data={"outcome": "已解决"}, headers=SAME_ORIGIN)
    assert "自动回复" in await house.say("孩子三岁上幼儿园天天哭")
    await staff.close()


async def test_danger_gets_the_number_first_and_opens_a_case(house: House) -> None:
    reply = await house.say("孩子站在阳台栏杆上，说不想活了")
    first = reply.splitlines()[0]
    assert "110" in first
    assert "？" not in first
    [case] = await rows(house.database_url, cases)
    assert (case.kind, case.level, case.state) == ("crisis", "urgent", "open")


async def test_leaving_deletes_everything_of_that_person(house: House) -> None:
    await house.say("孩子写作业磨蹭")
    await house.say("孩子写作业磨蹭", who="o-lan")
    await house.act("event", event="unsubscribe")
    assert [row.sender for row in await rows(house.database_url, parents)] == ["o-lan"]
    for table in (messages, inbounds):
        kept = {row.conversation_id for row in await rows(house.database_url, table)}
        assert len(kept) == 1


async def test_asking_to_be_forgotten_takes_one_confirmation(house: House) -> None:
    await house.say("孩子写作业磨蹭")
    await house.say("删除我的数据")
    assert len(await rows(house.database_url, parents)) == 1
    reply = await house.say("确认删除")
    assert "删" in reply
    assert await rows(house.database_url, parents) == []


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("image", {}),
        ("voice", {}),
        ("video", {}),
        ("location", {"label": "江苏省常州市天宁区"}),
        ("link", {"title": "一篇文章", "url": "https://example.com"}),
        ("sticker", {}),
    ],
)
async def test_whatever_is_sent_gets_a_sensible_answer(house: House, kind: str, given: dict[str, str]) -> None:
    assert await house.act("send", type=kind, **given) == "passive"
    assert "自动回复" in house.thread()[-1].text


@pytest.mark.parametrize("key", ["ASK", "HUMAN", "SERVICES", "ACTIVITIES", "PRIVACY", "DELETE_ME", "HELP"])
async def test_every_menu_click_is_answered(house: House, key: str) -> None:
    assert await house.act("event", event="CLICK", key=key) == "passive"


@pytest.mark.parametrize("event", ["VIEW", "LOCATION", "TEMPLATESENDJOBFINISH", "kf_create_session", "made_up_event"])
async def test_events_without_words_are_taken_in_silence(house: House, event: str) -> None:
    assert await house.act("event", event=event, key="x") == "silent"
