"""The table of steps: every step in every state by everybody, and the sentences of refusals."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.handoff.kinds import KINDS
from bot.handoff.steps import REOPENED_WITHIN, TABLE, Step, ago, may, relations
from bot.store.cases import Case
from bot.store.people import Staff

STATES = ("open", "claimed", "closed")
OWNER, COLLEAGUE, LEAD = "owner", "colleague", "lead"
PEOPLE = {
    OWNER: Staff(1, "zhou", "周老师", "counsellor", True),
    COLLEAGUE: Staff(2, "shen", "沈老师", "counsellor", True),
    LEAD: Staff(3, "he", "何站长", "lead", True),
}

# What each may do with an ordinary talk, by state. An open case has no owner: whoever it is, is a colleague.
ALLOWED: dict[tuple[str, str], set[Step]] = {
    ("open", COLLEAGUE): {Step.ACKNOWLEDGE, Step.CLAIM, Step.WAKE},
    ("open", LEAD): {
        Step.ACKNOWLEDGE,
        Step.CLAIM,
        Step.WAKE,
        Step.NOTE,
        Step.TO_PERSON,
        Step.TO_STATION,
        Step.TO_DEPARTMENT,
        Step.SNOOZE,
    },
    ("claimed", OWNER): {
        Step.ACKNOWLEDGE,
        Step.REPLY,
        Step.NOTE,
        Step.RETURN,
        Step.TO_PERSON,
        Step.TO_STATION,
        Step.TO_DEPARTMENT,
        Step.SNOOZE,
        Step.WAKE,
        Step.CLOSE,
    },
    ("claimed", COLLEAGUE): {Step.ACKNOWLEDGE, Step.WAKE},
    ("claimed", LEAD): {
        Step.ACKNOWLEDGE,
        Step.WAKE,
        Step.NOTE,
        Step.TO_PERSON,
        Step.TO_STATION,
        Step.TO_DEPARTMENT,
        Step.SNOOZE,
    },
    ("closed", OWNER): {Step.NOTE, Step.REOPEN},
    ("closed", COLLEAGUE): {Step.REOPEN},
    ("closed", LEAD): {Step.NOTE, Step.REOPEN},
}


def a_case(state: str, now: datetime, kind: str = "chat") -> Case:
    owned = state != "open"
    return Case(
        id=12,
        conversation_id=5,
        kind=kind,
        state=state,
        level="none",
        reason="",
        region=None,
        stage=None,
        detail={},
        owner_id=1 if owned else None,
        owner="周老师" if owned else None,
        outcome=None,
        opened_at=now,
        due_at=now,
        claimed_at=now - timedelta(seconds=3) if owned else None,
        closed_at=now if state == "closed" else None,
    )


@pytest.mark.parametrize(("step", "state", "who"), list(itertools.product(Step, STATES, PEOPLE)))
def test_each_step_is_open_to_whom_the_table_says(step: Step, state: str, who: str, now: datetime) -> None:
    if (state, who) == ("open", OWNER):
        return  # nobody owns an open case
    why = may(step, a_case(state, now), PEOPLE[who], now)
    assert (why == "") is (step in ALLOWED[state, who]), why
    assert why == "" or why.endswith("。")


def test_the_table_knows_every_step_and_only_states_that_there_are() -> None:
    assert set(TABLE) == set(Step)
    for rule in TABLE.values():
        assert rule.states <= set(STATES)
        assert rule.who <= {"anybody", "owner", "leads"}
        assert rule.kinds <= set(KINDS)


@pytest.mark.parametrize("kind", list(KINDS))
def test_only_a_talk_is_handed_back_and_a_file_goes_to_no_station(kind: str, now: datetime) -> None:
    case = a_case("claimed", now, kind)
    assert (may(Step.RETURN, case, PEOPLE[OWNER], now) == "") is KINDS[kind].talks
    assert (may(Step.TO_STATION, case, PEOPLE[OWNER], now) == "") is (kind != "file")
    assert may(Step.TO_PERSON, case, PEOPLE[OWNER], now) == ""


def test_who_comes_second_reads_who_was_first_and_when(now: datetime) -> None:
    assert may(Step.CLAIM, a_case("claimed", now), PEOPLE[COLLEAGUE], now) == "周老师 3 秒前接了这一件。"


@pytest.mark.parametrize("step", [Step.CLOSE, Step.SNOOZE])
def test_a_danger_that_nobody_has_looked_at_is_neither_closed_nor_put_off(step: Step, now: datetime) -> None:
    case = replace(a_case("claimed", now), level="high")
    assert "我看到了" in may(step, case, PEOPLE[OWNER], now)
    assert may(step, replace(case, acknowledged_at=now), PEOPLE[OWNER], now) == ""


def test_what_was_closed_long_ago_stays_closed(now: datetime) -> None:
    case = a_case("closed", now)
    assert may(Step.REOPEN, case, PEOPLE[COLLEAGUE], now + REOPENED_WITHIN) == ""
    assert "30 天" in may(Step.REOPEN, case, PEOPLE[COLLEAGUE], now + REOPENED_WITHIN + timedelta(seconds=1))


def test_nobody_owns_a_case_without_an_owner(now: datetime) -> None:
    assert relations(a_case("open", now), replace(PEOPLE[OWNER], id=0)) == {"anybody"}


@pytest.mark.parametrize(
    ("span", "words"),
    [({"seconds": 0}, "1 秒前"), ({"seconds": 59}, "59 秒前"), ({"minutes": 5}, "5 分钟前"), ({"hours": 30}, "1 天前")],
)
def test_how_long_ago_is_said_in_whole_units(now: datetime, span: dict[str, int], words: str) -> None:
    assert ago(now - timedelta(**span), now) == words
