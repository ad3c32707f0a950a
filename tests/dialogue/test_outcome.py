"""What became of each act of a parent is written down without a word of it, and outlives the parent as a count."""

from __future__ import annotations

import pytest

from bot.store.tables import turns
from tests.house import House, rows


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("儿子初二，一收手机就砸门喊我滚", "answered"),
        ("现在有能打的心理热线吗", "answered"),
        ("我想找老师聊聊", "person"),
        ("孩子站在阳台栏杆上，说不想活了", "danger"),
        ("谢谢", "other"),
    ],
)
async def test_an_act_is_counted_as_what_became_of_it(house: House, words: str, outcome: str) -> None:
    await house.say(words)
    [row] = await rows(house.database_url, turns)
    assert row.outcome == outcome
    assert row.channel == "wechat"
    assert words not in str(row)


async def test_an_answer_is_counted_with_what_was_shown_and_whose_stage_it_was(house: House) -> None:
    await house.say("儿子初二，一收手机就砸门喊我滚")
    [row] = await rows(house.database_url, turns)
    assert row.entries[:1] == ["screens-junior-phone-conflict"]
    assert row.stage == "junior"


async def test_words_while_people_talk_are_theirs(house: House) -> None:
    await house.say("我想找老师聊聊")
    desk = await house.staff()
    await desk.post("/desk/cases/1/claim", headers={"Sec-Fetch-Site": "same-origin"})
    await house.act("say", text="他今天自己起床了")
    assert [row.outcome for row in await rows(house.database_url, turns)] == ["person", "with-person"]


async def test_who_is_erased_leaves_counts_of_nobody(house: House) -> None:
    await house.say("儿子初二，一收手机就砸门喊我滚")
    await house.say("删除我的数据")
    await house.say("确认删除")
    left = await rows(house.database_url, turns)
    assert left
    assert {row.conversation_id for row in left} == {None}
