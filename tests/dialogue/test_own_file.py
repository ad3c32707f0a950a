"""The parent speaks of their family's file: agreeing, refusing, withdrawing, reading; only where it is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from a_talk import Parent, labels, words

from bot.handoff.family.consent import OwnFile, OwnItem
from bot.messages import Assessment

ASKED = OwnFile("asked", "周老师")
GIVEN = OwnFile("given", "周老师", (OwnItem("手机 11 点放客厅", "家里 · 母亲", date(2026, 5, 28), "stuck"),), 2)


@pytest.mark.parametrize(
    ("file", "said", "taken"),
    [
        (ASKED, "同意建档", "given"),
        (ASKED, "我同意建档。", "given"),
        (ASKED, "不同意建档", "refused"),
        (ASKED, "不同意", "refused"),
        (GIVEN, "撤回建档同意", "withdrawn"),
        (GIVEN, "同意建档", None),
        (GIVEN, "不同意", None),
        (ASKED, "撤回建档同意", None),
        (ASKED, "同意", None),  # too little for a consent: it may answer something else
        (ASKED, "好的", None),
        (None, "同意建档", None),
        (None, "撤回建档同意", None),
    ],
)
@pytest.mark.parametrize("holder", ["bot", "person"])
def test_a_consent_is_taken_only_by_its_words_and_only_where_it_is_asked(
    file: OwnFile | None, said: str, taken: str | None, holder: str
) -> None:
    parent = Parent(file=file)
    parent.state = replace(parent.state, holder=holder)  # type: ignore[arg-type] # one of the three
    assert parent.says(said).file_consent == taken


def test_a_no_that_answers_nothing_of_ours_stays_with_the_person_who_talks() -> None:
    parent = Parent()
    parent.state = replace(parent.state, holder="person")
    assert parent.says("不同意").replies == ()


def test_the_parent_reads_the_familys_own_part_in_plain_words() -> None:
    told = words(Parent(file=GIVEN).says("我的档案"))
    assert "手机 11 点放客厅（家里 · 母亲，到 5 月 28 日，卡住了）" in told
    assert "另外还有 2 件由别人来做，想知道可以问周老师" in told
    assert "撤回建档同意" in told


def test_while_the_question_waits_the_parent_is_told_and_can_tap() -> None:
    decision = Parent(file=ASKED).says("我的档案")
    assert "周老师想给您家建一份档案" in words(decision)
    assert labels(decision) == ["同意建档", "不同意建档"]


def test_without_a_file_the_parents_own_data_is_shown_as_before() -> None:
    assert "我这里还没有记您的任何情况" in words(Parent().says("我的档案"))
    assert "我这里还没有记您的任何情况" in words(Parent(file=OwnFile("")).says("我的档案"))


@pytest.mark.parametrize("file", [ASKED, GIVEN])
def test_on_a_phone_that_others_may_read_nothing_of_a_file_is_shown(file: OwnFile) -> None:
    parent = Parent(file=file)
    parent.state = replace(parent.state, quiet=True)
    decision = parent.says("我的档案")
    assert labels(decision) == []
    for word in ("周老师", "档案", "手机"):
        assert word not in words(decision)
    assert "当面或打电话" in words(decision)


def test_danger_goes_before_the_file() -> None:
    danger = Assessment("urgent", "suicide", ("不想活",))
    decision = Parent(file=ASKED).says("同意建档", risk=danger)
    assert decision.intent == "crisis"
    assert decision.file_consent is None
