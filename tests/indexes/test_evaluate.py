from pathlib import Path

import pytest

from indexes.engine import SearchEngine
from indexes.evaluate import Case, CaseError, evaluate, load_cases

CASES = """
- question: 儿子手机一拿走就踹门
  topics: [screens]
- question: 天天写作业写到半夜
  entries: [homework-slow]
  stage: primary
- question: 明天会不会下雨呀带不带伞出门
  inside: false
"""


def test_cases_are_read_from_files_of_both_kinds(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(CASES, encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(
        '{"question": "青菜不吃", "topics": ["eating"], "note": "mine"}\n', encoding="utf-8"
    )
    cases = load_cases(tmp_path)
    assert [case.question for case in cases[:2]] == ["儿子手机一拿走就踹门", "天天写作业写到半夜"]
    assert cases[1] == Case("天天写作业写到半夜", entries=("homework-slow",), stage="primary")
    assert not cases[2].inside
    assert cases[3].topics == ("eating",)
    assert load_cases(tmp_path / "b.jsonl") == cases[3:]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("- topics: [screens]", "没有 question"),
        ("- question: 没有答案", "要么写 entries 或 topics"),
        ("question: 不是列表", "应当是一个列表"),
        ("- [", "读不出来"),
    ],
)
def test_a_faulty_file_is_named(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "exam.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CaseError, match=r"exam\.yaml") as raised:
        load_cases(tmp_path)
    assert fault in str(raised.value)


def test_the_figures_are_counted_from_the_places(warm: SearchEngine) -> None:
    report = evaluate(
        warm,
        (
            Case("儿子手机一拿走就踹门", topics=("screens",)),
            Case("青菜进嘴就吐", entries=("eating-picky",)),
            Case("青菜进嘴就吐", entries=("romance-junior",)),
            Case("明天会不会下雨呀带不带伞出门", inside=False),
            Case("青菜进嘴就吐", inside=False),
        ),
    )
    assert report.found.cases == 3
    assert report.found.recall1 == pytest.approx(2 / 3)
    assert report.topics["screens"].recall1 == 1
    assert report.outside == 2
    assert report.rejected == pytest.approx(1 / 2)
    assert report.answered > 0
    assert report.turned_away == 0


def test_a_hit_by_topic_is_one_of_the_primary_topic_only(warm: SearchEngine) -> None:
    assert evaluate(warm, (Case("青菜进嘴就吐", topics=("eating",)),)).found.recall1 == 1
    assert evaluate(warm, (Case("青菜进嘴就吐", topics=("screens",)),)).found.recall1 == 0


def test_what_was_missed_is_listed_and_the_table_shows_the_baseline(warm: SearchEngine) -> None:
    report = evaluate(warm, (Case("青菜进嘴就吐", entries=("nothing",)), Case("明天下雨吗", inside=False)))
    assert report.missed == ("青菜进嘴就吐",)
    table = report.table()
    assert "BM25 alone" in table
    assert "of 1" in table


def test_no_cases_give_noughts(warm: SearchEngine) -> None:
    report = evaluate(warm, ())
    assert (report.found.cases, report.found.mrr, report.rejected) == (0, 0, 0)
    assert report.table()
