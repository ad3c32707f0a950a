"""Guidance and policy: the entry, the choice, the one question back, the honest no."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from a_talk import SUNDAY_NIGHT, Parent, cards, found, labels, only, words

from bot.messages import Assessment, Heed, Paragraph, Say, SourceLine, Steps
from indexes.hits import Hits, Verdict

SCENE = "初二男孩，手机一拿走就砸东西"


def test_a_clear_hit_gives_the_entry_in_its_parts_with_its_source_last() -> None:
    decision = Parent().says(SCENE, found("slams-door", "rules"))
    kinds = [type(block) for block in only(decision).blocks]
    assert kinds == [Paragraph, Steps, Say, Heed, SourceLine]
    assert decision.intent == "guidance"
    assert decision.entries == ("slams-door",)


def test_the_source_line_names_documents_with_articles_and_the_review() -> None:
    line = only(Parent().says(SCENE, found("slams-door"))).blocks[-1]
    assert isinstance(line, SourceLine)
    assert line.text == "自动回复 · 依据《全国家庭教育指导大纲（修订）》《未成年人保护法》第 71 条 · 2026-04-18 审读"
    assert line.entry == "slams-door"


def test_an_entry_nobody_has_reviewed_says_so() -> None:
    assert "2026-04-01 编写，待审读" in words(Parent().says("跟孩子商量用机时间", found("rules")))


def test_three_related_questions_and_a_way_to_say_no_are_offered() -> None:
    decision = Parent().says(SCENE, found("slams-door"))
    assert labels(decision) == ["跟孩子商量用机时间", "半夜偷偷玩手机", "孩子冲我吼脏话怎么接", "不是这个意思"]


def test_not_meant_offers_what_else_was_found_and_tells_which_entry_was_wrong() -> None:
    parent = Parent()
    parent.says(SCENE, found("slams-door", "rules", "night"))
    decision = parent.says("不是这个意思")
    assert labels(decision) == ["1. 跟孩子商量用机时间", "2. 半夜偷偷玩手机", "都不是"]
    assert decision.feedback == ("slams-door", "other")


def test_when_nothing_else_was_found_a_person_is_offered() -> None:
    parent = Parent()
    parent.says(SCENE, found("slams-door"))
    assert labels(parent.says("不是这个意思")) == ["找老师"]


def test_a_choice_is_made_by_number_by_word_or_by_tap() -> None:
    for said in ("2", "第二个", "二", "跟孩子商量用机时间"):
        parent = Parent()
        offered = parent.says("手机的事", found("slams-door", "rules", "night", verdict="choose"))
        assert offered.entries == ("slams-door", "rules", "night")
        assert labels(offered)[-1] == "都不是"
        decision = parent.says(said)
        assert decision.entries == ("rules",), said


def test_a_number_without_a_choice_before_it_is_no_choice() -> None:
    assert Parent().says("第二个").entries == ()


def test_what_is_unclear_is_asked_back_once_and_never_twice_in_a_row() -> None:
    parent = Parent()
    first = parent.says("不听话", found("slams-door", "tears", verdict="clarify"))
    assert "多大" in words(first)
    assert parent.state.asked is not None
    second = parent.says("初二", found("slams-door", "tears", verdict="clarify", margin=0.05))
    assert parent.planned.query is not None
    assert parent.planned.query.text == "不听话"
    assert parent.planned.query.stage == "junior"
    assert labels(second) == ["1. 手机被收走就砸东西", "2. 写作业一写就哭", "都不是"]
    assert parent.state.asked is None


def test_when_the_stage_is_known_the_question_back_is_what_happened() -> None:
    parent = Parent()
    parent.profile = parent.profile.learn(stage="junior")
    decision = parent.says("不听话", found("slams-door", verdict="clarify"))
    assert "多大" not in words(decision)
    assert "最近一次" in words(decision)


def test_where_the_place_decides_the_district_is_asked_for() -> None:
    decision = Parent().says("能不能在这里中考，合法吗", found("transfer", verdict="clarify"))
    assert decision.intent == "policy"
    assert "区县" in words(decision)


def test_an_unrelated_message_does_not_answer_the_question_back() -> None:
    parent = Parent()
    parent.says("不听话", found("slams-door", verdict="clarify"))
    assert parent.says("转人工").intent == "handoff"


def test_thanks_are_no_answer_to_the_question_back() -> None:
    parent = Parent()
    parent.says("不听话", found("slams-door", verdict="clarify"))
    assert parent.says("谢谢你", found("slams-door", verdict="clarify")).intent == "smalltalk"


def test_the_notice_takes_no_choice_away() -> None:
    decision = Parent(notice_seen=False).says("手机的事", found("slams-door", "rules", "night", verdict="choose"))
    assert labels(decision)[3:] == ["都不是", "知道了"]
    answer = Parent(notice_seen=False).says(SCENE, found("slams-door"))
    assert labels(answer)[2:] == ["不是这个意思", "知道了"]


def test_a_miss_is_honest_and_the_second_one_offers_a_person() -> None:
    parent = Parent()
    first = parent.says("孩子老是揪衣角打转")
    assert "没有把握" in words(first)
    second = parent.says("孩子老是揪衣角打转转圈")
    assert "老师看看" in words(second)
    assert labels(second)[0] == "找老师"


def test_a_search_that_could_not_run_is_not_called_a_miss() -> None:
    parent = Parent()
    assert "查不了" in words(parent.says(SCENE, None))
    assert parent.state.misses == 0


def test_an_entry_that_left_the_library_is_not_shown() -> None:
    [hit] = found("rules").items
    gone = Hits((replace(hit, id="gone"),), "answer", inside=0.9, margin=0.4)
    assert "没有把握" in words(Parent().says(SCENE, gone))


def test_that_and_junior_school_asks_the_same_for_the_other_stage() -> None:
    parent = Parent()
    parent.says("小学三年级写作业一写就哭", found("tears"))
    parent.says("那初中呢", found("tears"))
    query = parent.planned.query
    assert query is not None
    assert query.stage == "junior"
    assert "初中" in query.text
    assert "作业一写就哭" in query.text
    assert "三年级" not in query.text
    assert parent.profile.stage == "primary"


def test_what_was_said_before_is_context_until_it_is_long_ago() -> None:
    parent = Parent()
    parent.says(SCENE, found("slams-door"))
    parent.says("那他不理我怎么办", found("swears"))
    assert parent.planned.query is not None
    assert parent.planned.query.context == SCENE
    parent.says("怎么辅导数学", found("tears"), at=parent.now + timedelta(hours=5))
    assert parent.planned.query.context == ""


TWO_WORRIES = "初二男孩，手机一拿走就砸东西，还有就是这次期中考试成绩一下子掉到倒数"


def with_second(first: str, second: str, verdict: Verdict = "answer") -> Hits:
    return replace(found(first, "swears", verdict=verdict), second=found(second).items[0])


def test_a_second_worry_is_offered_first() -> None:
    decision = Parent().says(TWO_WORRIES, with_second("slams-door", "marks"))
    assert labels(decision)[0] == "成绩一下掉到倒数"
    assert only(decision).prompt == "您还提到另一件事，可以点下面接着问。"


def test_one_worry_is_not_taken_for_two() -> None:
    decision = Parent().says(TWO_WORRIES, found("slams-door", "marks"))
    assert only(decision).prompt != "您还提到另一件事，可以点下面接着问。"
    assert only(Parent().says(TWO_WORRIES, with_second("marks", "marks"))).prompt != (
        "您还提到另一件事，可以点下面接着问。"
    )


def test_a_second_worry_has_its_place_in_a_choice() -> None:
    decision = Parent().says(TWO_WORRIES, with_second("slams-door", "marks", "choose"))
    assert "marks" in decision.entries


def test_a_local_line_stands_beside_an_answer_about_the_mind() -> None:
    decision = Parent(region="tianning").says("孩子老说没意思", found("sad"))
    assert list(cards(decision)) == ["changzhou-96111"]
    assert decision.listings == (("changzhou-96111", "yes"),)
    assert cards(Parent(region="putuo").says("孩子老说没意思", found("sad"))) == {}
    assert cards(Parent(region="tianning").says(SCENE, found("slams-door"))) == {}


def test_the_whole_text_comes_as_paragraphs_without_marks() -> None:
    parent = Parent()
    parent.says(SCENE, found("slams-door"))
    text = words(parent.says("看全文"))
    assert "孩子到了这个年纪，最在意自己说了算。" in text
    assert "#" not in text
    assert "**" not in text


def test_whole_text_of_nothing_says_what_to_do() -> None:
    assert "先问我" in words(Parent().says("看全文"))


def test_rules_questions_are_policy_by_their_words_or_by_what_was_found() -> None:
    assert Parent().says("老师让交班费合法吗", found("transfer")).intent == "policy"
    assert Parent().says("孩子写作业一写就哭", found("tears")).intent == "guidance"


def test_concern_adds_the_gentle_words_before_the_source() -> None:
    worried = Assessment("concern", "suicide", ("没意思",))
    reply = only(Parent().says("孩子老说没意思", found("sad"), risk=worried))
    plain_reply = only(Parent().says("孩子老说没意思", found("sad")))
    assert len(reply.blocks) > len(plain_reply.blocks)
    assert isinstance(reply.blocks[-1], SourceLine)


@pytest.mark.parametrize("verdict", ["answer", "choose", "clarify", "none"])
def test_every_answer_is_marked_as_automatic(verdict: str) -> None:
    hits = Hits(found("rules", "night").items, verdict, inside=0.9, margin=0.4)  # type: ignore[arg-type] # each verdict in turn
    reply = only(Parent(now=SUNDAY_NIGHT).says("手机规矩", hits))
    assert reply.automatic
    assert isinstance(reply.blocks[-1], SourceLine)


def test_where_the_age_decides_nothing_a_choice_asks_better_than_a_question() -> None:
    decision = Parent().says("老提不起劲", found("sad", "tears", verdict="clarify"))
    assert labels(decision)[:2] == ["1. 孩子老说没意思、提不起劲", "2. 写作业一写就哭"]


def test_a_long_story_that_is_hard_to_place_is_asked_what_is_most_urgent() -> None:
    decision = Parent().says(
        "搬了家换了学校，楼上装修吵得头疼，老家亲戚又来住，桌子也没处放", found("tears", verdict="clarify")
    )
    assert "最着急" in words(decision)


def test_a_grade_alone_after_an_answer_is_not_answered_with_the_same_words() -> None:
    parent = Parent()
    first = parent.says("手机一收就砸东西", found("slams-door"))
    again = parent.says("初二", found("slams-door"))
    assert "初中" in words(again)
    assert "看全文" in labels(again)
    assert len(words(again)) < len(words(first)) / 2
    assert parent.profile.stage == "junior"


def test_what_did_not_help_is_told_at_length_once_and_then_a_person_is_offered() -> None:
    parent = Parent()
    parent.says("手机一收就砸东西", found("slams-door"))
    longer = parent.says("试过了没用")
    assert "不怪您" in words(longer)
    assert "最在意自己说了算" in words(longer)
    assert longer.feedback == ("slams-door", "no")
    last = parent.says("还是不行")
    assert "最在意自己说了算" not in words(last)
    assert labels(last) == ["找老师"]


@pytest.mark.parametrize("said", ["具体怎么说", "第一步怎么做", "能举个例子吗"])
def test_asking_how_exactly_gives_the_whole_entry(said: str) -> None:
    parent = Parent()
    parent.says("手机一收就砸东西", found("slams-door"))
    assert "最在意自己说了算" in words(parent.says(said))


def test_a_few_unclear_words_after_an_answer_are_asked_whether_they_are_about_it() -> None:
    parent = Parent()
    parent.says("手机一收就砸东西", found("slams-door"))
    decision = parent.says("老师不管", found("tears", verdict="clarify"))
    assert "手机被收走就砸东西" in words(decision)
    assert labels(decision) == ["看全文", "不是这个意思", "找老师"]


def test_the_notice_takes_no_age_away() -> None:
    decision = Parent(notice_seen=False).says("不听话", found("slams-door", "tears", verdict="clarify"))
    assert labels(decision) == ["学龄前", "小学", "初中", "高中", "知道了"]
