"""The parent follows what they suggested, and says how it was; nothing is written here, only decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from a_talk import TUESDAY_EVENING, Parent, labels, words

from bot.dialogue.following import DUE, NUMBER, numbered, rates
from bot.handoff.loop import Started
from bot.messages import Assessment

NOW = TUESDAY_EVENING
OWN = Started(
    id=12,
    kind="suggestion",
    state="open",
    text="指导站周末能不能也开门",
    department=None,
    outcome=None,
    opened_at=NOW - timedelta(days=1),
    due_at=NOW + timedelta(days=6),
    answered_at=None,
    claimed_at=None,
    satisfaction=None,
    rated_at=None,
    asked=False,
)
DONE: dict[str, Any] = {"state": "closed", "outcome": "已采纳", "answered_at": NOW - timedelta(hours=2), "asked": True}


@pytest.mark.parametrize("said", ["我的建议", "进度", "查进度", "我的建议怎么样了？"])
def test_a_parent_asks_for_their_suggestions(said: str) -> None:
    decision = Parent(own=(OWN,)).says(said)
    assert "12 号：指导站周末能不能也开门" in words(decision)
    assert "状态：收到，应在 5 月 18 日以前答复" in words(decision)


def test_what_is_late_is_called_late() -> None:
    late = replace(OWN, due_at=NOW - timedelta(days=1), department="教育局")
    said = words(Parent(own=(late,)).says("我的建议"))
    assert "在办（教育局）" in said
    assert "是我们慢了" in said


def test_an_answer_can_be_rated_from_the_list() -> None:
    decision = Parent(own=(replace(OWN, **DONE),)).says("我的建议")
    assert "结果是“已采纳”" in words(decision)
    assert labels(decision) == ["很满意", "满意", "一般", "不满意", "很不满意"]


def test_without_suggestions_it_says_how_to_make_one() -> None:
    assert "还没有提过建议" in words(Parent().says("我的建议"))


@pytest.mark.parametrize(("said", "score"), [("12 号很满意", 5), ("12号一般", 3), ("很满意", 5), ("不满意", 2)])
def test_a_rating_is_taken_by_number_or_alone(said: str, score: int) -> None:
    decision = Parent(own=(replace(OWN, **DONE),)).says(said)
    assert decision.rating == (12, score)
    assert "记下了" in words(decision)


def test_a_person_s_talk_does_not_stand_in_the_way_of_a_rating() -> None:
    parent = Parent(own=(replace(OWN, **DONE),))
    parent.state = replace(parent.state, holder="person")
    assert parent.says("12 号满意").rating == (12, 4)


def test_somebody_else_s_number_is_not_rated() -> None:
    decision = Parent(own=(replace(OWN, **DONE),)).says("13 号满意")
    assert decision.rating is None
    assert "没有查到" in words(decision)


def test_after_a_day_it_stands_and_the_parent_is_told() -> None:
    old = replace(OWN, **DONE, satisfaction=2, rated_at=NOW - timedelta(days=2))
    decision = Parent(own=(old,)).says("12 号很满意")
    assert decision.rating is None
    assert "不能再改" in words(decision)


def test_without_anything_to_rate_the_words_are_only_words() -> None:
    happy, unhappy = Parent().says("很满意"), Parent().says("很不满意")
    assert happy.rating is None
    assert unhappy.rating is None
    assert "谢谢您" in words(happy)
    assert "对不起" in words(unhappy)


@pytest.mark.parametrize("said", ["一般", "1号", "我对老师不满意", "成绩一般", "孩子对新学校很满意吗"])
def test_other_words_are_no_rating(said: str) -> None:
    assert rates(said) is None


def test_the_reply_to_a_suggestion_waits_for_its_number_and_day() -> None:
    decision = Parent().says("我想给你们提个建议，希望指导站周末也开门")
    assert decision.opening is not None
    assert NUMBER in words(decision)
    told = words(numbered(decision, 12, "5 月 19 日"))
    assert "建议 12 号" in told
    assert "5 个工作日，到 5 月 19 日" in told
    assert NUMBER not in told
    assert DUE not in told


def test_a_danger_goes_before_any_list() -> None:
    risk = Assessment("urgent", "suicide", ("不想活了",))
    decision = Parent(own=(OWN,)).says("我的建议", risk=risk)
    assert decision.intent == "crisis"
    assert "12 号" not in words(decision)
