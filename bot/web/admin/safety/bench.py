"""A draft on the bench: each of its examples by the rules as they would be, a message of one's own, the card."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.messages import Reply
from bot.safety import check, names, rules, shape
from bot.safety.check import Problem
from bot.safety.protocols import Card, People, chosen, dressed
from bot.safety.rules import Edit, Rules
from bot.safety.shape import Sort

_PEOPLE = People(alerted=True, on_duty=True, opens=None)
_ID = re.compile(r"^id:[ \t]*[\"']?([a-z][a-z0-9-]{1,60})[\"']?[ \t]*(?:#.*)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Example:
    """One example: what must come of it, whether it does, and the words for what is wrong."""

    text: str
    wanted: str
    right: bool
    words: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What the draft makes of a message of one's own."""

    text: str
    level: str
    kind: str
    found: tuple[str, ...]
    evidence: tuple[str, ...]
    card: str
    act: str


@dataclass(frozen=True, slots=True)
class Bench:
    """A draft as far as it can be read: `faults` say what keeps it from being tried at all."""

    key: str
    examples: tuple[Example, ...] = ()
    trial: Trial | None = None
    card: Card | None = None
    faults: tuple[Problem, ...] = ()
    off: bool = False

    def reply(self, now: datetime) -> Reply | None:
        """Give the card as a parent sees it while somebody is on duty."""
        if self.card is None:
            return None
        return dressed(self.card, self.card.kind, regions=("china",), now=now, people=_PEOPLE)


def bench(others: tuple[Edit, ...], sort: Sort, key: str, body: str, message: str) -> Bench:
    """Put a draft on the bench, with the other edits in force."""
    named = _ID.search(body)
    key = named[1] if key == "new" and named else key
    base = check.assembled(others).rules
    after, problems = check.tried(base, Edit(sort, key, body))
    if after is None:
        return Bench(key, faults=tuple(problems))
    raw = shape.read(sort, body)
    card = next((one for one in after.cards if one.id == key), None) if sort == "card" else None
    return Bench(
        key,
        examples=tuple(_examples(after, sort, raw)),
        trial=_trial(after, message) if message.strip() else None,
        card=card,
        off=bool(raw.get("off")),
    )


def _examples(after: Rules, sort: Sort, raw: Mapping[str, Any]) -> Iterator[Example]:
    if sort == "card":
        card = next(one for one in after.cards if one.id == raw["id"])
        for text in card.examples:
            yield _example(text, "用这张卡片", check.card_wrong(after, card, text))
        return
    pattern = next((one for one in after.book.patterns if one.id == raw["id"]), None)
    if pattern is None:  # switched off
        return
    for text in pattern.fires:
        yield _example(text, "要认出", check.fires_wrong(after, pattern, text))
    for text in pattern.spares:
        yield _example(text, "要放过", check.spares_wrong(after, text))


def _example(text: str, wanted: str, wrong: str) -> Example:
    return Example(text, wanted, not wrong, wrong or "对")


def _trial(after: Rules, message: str) -> Trial:
    seen = check.verdict(after, message)
    judged = seen.assessment
    card = None
    if judged.crisis:
        with rules.trying(after):
            card = chosen(judged, judged.level)
    return Trial(
        text=message,
        level=judged.level,
        kind=names.kind(judged.kind),
        found=names.found_by(sorted({*seen.found, *judged.found})),
        evidence=judged.evidence,
        card=card.id if card else "",
        act=card.act if card else "",
    )
