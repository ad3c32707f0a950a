import numpy as np
import pytest

from indexes.documents import Document
from indexes.hits import Kind, Verdict
from indexes.rank import (
    Found,
    Legs,
    Limits,
    Weights,
    Wish,
    agreement,
    allowed,
    fuse,
    joins,
    mean_of_top,
    rank,
    relative_margin,
    spread,
    verdict,
)

LIMITS = Limits(scope=0.3, margin=0.1, sure_scope=0.5, short=6, short_margin=0.3, scrap=3, beyond=0.1, careful=0.1)


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


def legs(*values: float) -> Legs:
    return Legs(scores(*values), scores(*values))


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
    assert allowed([document("a", region=region)], Wish(places=places)).tolist() == [found]


def test_only_the_kinds_asked_for_are_found() -> None:
    held = [document("a"), document("b", kind="listing"), document("c", kind="duty")]
    assert allowed(held, Wish(kinds=("listing", "duty"))).tolist() == [False, True, True]


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


def test_spreading_goes_from_nought_to_one_and_equals_stay_equal() -> None:
    assert spread(scores(2, 4, 3)).tolist() == [0, 1, 0.5]
    assert spread(scores(3, 3)).tolist() == [1, 1]
    assert spread(scores(3)).tolist() == [1]
    assert spread(scores(0, 0)).tolist() == [0, 0]


def test_the_share_of_a_missing_leg_goes_to_the_others() -> None:
    weights = Weights(whole=0.4, wording=0.4, dense=0.2)
    shares = fuse(legs(0, 10), weights)
    assert sum(float(share[1]) for share in shares.values()) == pytest.approx(1)
    with_dense = fuse(Legs(scores(0, 10), scores(0, 10), scores(1, 0)), weights)
    assert float(with_dense["dense"][0]) == pytest.approx(0.2)


def test_the_parts_of_a_hit_add_up_to_its_score() -> None:
    held = [document("a", stages=("junior",)), document("b"), document("c", topics=("eating",))]
    found = rank(held, legs(3, 2, 1), Wish(stage="preschool"), Weights(topic=0), 3)
    for score, parts in zip(found.scores, found.parts, strict=True):
        assert score == pytest.approx(sum(parts.values()), abs=1e-6)


def test_of_two_alike_the_one_for_the_right_stage_comes_first() -> None:
    held = [document("a", stages=("preschool",)), document("b", stages=("junior",)), document("c")]
    found = rank(held, legs(10, 9.5, 1), Wish(stage="junior"), Weights(), 3)
    assert found.order[0] == 1


def test_a_wrong_stage_does_not_hide_what_the_words_say_clearly() -> None:
    held = [document("a", stages=("preschool",)), document("b", stages=("junior",), topics=("eating",))]
    found = rank(held, legs(10, 1), Wish(stage="junior"), Weights(), 3)
    assert found.order[0] == 0


def test_neighbours_that_agree_on_a_topic_lift_each_other() -> None:
    held = [document("lone", topics=("eating",)), *(document(name) for name in "abc"), document("far")]
    values = (10.0, 9.8, 9.7, 9.6, 0.0)
    assert rank(held, legs(*values), Wish(), Weights(topic=0), 1).order == (0,)
    assert rank(held, legs(*values), Wish(), Weights(topic=0.5), 1).order == (1,)


def test_the_very_words_come_first_whatever_the_scores_say() -> None:
    held = [document("a"), document("b"), document("c")]
    found = rank(held, Legs(scores(9, 1, 5), scores(9, 1, 5), None, frozenset({1})), Wish(), Weights(), 3)
    assert found.order[0] == 1
    assert found.exact


def test_the_very_words_of_another_region_are_not_found() -> None:
    held = [document("a"), document("b", region="putuo")]
    found = rank(held, Legs(scores(1, 9), scores(1, 9), None, frozenset({1})), Wish(), Weights(), 3)
    assert 1 not in found.order
    assert not found.exact


def test_what_shares_nothing_with_the_message_is_no_hit() -> None:
    assert rank([document("a"), document("b")], legs(0, 0), Wish(), Weights(), 3) == Found()
    assert rank([], legs(), Wish(), Weights(), 3) == Found()


@pytest.mark.parametrize(
    ("best", "margin"),
    [([], 0), ([0.8], 1), ([0.8, 0.4], 0.5), ([0.8, 0.8], 0), ([0.0, 0.0], 0), ([0.5, -0.2], 1)],
)
def test_the_margin_is_relative(best: list[float], margin: float) -> None:
    assert relative_margin(best) == pytest.approx(margin)


