"""`safety train`: the classifier from the labelled messages and, as ordinary ones, the library's ways to ask."""

from __future__ import annotations

from collections.abc import Iterator

from bot.messages import Level
from bot.safety import labelled, training
from bot.safety.assess import by_patterns
from bot.safety.classifier import FILE
from bot.safety.labelled import Labelled
from bot.safety.patterns import book, read_yaml
from bot.safety.protocols import cards
from knowledge.files import CONTENT, load
from knowledge.model import Library

# Where families write of danger themselves: their lines are not ordinary, and nobody has labelled them.
_GRAVE = frozenset(
    {
        "self-harm",
        "abuse",
        "sexual-abuse",
        "bullying",
        "missing",
        "safety",
        "mental-health",
        "parent-wellbeing",
        "mandatory-report",
    }
)
_OF_ENTRY = 24  # lines of one entry at most


def train() -> None:
    """Train the classifier and write it into the package."""
    training.train([*labelled.read(labelled.LEARN), *examples(), *ordinary_lines(load(CONTENT))], FILE, print)


def examples() -> Iterator[Labelled]:
    """What reviewers wrote beside patterns and cards, and the must-catch list: it is to be right with both layers."""
    for text, *levels in read_yaml("must_catch.yaml"):
        yield _example(text, tuple(levels))
    of_cards = {text: card for card in cards() for text in card.examples}
    for text, card in of_cards.items():  # the card says what they are, also where no pattern sees it
        yield Labelled(text, (card.level,), card.kind, "child" if card.child else "parent", "s")
    for text in dict.fromkeys(text for one in book().patterns for text in (*one.fires, *one.spares)):
        if text not in of_cards:
            yield _example(text, (by_patterns(text)[0].level,))


def _example(text: str, right: tuple[Level, ...]) -> Labelled:
    shown = by_patterns(text)[0]
    kind = None if right[0] == "none" else shown.kind or "other"
    return Labelled(text, right, kind, "child" if shown.child_writing else "parent", "s" if kind else "h")


def ordinary_lines(library: Library) -> Iterator[Labelled]:
    """Ways to ask for entries on everyday topics, evenly drawn; one in which the patterns see a sign is left out."""
    for entry in library.entries.values():
        if not _GRAVE.isdisjoint(entry.topics):
            continue
        lines = (*entry.wordings, *library.paraphrases.get(entry.id, ()))
        for line in lines[:: max(1, len(lines) // _OF_ENTRY)]:
            if by_patterns(line)[0].level == "none":
                yield Labelled(line, ("none",), None, "parent", "-")
