"""The memory of a conversation survives JSON, older rows and nonsense."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.states import Asked, Offer, State
from bot.safety import Memory

AT = datetime(2026, 5, 12, 12, 0, tzinfo=UTC)
FULL = State(
    topic="screens",
    entry="rules",
    question="手机规矩",
    intent="guidance",
    offered=(Offer("entry", "rules", "规矩"), Offer("listing", "line", "热线")),
    others=("night",),
    listings=("line",),
    misses=1,
    asked=Asked("stage", "不听话"),
    awaiting="erase",
    risk=Memory("high", "suicide", AT, ("note",)),
    notice_shown=True,
    quiet=True,
    holder="queue",
    acknowledged=True,
    at=AT,
)


def test_a_full_state_comes_back_as_it_was() -> None:
    assert State.from_json(json.loads(json.dumps(FULL.to_json()))) == FULL


def test_missing_fields_take_their_default_and_unknown_ones_are_ignored() -> None:
    assert State.from_json({"misses": 2, "colour": "green"}) == State(misses=2)


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "state",
        {"risk": {"level": "purple", "at": "2026-05-12T12:00:00+00:00"}},
        {"risk": {"level": "high", "at": "2026-05-12T12:00:00"}},
        {"at": "yesterday", "holder": "nobody", "offered": [{"kind": "entry"}, 3], "asked": {"what": ""}},
        {"misses": "many", "others": "abc", "listings": [1, None], "notice_shown": "yes"},
    ],
)
def test_nonsense_reads_as_an_empty_state(raw: object) -> None:
    assert State.from_json(raw) == State()


@given(
    st.dictionaries(
        st.sampled_from([*FULL.to_json()]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=4),
            lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
            max_leaves=4,
        ),
    )
)
def test_whatever_stands_in_a_row_can_be_read_and_written_again(raw: dict[str, object]) -> None:
    state = State.from_json(raw)
    assert State.from_json(state.to_json()) == state


def test_context_lasts_two_hours_and_a_danger_a_day() -> None:
    assert FULL.fresh(AT + timedelta(hours=1))
    assert not FULL.fresh(AT + timedelta(hours=3))
    assert FULL.danger(AT + timedelta(hours=23)) is not None
    assert FULL.danger(AT + timedelta(hours=25)) is None
    assert State(risk=Memory("concern", "suicide", AT)).danger(AT) is None
