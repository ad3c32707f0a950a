import numpy as np
import pytest

from indexes.belief import Signs
from indexes.documents import Document
from indexes.hits import Kind, Verdict
from indexes.limits import Limits
from indexes.rank import (
    Found,
    Legs,
    Weights,
    Wish,
    agreement,
    allowed,
    best_of,
    fuse,
    joins,
    mean_of_top,
    rank,
    relative_margin,
    spread,
    verdict,
)

LIMITS = Limits(beyond=0.2, inside=0.4, sure_inside=0.6, first=0.8, three=0.5, short=6, margin=0.1, own=8, scrap=3)


def document(
    name: str,
    *,
    kind: Kind = "entry",
    topics: tuple[str, ...] = ("homework",),
    stages: tuple[str, ...] = (),
    families: tuple[str, ...] = (),
    region: str | None = None,
) -> Document:
    return Document(kind, name, name, (name,), "", topics, stages, families, region)


def scores(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def ranked(held: list[Document], legs: Legs, wish: Wish, weights: Weights | None = None, limit: int = 3) -> Found:
    return rank(held, allowed(held, wish.kinds, wish.places), legs, wish, weights or Weights(), limit)


@pytest.mark.parametrize(
    ("region", "places", "found"),
    [
        (None, (), True),
        (None, ("putuo", "shanghai", "china"), True),
        ("shanghai", ("putuo", "shanghai", "china"), True),
        ("putuo", ("putuo", "shanghai", "china"), True),
        ("putuo", ("shanghai", "china"), False),
        ("changzhou", ("putuo", "shanghai", "china"), False),
        ("shanghai", (), False),
    ],
)
def test_an_entry_with_a_region_counts_only_for_parents_within_it(
    region: str | None, places: tuple[str, ...], found: bool
) -> None:
    assert (allowed([document("a", region=region)], ("entry",), places).tolist() == [0]) is found


def test_only_the_kinds_asked_for_are_found() -> None:
    held = [document("a"), document("b", kind="listing"), document("c", kind="duty")]
    assert allowed(held, ("listing", "duty"), ()).tolist() == [1, 2]


@pytest.mark.parametrize(
    ("stages", "stage", "expected"),
    [
        (("junior",), "junior", {"stage": 0.06}),
        (("junior",), "preschool", {"stage": -0.12}),
        (("primary", "junior"), "primary", {"stage": 0.06}),
        ((), "junior", {}),
        (("junior",), None, {}),
    ],
)
def test_a_stage_that_agrees_adds_and_one_that_differs_takes(
    stages: tuple[str, ...], stage: str | None, expected: dict[str, float]
) -> None:
    weights = Weights(stage=0.06, other_stage=-0.12)
    assert agreement(document("a", stages=stages), Wish(stage=stage), weights) == expected


def test_a_stage_that_the_message_itself_tells_counts_more() -> None:
    weights = Weights(other_stage=-0.12, stage_said=2)
    said = agreement(document("a", stages=("junior",)), Wish(stage="preschool", stage_said=True), weights)
    assert said == {"stage": -0.24}


def test_family_and_place_add_too() -> None:
    weights = Weights(family=0.05, near=0.04)
    here = document("a", families=("single",), region="putuo")
    assert agreement(here, Wish(family="single", places=("putuo",)), weights) == {"family": 0.05, "near": 0.04}


@pytest.mark.parametrize("told", [None, "migrant"])
def test_what_is_made_for_families_of_a_kind_steps_back_for_others(told: str | None) -> None:
    weights = Weights(other_family=-0.05)
    assert agreement(document("a", families=("single",)), Wish(family=told), weights) == {"family": -0.05}
    assert agreement(document("a"), Wish(family=told), weights) == {}


def test_spreading_goes_from_nought_to_one_and_equals_stay_equal() -> None:
    assert spread(scores(2, 4, 3)).tolist() == [0, 1, 0.5]
    assert spread(scores(3, 3)).tolist() == [1, 1]
    assert spread(scores(3)).tolist() == [1]
    assert spread(scores(0, 0)).tolist() == [0, 0]


def test_the_share_of_a_missing_leg_goes_to_the_other() -> None:
    weights = Weights(lexical=0.8, dense=0.2)
    assert float(fuse(Legs(scores(0, 10)), weights)["lexical"][1]) == pytest.approx(1)
    both = fuse(Legs(scores(0, 10), scores(1, 0)), weights)
    assert (float(both["lexical"][1]), float(both["dense"][0])) == pytest.approx((0.8, 0.2))


def test_the_parts_of_a_hit_add_up_to_its_score() -> None:
    held = [document("a", stages=("junior",)), document("b"), document("c", topics=("eating",))]
    found = ranked(held, Legs(scores(3, 2, 1)), Wish(stage="preschool"))
    for score, parts in zip(found.scores, found.parts, strict=True):
        assert score == pytest.approx(sum(parts.values()), abs=1e-6)


def test_of_two_alike_the_one_for_the_right_stage_comes_first() -> None:
    held = [document("a", stages=("preschool",)), document("b", stages=("junior",)), document("c")]
    assert ranked(held, Legs(scores(10, 9.5, 1)), Wish(stage="junior")).order[0] == 1


def test_a_wrong_stage_does_not_hide_what_the_words_say_clearly() -> None:
    held = [document("a", stages=("preschool",)), document("b", stages=("junior",), topics=("eating",))]
    assert ranked(held, Legs(scores(10, 1)), Wish(stage="junior")).order[0] == 0


def test_the_very_words_come_first_whatever_the_scores_say() -> None:
    held = [document("a"), document("b"), document("c")]
    found = ranked(held, Legs(scores(9, 1, 5), None, frozenset({1})), Wish())
    assert found.order[0] == 1
    assert found.exact


def test_the_very_words_of_another_region_are_not_found() -> None:
    held = [document("a"), document("b", region="putuo")]
    found = ranked(held, Legs(scores(1, 9), None, frozenset({1})), Wish())
    assert 1 not in found.order
    assert not found.exact


def test_what_shares_nothing_with_the_message_is_no_hit() -> None:
    assert ranked([document("a"), document("b")], Legs(scores(0, 0)), Wish()) == Found()
    assert ranked([], Legs(scores()), Wish()) == Found()


def test_the_best_are_those_of_a_full_sort() -> None:
    values = np.random.default_rng(1).integers(0, 50, 500).astype(np.float32)  # many equals
    assert best_of(values, 40) == np.argsort(-values, kind="stable")[:40].tolist()
    assert best_of(scores(1, 3), 40) == [1, 0]


@pytest.mark.parametrize(
    ("best", "margin"),
    [([], 0), ([0.8], 1), ([0.8, 0.4], 0.5), ([0.8, 0.8], 0), ([0.0, 0.0], 0), ([0.5, -0.2], 1)],
)
def test_the_margin_is_relative(best: list[float], margin: float) -> None:
    assert relative_margin(best) == pytest.approx(margin)


def test_scope_looks_at_the_three_best() -> None:
    assert mean_of_top(scores(0.1, 0.9, 0.6, 0.3)) == pytest.approx(0.6)
    assert mean_of_top(scores()) == 0


def seen(inside: float, first: float = 0.0, three: float = 0.0, *topics: str, exact: bool = False) -> Found:
    return Found((1,), (0.9,), ({},), exact, frozenset(topics), Signs(), inside, first, three)


@pytest.mark.parametrize(
    ("found", "informative", "expected"),
    [
        (seen(0.9, 0.85, 0.95), 20, "answer"),
        (seen(0.9, 0.7, 0.95), 20, "choose"),
        (seen(0.5, 0.85, 0.95), 20, "choose"),  # not sure that it is ours
        (seen(0.3, 0.85, 0.95), 20, "none"),
        (seen(0.9, 0.1, 0.3), 20, "clarify"),  # ours, but like nothing that we have
        (seen(0.5, 0.1, 0.3), 20, "none"),
        (seen(0.3, 0.1, 0.6), 5, "choose"),  # a short message is given the benefit of the doubt
        (seen(0.3, 0.1, 0.3), 5, "clarify"),
        (seen(0.1, 0.1, 0.3), 5, "none"),  # short, but plainly not ours
        (seen(0.1, 0.1, 0.3), 2, "clarify"),
        (seen(0.1, exact=True), 2, "answer"),
        (Found(), 0, "clarify"),
        (Found(), 20, "none"),
    ],
)
def test_verdicts(found: Found, informative: int, expected: Verdict) -> None:
    assert verdict(found, informative, LIMITS) == expected


def test_several_of_one_topic_among_the_first_are_a_vote_for_it() -> None:
    def vote_with(topic: str) -> float:
        others = [document("b", topics=(topic,)), document("c", topics=(topic,))]
        return ranked([document("a", topics=("sleep",)), *others], Legs(scores(0.9, 0.8, 0.1)), Wish()).signs.vote

    assert vote_with("sleep") == pytest.approx(1)
    assert vote_with("eating") < 1


def test_legs_that_agree_on_the_first_are_a_sign() -> None:
    held = [document("a"), document("b")]
    assert ranked(held, Legs(scores(1, 0), scores(1, 0)), Wish()).signs.agree == 1
    assert ranked(held, Legs(scores(1, 0), scores(0, 1)), Wish()).signs.agree == 0
    assert ranked(held, Legs(scores(1, 0)), Wish()).signs.agree == 0


def said(margin: float, inside: float, *topics: str, exact: bool = False) -> Found:
    return Found((1,), (0.9,), ({},), exact, frozenset(topics), Signs(margin), inside)


@pytest.mark.parametrize(
    ("alone", "joined", "informative", "expected"),
    [
        (said(0.05, 0.7, "screens"), said(0.3, 0.7, "screens"), 12, True),  # clearer together
        (said(0.05, 0.4, "screens"), said(0.02, 0.7, "screens"), 12, False),  # clearer alone
        (said(0.3, 0.7, "screens"), said(0.9, 0.7, "screens"), 12, False),  # clear enough alone
        (said(0.05, 0.7, "eating"), said(0.3, 0.7, "screens"), 12, False),  # the topic has changed
        (said(0.1, 0.3, "eating"), said(0.3, 0.7, "screens"), 12, True),  # alone it says nothing of ours
        (said(0.3, 0.7, "eating"), said(0.1, 0.7, "screens"), 2, True),  # a scrap of a message
        (said(0.05, 0.7, "eating"), said(0.3, 0.7, "screens"), 5, True),  # too few words to have a topic of its own
        (said(0.3, 0.7, "eating", exact=True), said(0.9, 0.7, "screens"), 2, False),
        (said(0.1, 0.05, "eating"), said(0.3, 0.7, "screens"), 4, False),  # plainly not ours: 明天下雨吗
        (Found(), said(0.1, 0.7, "screens"), 12, True),
        (said(0.1, 0.7, "screens"), Found(), 2, False),
    ],
)
def test_what_was_said_before_is_used_only_where_it_helps(
    alone: Found, joined: Found, informative: int, expected: bool
) -> None:
    assert joins(alone, joined, informative, LIMITS) is expected
