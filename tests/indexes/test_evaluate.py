import pytest

from indexes.engine import SearchEngine
from indexes.evaluate import evaluate
from knowledge.exam import Question


def test_the_figures_are_counted_from_the_places(warm: SearchEngine) -> None:
    report = evaluate(
        warm,
        (
            Question("儿子手机一拿走就踹门", topics=("screens",)),
            Question("青菜进嘴就吐", entries=("eating-picky",)),
            Question("青菜进嘴就吐", entries=("romance-junior",)),
            Question("明天会不会下雨呀带不带伞出门", inside=False),
            Question("青菜进嘴就吐", inside=False),
        ),
    )
    assert report.found.cases == 3
    assert report.found.recall1 == pytest.approx(2 / 3)
    assert (report.found.topic1, report.found.topic3) == pytest.approx((2 / 3, 2 / 3))
    assert report.topics["screens"].recall1 == 1
    assert report.outside == 2
    assert report.rejected == pytest.approx(1 / 2)
    assert report.answered > 0
    assert report.turned_away == 0


def test_a_hit_by_topic_is_one_of_the_primary_topic_only(warm: SearchEngine) -> None:
    assert evaluate(warm, (Question("青菜进嘴就吐", topics=("eating",)),)).found.recall1 == 1
    assert evaluate(warm, (Question("青菜进嘴就吐", topics=("screens",)),)).found.recall1 == 0


def test_what_was_missed_is_listed_and_the_table_shows_the_baseline(warm: SearchEngine) -> None:
    report = evaluate(warm, (Question("青菜进嘴就吐", entries=("nothing",)), Question("明天下雨吗", inside=False)))
    assert report.missed == ("青菜进嘴就吐",)
    table = report.table()
    assert "BM25 alone" in table
    assert "of 1" in table


def test_no_cases_give_noughts(warm: SearchEngine) -> None:
    report = evaluate(warm, ())
    assert (report.found.cases, report.found.mrr, report.rejected) == (0, 0, 0)
    assert report.table()
