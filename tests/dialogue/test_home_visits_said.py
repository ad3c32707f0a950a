"""What a parent answers to a home visit: the words that count, those that count only at once, and what goes before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from a_talk import Parent, words

from bot.handoff.family.consent import OwnFile
from bot.handoff.family.visits import OwnVisit
from bot.messages import Assessment
from knowledge.calendar import CHINA

AT = datetime(2026, 5, 14, 18, 30, tzinfo=CHINA)
PLANNED = OwnVisit(7, AT, "time", "told")
BEEN = OwnVisit(8, AT, "whether", "asked")


def parent(*visits: OwnVisit, holder: str = "bot", quiet: bool = False) -> Parent:
    made = Parent(file=OwnFile("given", "周老师", visits=visits))
    made.state = replace(made.state, holder=holder, quiet=quiet)  # type: ignore[arg-type] # one of the three
    return made


@pytest.mark.parametrize("holder", ["bot", "person", "queue"])
@pytest.mark.parametrize(
    ("visit", "said", "taken"),
    [
        (PLANNED, "可以来", (7, "welcome")),
        (PLANNED, "可以来。", (7, "welcome")),
        (PLANNED, "换个时间", (7, "other")),
        (PLANNED, "那天不方便", None),
        (PLANNED, "那天可以", None),
        (PLANNED, "来吧", None),
        (PLANNED, "改时间", None),
        (PLANNED, "可以", None),
        (PLANNED, "好的", None),
        (PLANNED, "来过了", None),
        (BEEN, "来过了", (8, "came")),
        (BEEN, "老师没来", (8, "missed")),
        (BEEN, "没有来", None),
        (BEEN, "来过", None),
        (BEEN, "是的", None),
        (BEEN, "可以来", None),
        (BEEN, "换个时间", None),
    ],
)
def test_clear_words_count_as_long_as_the_question_stands(
    visit: OwnVisit, said: str, taken: tuple[int, str] | None, holder: str
) -> None:
    assert parent(visit, holder=holder).says(said).visit == taken


@pytest.mark.parametrize(
    ("visit", "said", "taken"),
    [
        (PLANNED, "可以", (7, "welcome")),
        (PLANNED, "好的", (7, "welcome")),
        (PLANNED, "行", (7, "welcome")),
        (PLANNED, "不方便", (7, "other")),
        (PLANNED, "那天不行", (7, "other")),
        (PLANNED, "可以吗", None),
        (PLANNED, "可以帮我看看作业怎么办吗", None),
        (BEEN, "是的", (8, "came")),
        (BEEN, "没有", (8, "missed")),
        (BEEN, "没有来", (8, "missed")),
    ],
)
def test_a_mere_nod_counts_when_that_was_said_last(visit: OwnVisit, said: str, taken: tuple[int, str] | None) -> None:
    assert parent(replace(visit, last=True)).says(said).visit == taken


def test_what_else_waits_for_a_yes_goes_before_a_nod() -> None:
    asked = parent(replace(BEEN, last=True))
    asked.says("删除我的数据")
    decision = asked.says("是的")
    assert decision.erase
    assert decision.visit is None


def test_another_time_for_an_appointment_is_no_word_on_a_visit() -> None:
    booking = parent(PLANNED)
    booking.state = replace(booking.state, intent="booking", at=booking.now)
    assert booking.says("换个时间").visit is None


@pytest.mark.parametrize("said", ["可以来", "换个时间", "来过了", "老师没来"])
def test_without_a_visit_the_words_mean_what_they_did(said: str) -> None:
    for file in (None, OwnFile("given", "周老师"), OwnFile("asked", "周老师")):
        assert Parent(file=file).says(said).visit is None


def test_of_several_the_one_that_was_spoken_of_is_meant() -> None:
    later = OwnVisit(9, AT.replace(day=20), "time", "told", last=True)
    assert parent(PLANNED, later).says("可以").visit == (9, "welcome")
    assert parent(replace(PLANNED, stands="yes"), replace(later, last=False)).says("可以来").visit == (9, "welcome")


def test_a_yes_can_be_taken_back_while_the_visit_lies_ahead() -> None:
    assert parent(replace(PLANNED, stands="yes")).says("换个时间").visit == (7, "other")


def test_danger_goes_before_the_answer() -> None:
    danger = Assessment("urgent", "suicide", ("不想活",))
    decision = parent(replace(PLANNED, last=True)).says("可以", risk=danger)
    assert decision.intent == "crisis"
    assert decision.visit is None


def test_on_a_phone_that_others_may_read_the_answer_says_nothing_of_it() -> None:
    decision = parent(PLANNED, quiet=True).says("可以来")
    assert decision.visit == (7, "welcome")
    for word in ("周老师", "家里", "5 月"):
        assert word not in words(decision)


def test_the_parents_own_part_says_when_somebody_comes() -> None:
    told = words(parent(PLANNED, replace(PLANNED, id=9, at=AT.replace(day=20), stands="yes")).says("我的档案"))
    assert "5 月 14 日（周四）18:30，周老师想来家里坐坐，在等您一句话" in told
    assert "5 月 20 日（周三）18:30，周老师来家里坐坐，您说可以" in told
    assert "来过" not in words(parent(BEEN).says("我的档案"))


def test_who_comes_is_named() -> None:
    helped = replace(PLANNED, who="许老师")
    assert "许老师来家里坐坐" in words(parent(helped).says("可以来"))
    told = words(parent(helped, replace(helped, id=9, stands="yes")).says("我的档案"))
    assert "许老师想来家里坐坐" in told
    assert "许老师来家里坐坐，您说可以" in told


def test_a_no_is_not_taken_for_the_wish_for_another_time() -> None:
    said = words(parent(PLANNED).says("别来"))
    assert "5 月 14 日（周四）18:30 不来" in said
    assert "不想来也没关系" in said
    assert "商量" not in said + words(parent(replace(PLANNED, stands="other")).says("我的档案"))


@pytest.mark.parametrize(
    ("visits", "quiet", "said"),
    [((PLANNED,), False, True), ((), False, False), ((BEEN,), False, False), ((PLANNED,), True, False)],
)
def test_who_ends_the_file_is_told_that_nobody_comes_only_if_they_expect_somebody(
    visits: tuple[OwnVisit, ...], quiet: bool, said: bool
) -> None:
    assert ("也不来了" in words(parent(*visits, quiet=quiet).says("撤回建档同意"))) is said
