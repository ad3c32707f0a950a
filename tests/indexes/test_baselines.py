from collections import Counter

import numpy as np
import pytest

from indexes.baselines import baselines, bm25, mixed, tf_idf
from indexes.documents import documents
from indexes.embed import HashingEmbedder
from knowledge.release import Release


def words(text: str) -> list[str]:
    return text.split()


def test_bm25_is_that_of_the_textbook() -> None:
    score = bm25([Counter("aab"), Counter("bc"), Counter("ccc")], words)
    idf = np.log1p((3 - 1 + 0.5) / (1 + 0.5))
    expected = idf * 2 * 2.5 / (2 + 1.5 * (0.25 + 0.75 * 3 / (8 / 3)))
    assert score("a").tolist() == pytest.approx([expected, 0, 0])
    assert score("z").tolist() == [0, 0, 0]


def test_tf_idf_is_a_cosine() -> None:
    score = tf_idf([Counter("ab"), Counter("aaa"), Counter("c")], words)
    assert int(score("a").argmax()) == 1
    assert score("c").tolist()[:2] == [0, 0]


def test_a_mixture_keeps_the_weights() -> None:
    both = mixed(lambda _: np.array([0.0, 1.0, 0.2]), lambda _: np.array([5.0, 0.0, 1.0]), 0.9)
    assert both("").tolist() == pytest.approx([0.1, 0.9, 0.2])


def test_every_baseline_finds_what_is_plain(release: Release) -> None:
    held = documents(release)
    found = baselines(held, HashingEmbedder())
    assert len(found) == 6
    for name, score in found.items():
        assert held[int(score("青菜进嘴就吐").argmax())].id == "eating-picky", name
    assert len(baselines(held, None)) == 4
