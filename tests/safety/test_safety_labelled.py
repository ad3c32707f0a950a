"""Labelled messages are read strictly, and what is kept apart is kept apart."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.safety.labelled import LEARN, TEST, LabelError, Labelled, dialogues, read

MESSAGES = read(LEARN)


def lines(folder: Path, *written: str) -> Path:
    (folder / "some.tsv").write_text("\n".join(written) + "\n", "utf-8")
    return folder


def test_a_message_has_its_levels_kind_voice_and_form(tmp_path: Path) -> None:
    found = read(lines(tmp_path, "high|urgent\tsuicide\tteacher\ts\t他上天台了", "none\t-\tparent\th\t笑死"))
    assert found == [
        Labelled("他上天台了", ("high", "urgent"), "suicide", "teacher", "s"),
        Labelled("笑死", ("none",), None, "parent", "h"),
    ]
    assert found[0].level == "high"


def test_a_message_that_stands_twice_is_given_once(tmp_path: Path) -> None:
    assert len(read(lines(tmp_path, "none\t-\tparent\t-\t你好", "none\t-\tparent\t-\t你好"))) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        "none\t-\tparent\t你好",
        "grave\tsuicide\tparent\ts\t他上天台了",
        "high\t-\tparent\ts\t他上天台了",
        "none\tsuicide\tparent\th\t笑死",
        "none\t-\tuncle\th\t笑死",
        "none\t-\tparent\tx\t笑死",
        "none\t-\tparent\th\t ",
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(LabelError, match=r"some\.tsv:1"):
        read(lines(tmp_path, wrong))


def test_there_are_enough_messages_of_every_sort_to_learn_from() -> None:
    risky = [one for one in MESSAGES if one.level != "none"]
    hard = [one for one in MESSAGES if one.form == "h"]
    assert len(MESSAGES) >= 2500
    assert len(hard) * 3 >= len(MESSAGES)
    assert sum(one.form == "s" for one in risky) * 2 >= len(risky)
    for voice in ("parent", "elder", "teacher", "child"):
        assert sum(one.voice == voice for one in MESSAGES) >= 500
    for kind in {one.kind for one in risky} - {"other"}:
        for level in ("concern", "high", "urgent"):
            assert sum(one.kind == kind and one.level == level for one in risky) >= 40, (kind, level)


def test_no_message_of_the_test_is_learned_from() -> None:
    def bare(text: str) -> str:
        return re.sub(r"\W", "", text) or text

    learned = {bare(one.text) for one in MESSAGES}
    assert not [one.text for one in read(TEST) if bare(one.text) in learned]


def test_conversations_have_a_level_for_every_turn() -> None:
    talks = dialogues(TEST / "conversations.yaml")
    assert len(talks) >= 80
    assert all(len(talk.turns) >= 2 for talk in talks)
