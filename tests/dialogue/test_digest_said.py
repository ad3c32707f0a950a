"""The weekly digest in the talk: asked for, shown in 我的资料, given up; what one parent's digest says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.channels.wechat.render import text_parts
from bot.dialogue import digest
from bot.dialogue.decide import decide
from bot.dialogue.decision import Decision, Tools, Weekly
from bot.dialogue.digest_reply import Week, anything_left, written
from bot.dialogue.plan import plan
from bot.dialogue.states import State
from bot.dialogue.words import act_of
from bot.messages import Assessment, Inbound, PageLink, SourceLine, plain
from bot.parents.profile import Profile
from indexes.hits import Hits
from knowledge.calendar import china
from knowledge.directory import Directory
from tests.dialogue.a_talk import AT_WORK, TOOLS, TUESDAY_EVENING, entry

WEEK = date(2026, 5, 11)
CHOICE = Week(WEEK, "五月里说说手机。", {"junior": ("slams-door", "rules"), "all": ("swears",)})


def says(
    text: str, state: State | None = None, weekly: Weekly | None = None, channel: str = "web", **profile: str
) -> Decision:
    held = replace(state or State(), notice_shown=True)
    known = Profile(**profile)
    inbound = Inbound(channel, "visitor", "key", "text", text, TUESDAY_EVENING, "page")  # type: ignore[arg-type] # of two
    planned = plan(held, known, inbound, TOOLS)
    now = TUESDAY_EVENING
    return decide(held, known, inbound, Assessment(), planned, Hits(), TOOLS, now, AT_WORK, weekly=weekly)


def words(decision: Decision) -> str:
    return "\n".join(plain(reply) for reply in decision.replies)


@pytest.mark.parametrize("text", ["订阅", "订阅每周一条", "每周推送", "我要订阅", "帮我订阅。", "每周一条"])
def test_it_is_asked_for_in_many_words(text: str) -> None:
    assert act_of(text) == digest.SUBSCRIBE
    decision = says(text)
    assert decision.subscription is True
    assert "每周一条" in words(decision)
    assert "退订" in words(decision)


def test_how_it_arrives_is_told_as_it_is() -> None:
    assert "微信只让我在您说过话的两天里发" in words(says("订阅", channel="wechat"))
    assert "微信" not in words(says("订阅"))


def test_the_age_of_the_child_is_asked_for_where_it_is_not_known() -> None:
    assert "上几年级" in words(says("订阅"))
    assert "上几年级" not in words(says("订阅", stage="junior"))


def test_to_a_phone_that_somebody_else_may_read_nothing_is_promised() -> None:
    decision = says("订阅", State(quiet=True))
    assert decision.subscription is None
    assert "看往期" in words(decision)


@pytest.mark.parametrize("text", ["退订", "取消订阅", "退订每周一条", "TD", "我要退订", "停止推送"])
def test_it_ends_at_once(text: str) -> None:
    decision = says(text, weekly=Weekly(since=TUESDAY_EVENING))
    assert decision.subscription is False
    assert "以后不再发" in words(decision)


@pytest.mark.parametrize("holder", ["person", "queue"])
def test_it_ends_also_while_a_person_talks(holder: str) -> None:
    assert says("退订", State(holder=holder)).subscription is False  # type: ignore[arg-type] # both are holders


def test_no_more_pushing_ends_it_and_clearing_the_talk_does_not() -> None:
    assert says("不再推送").subscription is False
    assert says("清空对话").subscription is None


def test_my_data_shows_it() -> None:
    since = Weekly(since=TUESDAY_EVENING)
    assert "每周一条：5 月 12 日订的" in words(says("我的资料", weekly=since))
    assert "每周一条" not in words(says("我的资料"))


def test_past_ones_are_taps_and_lead_to_their_page() -> None:
    decision = says("看往期", weekly=Weekly(past=("slams-door", "gone")))
    [reply] = decision.replies
    assert [tap.says for tap in reply.taps] == [TOOLS.library.entries["slams-door"].title]
    assert PageLink("看往期的每周一条", "/digest") in reply.blocks
    [text] = text_parts(reply, chat_url="https://jia.example.cn/chat?t=x")
    assert '<a href="https://jia.example.cn/digest">' in text
    assert "还没有发过" in words(says("看往期"))


def test_a_parent_reads_what_is_for_the_child() -> None:
    reply = written(TOOLS, CHOICE, "junior", "putuo")
    assert reply is not None
    said = plain(reply)
    assert said.startswith("五月里说说手机。")
    assert "1. 手机被收走就砸东西，怎么办" in said
    assert "孩子冲我吼脏话" not in said
    assert "全国家庭教育宣传周（全国）：5 月 11 日到 5 月 17 日" in said
    assert "退订" in said
    assert reply.automatic
    assert [block.entry for block in reply.blocks if isinstance(block, SourceLine)] == ["slams-door", "rules", None]


@pytest.mark.parametrize("stage", [None, "senior", "infant"])
def test_without_a_choice_for_the_child_it_is_that_for_everybody(stage: str | None) -> None:
    reply = written(TOOLS, CHOICE, stage, None)
    assert reply is not None
    assert "孩子冲我吼脏话" in plain(reply)


def test_where_nothing_is_left_nothing_is_written() -> None:
    gone = Week(WEEK, "", {"junior": ("gone",), "all": ()})
    assert written(TOOLS, gone, "junior", None) is None
    assert not anything_left(TOOLS, gone)
    assert anything_left(TOOLS, CHOICE)


def test_what_became_a_grave_topic_since_is_left_out() -> None:
    grave = entry("rules", "跟孩子商量用机时间", ("abuse",))
    library = replace(TOOLS.library, entries={**TOOLS.library.entries, "rules": grave})
    tools: Tools = replace(TOOLS, library=library, directory=Directory(library, TOOLS.tree, china()))
    reply = written(tools, CHOICE, "junior", None)
    assert reply is not None
    assert "商量用机时间" not in plain(reply)


def test_it_is_one_message_of_wechat_with_one_mark() -> None:
    reply = written(TOOLS, CHOICE, "junior", "putuo")
    assert reply is not None
    texts = text_parts(reply, page_url="https://jia.example.cn/e/{}".format)
    assert len(texts) == 1
    assert texts[0].count("自动回复") == 1
    assert "https://jia.example.cn/e/slams-door" in texts[0]
