"""What always works by word, tap or menu: a person, one's data, the notice, feedback, help."""

from __future__ import annotations

import pytest
from a_talk import AT_HOME, NOTHING, SUNDAY_NIGHT, TUESDAY_EVENING, Parent, cards, found, labels, only, words

from bot.dialogue.decision import Desk
from bot.dialogue.notice import version
from bot.dialogue.states import State
from bot.messages import Assessment, Opening
from bot.parents.profile import Profile


def test_on_duty_a_person_is_called_with_what_was_talked_about() -> None:
    parent = Parent(region="changzhou", desk=Desk(on_duty=True, opens=None, waiting=2))
    parent.says("写作业一写就哭", found("tears"))
    decision = parent.says("转人工")
    assert decision.intent == "handoff"
    assert isinstance(decision.opening, Opening)
    assert decision.opening.kind == "chat"
    assert decision.opening.detail["question"] == "写作业一写就哭"
    assert decision.opening.detail["entry"] == "tears"
    assert "前面还有 2 位" in words(decision)
    assert decision.state.holder == "queue"


def test_off_duty_the_next_opening_and_a_line_for_tonight_are_given() -> None:
    decision = Parent(region="changzhou", now=SUNDAY_NIGHT, desk=AT_HOME).says("我想找老师聊聊")
    assert "明天（周三）8:30" in words(decision)
    assert next(iter(cards(decision))) == "changzhou-96111"


def test_without_known_hours_no_time_is_promised() -> None:
    text = words(Parent(desk=Desk(on_duty=False, opens=None, waiting=0)).says("人工"))
    assert "老师上班后会看到" in text


@pytest.mark.parametrize("said", ["转人工", "人工", "找老师", "我要找老师", "请帮我转人工。", "真人"])
def test_a_person_is_called_by_any_of_these_words(said: str) -> None:
    assert Parent().says(said).opening is not None


def test_waiting_words_are_acknowledged_once_and_then_left_to_the_person() -> None:
    parent = Parent()
    parent.says("转人工")
    assert "老师接过来就会看到" in words(parent.says("他今天又没去上学"))
    assert parent.says("真的不知道怎么办了").replies == ()


def test_calling_twice_makes_one_case() -> None:
    parent = Parent()
    parent.says("转人工")
    second = parent.says("转人工")
    assert second.opening is None
    assert "不用再排" in words(second)


def test_while_nobody_is_on_duty_the_bot_goes_on_answering() -> None:
    parent = Parent(desk=AT_HOME)
    assert parent.says("转人工").state.holder == "bot"
    parent.state = State(holder="queue", notice_shown=True)
    assert parent.says("写作业一写就哭", found("tears")).entries == ("tears",)


def test_not_waiting_any_longer_takes_the_call_back() -> None:
    parent = Parent()
    parent.says("转人工")
    decision = parent.says("不等了")
    assert decision.release_case
    assert decision.state.holder == "bot"


def test_a_person_who_talks_is_not_interrupted_but_rights_remain() -> None:
    parent = Parent(state=State(holder="person"))
    assert parent.says("知道了").replies == ()
    assert parent.says("写作业一写就哭", found("tears")).replies == ()
    assert parent.does("image").replies == ()
    assert parent.says("结束").release_case
    parent.state = State(holder="person")
    assert "全部删掉" in words(parent.says("删除我的数据"))
    parent.state = State(holder="person", awaiting="erase")
    assert parent.says("确定删除").erase


def test_deleting_takes_one_confirmation() -> None:
    parent = Parent(region="changzhou")
    asked = parent.says("删除我的数据")
    assert not asked.erase
    assert labels(asked) == ["确定删除", "先不删"]
    done = parent.says("确定删除")
    assert done.erase
    assert done.profile == Profile()
    assert done.state.question == ""


def test_deleting_is_taken_back_by_no_and_by_talking_of_something_else() -> None:
    parent = Parent()
    parent.says("删除我的数据")
    assert "没有删" in words(parent.says("先不删"))
    parent.says("删除我的数据")
    assert parent.says("写作业一写就哭", found("tears")).entries == ("tears",)
    assert not parent.says("好的").erase


def test_my_data_shows_what_is_kept_in_chinese() -> None:
    parent = Parent(region="tianning")
    parent.profile = parent.profile.learn(stage="junior", family="single")
    text = words(parent.says("我的资料"))
    assert "地区：常州市天宁区" in text
    assert "孩子：初中" in text
    assert "家庭：单亲" in text


def test_my_data_of_nobody_says_that_nothing_is_kept() -> None:
    assert "还没有记" in words(Parent().says("我的资料"))


def test_clearing_forgets_the_talk_but_not_the_danger() -> None:
    parent = Parent(now=TUESDAY_EVENING)
    parent.says("他把自己锁在屋里", risk=Assessment("high", "suicide", ("锁",)))
    decision = parent.says("清空对话")
    assert decision.clear
    assert decision.state.risk is not None
    assert decision.state.question == ""


