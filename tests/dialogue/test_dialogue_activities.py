"""What is on: dates that are published, honesty where they are not, periods in parents' words."""

from __future__ import annotations

from datetime import date

import pytest
from a_talk import TUESDAY_EVENING, Parent, words

from bot.dialogue.periods import period_of

TUESDAY = date(2026, 5, 12)


def test_this_month_lists_the_own_district_and_the_country_with_dates_that_are_known() -> None:
    decision = Parent(region="putuo", now=TUESDAY_EVENING).says("这个月有什么活动")
    text = words(decision)
    assert decision.intent == "activity"
    assert "全国家庭教育宣传周（全国）：5 月 11 日到 5 月 17 日" in text
    assert "大致在 5 月 25 日到 5 月 31 日之间，文件没有公布具体日期" in text
    assert "可以问普陀区教育局" in text


def test_another_districts_salon_is_not_shown() -> None:
    assert "馨家园" not in words(Parent(region="changzhou").says("这个月有什么活动"))


def test_without_a_region_the_national_ones_come_and_the_district_is_asked() -> None:
    parent = Parent()
    first = words(parent.says("最近有什么活动"))
    assert "全国家庭教育宣传周" in first
    assert "您在哪个区县" in first
    assert "馨家园" in words(parent.says("普陀"))


def test_where_nothing_is_published_nothing_is_invented() -> None:
    text = words(Parent(region="changzhou").says("这个周末有什么讲座", None))
    assert "馨家园" not in text
    empty = words(Parent(region="changzhou").says("明年一月有没有活动，1月的"))
    assert "没有查到" in empty
    assert "班主任" in empty


def test_an_activity_asked_for_by_name_gets_its_next_time() -> None:
    text = words(Parent(region="putuo").says("馨家园沙龙在哪报名"))
    assert "馨家园月末家长沙龙" in text


def test_more_goes_on_where_the_list_stopped() -> None:
    parent = Parent(region="putuo")
    parent.says("这个月有什么活动")
    assert "没有查到" in words(parent.says("还有吗"))


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("这个月有什么活动", date(2026, 5, 12), date(2026, 5, 31)),
        ("下个月呢", date(2026, 6, 1), date(2026, 6, 30)),
        ("周末去哪", date(2026, 5, 16), date(2026, 5, 17)),
        ("这周有啥", date(2026, 5, 12), date(2026, 5, 17)),
        ("下周有讲座吗", date(2026, 5, 18), date(2026, 5, 24)),
        ("暑假有什么", date(2026, 7, 1), date(2026, 8, 31)),
        ("寒假班", date(2027, 1, 15), date(2027, 2, 28)),
        ("10月有什么活动", date(2026, 10, 1), date(2026, 10, 31)),
        ("三月份有吗", date(2027, 3, 1), date(2027, 3, 31)),
        ("十二月呢", date(2026, 12, 1), date(2026, 12, 31)),
        ("明天有讲座吗", date(2026, 5, 13), date(2026, 5, 13)),
        ("六一有什么", date(2026, 5, 25), date(2026, 6, 7)),
        ("有什么活动", date(2026, 5, 12), date(2026, 6, 10)),
    ],
)
def test_periods_are_read_as_parents_say_them(text: str, start: date, end: date) -> None:
    period = period_of(text, TUESDAY)
    assert (period.start, period.end) == (start, end)


def test_on_a_sunday_the_weekend_is_today() -> None:
    period = period_of("周末去哪", date(2026, 5, 17))
    assert (period.start, period.end) == (date(2026, 5, 17), date(2026, 5, 17))


def test_next_month_of_december_is_january() -> None:
    assert period_of("下个月", date(2026, 12, 31)).start == date(2027, 1, 1)


def test_another_month_asked_after_a_list_of_events_is_about_events() -> None:
    parent = Parent(region="putuo")
    parent.says("有什么活动")
    decision = parent.says("下个月呢")
    assert decision.intent == "activity"
    assert "下个月" in words(decision)


def test_the_kind_of_event_that_is_asked_for_comes_first() -> None:
    told = words(Parent(region="putuo").says("最近有没有沙龙可以参加"))
    assert told.index("馨家园") < told.index("宣传周")
