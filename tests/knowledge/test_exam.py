"""The exam: read from files, and checked against the library that it asks about."""

from pathlib import Path

import pytest
from a_library import WORDINGS, library

from knowledge.check import check
from knowledge.exam import FOLDER, SEALED, ExamError, Question, load
from knowledge.files import CONTENT

FILE = """
- question: 儿子手机一拿走就踹门
  entries: [screens-slams-door]
  stage: junior
  intent: guidance
  risk: none
- question: 附近有没有能打的电话
  listings: [china-12356]
- question: 明天会不会下雨呀带不带伞出门
  inside: false
"""


def faults(*questions: Question) -> list[str]:
    return [problem.message for problem in check(library(), questions)]


def asked(text: str = "夜里一点还亮着屏，怎么开口", **changes: object) -> Question:
    return Question(text, **{"entries": ("screens-slams-door",), **changes})  # type: ignore[arg-type] # a test changes one thing


def test_questions_are_read_from_files_of_both_kinds(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(FILE, encoding="utf-8")
    (tmp_path / "b.jsonl").write_text('{"question": "青菜不吃", "topics": ["eating"], "note": "mine"}\n', "utf-8")
    questions = load(tmp_path)
    assert questions[0] == Question("儿子手机一拿走就踹门", entries=("screens-slams-door",), stage="junior", part="a")
    assert questions[1].listings == ("china-12356",)
    assert not questions[2].inside
    assert questions[3].topics == ("eating",)
    assert load(tmp_path / "b.jsonl") == questions[3:]


def test_a_sealed_question_is_known_by_its_file_and_not_by_what_it_says(tmp_path: Path) -> None:
    for name in ("laments", "school"):
        (tmp_path / f"{name}.yaml").write_text("- {question: 青菜不吃, topics: [eating], part: laments}", "utf-8")
    assert [one.sealed for one in load(tmp_path)] == [True, False]


def test_the_packaged_exam_keeps_a_sealed_part() -> None:
    questions = load(CONTENT / FOLDER)
    assert {one.part for one in questions if one.sealed} == SEALED
    assert sum(one.sealed for one in questions) >= 300


def test_a_folder_without_questions_has_none(tmp_path: Path) -> None:
    assert load(tmp_path / "exam") == ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("- topics: [screens]", "没有 question"),
        ("- question: 没有答案", "要么写 entries"),
        ("question: 不是列表", "应当是一个列表"),
        ("- [", "读不出来"),
    ],
)
def test_a_faulty_file_is_named(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "exam.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ExamError, match=r"exam\.yaml") as raised:
        load(tmp_path)
    assert fault in str(raised.value)


def test_a_sound_question_has_no_fault() -> None:
    assert faults(asked(stage="junior", family="left-behind", region="changzhou", intent="guidance", risk="none")) == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"entries": ("gone",)}, "entries 里的 gone"),
        ({"listings": ("gone",)}, "listings 里的 gone"),
        ({"topics": ("weather",)}, "topics 里的 weather"),
        ({"stage": "toddler"}, "stage 里的 toddler"),
        ({"family": "royal"}, "family 里的 royal"),
        ({"region": "atlantis"}, "region 里的 atlantis"),
        ({"intent": "gossip"}, "intent 里的 gossip"),
        ({"risk": "deadly"}, "risk 里的 deadly"),
        ({"inside": False}, "inside: false 又写了答案"),
    ],
)
def test_a_question_names_what_exists(changes: dict[str, object], named: str) -> None:
    assert any(named in message for message in faults(asked(**changes)))


def test_a_question_is_no_copy_of_a_wording() -> None:
    assert any("考不出什么" in message for message in faults(asked(WORDINGS[1] + "呀")))


def test_nothing_is_asked_twice_unless_something_beside_it_differs() -> None:
    assert any("删去一题" in message for message in faults(asked(), asked()))
    assert faults(asked(), asked(stage="junior")) == []
    assert faults(asked(), asked(context="孩子不肯上学")) == []
