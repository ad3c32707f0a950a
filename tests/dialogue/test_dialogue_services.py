"""Lines, places and departments: the own region only, open now or not, honest where a number is missing."""

from __future__ import annotations

from datetime import datetime

import pytest
from a_talk import LIBRARY, SUNDAY_NIGHT, TUESDAY_EVENING, Parent, cards, found, labels, only, words

from bot.messages import Heed, Paragraph
from knowledge.calendar import CHINA

NOON = datetime(2026, 5, 12, 12, 0, tzinfo=CHINA)


def test_on_a_sunday_night_only_open_lines_are_called_open() -> None:
    decision = Parent(region="changzhou", now=SUNDAY_NIGHT).says("现在能打的心理热线")
    shown = cards(decision)
    assert decision.intent == "service"
    assert shown["changzhou-96111"].open == "yes"
    assert "危机干预时段" in shown["changzhou-96111"].status
    assert shown["china-12356"].status == "时段以当地为准"
    assert "周日 23:10" in words(decision)
    heads = [b.text for b in only(decision).blocks if isinstance(b, Paragraph)]
    assert heads[1] == "在常州市，现在可打："
    assert "以当地为准" in heads[2]


def test_a_closed_place_gives_its_next_opening() -> None:
    decision = Parent(region="changzhou", now=SUNDAY_NIGHT).says("成长指导站在哪")
    card = cards(decision)["changzhou-station"]
    assert card.open == "no"
    assert card.status == "现在休息，下次明天 9:00"
    assert "青龙路口" in words(decision)
    assert "费用：免费" in words(decision)


def test_an_open_place_says_until_when() -> None:
    card = cards(Parent(region="changzhou", now=NOON).says("成长指导站在哪"))["changzhou-station"]
    assert card.open == "yes"
    assert card.status == "现在有人接，到今天 17:00"


@pytest.mark.parametrize("question", ["现在能打的热线", "有没有心理咨询电话", "附近有哪些服务", "96111现在能打吗"])
def test_one_regions_lines_are_never_offered_to_another(question: str) -> None:
    shown = cards(Parent(region="putuo", now=SUNDAY_NIGHT).says(question))
    assert all(LIBRARY.listings[one].region in ("putuo", "china") for one in shown)


def test_a_line_without_a_number_is_never_called_open_and_gives_its_fallback() -> None:
    decision = Parent(region="putuo", now=SUNDAY_NIGHT).says("普陀区教育系统心理热线电话多少")
    card = cards(decision)["putuo-line"]
    assert card.phone is None
    assert card.open == "ask"
    assert card.status == "号码待核实"
    assert {"china-12356", "china-12355"} <= set(cards(decision))


def test_without_a_region_national_lines_come_with_the_question_for_the_district() -> None:
    parent = Parent(now=SUNDAY_NIGHT)
    first = parent.says("现在能打的心理热线")
    assert set(cards(first)) <= {"china-12356", "china-12355", "china-12345"}
    assert "您在哪个区县" in words(first)
    second = parent.says("常州天宁")
    assert "changzhou-96111" in cards(second)
    assert parent.profile.region == "tianning"
    assert "您在哪个区县" not in words(second)


def test_a_place_named_a_little_later_asks_the_last_question_again() -> None:
    parent = Parent(now=SUNDAY_NIGHT)
    parent.says("现在能打的心理热线")
    parent.says("还有别的电话吗")
    assert "changzhou-96111" in cards(parent.says("常州"))


def test_the_district_is_not_asked_for_twice_in_a_row() -> None:
    parent = Parent(now=SUNDAY_NIGHT)
    parent.says("现在能打的心理热线")
    assert "您在哪个区县" not in words(parent.says("现在能打的法律热线"))


def test_more_lines_are_other_lines_until_there_are_none() -> None:
    parent = Parent(region="changzhou", now=SUNDAY_NIGHT)
    first = set(cards(parent.says("现在能打的心理热线")))
    second = set(cards(parent.says("还有别的电话吗")))
    assert second
    assert not first & second
    assert "没有更多" in words(parent.says("还有吗"))


def test_the_second_one_is_the_second_line_shown() -> None:
    parent = Parent(region="changzhou", now=SUNDAY_NIGHT)
    shown = list(cards(parent.says("现在能打的心理热线")))
    assert next(iter(cards(parent.says("第二个")))) == shown[1]


