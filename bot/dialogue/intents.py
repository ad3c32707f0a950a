"""What a message wants, read from its words by rule and settled with what the search found. Pure, no I/O but the rules.

Crisis is not decided here: safety says it before anything else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, cast

import yaml

from bot.messages import Intent
from indexes.hits import Hit, Hits
from indexes.text import spell

# Entries of these topics answer what one may, must or is entitled to, rather than how to live with a child.
POLICY_TOPICS = frozenset(
    {
        "family-education-law",
        "minors-rights",
        "mandatory-report",
        "hardship-aid",
        "school-matters",
        "tutoring",
        "adoption",
    }
)
_CLEARLY_INSIDE = 0.9
_OUTSIDE = 0.4  # of the library's own questions one in a hundred lies below, of foreign ones three in four
_TELLING = 14
_REQUEST = re.compile("帮|替我|给我|教我|推荐|介绍|告诉我|你|您|写|查|开|吃|怎么做")


@dataclass(frozen=True, slots=True)
class Guess:
    """What the words alone show; `firm` when the search may not overrule it."""

    intent: Intent
    manner: str = ""
    firm: bool = False


@dataclass(frozen=True, slots=True)
class _Rule:
    guess: Guess
    some: re.Pattern[str]
    none: re.Pattern[str] | None
    longest: int

    def matches(self, plain: str) -> bool:
        if len(plain) > self.longest or not self.some.search(plain):
            return False
        return self.none is None or not self.none.search(plain)


def guess(text: str) -> Guess:
    """Read the intent from the words alone; what no rule knows is guidance."""
    plain = spell(text)
    if not plain:
        return Guess("smalltalk", "ack")
    return next((rule.guess for rule in _rules() if rule.matches(plain)), Guess("guidance"))


def settle(first: Guess, text: str, hits: Hits | None) -> Guess:
    """Let what was found correct a guess that is not firm: our own questions win, foreign ones are let go."""
    if hits is None or (first.firm and not _told(first, text)):
        return first
    top = hits.items[0] if hits.items else None
    if first.intent in ("smalltalk", "out-of-scope"):
        return Guess("guidance") if _ours(hits) else first
    if first.intent != "guidance":
        return first
    if hits.verdict in ("none", "clarify") and hits.inside < _OUTSIDE and _foreign(text):
        return Guess("out-of-scope", "general")
    if top is not None and hits.verdict == "answer" and _lawful(top) and asks_permission(text):
        return Guess("policy", "evidence")
    return first


def speaks_of_family(text: str) -> bool:
    """Whether a text names a child, a parent, a school: our ground even when nothing was found."""
    return _word("kin").search(spell(text)) is not None


def asks(text: str) -> bool:
    """Whether a text has the form of a question."""
    return _word("ask").search(spell(text)) is not None


def asks_permission(text: str) -> bool:
    """Whether a text asks what is allowed, owed or needed, in the form of a question."""
    return _PERMISSION.search(spell(text)) is not None


LIVES_HERE = re.compile("我在|我们在|我家在|我家住|住在|住|搬到|搬来|我是|坐标")
_PERMISSION = re.compile(
    "能不能|可不可以|可以吗|可以不|能吗|行吗|行不行|合适|允许|凭什么|应该|必须|一定要|算不算|该不该|对不对|会不会|要不要|申请|怎么办理"
)


def _told(first: Guess, text: str) -> bool:
    """Whether what looks foreign is something told of, in more than a few words, and nothing asked of us."""
    return first.intent == "out-of-scope" and len(text) > _TELLING and not _REQUEST.search(text)


def _foreign(text: str) -> bool:
    """Whether nothing of a text is our ground: what is told at length may be, though we know nothing of it."""
    return not speaks_of_family(text) and (len(text) <= _TELLING or _REQUEST.search(text) is not None)


def _ours(hits: Hits) -> bool:
    return hits.verdict == "answer" and hits.inside >= _CLEARLY_INSIDE


def _lawful(hit: Hit) -> bool:
    return bool(hit.topics) and hit.topics[0] in POLICY_TOPICS


def _joined(patterns: list[str], words: Mapping[str, str]) -> re.Pattern[str]:
    filled = "|".join(f"(?:{pattern})" for pattern in patterns)
    for name, alternatives in words.items():
        filled = filled.replace("{" + name + "}", alternatives)
    return re.compile(filled)


@cache
def _source() -> Mapping[str, Any]:
    text = files("bot.dialogue").joinpath("intents.yaml").read_text("utf-8")
    return cast("dict[str, Any]", yaml.safe_load(text))


@cache
def _word(name: str) -> re.Pattern[str]:
    return re.compile(_source()["words"][name])


@cache
def _rules() -> tuple[_Rule, ...]:
    """Compile the rules once; a wrong pattern fails at the first message, which the tests are."""
    words = _source()["words"]
    return tuple(
        _Rule(
            Guess(row["intent"], row.get("manner", ""), row.get("firm", False)),
            _joined(row["any"], words),
            _joined(row["not"], words) if row.get("not") else None,
            row.get("max", 10_000),
        )
        for row in _source()["rules"]
    )
