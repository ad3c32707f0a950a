"""Placeholders of canned replies: what is known is filled in, what is not stays to be seen."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.handoff.placeholders import filled, unknown

EVENING = datetime(2026, 5, 12, 12, 41, tzinfo=UTC)  # 20:41 in China


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("{问候}，我是{站点}的{老师}。", "晚上好，我是天宁站的周老师。"),
        ("现在是{日期} {时间}。", "现在是5 月 12 日 20:41。"),
        ("｛老师｝在", "周老师在"),
        ("{ 老师 }在", "周老师在"),
        ("请带{材料}来", "请带{材料}来"),
        ("没有占位", "没有占位"),
    ],
)
def test_what_is_known_is_filled_in(words: str, said: str) -> None:
    assert filled(words, staff="周老师", station="天宁站", now=EVENING) == said


def test_without_a_station_the_words_still_read_well() -> None:
    assert filled("我在{站点}", staff="周老师", station="", now=EVENING) == "我在社区家庭教育指导站"


def test_names_that_nothing_fills_are_told() -> None:
    assert unknown("{老师}请带{材料}和{材料}") == ("材料",)