def test_a_service_of_another_region_is_not_given_to_a_parent_elsewhere() -> None:
    decision = Parent(region="changzhou").says("想找邻家妈妈，怎么申请")
    assert "putuo-moms" not in cards(decision)
    assert "上海市普陀区" in words(decision)


def test_a_parent_whose_place_is_unknown_is_told_of_which_region_it_is() -> None:
    decision = Parent().says("想找邻家妈妈，怎么申请")
    assert "putuo-moms" in cards(decision)
    assert "普陀区的" in words(decision)
    assert "您在哪个区县" in words(decision)


def test_at_home_the_named_service_says_how_to_reach_it() -> None:
    card = cards(Parent(region="putuo").says("想找邻家妈妈，怎么申请"))["putuo-moms"]
    assert card.reach == "号码待核实。怎么找：找居委会的儿童主任。"
    assert card.checked == "待核实 · 依据 2024 年文件"


def test_a_check_longer_ago_than_half_a_year_is_said_to_be_old() -> None:
    fresh = cards(Parent(region="changzhou").says("96111现在能打吗"))["changzhou-96111"]
    assert fresh.checked == "2026-05-06 拨打核实"
    later = datetime(2027, 1, 5, 10, 0, tzinfo=CHINA)
    old = cards(Parent(region="changzhou", now=later).says("96111现在能打吗"))["changzhou-96111"]
    assert "请先打 12345" in old.checked


def test_who_is_responsible_is_answered_with_department_contact_and_fallback() -> None:
    decision = Parent(region="putuo").says("小区边上的网吧让小孩进，归谁管")
    assert "文化和旅游部门" in words(decision)
    assert list(cards(decision)) == ["china-12345", "china-110"]


def test_where_no_department_is_known_the_government_line_is() -> None:
    decision = Parent(region="putuo").says("楼上邻居半夜弹琴找谁投诉")
    assert list(cards(decision)) == ["china-12345"]


def test_what_only_the_school_knows_is_not_guessed() -> None:
    decision = Parent(region="putuo").says("这周家长会是几点，在哪个教室")
    assert decision.intent == "service"
    assert "班主任" in words(decision)
    assert not cards(decision)


def test_a_service_question_that_an_entry_answers_gets_the_entry() -> None:
    decision = Parent(region="putuo").says("心理咨询要不要钱，贵不贵", found("sad"))
    assert decision.intent == "service"
    assert decision.entries == ("sad",)


def test_every_list_ends_with_the_emergency_numbers_and_a_person() -> None:
    decision = Parent(region="changzhou", now=TUESDAY_EVENING).says("有没有能打的热线")
    urgent = [block for block in only(decision).blocks if isinstance(block, Heed) and block.urgent]
    assert "120" in urgent[0].text
    assert "找老师" in labels(decision)


def test_a_line_asked_for_by_number_is_the_one_that_is_shown_first() -> None:
    decision = Parent(region="changzhou", now=SUNDAY_NIGHT).says("96111现在能打吗")
    assert list(cards(decision)) == ["changzhou-96111"]


def test_a_question_about_a_line_gets_the_entry_that_explains_it() -> None:
    decision = Parent(region="changzhou").says("打12356会问什么", found("sad"))
    assert decision.entries == ("sad",)


def test_a_place_without_lines_of_its_own_is_told_so() -> None:
    parent = Parent()
    parent.says("有没有心理咨询的电话")
    assert "还没有核实过" in words(parent.says("上海"))


def test_asking_on_about_the_lines_shown_stays_with_them() -> None:
    parent = Parent(region="changzhou")
    parent.says("附近有什么服务")
    decision = parent.says("怎么预约")
    assert decision.intent == "service"
    assert "changzhou-96111" in cards(decision)


def test_who_is_responsible_without_a_matter_asks_for_the_matter() -> None:
    parent = Parent()
    assert "什么事" in words(parent.says("这事归谁管"))
    assert "文化和旅游部门" in words(parent.says("小区边上的网吧让小孩进"))


def test_an_entry_that_is_hardly_about_it_does_not_say_who_is_responsible() -> None:
    decision = Parent().says("楼上漏水到我家归谁管", found("tears", margin=0.1))
    assert "12345" in words(decision)
    assert decision.entries == ()
