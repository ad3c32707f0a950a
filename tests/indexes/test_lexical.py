from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from indexes.documents import Document, documents
from indexes.lexical import K1, B, LexicalIndex, Postings, bag
from indexes.text import grams
from knowledge.release import Release

TEXTS = ("不写作业", "写作业磨蹭磨蹭", "不睡觉")


def one(name: str, *asked: str, body: str = "") -> Document:
    return Document("entry", name, name, (name, *asked), body)


def by_hand(query: str, at: int) -> float:
    bags = [Counter(grams(text)) for text in TEXTS]
    average = sum(sum(held.values()) for held in bags) / len(bags)
    total = 0.0
    for gram in grams(query):
        often = bags[at][gram]
        seen = sum(gram in held for held in bags)
        idf = np.log(1 + (len(bags) - seen + 0.5) / (seen + 0.5))
        total += idf * often * (K1 + 1) / (often + K1 * (1 - B + B * sum(bags[at].values()) / average))
    return float(total)


def test_scores_are_those_of_the_textbook() -> None:
    postings = Postings.build(Counter(grams(text)) for text in TEXTS)
    scores = postings.score(bag("作业磨蹭到不睡"))
    assert scores.tolist() == pytest.approx([by_hand("作业磨蹭到不睡", at) for at in range(3)], rel=1e-5)


def test_cover_is_a_share_that_does_not_grow_with_the_message() -> None:
    postings = Postings.build(Counter(grams(text)) for text in TEXTS)
    assert postings.cover(bag("不写作业")).tolist()[0] == pytest.approx(1)
    assert postings.cover(bag("不写作业不写作业")).max() <= 1.0001
    assert postings.cover(bag("明天下雨")).max() == 0
    assert postings.cover({}).tolist() == [0, 0, 0]


def test_several_wordings_of_one_entry_count_once() -> None:
    held = [one("多", "不写作业一", "不写作业二", "不写作业三"), one("少", "不写作业四")]
    index = LexicalIndex.build(held)
    scores = index.by_document(index.wordings.score(bag("不写作业")))
    assert scores[0] == pytest.approx(scores[1])


def test_the_wording_that_matched_best_is_named() -> None:
    index = LexicalIndex.build([one("标题", "半夜玩手机", "早上起不来")])
    assert index.matched(index.wordings.score(bag("早上叫不起来")), 0) == 2


def test_the_title_counts_twice() -> None:
    index = LexicalIndex.build([one("挑食", "青菜"), one("青菜", "挑食")])
    scores = index.whole.score(bag("挑食"))
    assert scores[0] > scores[1]


def test_exact_words_are_known_in_any_spelling() -> None:
    index = LexicalIndex.build([one("初二孩子早恋怎么办"), one("离婚")])
    assert index.exact["八年级孩子早恋"] == (0,)


def test_what_is_saved_is_read_back(tmp_path: Path, release: Release) -> None:
    held = documents(release)
    index = LexicalIndex.build(held)
    index.save(tmp_path / "lexical.npz")
    again = LexicalIndex.load(tmp_path / "lexical.npz", held)
    query = bag("手机一收就翻脸")
    assert np.array_equal(index.whole.score(query), again.whole.score(query))
    assert np.array_equal(index.wordings.cover(query), again.wordings.cover(query))
    assert again.exact == index.exact


def test_an_empty_library_can_be_asked(tmp_path: Path) -> None:
    index = LexicalIndex.build([])
    index.save(tmp_path / "lexical.npz")
    again = LexicalIndex.load(tmp_path / "lexical.npz", [])
    assert again.by_document(again.wordings.score(bag("手机"))).size == 0
