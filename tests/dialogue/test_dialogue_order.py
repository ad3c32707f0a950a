"""Who speaks first: danger, then the person who talks, then commands; and what a danger leaves behind."""

from __future__ import annotations

from datetime import timedelta

from a_talk import AT_HOME, AT_WORK, NOTHING, TUESDAY_EVENING, Parent, found, labels, only, words

from bot.dialogue.states import State
from bot.messages import Assessment, CrisisCard
from indexes.hits import Hits

URGENT = Assessment("urgent", "suicide", ("窗台",))
HIGH = Assessment("high", "suicide", ("遗书",))
REMEMBERED = Assessment("concern", "suicide", found=("memory",))
BEATEN = Assessment("high", "domestic-violence", ("动手",))


def test_a_crisis_is_answered_first_with_a_case_and_nothing_before_the_number() -> None:
    decision = Parent(notice_seen=False).says("孩子站在窗台上", found("tears"), risk=URGENT)
    assert decision.intent == "crisis"
    assert isinstance(only(decision).blocks[0], CrisisCard)
    assert decision.opening is not None
    assert (decision.opening.kind, decision.opening.level) == ("crisis", "urgent")
    assert "隐私说明" not in words(decision)
    assert decision.entries == ()


def test_a_crisis_goes_before_commands_choices_and_waiting() -> None:
    for state in (State(awaiting="erase"), State(awaiting="suggestion"), State(holder="queue")):
        decision = Parent(state=state).says("确定", risk=URGENT)
        assert decision.intent == "crisis"
        assert not decision.erase


def test_a_person_who_talks_is_interrupted_by_a_new_danger_once() -> None:
    parent = Parent(state=State(holder="person"), now=TUESDAY_EVENING)
    assert parent.says("她留了纸条", risk=HIGH).intent == "crisis"
    parent.state = State.from_json(parent.state.to_json() | {"holder": "person"})
    assert parent.says("纸条上写的对不起", risk=HIGH).replies == ()
    assert parent.says("她上窗台了", risk=URGENT).intent == "crisis"
    assert parent.says("他在打孩子", risk=BEATEN, at=parent.now + timedelta(minutes=1)).intent == "crisis"


def test_while_a_person_talks_the_danger_is_remembered_though_nothing_is_said() -> None:
    parent = Parent(state=State(holder="person"))
    worried = Assessment("concern", "suicide", ("没意思",))
    assert parent.says("她老说没意思活着", risk=worried).replies == ()
    assert parent.state.risk is not None


def test_after_a_danger_an_ordinary_answer_carries_a_line_about_it() -> None:
    parent = Parent(desk=AT_HOME)
    parent.says("桌上有遗书", risk=HIGH)
    decision = parent.says("怎么辅导数学作业", found("tears"), risk=REMEMBERED)
    plain_answer = Parent().says("怎么辅导数学作业", found("tears"))
    assert decision.entries == ("tears",)
    assert len(only(decision).blocks) == len(only(plain_answer).blocks) + 1
    assert decision.opening is None


def test_a_nod_after_a_danger_is_not_answered_with_it_again() -> None:
    parent = Parent(desk=AT_HOME)
    parent.says("桌上有遗书", risk=HIGH)
    later = parent.now + timedelta(hours=3)
    assert len(only(parent.says("谢谢", NOTHING, risk=REMEMBERED, at=later)).blocks) == 1


def test_a_concern_opens_a_case_to_be_looked_at_but_a_remembered_one_does_not() -> None:
    worried = Assessment("concern", "suicide", ("没意思",))
    opened = Parent().says("孩子老说没意思", found("sad"), risk=worried).opening
    assert opened is not None
    assert opened.level == "concern"
    assert Parent().says("孩子老说没意思", found("sad"), risk=REMEMBERED).opening is None


def test_soon_after_a_danger_what_is_no_question_is_taken_as_about_it() -> None:
    parent = Parent(desk=AT_HOME)
    parent.says("女儿反锁在屋里", risk=URGENT)
    decision = parent.says("她还是不吭声呢", NOTHING, risk=REMEMBERED)
    assert "没有把握" not in words(decision)
    assert "110" in words(decision)
    assert labels(decision) == ["人已经安全了", "找老师"]


def test_when_the_danger_is_over_the_next_hours_are_answered() -> None:
    for said in ("人已经安全了", "她出来了 抱着我掉眼泪"):
        parent = Parent(desk=AT_HOME)
        parent.says("女儿反锁在屋里", risk=URGENT)
        decision = parent.says(said, found("tears"), risk=REMEMBERED)
        assert decision.entries == ()
        assert "找值班老师" in labels(decision)
    assert Parent().says("孩子写完作业出来了", found("tears")).entries == ("tears",)


def test_where_somebody_dangerous_may_read_nothing_is_named_afterwards() -> None:
    parent = Parent(desk=AT_HOME)
    parent.says("他爸喝了酒打我们", risk=BEATEN)
    assert parent.state.quiet
    text = words(parent.says("嗯他睡着了还在", NOTHING))
    assert "孩子" not in text
    assert "不会主动" in words(parent.says("清空对话"))


def test_what_is_said_of_staff_follows_the_desk() -> None:
    on_duty = words(Parent(desk=AT_WORK).says("桌上有遗书", risk=HIGH))
    off_duty = words(Parent(desk=AT_HOME).says("桌上有遗书", risk=HIGH))
    assert on_duty != off_duty


def test_after_a_wish_to_die_no_light_entry_is_given_though_its_words_are_near() -> None:
    parent = Parent()
    parent.says("他说活着没劲", risk=HIGH)
    near = found("tears", "sad", margin=0.1)
    joined = Hits(near.items, "answer", inside=near.inside, margin=near.margin, with_context=True)
    assert parent.says("那我怎么跟他聊", joined).entries == ("sad",)


def test_after_a_danger_the_lines_are_listed_once_and_not_at_every_word() -> None:
    parent = Parent()
    parent.says("他说活着没劲", risk=HIGH)
    assert "12356" in words(parent.says("我心里乱"))
    assert "12356" not in words(parent.says("不知道说啥"))


def test_calling_a_person_twice_while_nobody_is_there_says_that_it_stands() -> None:
    parent = Parent(desk=AT_HOME)
    first = parent.says("转人工")
    again = parent.says("要等多久")
    assert first.opening is not None
    assert again.opening is None
    assert "已经替您叫过" in words(again)
    assert "8:30" in words(again)
