"""Limits: what people may set, how it is kept, who answers by it, and what it would do to the exam."""

from __future__ import annotations

import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes.build import FailedExam, build
from indexes.effect import asked, effect, failure, judged, outcome
from indexes.engine import SearchEngine
from indexes.evaluate import Place, Sat, query_of
from indexes.hits import Hits, Query, Verdict
from indexes.limits import RANGES, BadLimitsError, Limits, decode, encode, faults, of_percents, percents
from indexes.live import Live
from indexes.patch import patched
from knowledge.exam import Question
from knowledge.model import Library
from knowledge.release import freeze

PHONE = "他手机玩到半夜两点不肯放下"
EXAM = (
    Question("儿子手机一拿走就踹门", topics=("screens",), part="school"),
    Question(PHONE, entries=("phone-junior",), part="hard"),
    Question(PHONE, entries=("romance-junior",)),
    Question("明天会不会下雨呀带不带伞出门", inside=False, part="school"),
    Question("手机", entries=("phone-junior",), part="scraps"),  # sealed
)
limits = st.builds(of_percents, st.fixed_dictionaries({name: st.integers(*ends) for name, ends in RANGES.items()}))


def test_what_is_packaged_may_be_set_and_needs_no_words() -> None:
    assert faults(Limits()) == {}
    assert encode(Limits()) is None
    assert decode(None) == Limits()


@given(limits)
def test_what_may_be_set_comes_back_as_it_was(made: Limits) -> None:
    assert of_percents(percents(made)) == made
    if faults(made):
        body = encode(made)
        assert body is not None
        with pytest.raises(BadLimitsError):
            decode(body)
    else:
        assert decode(encode(made)) == made


def test_only_what_differs_is_kept() -> None:
    assert json.loads(encode(of_percents({"first": 80})) or "") == {"first": 0.8}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no json",
        "[]",
        '"first"',
        '{"sure_inside": 0.5}',
        '{"unknown": 1}',
        '{"first": "0.8"}',
        '{"first": null}',
        '{"first": true}',
        '{"first": NaN}',
        '{"first": 1e400}',
        '{"first": 0.2}',
        '{"first": 0.51, "three": 0.6}',
        '{"inside": 0.5, "beyond": 0.6}',
    ],
)
def test_what_nobody_may_set_is_refused(body: str) -> None:
    with pytest.raises(BadLimitsError):
        decode(body)


def test_each_fault_stands_at_its_field() -> None:
    assert faults(replace(Limits(), first=0.1, beyond=0.99)).keys() == {"first", "beyond"}
    assert faults(replace(Limits(), first=0.5, three=0.6)).keys() == {"first"}
    assert faults(replace(Limits(), inside=0.5, beyond=0.6)).keys() == {"beyond"}


def test_a_borderline_question_gets_a_choice_once_the_bar_is_raised(warm: SearchEngine) -> None:
    (held,) = warm.weigh([Query(PHONE)])
    found = warm.settle(held, Limits())
    assert found == warm.search(Query(PHONE))
    assert found.verdict == "answer"
    assert found.first < 1
    higher = warm.settle(held, replace(Limits(), first=found.first + 0.001))
    assert higher.verdict == "choose"
    assert higher.items == found.items


def test_every_engine_that_answers_has_the_limits_whichever_came_first(library: Library, tmp_path: Path) -> None:
    made, other = replace(Limits(), first=0.9), replace(Limits(), first=0.8)
    one, two = (SearchEngine.open(build(freeze(library, n), tmp_path, dense=False)) for n in (1, 2))
    live = Live()
    live.tune(made)
    live.swap(one)
    assert one.limits == made
    live.tune(other)
    assert (one.limits, live.limits) == (other, other)
    live.swap(two)
    assert two.limits == other
    assert SearchEngine.open(two.path, like=two).limits == other
    again = patched(freeze(replace(library, activities={}), 3), tmp_path, two)
    assert again is not None
    assert again.limits == other


def test_swaps_and_limits_at_once_never_leave_an_engine_with_old_limits(library: Library, tmp_path: Path) -> None:
    engines = [SearchEngine.open(build(freeze(library, n), tmp_path, dense=False)) for n in (1, 2)]
    live = Live(engines[0])
    wanted = [replace(Limits(), first=0.5 + at / 1000) for at in range(300)]
    with ThreadPoolExecutor(1) as pool:
        tuning = pool.submit(lambda: [live.tune(one) for one in wanted])
        for turn in itertools.count():
            live.swap(engines[turn % 2])
            if tuning.done():
                break
    assert live.engine is not None
    assert live.engine.limits == live.limits == wanted[-1]