def test_the_notice_comes_once_with_the_first_answer_and_before_its_mark() -> None:
    parent = Parent(notice_seen=False)
    first = parent.says("写作业一写就哭", found("tears"))
    assert "隐私说明" in words(first)
    assert labels(first)[-1] == "知道了"
    assert only(first).blocks[-1].text.startswith("自动回复")  # type: ignore[union-attr] # a SourceLine
    assert "隐私说明" not in words(parent.says("跟孩子商量用机时间", found("rules")))


def test_consent_is_recorded_when_the_parent_says_so() -> None:
    parent = Parent(notice_seen=False)
    parent.says("写作业一写就哭", found("tears"))
    decision = parent.says("知道了")
    assert decision.intent == "profile"
    assert decision.profile.consent_version == version()
    assert decision.profile.consent_at == parent.now
    assert parent.says("知道了").intent == "smalltalk"


def test_nothing_is_kept_before_the_notice_was_shown() -> None:
    parent = Parent(notice_seen=False, desk=AT_HOME)
    parent.says("我在常州，孩子不见了", risk=Assessment("urgent", "missing", ("不见了",)))
    assert parent.profile == Profile()
    parent.says("我在常州，孩子初二，写作业一写就哭", found("tears"))
    assert parent.profile == Profile(region="changzhou", stage="junior")


def test_feedback_names_the_entry_it_is_about() -> None:
    parent = Parent()
    parent.says("写作业一写就哭", found("tears"))
    assert parent.says("有帮助").feedback == ("tears", "yes")
    decision = parent.says("没帮上")
    assert decision.feedback == ("tears", "no")
    assert labels(decision) == ["找老师"]
    assert Parent().says("有帮助").feedback is None


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("ASK", "您说吧"),
        ("HUMAN", "值班老师"),
        ("SERVICES", "全国统一心理援助热线"),
        ("ACTIVITIES", "全国家庭教育宣传周"),
        ("PRIVACY", "不诊断"),
        ("DELETE_ME", "全部删掉"),
        ("HELP", "您可以这样用我"),
    ],
)
def test_every_menu_key_does_its_thing(key: str, expected: str) -> None:
    assert expected in words(Parent().does("click", key=key))


def test_a_suggestion_is_asked_for_once_and_then_taken() -> None:
    parent = Parent()
    asked = parent.says("我想提个建议")
    assert asked.opening is None
    taken = parent.says("指导站周末也开门就好了，我们下班才有空")
    assert taken.opening is not None
    assert taken.opening.kind == "suggestion"
    assert taken.opening.detail["text"] == "指导站周末也开门就好了，我们下班才有空"
    assert "一定" not in words(taken)


def test_a_suggestion_with_its_words_is_taken_at_once_and_can_be_dropped() -> None:
    assert Parent().says("建议你们把字再放大一点，老人看不清").opening is not None
    parent = Parent()
    parent.says("我要提个意见")
    assert parent.says("算了").opening is None


def test_a_wrong_number_is_an_apology_a_record_and_another_line() -> None:
    parent = Parent(region="changzhou")
    parent.says("96111现在能打吗")
    decision = parent.says("你刚才给的号码是空号")
    assert decision.intent == "suggestion"
    assert decision.opening is not None
    assert "changzhou-96111" in decision.opening.detail["listings"]
    assert "对不起" in words(decision)
    assert "changzhou-96111" not in cards(decision)


def test_a_file_is_for_teachers_to_open_and_privacy_is_answered_plainly() -> None:
    assert "同意" in words(Parent().says("一生一档要填哪些东西"))
    text = words(Parent().says("你们那边有谁能看我聊天"))
    assert "值班老师会看到" in text


def test_only_telling_where_one_is_is_kept_and_confirmed() -> None:
    parent = Parent()
    decision = parent.says("我在常州天宁", NOTHING)
    assert decision.intent == "profile"
    assert "常州市天宁区" in words(decision)
    assert parent.profile.region == "tianning"


def test_where_one_is_is_no_question_about_what_was_said_before() -> None:
    parent = Parent()
    parent.says("写作业一写就哭", found("tears"))
    decision = parent.says("我在普陀", found("tears", "rules", verdict="choose"))
    assert decision.intent == "profile"
    assert parent.profile.region == "putuo"


def test_asking_about_another_place_does_not_move_the_parent() -> None:
    parent = Parent(region="changzhou")
    parent.says("普陀区有没有免费的心理咨询可以去")
    assert parent.profile.region == "changzhou"
    parent.says("我们搬到普陀了，附近有哪些服务")
    assert parent.profile.region == "putuo"


def test_the_city_named_does_not_blur_the_known_district() -> None:
    parent = Parent(region="tianning")
    parent.says("常州有没有心理热线电话")
    assert parent.planned.region == "tianning"
    assert parent.profile.region == "tianning"
