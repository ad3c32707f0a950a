"""What is wrong with a library: one set of rules for the editor, for publishing, for imports and the command line.

Reading faults (a missing field, a wrong type) are found before, in `files`; here is what only sense can tell.
"""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.exam import Question
from knowledge.model import Library
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
from knowledge.rules.problem import Problem

__all__ = ["Problem", "check"]

_SUBJECTS = (
    *(references.check, entries.check, wordings.check, paraphrases.check),
    *(services.check, numbers.check, regions.check),
)


def check(library: Library, questions: Sequence[Question] = (), points: Sequence[Point] = ()) -> list[Problem]:
    """Give every problem, by file and rule; an empty list means that it may be published.

    `questions` are those of the exam and `points` those of the national outline, where they are to be checked too.
    """
    found = {problem for subject in _SUBJECTS for problem in subject(library)}
    found |= {*exam.check(questions, library), *coverage.check(library, points)}
    return sorted(found, key=lambda problem: (problem.where, problem.rule, problem.message))
