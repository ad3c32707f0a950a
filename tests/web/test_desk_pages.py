"""The desk over HTTP: the queue says who needs somebody first, a case why it stands there, one of two claims it."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest
from desk_browser import DANGER, OURS, Browser, a_case, lines, order, post, says, text

from tests.house import House


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
    assert sorted(order(await text(zhou, "/desk?view=all"))) == [1, other]
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


async def test_of_two_who_claim_one_wins_and_the_other_reads_who(waiting: House) -> None:
    people = {"周老师": await waiting.staff(), "沈老师": await waiting.staff("shen", "沈老师")}
    outcomes = await asyncio.gather(*(post(browser, "/desk/cases/1/claim") for browser in people.values()))
    assert sorted(status for status, _ in outcomes) == [303, 409]
    [winner] = [name for name, (status, _) in zip(people, outcomes, strict=True) if status == 303]
    [page] = [page for status, page in outcomes if status == 409]
    assert re.search(rf"{winner} \d+ 秒前接了这一件。", page)
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
