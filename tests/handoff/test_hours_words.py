"""Hours as people write them are read into the grammar, and said again in Chinese."""

from __future__ import annotations

import pytest

from bot.handoff.duty import words as hours_words


@pytest.mark.parametrize(
    ("words", "hours", "said"),
    [
        (
            "工作日 8:30-12:00、13:30-17:30；周六 9:00-12:00",
            "workday 08:30-12:00; workday 13:30-17:30; sat 09:00-12:00",
            "工作日 8:30-12:00、13:30-17:30；周六 9:00-12:00",
        ),
        ("周一至周五 ９：００－１７：００", "mon-fri 09:00-17:00", "周一至周五 9:00-17:00"),
        ("周一、周三 9:00到11:00", "mon,wed 09:00-11:00", "周一、周三 9:00-11:00"),
        ("周末 9:00-11:00", "sat,sun 09:00-11:00", "周六、周日 9:00-11:00"),
        ("每天 22:00-6:00", "all 22:00-06:00", "每天 22:00-6:00"),
        ("每天 8:00-24:00", "all 08:00-00:00", "每天 8:00-24:00"),
        ("workday 08:30-17:30", "workday 08:30-17:30", "工作日 8:30-17:30"),
        ("all 00:00-00:00", "all 00:00-00:00", "每天 全天"),
        ("", "", ""),
        ("  \n ", "", ""),
    ],
)
def test_hours_are_read_and_said(words: str, hours: str, said: str) -> None:
    assert hours_words.read(words) == hours
    assert hours_words.say(hours) == said
    assert hours_words.read(hours_words.say(hours).replace("全天", "0:00-0:00")) == hours


@pytest.mark.parametrize(
    "words",
    ["上午", "8:30-12:00", "工作日 8点到12点", "工作日 8:30-25:00", "周八 8:00-9:00", "工作日 8:30-12:00 看情况"],
)
def test_what_cannot_be_read_is_answered_with_an_example(words: str) -> None:
    with pytest.raises(ValueError, match="请这样写：工作日 8:30-12:00"):
        hours_words.read(words)


@pytest.mark.parametrize("words", ["周一" + " " * 60_000 + "9:00-11:00", "周一、" * 2_000, "㋿" * 299])
def test_words_too_long_to_be_hours_are_refused_unread(words: str) -> None:
    with pytest.raises(ValueError, match="时间最多写 300 个字"):  # read, sixty thousand spaces took most of a minute
        hours_words.read(words)


def test_many_spaces_are_one() -> None:
    assert hours_words.read(f"周一{' ' * 200}至{' ' * 60}周五　9:00-11:00") == "mon-fri 09:00-11:00"
