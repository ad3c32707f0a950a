"""Speaking with a parent from the desk: replies, notes, handing back to the bot, closing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from desk_browser import Browser, a_case, lines, post, says, text, until

from bot.handoff.outcomes import OF_TALKS
from bot.store import cases
from bot.store.tables import conversations as talks
from tests.house import House, rows


async def holder(house: House) -> str:
    [row] = await rows(house.database_url, talks)
    found: str = row.holder
    return found


async def test_there_is_no_speaking_before_claiming(waiting: House) -> None:
    browser = await waiting.staff()
    page = await text(browser, "/desk/cases/1")
    assert "接手以后才能回复" in page
    assert '<form class="composer"' not in page
    status, page = await says(browser, "先说一句")
    assert status == 409
    assert "请先接手" in page
    assert "先说一句" in page  # the words are given back
    assert [line.who for line in await lines(waiting)].count("person") == 0


async def test_a_reply_reaches_the_parent_and_the_desk_sees_that_it_did(waiting: House, zhou: Browser) -> None:
    before = len(waiting.thread())
    assert (await says(zhou, "您好，我看了前面的话。"))[0] == 303
    assert "周老师：您好，我看了前面的话。" in await waiting.reply("o-mei", before)
    assert "您好，我看了前面的话。" in await until(zhou, "已送达")


async def test_a_reply_that_cannot_arrive_shows_why(waiting: House, zhou: Browser) -> None:
    waiting.fake.world.follower("o-mei").refuses = True
    await says(zhou, "您在吗")
    page = await until(zhou, "没送出")
    assert "没送出：家长关闭了接收消息，消息送不到" in page
    assert 'data-state="failed"' in page


async def test_the_same_form_sent_twice_says_its_words_once(waiting: House, zhou: Browser) -> None:
    for _ in range(2):
        assert (await says(zhou, "只说一次", "key-0001"))[0] == 303
    assert [line.text for line in await lines(waiting) if line.who == "person"] == ["只说一次"]


async def test_each_page_has_a_form_of_its_own(zhou: Browser) -> None:
    pages = [await text(zhou, "/desk/cases/1") for _ in range(2)]
    [first], [second] = (re.findall(r'name="key" value="([^"]+)"', page) for page in pages)
    assert first != second


@pytest.mark.parametrize(("words", "said"), [("  ", "还没有写字"), ("长" * 2001, "一次最多 2000 个字")])
async def test_words_that_cannot_be_sent_come_back_with_the_reason(zhou: Browser, words: str, said: str) -> None:
    status, page = await says(zhou, words, "key-0001")
    assert status == 409
    assert said in page
    assert words.strip() in page


async def test_the_desk_says_how_many_messages_wechat_still_takes(waiting: House, zhou: Browser) -> None:
    assert 'data-left="5"' in await text(zhou, "/desk/cases/1")
    await says(zhou, "一")
    assert 'data-left="4"' in await until(zhou, "已送达")
    for words in "二三四五":
        waiting.clock.forward(timedelta(seconds=4))  # lines of the same moment would go out as one message
        await says(zhou, words)
    page = await until(zhou, "这一轮的 5 条已经用完")
    assert "您写的会留着" in page


async def test_a_note_is_for_colleagues_and_never_for_the_parent(waiting: House, zhou: Browser) -> None:
    before = len(waiting.thread())
    status, _ = await post(zhou, "/desk/cases/1/messages", text="妈妈声音在抖，明早回访", kind="note", key="note-001")
    assert status == 303
    shen = await waiting.staff("shen", "沈老师")
    for browser in (zhou, shen):
        assert "妈妈声音在抖" in await text(browser, "/desk/cases/1")
    assert "妈妈声音在抖" not in str([line.text for line in await lines(waiting, for_parent=True)])
    await says(zhou, "您好")
    assert "您好" in await waiting.reply("o-mei", before)
    assert "妈妈声音在抖" not in str(waiting.thread())


async def test_hostile_words_stay_words(waiting: House, zhou: Browser) -> None:
    await waiting.act("say", text="<script>alert(1)</script>")
    page = await until(zhou, "alert(1)")
    assert "<script>alert" not in page


async def test_handing_back_lets_the_bot_speak_and_keeps_the_case(waiting: House, zhou: Browser) -> None:
    assert await waiting.act("say", text="孩子写作业磨蹭") == "silent"
    assert (await post(zhou, "/desk/cases/1/return"))[0] == 303
    assert "自动回复" in await waiting.say("孩子写作业磨蹭到十点")
    assert "周老师 在办" in await text(zhou, "/desk/cases/1")


async def test_handing_back_a_closed_case_takes_no_voice_from_a_colleague(waiting: House, zhou: Browser) -> None:
    await post(zhou, "/desk/cases/1/close", outcome="已解决")
    again = await a_case(waiting)
    shen = await waiting.staff("shen", "沈老师")
    await post(shen, f"/desk/cases/{again}/claim")
    status, page = await post(zhou, "/desk/cases/1/return")  # from a page that was left open
    assert (status, "已经结束" in page) == (409, True)
    assert await holder(waiting) == "person"


async def test_a_suggestion_is_not_a_talk_that_could_be_handed_back(waiting: House, zhou: Browser) -> None:
    [talk] = await rows(waiting.database_url, talks)
    now = waiting.clock()
    async with waiting.app_engine.begin() as conn:
        values = {"conversation_id": talk.id, "kind": "suggestion", "opened_at": now, "due_at": now}
        suggestion = await cases.open_case(conn, values)
    await post(zhou, f"/desk/cases/{suggestion}/claim")
    assert "交还自动助手" not in await text(zhou, f"/desk/cases/{suggestion}")
    assert (await post(zhou, f"/desk/cases/{suggestion}/return"))[0] == 409
    assert await holder(waiting) == "person"


async def test_closing_keeps_the_outcome_and_gives_the_bot_its_voice_back(waiting: House, zhou: Browser) -> None:
    status, page = await post(zhou, "/desk/cases/1/close", outcome="", note="")
    assert (status, "请写一句结果" in page) == (409, True)
    assert (await post(zhou, "/desk/cases/1/close", outcome="已转介", note="去了区里的站"))[0] == 303
    assert "已经结案" in await text(zhou, "/desk/cases/1")
    async with waiting.app_engine.connect() as conn:
        case = await cases.find(conn, 1)
    assert case is not None
    assert case.outcome == "已转介：去了区里的站"
    assert await holder(waiting) == "bot"
    assert "自动回复" in await waiting.say("孩子写作业磨蹭到十点")


async def test_words_written_for_a_case_that_was_closed_meanwhile_are_given_back(zhou: Browser) -> None:
    await post(zhou, "/desk/cases/1/close", outcome="已解决")
    status, page = await says(zhou, "还有一句没说完的话")
    assert status == 409
    assert "已经结束" in page
    assert "还有一句没说完的话" in page


def test_every_outcome_can_be_read() -> None:
    assert len({value for value, _ in OF_TALKS}) == len(OF_TALKS) >= 3
    assert all(label for _, label in OF_TALKS)
