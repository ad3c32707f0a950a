import pytest

from bot.commands.evaluate import table
from indexes.engine import SearchEngine
from indexes.evaluate import evaluate, found_among_three
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
    assert report.found.entry1.value == pytest.approx(2 / 3)
    assert (report.found.topic1.value, report.found.topic3.value) == pytest.approx((2 / 3, 2 / 3))
    assert report.groups["topic"]["screens"].entry1.value == 1
    assert report.knowing.outside == 2
    assert report.knowing.recall.value == pytest.approx(1 / 2)
    assert report.knowing.precision.value == 1
    assert report.knowing.answered.value > 0
    assert report.knowing.turned_away.value == 0
    assert 0.5 < report.knowing.scope <= 1
    assert report.missed == ("青菜进嘴就吐",)


def test_a_right_topic_is_that_of_a_right_entry_or_one_that_is_named(warm: SearchEngine) -> None:
    def of(asked: Question) -> tuple[float, float]:
        found = evaluate(warm, (asked,), rivals=False).found
        return found.entry1.value, found.topic1.value

    assert of(Question("青菜进嘴就吐", topics=("eating",))) == (1, 1)
    assert of(Question("青菜进嘴就吐", topics=("screens",))) == (0, 0)
    assert of(Question("青菜进嘴就吐", entries=("romance-junior",), topics=("eating",))) == (0, 1)


def test_every_baseline_is_asked_the_same_and_compared_in_pairs(warm: SearchEngine) -> None:
    asked = [Question(text, entries=("eating-picky",)) for text in ("青菜进嘴就吐", "绿的一口不碰", "光吃白米饭")]
    report = evaluate(warm, asked)
    assert len(report.rivals) == 6
    assert all(figures.cases == 3 for figures in report.rivals.values())
    for name, (topic, entry) in report.gains.items():
        lead = report.found.entry1.value - report.rivals[name].entry1.value
        assert entry.value == pytest.approx(lead)
        assert topic.low <= topic.value <= topic.high


def test_no_baseline_sees_what_does_not_hold_where_the_parent_is(warm: SearchEngine) -> None:
    here = Question("机构跑路了学费不退", entries=("tutoring-report",), region="putuo")
    elsewhere = Question("机构跑路了学费不退", entries=("tutoring-report",), region="tianning")
    assert all(figures.entry3.value == 1 for figures in evaluate(warm, (here,)).rivals.values())
    assert all(figures.entry3.value == 0 for figures in evaluate(warm, (elsewhere,)).rivals.values())


def test_questions_are_grouped_by_part_stage_and_length(warm: SearchEngine) -> None:
    report = evaluate(
        warm,
        (
            Question("绿的不碰", entries=("eating-picky",), part="scraps"),
            Question("儿子手机一拿走就踹门，昨天还把桌子掀了", entries=("phone-junior",), part="hard", stage="junior"),
        ),
        rivals=False,
    )
    assert set(report.groups["part"]) == {"sealed", "development"}
    assert set(report.groups["stage"]) == {"junior", "not told"}
    assert len(report.groups["length"]) == 2


def test_the_table_shows_everything_with_its_interval(warm: SearchEngine) -> None:
    asked = [Question(text, entries=("eating-picky",)) for text in ("青菜进嘴就吐", "绿的一口不碰")] * 3
    text = "\n".join(table(evaluate(warm, [*asked, Question("明天下雨吗", inside=False)])))
    for part in ("engine", "TF-IDF", "dense, no cut-off", "0.9 dense", "AUROC", "by topic", "by length", "(100–100)"):
        assert part in text


def test_the_curves_fall_from_all_to_few(warm: SearchEngine) -> None:
    asked = [Question("青菜进嘴就吐", entries=("eating-picky",)), Question("有点事", entries=("eating-picky",))]
    curves = evaluate(warm, [*asked, Question("明天下雨吗", inside=False)], rivals=False).curves
    assert set(curves) == {"inside", "first", "three"}
    for steps in curves.values():
        given = [step.given for step in steps]
        assert given == sorted(given, reverse=True)
        assert steps[0].outside <= 1


def test_no_cases_give_noughts(warm: SearchEngine) -> None:
    report = evaluate(warm, ())
    assert (report.found.cases, report.found.mrr.value, report.knowing.recall.value) == (0, 0, 0)
    assert list(table(report))


def test_one_question_can_be_asked_alone(warm: SearchEngine) -> None:
    assert found_among_three(warm, Question("青菜进嘴就吐", entries=("eating-picky",)))
    assert not found_among_three(warm, Question("青菜进嘴就吐", entries=("romance-junior",)))
