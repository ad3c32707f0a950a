"""Reads the short answer of an entry into its parts: opening, steps, words to say, when to seek help.

Reading forgives every shape, because a parent must get an answer; `knowledge.check` says when the shape is wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SAY = "可以这样说"
_STEP = re.compile(r"\s*(\d{1,2})\s*[.．、)）]\s*(.+)")
_SAY = re.compile(rf"\s*{SAY}\s*[：:]?\s*(.*)")


@dataclass(frozen=True, slots=True)
class Brief:
    """The parts of a short answer.

    `steps` are without their numbers. `say` is without its introduction but keeps its quotation marks, because it
    may hold more than one quotation. `heed` says when it is more than ordinary, and whom to see.
    """

    opening: str
    steps: tuple[str, ...] = ()
    say: str | None = None
    heed: str | None = None


def parse(markdown: str) -> Brief:
    """Read the Markdown of a short answer; what has no place of its own goes to the opening or to the end."""
    opening: list[str] = []
    steps: list[str] = []
    say: list[str] = []
    heed: list[str] = []
    target = opening
    for line in markdown.splitlines():
        text = line.strip()
        if not text:
            target = _after_blank(target, opening, steps, heed)
        elif step := _STEP.fullmatch(text):
            steps.append(step[2].strip())
            target = steps
        elif said := _SAY.fullmatch(text):
            say.append(said[1].strip())
            target = say
        elif target is steps:
            steps[-1] += text
        else:
            target.append(text)
    if not steps and not heed and len(opening) > 1:
        heed = [opening.pop()]
    return Brief("".join(opening), tuple(steps), "".join(say) or None, "".join(heed) or None)


def _after_blank(target: list[str], opening: list[str], steps: list[str], heed: list[str]) -> list[str]:
    """Say where the next paragraph belongs if nothing marks it: before the steps to the opening, then to the end."""
    if target is opening and not steps:
        return opening
    return heed
