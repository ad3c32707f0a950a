import pytest

from indexes.belief import LEXICAL_ONLY, WITH_DENSE, Belief, Signs


def test_a_belief_is_a_likelihood_and_never_overflows() -> None:
    assert Belief(0.0).of(Signs()) == 0.5
    assert Belief(0.0, Signs(margin=1.0)).of(Signs(margin=1.0)) == pytest.approx(0.731, abs=1e-3)
    assert Belief(1e9).of(Signs()) == pytest.approx(1)
    assert Belief(-1e9).of(Signs()) == pytest.approx(0)


@pytest.mark.parametrize("beliefs", [WITH_DENSE, LEXICAL_ONLY])
def test_a_clear_lead_makes_sure_and_nearness_tells_ours(beliefs: object) -> None:
    dim, clear = Signs(0.02, 0.2, 0.3, 0.0, 0.5, 2.5), Signs(0.4, 0.5, 0.6, 1.0, 0.9, 2.5)
    for name in ("inside", "first", "three"):
        belief: Belief = getattr(beliefs, name)
        assert belief.of(dim) < 0.5 < belief.of(clear)
