import numpy as np
import pytest

from indexes.figures import auroc, difference, share


def test_a_share_lies_within_its_interval_which_narrows_with_cases() -> None:
    few, many = share([1, 0] * 10), share([1, 0] * 1000)
    assert few.low < few.value == 0.5 < few.high
    assert many.high - many.low < (few.high - few.low) / 5
    assert str(share([1] * 8)) == "100.0 (100–100)"


def test_no_cases_give_noughts() -> None:
    assert share([]).value == 0
    assert difference([], []).chance == 1


def test_a_lead_that_is_there_in_most_cases_is_no_chance() -> None:
    ours = [1.0] * 60 + [0.0] * 40
    theirs = [1.0] * 40 + [0.0] * 60
    lead = difference(ours, theirs)
    assert lead.value == pytest.approx(0.2)
    assert lead.low > 0
    assert lead.chance < 0.01
    assert difference(theirs, ours).chance > 0.99
    assert difference(ours, ours).chance == 1


def test_unequal_cases_are_no_pairs() -> None:
    with pytest.raises(ValueError, match="same cases"):
        difference([1.0], [1.0, 0.0])


@pytest.mark.parametrize(
    ("ours", "others", "area"),
    [
        ([0.9, 0.8], [0.1, 0.2], 1),
        ([0.1], [0.9], 0),
        ([0.5, 0.5], [0.5], 0.5),
        ([0.9, 0.1], [0.5], 0.5),
        ([], [1], 0.5),
    ],
)
def test_the_area_is_the_chance_to_order_a_pair_rightly(ours: list[float], others: list[float], area: float) -> None:
    assert auroc(ours, others) == pytest.approx(area)


def test_the_area_is_that_of_counting_all_pairs() -> None:
    luck = np.random.default_rng(2)
    ours, others = luck.integers(0, 9, 40).tolist(), luck.integers(0, 7, 30).tolist()
    pairs = [(a > b) + 0.5 * (a == b) for a in ours for b in others]
    assert auroc(ours, others) == pytest.approx(sum(pairs) / len(pairs))
