"""Questions put together by meaning: the same every time, one subject in one group."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes.clusters import clusters, vectors
from indexes.embed import unit
from indexes.engine import SearchEngine

ASKED = (
    "电话手表上有陌生人加她好友让发照片",
    "手表里不认识的人加好友要照片",
    "陌生人在电话手表上加孩子好友",
    "育儿补贴怎么领",
    "育儿补贴在哪里领要什么材料",
    "三岁以下的育儿补贴外地户口能领吗",
    "抽动症老师罚他站后面",
)


def test_questions_of_one_subject_come_together(search_engine: SearchEngine) -> None:
    found = {frozenset(group) for group in clusters(*vectors(search_engine, ASKED))}
    assert found == {frozenset({0, 1, 2}), frozenset({3, 4, 5}), frozenset({6})}


def test_a_stage_alone_does_not_part_them(search_engine: SearchEngine) -> None:
    words = ["初一孩子被同学孤立没人跟他玩", "小学三年级孩子被同学孤立没人跟她玩"]
    assert len(clusters(*vectors(search_engine, words))) == 1


def test_nothing_is_no_cluster(search_engine: SearchEngine) -> None:
    assert clusters(*vectors(search_engine, [])) == []
    assert clusters(*vectors(search_engine, ["？"])) == [(0,)]


def test_one_in_the_middle_does_not_chain_two_subjects_into_one() -> None:
    angles = np.radians([0, 8, 40, 72, 80])
    rows = np.stack((np.cos(angles), np.sin(angles)), axis=1).astype(np.float32)
    found = {frozenset(group) for group in clusters(rows, 0.8)}
    assert {0, 4} not in [set(group) & {0, 4} for group in found]
    assert any({0, 1} <= group for group in found)
    assert any({3, 4} <= group for group in found)


def test_the_most_central_comes_first() -> None:
    angles = np.radians([-10, 0, 12])
    rows = np.stack((np.cos(angles), np.sin(angles)), axis=1).astype(np.float32)
    assert clusters(rows, 0.5)[0][0] == 1


@given(st.lists(st.lists(st.integers(-3, 3), min_size=4, max_size=4), max_size=25), st.sampled_from([0.1, 0.5, 0.9]))
def test_every_question_is_in_one_group_and_twice_gives_the_same(points: list[list[int]], like: float) -> None:
    rows = unit(np.array(points, dtype=np.float32).reshape(len(points), 4))
    found = clusters(rows, like)
    assert sorted(at for group in found for at in group) == list(range(len(points)))
    assert clusters(rows.copy(), like) == found
    for group in found:
        if len(group) > 1:
            alike = rows[list(group)] @ rows[list(group)].T
            assert alike.sum() > len(group) * 0.9  # none joins what it is not like at all


@pytest.mark.parametrize("count", [1, 2])
def test_the_same_words_are_one(search_engine: SearchEngine, count: int) -> None:
    assert len(clusters(*vectors(search_engine, [ASKED[0]] * count))) == 1
