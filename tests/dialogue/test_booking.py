"""Appointments in the pure core: which words mean one, what is shown, what is decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from a_talk import NOTHING, TOOLS, TUESDAY_EVENING, Parent, labels, words

from bot.dialogue import booking
from bot.dialogue.decide import decide
from bot.dialogue.decision import Decision
from bot.dialogue.plan import plan
from bot.dialogue.states import Offer, State
from bot.dialogue.words import act_of, books
from bot.handoff.booking.rules import Diary, Wish
from bot.messages import Assessment, Booking, Inbound, Slot

NOW = TUESDAY_EVENING
THURSDAY = datetime(2026, 5, 14, 14, 0, tzinfo=NOW.tzinfo)


def slot(number: int, days: int = 0, **changes: object) -> Slot:
    made = Slot(number, 7, "天宁站", "家庭教育咨询", THURSDAY + timedelta(days=days), 50, 1, active=True)
    return replace(made, **changes)  # type: ignore[arg-type]  # as given


def own(number: int, state: str, days: int = 0, **changes: object) -> Booking:
    return Booking(number, slot(number, days, **changes), 12, state, NOW, None, 3)


SLOTS = tuple(slot(n, n) for n in range(1, 6))


def says(text: str, diary: Diary, state: State | None = None, region: str | None = "tianning") -> Decision:
    """Say a line with this diary loaded."""
    parent = Parent(region=region, state=state or State())
    inbound = Inbound("web", "visitor", "key", "text", text, NOW, "page")
    planned = plan(parent.state, parent.profile, inbound, TOOLS)
    hits = NOTHING if planned.query else None
    given = (parent.state, parent.profile, inbound, Assessment(), planned, hits, TOOLS, NOW, parent.desk)
    return decide(*given, diary=diary)


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("预约", booking.BOOK),
        ("我要预约", booking.BOOK),
        ("我想预约。", booking.BOOK),
        ("约咨询", booking.BOOK),
        ("我的预约", booking.MINE),
        ("取消预约", booking.CANCEL),
        ("我要取消预约", booking.CANCEL),
        ("就这个时间", booking.ACCEPT),
        ("换个时间", booking.BOOK),
    ],
)
def test_fixed_words_are_commands(text: str, act: str) -> None:
    assert act_of(text) == act


@pytest.mark.parametrize(
    "text",
    [
        "想约个时间当面聊",
        "能约个咨询吗",
        "我想预约心理咨询",
        "可以约周末的咨询吗",
        "约 5 月 14 日（周四）14:00 家庭教育咨询",
    ],
)
def test_words_that_ask_for_a_time(text: str) -> None:
    assert books(text)


@pytest.mark.parametrize(
    "text",
    ["孩子约同学打游戏", "医院怎么预约挂号", "老师约我谈话怎么办", "预约了没去怎么办", "约束孩子", "儿子和同学约架"],
)
def test_words_that_ask_for_none(text: str) -> None:
    assert not books(text)


def test_at_most_four_times_are_shown_and_can_be_pressed() -> None:
    decision = says("预约", Diary(free=SLOTS[:4]))
    assert len(labels(decision)) == 4
    assert "5 月 15 日（周五）14:00，家庭教育咨询，天宁站，到 14:50" in words(decision)
    assert [offer.kind for offer in decision.state.offered] == ["slot"] * 4


def test_with_more_times_the_last_tap_leads_to_later_ones() -> None:
    decision = says("预约", Diary(free=SLOTS))
    assert labels(decision)[3] == "后面的"
    inbound = Inbound("web", "visitor", "key", "text", "后面的", NOW, "page")
    planned = plan(decision.state, decision.profile, inbound, TOOLS)
    assert booking.wanted(decision.state, planned)
    assert booking.after(decision.state, planned) == 3
    more = plan(decision.state, decision.profile, replace(inbound, text="还有吗"), TOOLS)
    assert booking.after(decision.state, more) == 3
    later = says("后面的", Diary(free=SLOTS[3:]), decision.state)
    assert "再往后，可以约的有这些" in words(later)
    again = says("后面的", Diary(free=SLOTS, wrapped=True), decision.state)
    assert "再往后没有了" in words(again)


def test_the_same_time_at_two_stations_is_told_apart() -> None:
    decision = says("预约", Diary(free=(slot(1), slot(2, station="普陀站", station_id=8))))
    assert len(set(labels(decision))) == 2
    assert labels(decision)[1].endswith("普陀站")


def chosen(diary: Diary, *, text: str = "1") -> Decision:
    shown = says("预约", Diary(free=SLOTS))
    return says(text, diary, shown.state)


def test_a_time_that_is_chosen_is_asked_for_and_becomes_a_case() -> None:
    decision = chosen(Diary(free=SLOTS, chosen=SLOTS[0]))
    assert decision.wish == Wish("ask", 1)
    assert decision.opening is not None
    assert decision.opening.kind == "appointment"
    assert "老师看过才算约好" in words(decision)
    assert labels(decision) == ["我的预约", "取消预约"]
    assert decision.state.offered == ()


def test_a_tap_chooses_as_a_number_does() -> None:
    label = labels(says("预约", Diary(free=SLOTS)))[1]
    assert chosen(Diary(free=SLOTS, chosen=SLOTS[1]), text=label).wish == Wish("ask", 2)


def test_a_time_that_went_meanwhile_is_not_promised() -> None:
    decision = chosen(Diary(free=SLOTS[1:], chosen=None))
    assert decision.wish is None
    assert decision.opening is None
    assert "刚刚没有位子了" in words(decision)


def test_of_one_title_a_parent_has_one_booking_at_a_time() -> None:
    decision = chosen(Diary(free=SLOTS, chosen=SLOTS[0], own=(own(9, "confirmed", 3),)))
    assert decision.wish is None
    assert "您已经约了：5 月 17 日（周日）14:00" in words(decision)


def test_another_title_can_be_had_beside_it_but_not_at_another_station() -> None:
    other = own(9, "confirmed", 3, title="坐诊")
    assert chosen(Diary(free=SLOTS, chosen=SLOTS[0], own=(other,))).wish == Wish("ask", 1)
    away = own(9, "confirmed", 3, title="坐诊", station_id=8)
    assert "再约别的站点" in words(chosen(Diary(free=SLOTS, chosen=SLOTS[0], own=(away,))))


def test_a_new_time_takes_the_place_of_a_proposed_one() -> None:
    decision = chosen(Diary(free=SLOTS, chosen=SLOTS[0], own=(own(9, "proposed", 3),)))
    assert decision.wish == Wish("ask", 1, instead=9)


def test_without_a_free_time_the_truth_comes_with_where_else_to_turn() -> None:
    decision = says("预约", Diary())
    assert "这会儿没有可以约的时间" in words(decision)
    assert "成长指导站" in words(decision) or "96111" in words(decision)
    assert "找老师" in labels(decision)
    assert decision.opening is None


def test_who_has_not_said_where_they_are_is_asked_and_their_answer_is_taken() -> None:
    asked = says("预约", Diary(elsewhere=True), region=None)
    assert "您在哪个区县" in words(asked)
    answered = says("天宁", Diary(free=SLOTS[:2]), asked.state, region=None)
    assert "可以约的时间有这些" in words(answered)
    none = says("普陀", Diary(), asked.state, region=None)
    assert "这会儿没有可以约的时间" in words(none)


def test_wishes_in_other_words_mean_a_time_only_where_there_is_one() -> None:
    assert "可以约的时间有这些" in words(says("想约个时间当面聊", Diary(free=SLOTS[:2])))
    assert "可以约的时间" not in words(says("我想预约心理咨询", Diary()))


def test_own_bookings_are_shown_with_how_they_stand() -> None:
    past = replace(own(1, "attended"), slot=slot(1, -9))
    late = replace(own(2, "confirmed"), slot=slot(2, -4))
    decision = says("我的预约", Diary(own=(past, late, own(3, "asked", 3))))
    assert "来过了" in words(decision)
    assert "时间已经过了" in words(decision)
    assert "等老师确认。编号 12" in words(decision)
    assert labels(decision) == ["取消预约", "找老师"]
    assert "没有预约" in words(says("我的预约", Diary()))


def test_a_proposed_time_is_accepted_by_words() -> None:
    waiting = own(9, "proposed", 3)
    assert labels(says("我的预约", Diary(own=(waiting,))))[0] == "就这个时间"
    decision = says("就这个时间", Diary(own=(waiting,)))
    assert decision.wish == Wish("accept", 9)
    assert says("就这个时间", Diary(own=(own(9, "asked", 3),))).wish is None
    assert says("就这个时间", Diary()).wish is None


def test_cancelling_takes_the_one_or_asks_which() -> None:
    one, other = own(8, "confirmed", 2), own(9, "asked", 3, title="坐诊")
    assert says("取消预约", Diary(own=(one,))).wish == Wish("cancel", 8)
    asked = says("取消预约", Diary(own=(one, other)))
    assert asked.wish is None
    assert [offer.kind for offer in asked.state.offered] == ["booking", "booking"]
    assert says("第二个", Diary(own=(one, other)), asked.state).wish == Wish("cancel", 9)
    assert "不用取消" in words(says("取消预约", Diary(own=(replace(one, slot=slot(1, -9)),))))


@pytest.mark.parametrize("text", ["我的预约", "取消预约", "就这个时间"])
def test_while_a_person_talks_what_a_parent_has_booked_stays_theirs(text: str) -> None:
    decision = says(text, Diary(own=(own(9, "proposed", 3),)), State(holder="person"))
    assert decision.replies
    assert decision.state.holder == "person"


def test_a_time_can_be_chosen_while_waiting_for_a_person() -> None:
    offered = (Offer("slot", "1", "约 5 月 15 日（周五）14:00 家庭教育咨询"),)
    decision = says("1", Diary(free=SLOTS, chosen=SLOTS[0]), State(holder="queue", offered=offered))
    assert decision.wish == Wish("ask", 1)
    assert decision.state.holder == "queue"


def test_other_turns_need_no_diary() -> None:
    parent = Parent(region="tianning")
    for text in ("孩子写作业磨蹭", "找老师", "还有吗", "1"):
        inbound = Inbound("web", "visitor", "key", "text", text, NOW, "page")
        assert not booking.wanted(parent.state, plan(parent.state, parent.profile, inbound, TOOLS))


def test_offers_of_times_survive_json() -> None:
    state = State(offered=(Offer("slot", "after:3", "后面的"), Offer("booking", "9", "取消")))
    assert State.from_json(state.to_json()) == state
