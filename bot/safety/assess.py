"""Judges one message: how bad, what kind, by which words. Pure, no I/O after the first call, a few milliseconds.

Two layers: reviewed patterns with their scope, then the trained classifier. It errs towards caution: a layer that
breaks gives `concern`, never silence. What is said is for `protocols.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.messages import LEVELS, Assessment, Level
from bot.safety import memory as past
from bot.safety.classifier import VETO, Opinion, trained
from bot.safety.memory import Memory
from bot.safety.patterns import Pattern, Rule, Text, Turn, book
from bot.safety.scope import Finding, meant_lightly, settle
from bot.safety.text import clause_of, normalise, sentence_of
from bot.safety.voice import by_child, by_grown_up, in_own_voice

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
_BUT = re.compile("，(?:但|可|不过|却|只是|然而|就是)")
_OWN_LIFE = frozenset({"suicide", "parent-despair"})
_EVIDENCE = 4
_CHILD = 0.93  # so likely a child writes, by the classifier alone
_FAILED = Assessment("concern", found=("failure",))
_WORDS = 40  # characters of one piece of evidence


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as it was read: what was found after scope, and whose voice it is.

    `unsettled` is the text without the clauses that scope has settled (denied, a film, a joke): these are not judged
    anew by the classifier.
    """

    text: str
    unsettled: str
    findings: tuple[Finding, ...] = ()
    child_writing: bool = False
    grown_up: bool = False  # words show that a grown-up writes

    @property
    def signs(self) -> tuple[str, ...]:
        """The names of the scenes that count towards adding up; softened ones don't."""
        named = (f.pattern.sign for f in self.findings if f.pattern.sign and not f.softened)
        return tuple(dict.fromkeys(named))


def assess(text: str, memory: Memory | None = None, *, now: datetime | None = None) -> Assessment:
    """What a message shows, in the light of the conversation's memory. Never raises.

    With `now`, a memory older than a day is left out of account; without it the caller has done so.
    """
    return recall(_shown(text), memory, now)


def _shown(text: str) -> Assessment:
    """What a message shows by itself: the patterns, then the classifier that has heard them.

    A layer that breaks leaves the word to the other, but never silence: its failure alone is a concern.
    """
    try:
        shown, reading = by_patterns(text)
    except Exception:  # noqa: BLE001 - whatever breaks, the parent gets the gentle check rather than silence
        shown, reading = _FAILED, Reading(text, text)
    try:
        classifier = trained()
        return shown if classifier is None else _heard(shown, classifier.opinion(reading.unsettled), reading)
    except Exception:  # noqa: BLE001 - as above
        return shown if shown.level != "none" else _FAILED


def by_patterns(text: str) -> tuple[Assessment, Reading]:
    """What the patterns alone make of a message, and how they read it."""
    reading = read(text)
    return _judge(reading), reading


def _heard(shown: Assessment, opinion: Opinion, reading: Reading) -> Assessment:
    """Both layers together: the classifier raises what the patterns missed.

    It lowers what they found where it holds it likely that nothing is wrong, never to none, and never what a `firm`
    pattern found. Kind and evidence are the patterns' where they have any.
    """
    child = shown.child_writing or (opinion.child > _CHILD and not reading.grown_up)
    doubted = opinion.levels[0] >= VETO and not any(one.pattern.firm for one in reading.findings)
    known: Level = "concern" if doubted and shown.level != "none" else shown.level
    if opinion.level == "none":
        return replace(shown, level=known, child_writing=child)
    level, found = max(known, opinion.level, key=LEVELS.index), (*shown.found, "classifier")
    if shown.kind is not None:
        kind = _likeliest(shown, opinion, reading)
        return replace(shown, level=level, kind=kind, child_writing=child, found=found)
    words = (reading.unsettled[slice(*opinion.clause)][:_WORDS],) if opinion.clause else ()
    return replace(shown, level=level, kind=opinion.kinds[0], evidence=words, child_writing=child, found=found)


def _likeliest(shown: Assessment, opinion: Opinion, reading: Reading) -> str | None:
    """Of the kinds that the gravest patterns found, the one that the classifier finds likeliest.

    Whose wish to die it is (`parent-despair` or `suicide`) is for the patterns to say: they read the voice.
    """
    named = {shown.kind, *(one.pattern.kind for one in reading.findings if one.level == shown.level)}
    first = next((kind for kind in opinion.kinds if kind in named), shown.kind)
    return shown.kind if {first, shown.kind} <= _OWN_LIFE else first


def recall(shown: Assessment, memory: Memory | None, now: datetime | None = None) -> Assessment:
    """What a message showed by itself, once more in the light of the conversation's memory."""
    known = past.fresh(memory, now)
    if known is not None and shown == _FAILED:
        return replace(shown, kind=known.kind)  # reading it failed: what was known names it
    return past.merge(shown, known)


def in_conversation(
    shown: Assessment, text: str, said: Sequence[str], memory: Memory | None, now: datetime
) -> Assessment:
    """A message among those just before it (`said`, oldest first): told piece by piece, pieces are read together.

    What they show together counts only where it is a crisis and worse than what is known already.
    """
    known = past.fresh(memory, now)
    worst = max(shown.level, known.level if known else "none", key=LEVELS.index)
    if said and text.strip() and LEVELS.index(worst) < LEVELS.index("high"):
        whole = _shown("。".join((*said, text)))
        if whole.crisis:
            return replace(whole, found=(*whole.found, "conversation"))
    return recall(shown, memory, now)


def read(text: str) -> Reading:
    """Everything found in a message, after its scope."""
    rules = book()
    plain = normalise(text, rules.spellings)
    # Idioms are blanked out where they stand; the same places in `plain` keep what the scope needs to read.
    masked = rules.idioms.sub(lambda found: "□" * len(found.group()), plain)
    whole = rules.text(plain)
    seen = _Seen(whole, whole if masked == plain else rules.text(masked))
    grown = by_grown_up(seen.plain, rules)
    child = not grown and by_child(seen.plain, rules)
    candidates = rules.candidates(seen.masked)
    found = [settle(one, plain, rules) for pattern, rule in candidates for one in _find(pattern, rule, seen)]
    found = found if child else meant_lightly(found, plain, rules)
    standing = tuple(one for one in found if one.level != "none")
    return Reading(plain, _unsettled(plain, found), standing, child, grown)


def _unsettled(text: str, found: Sequence[Finding]) -> str:
    """The text without what scope has settled: from its clause to the end of the sentence, or to a but."""
    standing = {place for one in found if not one.softened for span in one.spans for place in range(*span)}
    settled: set[int] = set()
    for start, end in (span for one in found if one.softened for span in one.spans):
        first, last = clause_of(text, start, end)[0], sentence_of(text, start, end)[1]
        turn = _BUT.search(text, end, last)
        places = range(first, turn.start() if turn else last)
        settled |= set(places) if standing.isdisjoint(places) else set()
    return "".join(char for place, char in enumerate(text) if place not in settled)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A message with and without its idioms: scenes are looked for without, their surroundings read with them."""

    plain: Text
    masked: Text


def _find(pattern: Pattern, rule: Rule, seen: _Seen) -> Iterable[Finding]:
    """Every place where a rule of a pattern holds, at the level that its own conditions give."""
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
    verdict = Assessment(
        level=level,
        kind=kind,
        evidence=_evidence(reading, [first, *leading]),
        child_writing=reading.child_writing,
        signs=reading.signs,
        found=tuple(dict.fromkeys(one.pattern.id for one in findings)),
    )
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
