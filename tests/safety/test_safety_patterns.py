"""Every reviewed pattern fires on its own examples and spares its counter-examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

import pytest

from bot.messages import LEVELS, Level
from bot.safety import assess
from bot.safety.assess import read
from bot.safety.hints import required
from bot.safety.patterns import Pattern, book

PATTERNS = book().patterns
KINDS = {
    "suicide",
    "self-harm",
    "abuse",
    "domestic-violence",
    "sexual-abuse",
    "bullying",
    "missing",
    "poisoning",
    "injury",
    "harm-to-others",
    "parent-despair",
    "child-writing",
    "illness",
    "other",
}


def _examples(field: str) -> Iterator[tuple[Pattern, str]]:
    for pattern in PATTERNS:
        for text in getattr(pattern, field):
            yield pattern, text


@pytest.mark.parametrize(("pattern", "text"), list(_examples("fires")), ids=lambda x: getattr(x, "id", x))
def test_a_pattern_fires_on_its_examples(pattern: Pattern, text: str) -> None:
    assert pattern.id in {found.pattern.id for found in read(text).findings}
    assert LEVELS.index(assess(text).level) >= LEVELS.index(pattern.level)


@pytest.mark.parametrize(("pattern", "text"), list(_examples("spares")), ids=lambda x: getattr(x, "id", x))
def test_a_counter_example_is_no_crisis(pattern: Pattern, text: str) -> None:
    assert not assess(text).crisis


def test_every_pattern_is_named_once_and_has_a_kind_a_level_and_examples_of_both_sorts() -> None:
    ids = [pattern.id for pattern in PATTERNS]
    assert len(ids) == len(set(ids))
    for pattern in PATTERNS:
        assert pattern.kind in KINDS, pattern.id
        assert pattern.level in get_args(Level)[1:], pattern.id
        assert pattern.fires, pattern.id
        assert pattern.spares, pattern.id


def test_every_kind_has_a_pattern() -> None:
    assert {pattern.kind for pattern in PATTERNS} == KINDS


def test_the_cheap_look_at_a_rule_never_rules_out_what_would_match() -> None:
    texts = [book().text(read(text).text) for _, text in _examples("fires")]
    for pattern in PATTERNS:
        for rule in pattern.match:
            parts = [re.compile(part) for part in rule.parts]
            for text in texts:
                if all(part.search(text.words) for part in parts):
                    assert rule.possible(text), (pattern.id, text.words)


def test_what_a_rule_requires_leaves_out_what_is_optional() -> None:
    assert required("(打|骂)了?..4孩子") == (frozenset("打骂"), frozenset("孩"), frozenset("子"))
    assert required("甲|乙") == ()
    assert required("[^。]{0,12}死") == (frozenset("死"),)
    assert required("爬{2}乙{0,3}") == (frozenset("爬"),)
    assert required("{child}(了)?(?!的)") == ()
