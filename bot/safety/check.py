"""Whether patterns and cards do what they must: every example, the must-catch list, and the rules for what is said.

An edit is judged by what it makes worse: the problems after it that were not there before. Only messages that the
changed patterns touch are judged anew.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, cast

from bot.messages import LEVELS, Level
from bot.safety import rules as ruling
from bot.safety.assess import assess, read
from bot.safety.card_rules import card_problems
from bot.safety.names import LEVEL_NAMES
from bot.safety.patterns import Pattern, Rule, Text, read_yaml
from bot.safety.protocols import Card, chosen
from bot.safety.rules import Edit, Rules, Verdict
from bot.safety.shape import ShapeError
from bot.safety.slow import slow
from bot.safety.text import normalise


class Problem(NamedTuple):
    """Where something is wrong (the id of a pattern or card, or 必须认出) and a sentence that says what."""

    where: str
    sentence: str


class Assembled(NamedTuple):
    """The rules that edits come to, and those edits that could not be taken, with why."""

    rules: Rules
    refused: tuple[tuple[Edit, tuple[Problem, ...]], ...]


MUST_CATCH = "必须认出"
Wanted = Callable[[str, str], bool]  # whether a message of a pattern or card is to be looked at


@functools.cache
def must_catch() -> tuple[tuple[str, tuple[Level, ...]], ...]:
    """Messages with the levels that are right for them: rows of a text and its levels."""
    rows = read_yaml("must_catch.yaml")
    return tuple((str(text), cast("tuple[Level, ...]", tuple(levels))) for text, *levels in rows)


def problems(rules: Rules, wanted: Wanted = lambda _where, _text: True) -> list[Problem]:
    """Everything that is wrong with rules, as far as it is wanted."""
    found: list[Problem] = []
    for pattern in rules.book.patterns:
        found += _of_pattern(rules, pattern, wanted)
    for card in rules.cards:
        found += [Problem(card.id, sentence) for sentence in card_problems(card)]
        found += _of_card(rules, card, wanted)
    for text, levels in must_catch():
        if wanted(MUST_CATCH, text) and (level := verdict(rules, text).assessment.level) not in levels:
            right = "或".join(f"“{LEVEL_NAMES[one]}”" for one in levels)
            found.append(Problem(MUST_CATCH, f"“{text}”应当判为{right}，现在是“{LEVEL_NAMES[level]}”"))
    return found


def _of_pattern(rules: Rules, pattern: Pattern, wanted: Wanted) -> Iterator[Problem]:
    for text in pattern.fires:
        if wanted(pattern.id, text) and (wrong := fires_wrong(rules, pattern, text)):
            yield Problem(pattern.id, f"“{text}”{wrong}")
    for text in pattern.spares:
        if wanted(pattern.id, text) and (wrong := spares_wrong(rules, text)):
            yield Problem(pattern.id, f"“{text}”{wrong}")


def fires_wrong(rules: Rules, pattern: Pattern, text: str) -> str:
    """What is wrong where a pattern must find a message; nothing if it does, at its level or above."""
    seen = verdict(rules, text)
    if seen.fault:
        return "判断时出错，请检查规则的写法"
    if pattern.id not in seen.found:
        return "没有被这一条认出来"
    level = seen.assessment.level
    if LEVELS.index(level) < LEVELS.index(pattern.level):
        return f"只判到“{LEVEL_NAMES[level]}”，应当至少是“{LEVEL_NAMES[pattern.level]}”"
    return ""


def spares_wrong(rules: Rules, text: str) -> str:
    """What is wrong where a message must not become a crisis."""
    seen = verdict(rules, text)
    if seen.fault:
        return "判断时出错，请检查规则的写法"
    level = seen.assessment.level
    return f"是反例，不该判到“{LEVEL_NAMES[level]}”" if seen.assessment.crisis else ""


def _of_card(rules: Rules, card: Card, wanted: Wanted) -> Iterator[Problem]:
    for text in card.examples:
        if wanted(card.id, text) and (wrong := card_wrong(rules, card, text)):
            yield Problem(card.id, f"“{text}”{wrong}")


def card_wrong(rules: Rules, card: Card, text: str) -> str:
    """What is wrong where a message must lead to this very card."""
    judged = verdict(rules, text).assessment
    if not judged.crisis:
        return f"只判到“{LEVEL_NAMES[judged.level]}”，不会用到这张卡片"
    with ruling.trying(rules):
        got = chosen(judged, judged.level)
    return "" if got.id == card.id else f"用的是另一张卡片 {got.id}"


def verdict(rules: Rules, text: str) -> Verdict:
    """What rules make of a message; where nothing that was changed touches it, what they were made of says it."""
    known = rules.verdicts.get(text)
    if known is None:
        untouched = rules.base is not None and not _touched(rules.changed, text)
        known = verdict(rules.base, text) if rules.base is not None and untouched else _judged(rules, text)
        rules.verdicts[text] = known
    return known


def _judged(rules: Rules, text: str) -> Verdict:
    with ruling.trying(rules):
        judged = assess(text)
        try:
            return Verdict(judged, frozenset(one.pattern.id for one in read(text).findings))
        except Exception as error:  # noqa: BLE001 - whatever an edit breaks is a finding about the edit
            return Verdict(judged, frozenset(), type(error).__name__)


def _touched(changed: Iterable[Pattern], text: str) -> bool:
    masked = _masked(text)
    return any(rule.holds(masked) for pattern in changed for rule in pattern.match)


@functools.lru_cache(maxsize=4096)
def _masked(text: str) -> Text:
    """A message as the patterns see it (spellings and idioms are not for administrators to change)."""
    book = ruling.packaged().book
    return book.text(book.idioms.sub(lambda found: "□" * len(found.group()), normalise(text, book.spellings)))


def worse(before: Rules, after: Rules) -> list[Problem]:
    """What is wrong after an edit and was not before. `after` was made of `before` by one edit, and is not slow."""
    fresh = {pattern.id for pattern in after.changed}
    recarded = after.cards is not before.cards
    cards = {card.id for card in after.cards} if recarded else set()

    def wanted(where: str, text: str) -> bool:
        return where in fresh or where in cards or _touched(after.changed, text)

    known = set(problems(before, wanted))
    return [one for one in problems(after, wanted) if one not in known]


def _sluggish(before: Rules, after: Rules) -> list[Problem]:
    """Expressions of the edit that take too long; nothing of it may be run in this process before that is known."""
    old = {part for pattern in before.book.patterns for part in _parts(pattern)}
    places = {part: one.id for one in after.changed for part in _parts(one) if part not in old}
    old_cards = {card.id: card for card in before.cards}
    for card in after.cards:
        if card.when is not None and old_cards.get(card.id) is not card:
            places[card.when.pattern] = card.id
    return [
        Problem(places[part], f"规则太慢，长消息会卡住，请写得更具体（少用 * 和 +）：{part[:60]}")
        for part in sorted(slow(places))
    ]


def _parts(pattern: Pattern) -> Iterator[str]:
    conditions: Iterable[Rule] = (rule for turn in pattern.turns for rule in turn.when)
    for rule in (*pattern.match, *pattern.unless, *conditions):
        yield from rule.parts


def tried(rules: Rules, edit: Edit) -> tuple[Rules | None, list[Problem]]:
    """The rules after an edit, and what it makes worse; None where it cannot be read or run at all. Never raises."""
    try:
        after = ruling.applied(rules, edit)
        return (None, sluggish) if (sluggish := _sluggish(rules, after)) else (after, worse(rules, after))
    except ShapeError as error:
        return None, [Problem(edit.key, sentence) for sentence in error.sentences]
    except Exception as error:  # noqa: BLE001 - whatever stands in the table, the other edits and the packaged ones hold
        return None, [Problem(edit.key, f"这一条读不了（{type(error).__name__}）")]


@functools.lru_cache(maxsize=8)
def assembled(edits: tuple[Edit, ...]) -> Assembled:
    """The packaged rules with edits, each taken only if it makes nothing worse.

    One that leans on another is tried again after it: they come in the order of their last saving, not of their first.
    """
    rules, waiting = ruling.packaged(), list(edits)
    refused: Sequence[tuple[Edit, tuple[Problem, ...]]] = ()
    while waiting:
        left: list[tuple[Edit, tuple[Problem, ...]]] = []
        for edit in waiting:
            after, wrong = tried(rules, edit)
            if after is None or wrong:
                left.append((edit, tuple(wrong)))
            else:
                rules = after
        refused = left
        if len(left) == len(waiting):
            break
        waiting = [edit for edit, _ in left]
    return Assembled(rules, tuple(refused))
