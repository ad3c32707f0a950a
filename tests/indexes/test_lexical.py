from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from indexes.documents import Document, documents
from indexes.lexical import K1, B, LexicalIndex, Postings, bag
from indexes.text import grams
from knowledge.release import Release

TEXTS = ("不写作业", "写作业磨蹭磨蹭", "不睡觉")
WORTH = {"作业": 2.0, "磨蹭": 3.0, "不": 0.5}
FRESH = 1.0


def one(name: str, *asked: str, body: str = "", topic: str = "homework") -> Document:
    return Document("entry", name, name, (name, *asked), body, (topic,))


def by_hand(query: str, at: int) -> float:
    bags = [Counter(grams(text)) for text in TEXTS]
    average = sum(sum(held.values()) for held in bags) / len(bags)
    total = 0.0
    for gram, times in Counter(grams(query)).items():
        often = bags[at][gram]
        if often:
            part = often * (K1 + 1) / (often + K1 * (1 - B + B * sum(bags[at].values()) / average))
            total += times**0.5 * WORTH.get(gram, FRESH) * part
    return total


@pytest.fixture
def postings() -> Postings:
    bags = [Counter(grams(text)) for text in TEXTS]
    vocabulary = {gram: at for at, gram in enumerate(sorted({gram for bag in bags for gram in bag}))}
    triples = [(vocabulary[gram], row, count) for row, held in enumerate(bags) for gram, count in held.items()]
    terms, rows, counts = (np.array(column) for column in zip(*triples, strict=True))
    worth = np.array([WORTH.get(gram, FRESH) for gram in vocabulary], dtype=np.float32)
    return Postings.of(vocabulary, terms, rows.astype(np.int32), counts.astype(np.float32), worth, FRESH, len(bags))


def test_scores_are_those_of_the_formula(postings: Postings) -> None:
    scores = postings.score(bag("作业磨蹭磨蹭到不睡"))
    assert scores.tolist() == pytest.approx([by_hand("作业磨蹭磨蹭到不睡", at) for at in range(3)], rel=1e-5)


def test_cover_is_a_share_that_does_not_grow_with_the_message(postings: Postings) -> None:
    assert postings.cover(bag("不写作业")).tolist()[0] == pytest.approx(1)
    assert postings.cover(bag("不写作业不写作业")).max() <= 1.0001
    assert postings.cover(bag("明天下雨")).max() == 0
    assert postings.cover({}).tolist() == [0, 0, 0]


def test_a_gram_that_leans_to_a_topic_is_worth_more_than_one_as_rare_that_does_not() -> None:
    own = {"a": "厌学", "b": "挑食", "c": "早恋", "d": "离婚"}
    held = [one(word, f"{word}很多", word, word, word, topic=topic) for topic, word in own.items()]
    whole = LexicalIndex.build(held).whole
    worth = {gram: float(whole.worth[at]) for gram, at in whole.vocabulary.items()}
    assert worth["厌学"] > 1.5 * worth["很多"]
    assert worth["厌学"] == pytest.approx(worth["离婚"])


def test_a_long_way_to_ask_does_not_drown_a_short_one() -> None:
    long = "他昨天晚上吃饭的时候跟我说他们班上有个同学因为没有交作业被老师留下来了"
    index = LexicalIndex.build([one("甲", "不交作业"), one("乙", long)])
    scores = index.whole.score(bag("作业"))
    assert scores[0] > scores[1]


def test_the_way_to_ask_that_is_most_like_it_is_named() -> None:
    index = LexicalIndex.build([one("标题", "半夜玩手机", "早上起不来")])
    assert index.matched("早上叫不起来", 0) == 2
    assert index.matched("完全别的话", 0) == 0


def test_the_title_counts_twice() -> None:
    index = LexicalIndex.build([one("挑食", "青菜"), one("青菜", "挑食")])
    scores = index.whole.score(bag("挑食"))
    assert scores[0] > scores[1]


def test_exact_words_are_known_in_any_spelling() -> None:
    index = LexicalIndex.build([one("初二孩子早恋怎么办"), one("离婚")])
    assert index.exact["八年级孩子早恋"] == (0,)


def same(one: LexicalIndex, other: LexicalIndex, text: str) -> bool:
    return np.allclose(one.whole.score(bag(text)), other.whole.score(bag(text)), rtol=1e-5)


def test_what_is_saved_is_read_back(tmp_path: Path, release: Release) -> None:
    held = documents(release)
    index = LexicalIndex.build(held)
    index.save(tmp_path / "lexical.npz")
    again = LexicalIndex.load(tmp_path / "lexical.npz")
    assert same(index, again, "手机一收就翻脸")
    assert np.array_equal(index.whole.cover(bag("手机")), again.whole.cover(bag("手机")))
    assert again.exact == index.exact
    assert again.plain == index.plain


def test_a_patched_index_finds_as_one_that_was_built_with_the_same_worths(release: Release) -> None:
    before = list(documents(release))
    changed = one("phone-junior", "电子产品管控全新说法", body="先等两个人都平静")
    after = [before[2], changed, *before[4:], one("新的一条", "螺蛳粉味道太大")]
    origin = [2, None, *range(4, len(before)), None]
    index = LexicalIndex.build(before)
    patched = index.patched(after, origin)
    assert patched.whole.size == len(after)
    assert int(patched.whole.score(bag("螺蛳粉")).argmax()) == len(after) - 1  # grams that no line had
    assert int(patched.whole.score(bag("电子产品管控")).argmax()) == 1
    assert patched.plain[1][1] == "电子产品管控全新说法"
    untouched = index.patched(before, list(range(len(before))))
    assert same(untouched, index, "手机一收就翻脸")
    back = patched.patched(before, [None, None, 0, None, *range(2, len(before) - 2)])
    assert same(back, index, "儿子 手机拿走就踹门")


def test_an_empty_library_can_be_asked(tmp_path: Path) -> None:
    index = LexicalIndex.build([])
    index.save(tmp_path / "lexical.npz")
    again = LexicalIndex.load(tmp_path / "lexical.npz")
    assert again.whole.score(bag("手机")).size == 0
