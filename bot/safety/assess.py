"""Judges one message: how bad, what kind, by which words. Pure, no I/O after the first call, a millisecond or less.

It errs towards caution: a rule that breaks gives `concern`, never silence. What is said is for `protocols.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.messages import LEVELS, Assessment, Level
from bot.safety import memory as past
from bot.safety.memory import Memory
from bot.safety.patterns import Pattern, Text, Turn, book
from bot.safety.scope import Finding, meant_lightly, settle
from bot.safety.text import normalise, sentence_of
from bot.safety.voice import by_child, in_own_voice

# Which kind gives its name to a message with several signs of the same level: what kills first comes first.
_FIRST = (
    "poisoning",
    "sexual-abuse",
    "parent-despair",
    "domestic-violence",
    "suicide",
    "harm-to-others",
    "abuse",
    "bullying",
    "self-harm",
    "injury",
    "illness",
    "missing",
    "child-writing",
    "other",
)
_CAUSES = frozenset({"sexual-abuse", "domestic-violence", "suicide", "abuse", "bullying", "self-harm"})
_OF_ONESELF = frozenset({"wish", "hopeless", "burden", "jump", "goodbye"})
_EVIDENCE = 4
_WORDS = 40  # characters of one piece of evidence


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as it was read: what was found after scope, and whose voice it is."""

    text: str
    findings: tuple[Finding, ...]
    child_writing: bool

    @property
    def signs(self) -> tuple[str, ...]:
        """The names of the scenes that count towards adding up; softened ones don't."""
        named = (f.pattern.sign for f in self.findings if f.pattern.sign and not f.softened)
        return tuple(dict.fromkeys(named))


def assess(text: str, memory: Memory | None = None, *, now: datetime | None = None) -> Assessment:
    """What a message shows, in the light of the conversation's memory. Never raises.

    With `now`, a memory older than a day is left out of account; without it the caller has done so.
    """
    try:
        shown = _judge(read(text))
    except Exception:  # noqa: BLE001 - whatever breaks, the parent gets the gentle check rather than silence
        shown = Assessment("concern")
    return recall(shown, memory, now)


def recall(shown: Assessment, memory: Memory | None, now: datetime | None = None) -> Assessment:
    """What a message showed by itself, once more in the light of the conversation's memory."""
    known = past.fresh(memory, now)
    if known is not None and shown == Assessment("concern"):
        return replace(shown, kind=known.kind)  # reading it failed: what was known names it
    return past.merge(shown, known)


def read(text: str) -> Reading:
    """Everything found in a message, after its scope."""
    rules = book()
    plain = normalise(text, rules.spellings)
    # Idioms are blanked out where they stand; the same places in `plain` keep what the scope needs to read.
    masked = rules.idioms.sub(lambda found: "□" * len(found.group()), plain)
    seen = _Seen(rules.text(plain), rules.text(masked))
    child = by_child(seen.plain, rules)
    found = [settle(one, plain, rules) for pattern in rules.patterns for one in _find(pattern, seen)]
    found = found if child else meant_lightly(found, plain, rules)
    return Reading(plain, tuple(one for one in found if one.level != "none"), child)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A message with and without its idioms: scenes are looked for without, their surroundings read with them."""

    plain: Text
    masked: Text


def _find(pattern: Pattern, seen: _Seen) -> Iterable[Finding]:
    """Every place where a pattern holds, at the level that its own conditions give."""
    for rule in pattern.match:
        for spans in rule.spans(seen.masked):
            if not _excluded(pattern, spans[0], seen.plain):
                yield Finding(pattern, _level(pattern, seen.masked), spans)


def _excluded(pattern: Pattern, span: tuple[int, int], plain: Text) -> bool:
    sentence = plain.cut(*sentence_of(plain.words, *span))
    return any(rule.holds(sentence) for rule in pattern.unless)


def _level(pattern: Pattern, masked: Text) -> Level:
    """The pattern's level, raised by the worst of its conditions, else lowered by the mildest."""

    def met(turn: Turn) -> bool:
        return any(rule.holds(masked) for rule in turn.when)

    worse = [turn.to for turn in pattern.turns if not turn.lower and met(turn)]
    if worse:
        return max((pattern.level, *worse), key=LEVELS.index)
    milder = [turn.to for turn in pattern.turns if turn.lower and met(turn)]
    return min((pattern.level, *milder), key=LEVELS.index)


def _judge(reading: Reading) -> Assessment:
    """The worst finding decides; two different concerns of one family are high."""
    findings = reading.findings
    if not findings:
        return Assessment(child_writing=reading.child_writing, signs=reading.signs)
    level = max((one.level for one in findings), key=LEVELS.index)
    leading = [one for one in findings if one.level == level]
    first = _leader(leading, findings)
    kind = _named(reading, first)
    verdict = Assessment(level, kind, _evidence(reading, [first, *leading]), reading.child_writing, reading.signs)
    return replace(verdict, level="high") if level == "concern" and _add_up(findings) else verdict


def _leader(leading: list[Finding], findings: Iterable[Finding]) -> Finding:
    """The finding that names the kind. An injury is named by what caused it, where the message tells that too."""
    first = min(leading, key=lambda one: _FIRST.index(one.pattern.kind))
    if first.pattern.kind != "injury":
        return first
    causes = [one for one in findings if one.pattern.kind in _CAUSES and one.level in ("high", "urgent")]
    return min(causes, key=lambda one: _FIRST.index(one.pattern.kind), default=first)


def _named(reading: Reading, first: Finding) -> str:
    """The kind in the light of whose voice it is.

    A grown-up's own wish to die is a parent's despair, for this is a parents' line; a child's own is suicide.
    """
    kind = first.pattern.kind
    if reading.child_writing:
        return "suicide" if kind == "parent-despair" else kind
    if kind not in ("suicide", "parent-despair") or first.pattern.sign not in _OF_ONESELF:
        return kind
    own = in_own_voice(reading.text, first.spans[0], mere_wish=first.pattern.wish and not first.softened, book=book())
    return "parent-despair" if own else "suicide"


def _add_up(findings: Iterable[Finding]) -> bool:
    """Whether two different signs of one family complement each other."""
    signs: dict[str | None, set[str]] = {}
    for one in findings:
        if one.pattern.sign and not one.softened:
            signs.setdefault(past.family(one.pattern.kind), set()).add(one.pattern.sign)
    return any(len(several) > 1 for several in signs.values())


def _evidence(reading: Reading, findings: Iterable[Finding]) -> tuple[str, ...]:
    pieces = (reading.text[start:end][:_WORDS] for one in findings for start, end in one.spans)
    return tuple(dict.fromkeys(pieces))[:_EVIDENCE]