def test_scope_looks_at_the_three_best() -> None:
    assert mean_of_top(scores(0.1, 0.9, 0.6, 0.3)) == pytest.approx(0.6)
    assert mean_of_top(scores()) == 0


def found(margin: float, near: float, vote: float, scope: float = 0.7) -> Found:
    return Found((1,), (0.9,), ({},), margin, scope, near=near, vote=vote)


@pytest.mark.parametrize(
    ("seen", "informative", "dense", "expected"),
    [
        (found(margin=0.2, near=0.4, vote=0.4), 20, True, "answer"),
        (found(margin=0.05, near=0.4, vote=0.4), 20, True, "choose"),  # two are alike
        (found(margin=0.15, near=0.4, vote=0.1), 20, True, "choose"),  # alone among others of another topic
        (found(margin=0.2, near=0.4, vote=0.4, scope=0.4), 20, True, "choose"),
        (found(margin=0.2, near=0.4, vote=0.4, scope=0.2), 20, True, "none"),
        (found(margin=0.05, near=0.0, vote=0.1), 20, True, "clarify"),  # like nothing that we have
        (found(margin=0.05, near=0.1, vote=0.4, scope=0.4), 20, True, "none"),
        (found(margin=0.15, near=0.4, vote=0.4), 20, False, "choose"),  # careful without the dense leg
        (found(margin=0.2, near=0.4, vote=0.4), 3, True, "clarify"),
        (found(margin=0.4, near=0.4, vote=0.4), 3, True, "answer"),  # short, but one stands out
        (Found((1,), (0.9,), ({},), margin=0.0, scope=0.1, exact=True), 2, False, "answer"),
        (Found((1,), (0.9,), ({},), margin=0.2, scope=0.05), 4, True, "none"),  # short, but plainly not ours
        (Found((1,), (0.9,), ({},), margin=0.2, scope=0.05), 2, True, "clarify"),
        (Found(), 0, True, "clarify"),
        (Found(), 20, True, "none"),
    ],
)
def test_verdicts(seen: Found, informative: int, dense: bool, expected: Verdict) -> None:
    assert verdict(seen, informative, LIMITS, dense=dense) == expected


def test_several_of_one_topic_among_the_first_are_a_vote_for_it() -> None:
    def seen_with(topic: str) -> Found:
        others = [document("b", topics=(topic,)), document("c", topics=(topic,))]
        return rank([document("a", topics=("sleep",)), *others], legs(0.9, 0.8, 0.1), Wish(), Weights(), 3)

    assert seen_with("sleep").vote == pytest.approx(1)
    assert seen_with("eating").vote < 1
    assert seen_with("sleep").certainty > seen_with("sleep").margin


def seen(margin: float, scope: float, *topics: str, exact: bool = False) -> Found:
    return Found((1,), (0.9,), ({},), margin, scope, exact, frozenset(topics))


@pytest.mark.parametrize(
    ("alone", "joined", "informative", "expected"),
    [
        (seen(0.05, 0.7, "screens"), seen(0.3, 0.7, "screens"), 12, True),  # clearer together
        (seen(0.05, 0.4, "screens"), seen(0.02, 0.7, "screens"), 12, False),  # clearer alone
        (seen(0.3, 0.7, "screens"), seen(0.9, 0.7, "screens"), 12, False),  # clear enough alone
        (seen(0.05, 0.7, "eating"), seen(0.3, 0.7, "screens"), 12, False),  # the topic has changed
        (seen(0.1, 0.2, "eating"), seen(0.3, 0.7, "screens"), 12, True),  # alone it says nothing of ours
        (seen(0.3, 0.7, "eating"), seen(0.1, 0.7, "screens"), 2, True),  # a scrap of a message
        (seen(0.05, 0.7, "eating"), seen(0.3, 0.7, "screens"), 5, True),  # too few words to have a topic of its own
        (seen(0.3, 0.7, "eating", exact=True), seen(0.9, 0.7, "screens"), 2, False),
        (seen(0.1, 0.05, "eating"), seen(0.3, 0.7, "screens"), 4, False),  # plainly not ours: 明天下雨吗
        (Found(), seen(0.1, 0.7, "screens"), 12, True),
        (seen(0.1, 0.7, "screens"), Found(), 2, False),
    ],
)
def test_what_was_said_before_is_used_only_where_it_helps(
    alone: Found, joined: Found, informative: int, expected: bool
) -> None:
    assert joins(alone, joined, informative, LIMITS) is expected
