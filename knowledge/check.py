"""What is wrong with a library: one set of rules for the editor, for publishing, for imports and the command line.

Reading faults (a missing field, a wrong type) are found before, in `files`; here is what only sense can tell.
"""

from __future__ import annotations

from knowledge.model import Library
from knowledge.rules import entries, numbers, references, regions, services, wordings
from knowledge.rules.problem import Problem

__all__ = ["Problem", "check"]

_SUBJECTS = (references.check, entries.check, wordings.check, services.check, numbers.check, regions.check)


def check(library: Library) -> list[Problem]:
    """Give every problem of a library, by file and rule; an empty list means that it may be published."""
    found = {problem for subject in _SUBJECTS for problem in subject(library)}
    return sorted(found, key=lambda problem: (problem.where, problem.rule, problem.message))
