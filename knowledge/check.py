"""What is wrong with a library: one set of rules for the editor, for publishing, for imports and the command line.

Reading faults (a missing field, a wrong type) are found before, in `files`; here is what only sense can tell.
All of a library takes seconds. Of a library that was sound, what a few changes broke is told by `only`, in a moment.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from knowledge.amend import PLACES, Sort
from knowledge.exam import Question
from knowledge.model import Entry, Library
from knowledge.outline import Point
from knowledge.rules import (
    coverage,
    entries,
    exam,
    numbers,
    paraphrases,
    references,
    regions,
    services,
    wordings,
)
from knowledge.rules.problem import Problem, Thing

__all__ = ["Problem", "check", "concerned"]

_SUBJECTS = (
    *(references.check, entries.check, wordings.check, paraphrases.check),
    *(services.check, regions.check),
)


def check(
    library: Library,
    questions: Sequence[Question] = (),
    points: Sequence[Point] = (),
    *,
    only: Collection[tuple[Sort, str]] | None = None,
) -> list[Problem]:
    """Give every problem, by file and rule; an empty list means that it may be published.

    `questions` are those of the exam and `points` those of the national outline, where they are to be checked too.
    With `only`, the things that were changed, put in or taken out, the problems that these have and those that others
    have because of them: where the library had no problem before, that is all of them.
    """
    part = library if only is None else concerned(library, only)
    found = {problem for subject in _SUBJECTS for problem in subject(library, part)}
    # A listing's number may be said in any text: without it, that text is wrong.
    told = library if any(sort == "listing" for sort, _ in only or ()) else part
    found |= {*numbers.check(library, told), *exam.check(questions, library), *coverage.check(library, points)}
    return sorted(found, key=lambda problem: (problem.where, problem.rule, problem.message))


def concerned(library: Library, only: Collection[tuple[Sort, str]]) -> Library:
    """Give a library with nothing but these things, as far as they are there, and those that point at them."""
    keys = {sort: frozenset(key for one, key in only if one == sort) for sort in PLACES}
    kept: dict[str, Any] = {
        place: {
            key: thing
            for key, thing in getattr(library, place).items()
            if key in keys[sort] or (sort != "source" and _points(thing, keys))
        }
        for sort, place in PLACES.items()
    }
    return replace(library, regions={}, paraphrases={}, **kept)


def _points(thing: Thing, keys: dict[Sort, frozenset[str]]) -> bool:
    """Whether a thing names one of these."""
    cited = thing.sources if isinstance(thing, Entry) else (thing.source,)
    named = {*getattr(thing, "fallback", ()), *getattr(thing, "contacts", ())}
    return (
        not keys["listing"].isdisjoint(named)
        or not keys["entry"].isdisjoint(getattr(thing, "related", ()))
        or any(reference == key or reference.startswith(f"{key}-") for reference in cited for key in keys["source"])
    )
