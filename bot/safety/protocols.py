"""What is said at high and urgent, in the packaged words: chosen by kind, level, evidence and who writes. Pure.

No case is opened here and nobody is called; `People` says what may truthfully be told of them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.in_force import InForce
from bot.messages import (
    Assessment,
    Block,
    Call,
    CrisisCard,
    Heed,
    Level,
    ListingCard,
    Paragraph,
    Reply,
    SourceLine,
    Steps,
    Tap,
)
from bot.safety import hotlines
from bot.safety.last_words import last_words
from bot.safety.patterns import read_yaml

_MOST_LINES = 3
_HARMED = ("abuse", "domestic-violence", "sexual-abuse", "bullying", "child-writing", "harm-to-others", "missing")
_QUIET = frozenset({"domestic-violence"})


@dataclass(frozen=True, slots=True)
class People:
    """What may be said of staff: whether they were told, whether one is on duty, else when the next shift begins."""

    alerted: bool
    on_duty: bool
    opens: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """One reviewed answer. `examples` are messages that must lead to this very card."""

    id: str
    kind: str
    level: Level
    act: str
    steps: tuple[str, ...]
    calls: tuple[Call, ...] = ()
    lines: tuple[str, ...] = ()
    when: re.Pattern[str] | None = None
    child: bool = False
    quiet: bool = False
    examples: tuple[str, ...] = ()


@functools.cache
def words() -> Mapping[str, Any]:
    """The packaged words."""
    loaded: Mapping[str, Any] = read_yaml("protocols.yaml")
    return loaded


@functools.cache
def packaged() -> tuple[Card, ...]:
    """Every reviewed answer as packaged, in the order of the file: the special ones of a kind before the plain one."""
    return tuple(read_card(raw) for raw in words()["cards"])


IN_FORCE = InForce("cards", packaged)


def cards() -> tuple[Card, ...]:
    """The answers in force: the packaged ones with what administrators changed of them (see `rules.py`)."""
    return IN_FORCE.get()


def read_card(raw: Mapping[str, Any]) -> Card:
    """One answer from its mapping in the file."""
    return Card(
        id=raw["id"],
        kind=raw["kind"],
        level=raw["level"],
        act=raw["act"],
        steps=tuple(raw["steps"]),
        calls=tuple(Call(str(phone), why) for phone, why in raw.get("calls", ())),
        lines=tuple(raw.get("lines", ())),
        when=re.compile(raw["when"]) if "when" in raw else None,
        child=raw.get("child", False),
        quiet=raw.get("quiet", False),
        examples=tuple(raw.get("for", ())),
    )


def protocol(assessment: Assessment, *, regions: tuple[str, ...], now: datetime, people: People) -> Reply:
    """The answer to a crisis: the act first, the numbers for this place and hour, what is so about people."""
    level: Level = "urgent" if assessment.level == "urgent" else "high"
    kind = assessment.kind or "other"
    try:
        return dressed(chosen(assessment, level), kind, regions=regions, now=now, people=people)
    except Exception:  # noqa: BLE001 - whatever of files, hours or regions is broken, the numbers go out
        return last_words(level, kind, alerted=people.alerted)


def dressed(card: Card, kind: str, *, regions: tuple[str, ...], now: datetime, people: People) -> Reply:
    """One card as it is said, for this place and hour."""
    shown = hotlines.cards(card.lines, regions, now)[:_MOST_LINES]
    crisis = CrisisCard(
        level=card.level,
        kind=kind,
        act=card.act.replace("{line}", _first_number(shown)),
        calls=card.calls,
        steps=card.steps,
        footer=_footer(people, quiet=card.quiet),
    )
    name = "quiet" if card.quiet else "high" if card.level == "high" else "default"
    taps = tuple(Tap(label) for label in words()["taps"][name])
    return Reply((crisis, *shown, SourceLine(words()["sources"][card.level])), taps)


def chosen(assessment: Assessment, level: Level) -> Card:
    """The best card: of the kind (a child's own where one writes), with words of the evidence before the plain one."""
    said = " ".join(assessment.evidence)
    for kind in _kinds(assessment):
        for card in cards():
            fits = card.kind == kind and card.level == level and card.child == assessment.child_writing
            if fits and (card.when is None or card.when.search(said)):
                return card
    plain = Assessment(assessment.level, assessment.kind, assessment.evidence)
    return chosen(plain, level) if assessment.child_writing else _last_resort(level)


def _kinds(assessment: Assessment) -> tuple[str, ...]:
    """The kinds whose card fits, the nearest first."""
    kind = assessment.kind or "other"
    if not assessment.child_writing:
        return (kind,)
    if kind in ("self-harm", "parent-despair"):
        return ("suicide",)
    return (kind, "child-writing") if kind in _HARMED else (kind,)


def _last_resort(level: Level) -> Card:
    return next(card for card in cards() if card.kind == "other" and card.level == level)


def _first_number(shown: Sequence[ListingCard]) -> str:
    """The number to press first; 12356 where no line of the card holds."""
    return next((card.phone for card in shown if card.phone), "12356")


def _footer(people: People, *, quiet: bool) -> str:
    footers: Mapping[str, str] = words()["footers"]
    if not people.alerted:
        text = footers["not_alerted"]
    elif people.on_duty:
        text = footers["on_duty"]
    else:
        text = _with_time(footers["alerted"], people.opens) if people.opens else footers["alerted_unknown"]
    return text + footers["quiet"] if quiet else text


def _with_time(text: str, opens: str) -> str:
    """The time put in, parted from the Chinese around it where it begins or ends with a figure."""
    opens = f" {opens}" if opens[0].isdigit() else opens
    return text.replace("{opens}", f"{opens} " if opens[-1].isdigit() else opens)


def gentle(assessment: Assessment, *, regions: tuple[str, ...], now: datetime) -> tuple[Block, ...]:
    """What is added to an ordinary answer at concern; a risk told earlier gets one short line."""
    if assessment.level != "concern":
        return ()
    spoken = words()
    line = _first_number(hotlines.cards(spoken["gentle_lines"], regions, now))
    kind = assessment.kind or "other"
    if "memory" in assessment.found:
        return (Paragraph(spoken["remembered_quiet" if kind in _QUIET else "remembered"].replace("{line}", line)),)
    if assessment.child_writing and kind not in ("poisoning", "injury"):
        kind = "child-writing"
    said = spoken["gentle"].get(kind, spoken["gentle"]["other"])
    return Paragraph(said["check"]), Heed(said["heed"].replace("{line}", line))


def quiet(assessment: Assessment) -> bool:
    """Whether somebody dangerous may read this phone, as far as this very message shows it."""
    named = assessment.kind in _QUIET and "memory" not in assessment.found
    try:
        return chosen(assessment, assessment.level).quiet if assessment.crisis else named
    except Exception:  # noqa: BLE001 - as in `protocol`
        return named


def aftercare(kind: str | None, *, child: bool = False, regions: tuple[str, ...], now: datetime) -> Reply:
    """The answer to 人已经安全了: the next hours, and who can be asked while they pass."""
    spoken = words()
    part = spoken["after"][spoken["after_kinds"].get("child-writing" if child else kind, "default")]
    shown = hotlines.cards(part["lines"], regions, now)[:_MOST_LINES]
    blocks: tuple[Block, ...] = (Paragraph(part["opening"]), Steps(tuple(part["steps"])), *shown)
    return Reply((*blocks, SourceLine(spoken["sources"]["high"])), (Tap("找值班老师"),))
