"""Rules about the exam: it names what exists, asks nothing twice, and takes nothing over from the wordings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from knowledge.exam import INTENTS, RISKS, Question
from knowledge.likeness import alike, bigrams
from knowledge.model import Library
from knowledge.rules.problem import Problem

COPIED = 0.6  # share of common character pairs from which a question is a wording, or another question, once more


def check(questions: Sequence[Question], library: Library) -> Iterator[Problem]:
    """Look at every question by itself, then beside the others and all wordings."""
    if not questions:
        return  # setting all wordings beside each other takes seconds
    for asked in questions:
        for name, given, known in _named(asked, library):
            for missing in sorted(set(given) - set(known)):
                yield _problem(asked, f"{name} 里的 {missing} 不存在，请改正或删去。")
        if not asked.inside and (asked.entries or asked.listings):
            yield _problem(asked, "写了 inside: false 又写了答案，请删去一样。")
    yield from _copies(questions, library)


def _named(asked: Question, library: Library) -> Iterator[tuple[str, Collection[str], Collection[str]]]:
    taxonomy = library.taxonomy
    services = library.listings.keys() | library.activities.keys() | library.duties.keys()
    yield "entries", asked.entries, library.entries
    yield "listings", asked.listings, services
    yield "topics", asked.topics, taxonomy.topics
    yield "stage", _one(asked.stage), taxonomy.stages
    yield "family", _one(asked.family), taxonomy.families
    yield "region", _one(asked.region), library.regions
    yield "intent", _one(asked.intent), INTENTS
    yield "risk", _one(asked.risk), RISKS


def _one(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


def _copies(questions: Sequence[Question], library: Library) -> Iterator[Problem]:
    """The same words with another context or region are another question."""
    wordings = [(entry.id, wording) for entry in library.entries.values() for wording in entry.wordings]
    wordings += [(name, line) for name, lines in library.paraphrases.items() for line in lines]
    texts = [wording for _, wording in wordings] + [asked.question for asked in questions]
    for one, other in alike([bigrams(text) for text in texts], COPIED):
        if other < len(wordings):
            continue
        asked = questions[other - len(wordings)]
        if one < len(wordings):
            entry, wording = wordings[one]
            yield _problem(asked, f"和 {entry} 的问法“{wording}”太像，考不出什么，请改写。")
        elif _beside(asked) == _beside(questions[one - len(wordings)]):
            yield _problem(asked, f"和另一题“{texts[one]}”太像，请删去一题。")


def _beside(asked: Question) -> tuple[str | None, ...]:
    return asked.context, asked.region, asked.stage


def _problem(asked: Question, message: str) -> Problem:
    return Problem(f"exam#{asked.question}", "exam", message)