def test_the_exam_is_asked_once_without_its_sealed_part_and_settled_as_a_search_would(warm: SearchEngine) -> None:
    told: list[int] = []
    held = asked(warm, EXAM, told.append)
    assert told == [4]
    assert "手机" not in {one.question for one in held.questions}
    for made in (Limits(), of_percents({"first": 95, "three": 90})):
        before, warm.limits = warm.limits, made
        found = [warm.search(replace(query_of(one), limit=3)) for one in held.questions]
        warm.limits = before
        assert [one.hits for one in judged(warm, held, made)] == found


def test_the_effect_counts_every_group_before_and_after(warm: SearchEngine) -> None:
    held = asked(warm, EXAM, lambda _count: None)
    same = effect(warm, held, Limits(), Limits())
    assert [(one.group, one.total) for one in same.counts] == [
        ("ordinary", 1),
        ("hard", 1),
        ("added", 1),
        ("outside", 1),
    ]
    assert same.turned == ()
    assert all(one.before == one.after for one in same.counts)
    assert same.total("wrong", after=True, inside=True) == 1
    higher = replace(Limits(), first=1.1, three=1.1)  # nothing but the very words is sure enough
    other = effect(warm, held, Limits(), higher)
    assert other.total("right", after=False, inside=True) > other.total("right", after=True, inside=True)
    assert sum(sum(one.after.values()) for one in other.counts) == 4


def test_what_becomes_wrong_comes_first_and_what_is_better_last(warm: SearchEngine) -> None:
    held = asked(warm, EXAM, lambda _count: None)
    low, high = Limits(), replace(Limits(), first=1.1, three=1.1)
    for one in effect(warm, held, high, low).turned:
        assert one.worse == (one.after in ("wrong", "astray"))
    order = [one.after == "wrong" for one in effect(warm, held, high, low).turned]
    assert order == sorted(order, reverse=True)
    assert True in order


def sat(verdict: Verdict, entry: int, *, inside: bool = True) -> Sat:
    return Sat(Question(f"{verdict}{entry}", entries=("x",), inside=inside), Place(entry, entry), Hits(verdict=verdict))


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (sat("answer", 1), "right"),
        (sat("answer", 2), "wrong"),
        (sat("answer", 0), "wrong"),
        (sat("choose", 3), "among"),
        (sat("choose", 4), "astray"),
        (sat("clarify", 1), "asked"),
        (sat("none", 1), "refused"),
        (sat("answer", 1, inside=False), "wrong"),
        (sat("choose", 1, inside=False), "astray"),
        (sat("none", 0, inside=False), "refused"),
    ],
)
def test_an_outcome_is_what_a_parent_gets(one: Sat, expected: str) -> None:
    assert outcome(one) == expected


def test_what_fails_is_named() -> None:
    good, far = [sat("answer", 1)] * 8, [sat("none", 0, inside=False)]
    assert failure(good, far) is None
    assert failure([], []) is None
    cases = {
        "考题只找到": ([*good, *[sat("none", 0)] * 8], far),
        "直接回答的里面": ([*good, *[sat("answer", 2)] * 3], far),
        "不归我们的里面": (good, [sat("choose", 0, inside=False)]),
        "能答的里面": ([*good, *[sat("clarify", 1)] * 9], far),
    }
    for words, (inside, outside) in cases.items():
        failed = failure(inside, outside)
        assert isinstance(failed, FailedExam), words
        assert words in str(failed)
        assert failed.missed


def test_a_release_is_examined_under_the_limits_in_force(library: Library, tmp_path: Path) -> None:
    """A question that only its context answers: under limits by which nothing is joined it is not found."""
    exam = (Question("那怎么办", entries=("phone-junior",), context="手机拿走就踹门"),)
    build(freeze(library, 1), tmp_path, dense=False, exam=exam)
    alone = replace(Limits(), scrap=0, sure_inside=0.0, margin=0.0, beyond=0.0)
    with pytest.raises(Exception, match="考题只找到"):
        build(freeze(library, 2), tmp_path, dense=False, exam=exam, limits=alone)
    assert asdict(alone)["scrap"] == 0
