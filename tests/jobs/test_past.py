"""What a trial is held against: each question once, masked; of a parent's only the number goes into a report."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.jobs import past
from bot.jobs.past import Past
from bot.store.misses import Miss, Reason
from bot.store.trials import Line, Trial
from knowledge import files

NOW = datetime(2026, 5, 12, 12, tzinfo=UTC)
KEY = "screens-junior-phone-conflict"


def miss(number: int, text: str, reason: Reason = "unsure") -> Miss:
    return Miss(number, number, text, "answer", None, NOW, None, None, None, "", None, reason)


def trial(*lines: str) -> Trial:
    return Trial(1, "一批", "done", "顾老师", NOW, tuple(Line(one) for one in lines), (), (), 0, "")


def test_what_did_not_help_is_asked_as_well_and_the_same_words_once() -> None:
    library = replace(files.load(), entries={})
    asked = [miss(3, "孩子摔门"), miss(2, "手机怎么管", "unhelped"), miss(1, "孩子摔门", "person")]
    held = past.gathered(asked, [trial("孩子摔门", "作业拖拉")], library, library, ())
    assert held[:2] == [
        Past("parent", "孩子摔门", ids=(3, 1), times=2),
        Past("parent", "手机怎么管", ids=(2,), times=1),
    ]
    assert held[2:] == [Past("tried", "作业拖拉")]


def test_names_and_numbers_are_masked_once_more() -> None:
    library = replace(files.load(), entries={})
    held = past.gathered([miss(1, "我电话13812345678，孩子摔门")], [trial("打给13812345678")], library, library, ())
    assert not any("13812345678" in one.text for one in held)


def test_of_a_parents_question_the_report_has_the_number_and_no_words() -> None:
    parent, tried = Past("parent", "孩子摔门", ids=(3,)), Past("tried", "作业拖拉")
    assert "孩子摔门" not in str(parent.told(("none", ""), ("answer", "甲")))
    assert parent.told(("none", ""), ("answer", "甲"))["ids"] == [3]
    assert tried.told(("none", ""), ("answer", "甲"))["text"] == "作业拖拉"


def test_wordings_of_entries_beside_the_changed_one_are_asked_and_not_its_own() -> None:
    library = files.load()
    held = past.gathered([], [], library, library, [KEY])
    texts = {one.text for one in held}
    assert 100 < len(held) <= past.WORDINGS
    assert not texts & set(library.entries[KEY].wordings)
    related = library.entries[library.entries[KEY].related[0]]
    assert related.title in texts


def test_of_many_only_the_newest_are_asked() -> None:
    library = replace(files.load(), entries={})
    asked = [miss(number, f"第{number}种问法") for number in range(2000, 0, -1)]
    held = past.gathered(asked, [], library, library, ())
    assert len(held) == past.PARENTS
    assert held[0].ids == (2000,)


def test_a_parent_who_asks_again_counts_once_by_the_newest() -> None:
    library = replace(files.load(), entries={})
    asked = [replace(miss(number, "孩子摔门"), parent=parent) for number, parent in ((4, 1), (3, 2), (2, 1), (1, 1))]
    assert past.gathered(asked, [], library, library, ()) == [Past("parent", "孩子摔门", ids=(4, 3), times=2)]
