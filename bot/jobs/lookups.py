"""Look-ups before a release is built: what a change of the services loses is found before anybody answers by it.

Entries lead nowhere here, so where no service has changed nothing is asked: publishing an entry waits for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

from bot.dialogue.bearings import prepared
from bot.dialogue.decision import Tools
from bot.dialogue.lookups import LookedUp, compared, sit
from bot.store import exam_questions
from indexes.build import BuildError, FailedExam
from knowledge import lookups
from knowledge.calendar import CHINA
from knowledge.exam import Question
from knowledge.files import CONTENT
from knowledge.lookups import LookUp
from knowledge.model import Library

_SERVICES = ("listings", "activities", "duties", "regions")  # what look-ups are answered from


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a library found on a day; `tools` are of it, or of one with the same services."""

    questions: tuple[LookUp, ...]
    library: Library
    day: date
    tools: Tools
    found: tuple[bool, ...]


@dataclass(slots=True)
class LookUps:
    """Asks look-ups and remembers what was found last: mostly that is the release before the next one.

    `default_region` is what the installation assumes of parents who have not said where they live.
    """

    default_region: str | None = None
    _last: list[_Asked] = field(default_factory=list)

    def compared(self, before: Library, after: Library, questions: tuple[Question, ...], now: datetime) -> LookedUp:
        """Put two libraries side by side; `questions` are those of the exam. Call it in a thread."""
        asked = every(questions)
        if _same(before, after) and (known := self._known(before, asked)):
            return compared(asked, before, known.found, after, known.found)
        was = self.of(before, asked, now)
        return compared(asked, before, was, after, self.of(after, asked, now))

    def of(self, library: Library, asked: tuple[LookUp, ...], now: datetime) -> tuple[bool, ...]:
        """Say what a library finds; one with the same services found the same on the same day."""
        day = now.astimezone(CHINA).date()
        if known := self._known(library, asked, day):
            return known.found
        like = self._last[0].tools if self._last else None
        tools = prepared(library, self.default_region, before=like)
        made = _Asked(asked, library, day, tools, sit(tools, asked, now))
        self._last = [made, *self._last[:1]]
        return made.found

    def _known(self, library: Library, asked: tuple[LookUp, ...], day: date | None = None) -> _Asked | None:
        """What is remembered of these questions and services, of that day or of any."""
        fitting = (one for one in self._last if one.questions == asked and day in (None, one.day))
        return next((one for one in fitting if _same(one.library, library)), None)


def every(questions: tuple[Question, ...]) -> tuple[LookUp, ...]:
    """Give the packaged look-ups and those that editors added to the exam."""
    return (*packaged(), *lookups.of_exam(one for one in questions if one.part == exam_questions.PART))


@cache
def packaged() -> tuple[LookUp, ...]:
    """Give those that came with the product, read once."""
    return lookups.load(CONTENT / lookups.FILE)


def refuse_lost(sat: LookedUp) -> None:
    """Stop when a look-up is lost.

    Raises:
        BuildError: with the questions, as when the exam is failed.
    """
    if sat.lost:
        named = "；".join(sat.lost[:5])
        failed = FailedExam(f"这些热线和服务原来问得到，改过以后问不到了：{named}", sat.lost)
        raise BuildError(str(failed)) from failed


def _same(one: Library, other: Library) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in _SERVICES)
