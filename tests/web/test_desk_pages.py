"""The desk over HTTP: who needs somebody first, taking over, speaking, noting, handing back, closing, live."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest
from desk_browser import OURS, Browser, a_case, events, ids, post, text

from bot.store import cases, conversations, thread
from bot.store.tables import conversations as talks
from bot.web.desk.views import OUTCOMES
from tests.house import House, rows

DANGER = "孩子站在阳台栏杆上，说不想活了"


@pytest.fixture
async def waiting(house: House) -> House:
    """A house with one case, number 1, that nobody has taken."""
    assert await a_case(house) == 1
    return house


@pytest.fixture
async def zhou(waiting: House) -> Browser:
    """A counsellor who has taken the case."""
    browser = await waiting.staff()
    assert (await post(browser, "/desk/cases/1/claim"))[0] == 303
    return browser


async def says(browser: Browser, words: str, key: str = "", case: int = 1) -> tuple[int, str]:
    return await post(browser, f"/desk/cases/{case}/messages", text=words, key=key or f"key of {words}")


async def until(browser: Browser, words: str, path: str = "/desk/cases/1") -> str:
    """Look at a page until it says something, as the stream would."""
    page = ""
    for _ in range(100):
        page = await text(browser, path)
        if words in page:
            return page
        await asyncio.sleep(0.1)
    raise AssertionError(f"{words} not in {page[-2000:]}")


def order(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'href="/desk/cases/(\d+)"', page)]


async def test_danger_stands_before_what_waits_longer(waiting: House) -> None:
    danger = await a_case(waiting, "o-lan", DANGER)
    page = await text(await waiting.staff(), "/desk")
    assert order(page) == [danger, 1]
    assert "<title>【1 件未确认】(2) 工作台" in page
    assert 'data-risk="urgent"' in page


async def test_the_queue_shows_the_last_words_and_never_who_the_parent_is(waiting: House) -> None:
    page = await text(await waiting.staff(), "/desk")
    assert "我想找老师聊聊" in page
    assert "无人接" in page
    assert "o-mei" not in page
    assert re.search(r"家长 [0-9a-f]{4}", page)


async def test_an_empty_queue_says_so(house: House) -> None:
    assert "现在没有人在等" in await text(await house.staff(), "/desk")


async def test_my_cases_and_closed_ones_have_views_of_their_own(waiting: House, zhou: Browser) -> None:
    other = await a_case(waiting, "o-lan")
    assert order(await text(zhou, "/desk")) == [1, other]
    assert order(await text(zhou, "/desk?view=mine")) == [1]
    assert order(await text(zhou, "/desk?view=closed")) == []
    await post(zhou, "/desk/cases/1/close", outcome="已解决")
    assert order(await text(zhou, "/desk?view=mine")) == []
    assert order(await text(zhou, "/desk?view=closed")) == [1]
    assert order(await text(zhou, "/desk?view=nonsense")) == [other]


async def test_a_case_that_is_overdue_is_marked(waiting: House) -> None:
    waiting.clock.forward(timedelta(minutes=31))
    page = await text(await waiting.staff(), "/desk")
    assert 'data-state="over"' in page
    assert "超 1 分" in page


async def test_a_case_tells_why_it_stands_there(house: House) -> None:
    case = await a_case(house, words=DANGER)
    page = await text(await house.staff(), f"/desk/cases/{case}")
    assert "为什么排在这里" in page
    assert "可能有轻生危险" in page
    assert DANGER in page


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


async def lines(house: House, *, for_parent: bool = False) -> list[thread.Line]:
    async with house.app_engine.connect() as conn:
        found = await conversations.find(conn, "wechat", "o-mei")
        assert found is not None
        return await thread.lines(conn, found, for_parent=for_parent)


async def test_of_two_who_claim_one_wins_and_the_other_reads_who(waiting: House) -> None:
    people = {"周老师": await waiting.staff(), "沈老师": await waiting.staff("shen", "沈老师")}
    outcomes = await asyncio.gather(*(post(browser, "/desk/cases/1/claim") for browser in people.values()))
    assert sorted(status for status, _ in outcomes) == [303, 409]
    [winner] = [name for name, (status, _) in zip(people, outcomes, strict=True) if status == 303]
    [page] = [page for status, page in outcomes if status == 409]
    assert f"{winner}已经接了这一件。" in page
    assert f"{winner}在办这一件，您可以看，不能回。" in page
    claimed = [line for line in await lines(waiting) if line.who == "event"]
    assert [line.text for line in claimed] == [f"{winner}已接入，下面由老师和您说。"]


async def test_claiming_twice_is_claiming_once(waiting: House, zhou: Browser) -> None:
    assert (await post(zhou, "/desk/cases/1/claim"))[0] == 303
    assert len([line for line in await lines(waiting) if line.who == "event"]) == 1


async def test_a_colleague_may_look_and_not_speak(waiting: House, zhou: Browser) -> None:
    shen = await waiting.staff("shen", "沈老师")
    assert "周老师在办这一件" in await text(shen, "/desk/cases/1")
    for step, fields in (("messages", {"text": "插一句"}), ("return", {}), ("close", {"outcome": "已解决"})):
        status, page = await post(shen, f"/desk/cases/1/{step}", **fields)
        assert status == 409, step
        assert "这一件现在由周老师在跟" in page
    assert (await post(shen, "/desk/cases/1/messages", text="附一句", kind="note"))[0] == 409


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


@pytest.mark.parametrize(("words", "said"), [("  ", "还没有写字"), ("长" * 601, "一次最多 600 个字")])
async def test_words_that_cannot_be_sent_come_back_with_the_reason(zhou: Browser, words: str, said: str) -> None:
    status, page = await says(zhou, words, "key-0001")
    assert status == 409
    assert said in page
    assert words.strip() in page


async def test_the_desk_says_how_many_messages_wechat_still_takes(waiting: House, zhou: Browser) -> None:
    assert "还能发 5 条" in await text(zhou, "/desk/cases/1")
    await says(zhou, "一")
    assert "还能发 4 条" in await until(zhou, "已送达")
    for words in "二三四五":
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


async def holder(house: House) -> str:
    [row] = await rows(house.database_url, talks)
    found: str = row.holder
    return found


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
    assert len({value for value, _ in OUTCOMES}) == len(OUTCOMES) >= 3
    assert all(label for _, label in OUTCOMES)


async def test_the_case_of_a_parent_who_left_says_so(waiting: House, zhou: Browser) -> None:
    await waiting.act("event", event="unsubscribe")
    page = await text(zhou, "/desk/cases/1")
    assert "我想找老师聊聊" not in page
    status, page = await says(zhou, "您好")
    assert (status, "已按要求删除" in page) == (409, True)
    answer = await zhou.get("/desk/cases/999")
    assert (answer.status, "没有这一件" in await answer.text()) == (404, True)


@pytest.mark.parametrize("path", ["/desk/cases/abc", "/desk/cases/", "/desk/cases/1/steal", "/desk/cases/-1"])
async def test_addresses_that_are_none_are_not_found(zhou: Browser, path: str) -> None:
    assert (await zhou.get(path)).status in (404, 405)
    assert (await zhou.post(path, headers=OURS)).status in (404, 405)


async def test_the_queue_comes_live_when_somebody_calls(house: House) -> None:
    zhou = await house.staff()
    async with zhou.get("/desk/stream") as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        await events(stream, "event: queue")
        await a_case(house)
        news = await events(stream, "/desk/cases/1")
    assert "data-waiting" in news


async def test_the_stream_of_my_cases_shows_mine_only(waiting: House, zhou: Browser) -> None:
    other = await a_case(waiting, "o-lan")
    async with zhou.get("/desk/stream?view=mine") as stream:
        first = await events(stream, "/desk/cases/1")
        assert f"/desk/cases/{other}" not in first


async def test_a_case_s_lines_come_live_with_their_ids(waiting: House, zhou: Browser) -> None:
    last = (await lines(waiting))[-1].id
    async with zhou.get(f"/desk/cases/1/stream?after={last}") as stream:
        await events(stream, "retry")
        await waiting.act("say", text="他已经三天没去学校")
        news = await events(stream, "他已经三天没去学校")
        await says(zhou, "我听着呢")
        news += await events(stream, "我听着呢")
    found = ids(news)
    assert len(found) == 2
    assert found == sorted(found)
    assert found[0] > last


async def test_a_case_s_stream_resumes_after_the_last_event_that_came(waiting: House, zhou: Browser) -> None:
    for words in ("第一句", "第二句", "第三句"):
        await waiting.act("say", text=words)
    known = next(line.id for line in await lines(waiting) if line.text == "第二句")
    async with zhou.get("/desk/cases/1/stream?after=0", headers={"Last-Event-ID": str(known)}) as stream:
        news = await events(stream, "第三句")
    assert "第二句" not in news
    assert min(ids(news)) > known


async def test_colleagues_read_notes_live(waiting: House, zhou: Browser) -> None:
    shen = await waiting.staff("shen", "沈老师")
    last = (await lines(waiting))[-1].id
    async with shen.get(f"/desk/cases/1/stream?after={last}") as stream:
        await events(stream, "retry")
        await post(zhou, "/desk/cases/1/messages", text="请明早回访", kind="note", key="note-001")
        assert "只有同事看得见" in await events(stream, "请明早回访")


async def test_there_is_no_stream_of_a_case_that_is_not_there(waiting: House, zhou: Browser) -> None:
    assert (await zhou.get("/desk/cases/999/stream")).status == 404
    await waiting.act("event", event="unsubscribe")
    assert (await zhou.get("/desk/cases/1/stream")).status == 404


async def test_the_queue_says_what_nobody_has_acknowledged_and_one_tap_does(house: House) -> None:
    case = await a_case(house, words=DANGER)
    zhou = await house.staff()
    house.clock.forward(timedelta(minutes=3))
    page = await text(zhou, "/desk")
    assert "未确认 3 分" in page
    assert "我看到了" in page
    status, _ = await post(zhou, f"/desk/cases/{case}/acknowledge", back="queue")
    assert status == 303
    page = await text(zhou, "/desk")
    assert "未确认" not in page
    assert "周老师看到了，还没有人接" in page
    shen = await house.staff("shen", "沈老师")
    page = await text(shen, f"/desk/cases/{case}")
    assert "周老师看到了" in page
    assert "接手" in page


async def test_acknowledging_leads_back_to_where_one_was(house: House) -> None:
    case = await a_case(house, words=DANGER)
    zhou = await house.staff()
    for fields, back in (({"back": "queue"}, "/desk"), ({}, f"/desk/cases/{case}#reply")):
        answer = await zhou.post(f"/desk/cases/{case}/acknowledge", data=fields, headers=OURS, allow_redirects=False)
        assert answer.headers["Location"] == back


async def test_an_ordinary_case_asks_for_no_acknowledgement(waiting: House) -> None:
    page = await text(await waiting.staff(), "/desk")
    assert "data-unseen" not in page
    assert "我看到了" not in page


async def test_the_case_of_a_danger_shows_its_steps_in_chinese(house: House) -> None:
    case = await a_case(house, words=DANGER)
    page = await until(await house.staff(), "提醒值班老师", f"/desk/cases/{case}")
    assert "经过" in page
    assert "级别：紧急" in page
    assert "没有配置企业微信提醒" in page
    assert "case:" not in page


async def test_a_case_that_is_not_quiet_has_no_word_of_it(zhou: Browser) -> None:
    page = await text(zhou, "/desk/cases/1")
    assert "安静模式" not in page
    assert 'name="safe"' not in page


async def test_every_page_of_the_desk_hears_of_a_danger_at_once(waiting: House, zhou: Browser) -> None:
    async with zhou.get("/desk/stream?view=mine") as queue, zhou.get("/desk/cases/1/stream?after=0") as case:
        await events(queue, "event: queue")
        await events(case, "event: turn")
        danger = await a_case(waiting, "o-lan", DANGER)
        for stream in (queue, case):
            assert f"data: {danger}-1\n" in await events(stream, "event: alarm")
        await post(zhou, f"/desk/cases/{danger}/acknowledge")
        for stream in (queue, case):
            await events(stream, "event: alarm\ndata: \n")


async def test_an_editor_cannot_acknowledge(waiting: House) -> None:
    editor = await waiting.staff("wang", "王编辑", "editor")
    assert (await post(editor, "/desk/cases/1/acknowledge"))[0] == 403
