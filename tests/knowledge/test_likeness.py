import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.likeness import alike, bigrams, jaccard, squash


def test_only_letters_and_digits_count() -> None:
    assert squash(" “馨家园” 几点，Ａ１？") == "馨家园几点a1"


def test_the_same_words_in_other_marks_are_the_same() -> None:
    assert jaccard(bigrams("孩子不写作业，怎么办？"), bigrams("孩子不写作业 怎么办")) == 1


@pytest.mark.parametrize(("one", "other"), [("", "孩子"), ("！！", "？"), ("吃饭", "睡觉")])
def test_what_shares_nothing_is_not_alike(one: str, other: str) -> None:
    assert jaccard(bigrams(one), bigrams(other)) == 0


def test_half_shared_pairs_are_counted() -> None:
    assert jaccard(bigrams("收手机"), bigrams("收手套")) == pytest.approx(1 / 3)


@given(
    st.lists(st.frozensets(st.sampled_from("abcdefgh"), max_size=6), max_size=12),
    st.sampled_from([0.3, 0.5, 0.75, 1.0]),
)
def test_every_pair_that_is_alike_is_found_and_no_other(sets: list[frozenset[str]], least: float) -> None:
    expected = {(a, b) for b in range(len(sets)) for a in range(b) if jaccard(sets[a], sets[b]) >= least}

    assert set(alike(sets, least)) == expected
