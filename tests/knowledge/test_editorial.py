"""The way of a change into the library: who may do which step, in which state, and where it leads."""

from __future__ import annotations

from itertools import product

import pytest

from knowledge.editorial import OPEN, RULES, STATE_WORDS, STEP_WORDS, State, Step, may, refusal

WRITER, COLLEAGUE = 1, 2

# Steps that somebody who wrote nothing of a change may take, by its state. Publishing itself does the others.
OFFERED = {
    State.DRAFT: {Step.SAVE, Step.SUBMIT, Step.REMARK},
    State.IN_REVIEW: {Step.REMARK, Step.TAKE_BACK, Step.RETURN, Step.APPROVE},
    State.APPROVED: {Step.REMARK, Step.TAKE_BACK, Step.RETURN},
    State.PUBLISHED: set(),
    State.ROLLED_BACK: {Step.REVIVE},
    State.DROPPED: {Step.REVIVE},
}
OF_OTHERS_ONLY = {Step.RETURN, Step.APPROVE}


@pytest.mark.parametrize(("state", "step"), list(product(State, Step)))
def test_a_step_is_offered_where_it_leads_somewhere_and_to_whom_it_belongs(state: State, step: Step) -> None:
    assert may(step, state, COLLEAGUE, [WRITER]) is (step in OFFERED[state])
    own = {Step.DROP} if state in OPEN else set()
    assert may(step, state, WRITER, [WRITER]) is (step in (OFFERED[state] | own) - OF_OTHERS_ONLY)


def test_only_who_wrote_a_change_gives_it_up_and_what_nobody_wrote_is_anyones() -> None:
    for state in OPEN:
        assert "只有写的人" in refusal(Step.DROP, state, COLLEAGUE, [WRITER])
        assert not refusal(Step.DROP, state, COLLEAGUE, [WRITER, COLLEAGUE])
        assert not refusal(Step.DROP, state, COLLEAGUE, [])


def test_nobody_approves_what_they_wrote_a_version_of() -> None:
    assert "另一位同事" in refusal(Step.APPROVE, State.IN_REVIEW, COLLEAGUE, [WRITER, COLLEAGUE])


@pytest.mark.parametrize("step", [Step.RETURN, Step.REMARK])
def test_asking_for_something_needs_words(step: Step) -> None:
    assert refusal(step, State.IN_REVIEW, COLLEAGUE, [WRITER], "  ")
    assert not refusal(step, State.IN_REVIEW, COLLEAGUE, [WRITER], "第 2 步请写具体些")


def test_a_step_at_the_wrong_time_says_where_the_change_stands() -> None:
    said = refusal(Step.APPROVE, State.DRAFT, COLLEAGUE, [WRITER])
    assert "草稿" in said
    assert "批准" in said


def test_every_state_can_be_reached_and_every_word_is_there() -> None:
    reached = {rule.to for rule in RULES.values() if rule.to is not None}
    assert reached | {State.DRAFT} == set(State)
    assert set(STATE_WORDS) == set(State)
    assert set(STEP_WORDS) == set(Step) == set(RULES)
