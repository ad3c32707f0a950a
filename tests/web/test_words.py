"""Dates as people say them, numbers that dial, Markdown without danger."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.web.words import clock, day, markdown, phones, when

NOW = datetime(2026, 5, 12, 12, 41, tzinfo=UTC)  # Tuesday, 20:41 in China


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 5, 12, 12, 41, tzinfo=UTC), "今天 20:41"),
        (datetime(2026, 5, 11, 16, 5, tzinfo=UTC), "今天 00:05"),
        (datetime(2026, 5, 11, 15, 59, tzinfo=UTC), "昨天 23:59"),
        (datetime(2026, 5, 10, 15, 10, tzinfo=UTC), "周日 23:10"),
        (datetime(2026, 5, 6, 1, 0, tzinfo=UTC), "周三 09:00"),
        (datetime(2026, 5, 5, 1, 0, tzinfo=UTC), "5 月 5 日 09:00"),
        (datetime(2025, 12, 31, 1, 0, tzinfo=UTC), "2025 年 12 月 31 日 09:00"),
    ],
)
def test_a_time_is_written_as_people_say_it(at: datetime, words: str) -> None:
    assert when(at, NOW) == words


def test_a_day_to_come_is_written_as_a_date() -> None:
    assert day(datetime(2026, 5, 14, 1, 0, tzinfo=UTC), NOW) == "5 月 14 日"


def test_the_clock_is_china_s_whatever_the_zone_of_the_value() -> None:
    assert clock(datetime(2026, 5, 12, 16, 30, tzinfo=UTC)) == "00:30"


@pytest.mark.parametrize("number", ["110", "120", "12356", "96111", "0519-12345678", "13800000000"])
def test_a_number_to_call_dials(number: str) -> None:
    assert f'<a href="tel:{number}">{number}</a>，' in phones(f"先打 {number}，别等。")


@pytest.mark.parametrize(
    "text",
    ["身高 120 厘米", "一共 110 元", "第 12356 号", "20:110", "120%", "2110", "12-110", "每天 120 分钟", "110 多个"],
)
def test_a_quantity_does_not_dial(text: str) -> None:
    assert "<a" not in phones(text)


def test_two_numbers_side_by_side_both_dial() -> None:
    assert phones("110、120").count("tel:") == 2


def test_words_around_a_number_are_escaped() -> None:
    assert phones("<b>打 110</b>") == '&lt;b&gt;打 <a href="tel:110">110</a>&lt;/b&gt;'


def test_markdown_keeps_headings_and_lists_and_makes_numbers_dial() -> None:
    html = markdown("### 先停\n\n- 打 12356。\n")
    assert "<h3>先停</h3>" in html
    assert 'href="tel:12356"' in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[点我](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "![图](https://evil.example/x.png)",
        "[x](data:text/html,hello)",
        "[x](https://e.example \"onclick='x'\")",
    ],
)
def test_markdown_lets_nothing_dangerous_through(text: str) -> None:
    html = markdown(text)
    for bad in ("<script", "<img", 'href="javascript', 'href="data', "onclick=", "onerror=x"):
        assert bad not in html.replace("&lt;", "")


def test_a_number_inside_a_link_is_left_alone() -> None:
    assert markdown("[看 12356 的介绍](https://e.example)").count("<a ") == 1
