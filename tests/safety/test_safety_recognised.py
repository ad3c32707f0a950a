"""How well danger is known: by the rules in force, part by part; the must-catch list has no fault."""

from __future__ import annotations

from dataclasses import replace

from bot.safety import recognised
from bot.safety.patterns import IN_FORCE
from bot.safety.recognised import Case, Count, counted


def test_the_packaged_messages_are_of_three_parts() -> None:
    held = recognised.cases()
    assert {one.part for one in held} == {"must", "grave", "calm"}
    assert len(held) > 1000


def test_of_the_must_catch_list_nothing_is_missed() -> None:
    must = [one for one in recognised.cases() if one.part == "must"][:60]
    assert all(recognised.right(one) for one in must)


def test_it_is_the_rules_in_force_that_are_asked() -> None:
    must = [one for one in recognised.cases() if one.part == "must" and "none" not in one.right][:60]
    with IN_FORCE.trying(replace(IN_FORCE.get(), patterns=())):
        assert not all(recognised.right(one) for one in must)
    assert all(recognised.right(one) for one in must)


def test_what_is_missed_is_told_of_the_must_catch_list_alone() -> None:
    unseen, must = Case("grave", "没见过的话", ("high",)), Case("must", "必须认出的话", ("high",))
    made = counted([(unseen, False), (must, False), (Case("calm", "早上好", ("none",)), True)])
    assert made["grave"] == Count(1, 0)
    assert made["must"] == Count(1, 0, ("必须认出的话",))
    assert made["calm"] == Count(1, 1)
