"""Long words become as few messages as possible, cut where a reader would pause; nothing is lost."""

from __future__ import annotations

import pytest

from bot.handoff.cutting import MESSAGE_BYTES, cut, joined, messages


def test_short_words_are_one_message_with_the_name() -> None:
    assert messages("您好。", "周老师") == ("周老师：您好。",)


def test_two_thousand_characters_are_three_messages_each_within_what_wechat_takes() -> None:
    words = "孩子晚上不睡，白天起不来。" * 153
    parts = messages(words, "周老师")
    assert len(parts) == 3
    assert all(len(part.encode()) <= MESSAGE_BYTES for part in parts)
    assert all(part.startswith("周老师：") for part in parts)
    assert "".join(part.removeprefix("周老师：") for part in parts) == words


def test_a_cut_falls_at_the_end_of_a_sentence() -> None:
    assert cut("一二三。四五六。七八九。", 24) == ["一二三。四五六。", "七八九。"]


def test_closing_marks_stay_with_their_sentence() -> None:
    assert cut("他说“走开。”我没走。", 21) == ["他说“走开。”", "我没走。"]


def test_a_sentence_without_an_end_is_cut_at_a_comma_or_anywhere() -> None:
    assert cut("一二三，四五六", 12) == ["一二三，", "四五六"]
    assert cut("一二三四五六七", 9) == ["一二三", "四五六", "七"]


def test_line_ends_inside_a_message_stay() -> None:
    assert cut("1. 先等等\n\n2. 再谈", 100) == ["1. 先等等\n\n2. 再谈"]


@pytest.mark.parametrize("words", ["", "   ", "\n\n"])
def test_no_words_are_no_message(words: str) -> None:
    assert messages(words, "周老师") == ()


def test_two_lines_of_one_person_become_one_with_the_name_once() -> None:
    assert joined("周老师：一", "周老师：二", "周老师") == "周老师：一\n二"


def test_lines_that_do_not_fit_together_stay_apart() -> None:
    assert joined("一" * 400, "二" * 400, "周老师") is None
