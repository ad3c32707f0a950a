from pathlib import Path

import pytest

from indexes.scope import Gate, learn, samples, train_gate
from knowledge.model import Library


@pytest.fixture(scope="module")
def gate(library: Library) -> Gate:
    return train_gate([text for entry in library.entries.values() for text in (entry.title, *entry.wordings)])


@pytest.mark.parametrize(
    ("ours", "not_ours"),
    [
        ("作业磨蹭到十一点", "帮我写一篇作文五百字"),
        ("平板一关就嚎", "推荐一款便宜的平板"),
        ("不肯睡觉还在床上蹦", "明天会下雨吗"),
    ],
)
def test_the_shape_of_asking_tells_ours_from_others(gate: Gate, ours: str, not_ours: str) -> None:
    assert gate.ours(ours) > 0.6
    assert gate.ours(not_ours) < 0.4


def test_words_it_has_never_seen_leave_it_undecided(gate: Gate) -> None:
    assert gate.ours("龘靐齉") == 0.5
    assert gate.ours("") == 0.5


def test_learning_twice_gives_the_same(library: Library, tmp_path: Path) -> None:
    inside = [entry.title for entry in library.entries.values()]
    gate = train_gate(inside)
    gate.save(tmp_path / "a.npz")
    train_gate(inside).save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert Gate.load(tmp_path / "a.npz").ours("作业") == pytest.approx(gate.ours("作业"), abs=1e-6)


def test_what_parents_say_next_is_ours(gate: Gate) -> None:
    assert gate.ours("都试过了还是没用") > 0.5
    assert gate.ours("那高中呢") > 0.5


def test_one_side_alone_can_be_learned_too() -> None:
    assert learn(["作业"], []).ours("作业") > 0.5
    assert learn([], ["股票"]).ours("股票") < 0.5


def test_the_packaged_messages_are_many_and_each_stands_once() -> None:
    following, outside = samples()
    assert len(outside) >= 150
    assert len({*following, *outside}) == len(following) + len(outside)
