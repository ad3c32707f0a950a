"""Whether a library still shows the right lines: look-ups put to the core of the dialogue, without search. Pure.

Names, duties and needs lead to listings here as in a talk; what only a search would find is the exam's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from bot.dialogue.decide import decide
from bot.dialogue.decision import Desk, Tools
from bot.dialogue.plan import plan
from bot.dialogue.states import State
from bot.messages import Assessment, Inbound
from bot.parents.profile import Profile
from knowledge.calendar import CHINA
from knowledge.lookups import LookUp
from knowledge.model import Closure, Library, Span

_DESK = Desk(on_duty=True, opens=None, waiting=0)
_NOON = time(12)  # the hour at which all else is asked: what was found in the morning is still true in the evening


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What came of look-ups before and after a change.

    `lost` were shown a right line before and are not after; `gone` are not asked, because two people have agreed on
    what they ask for: every line that was right has been taken out, or one that must be open then opens at other hours
    or is closed for a while.
    """

    asked: int
    before: int
    after: int
    lost: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()


def found(tools: Tools, asked: LookUp, now: datetime) -> bool:
    """Whether a parent who asks this on the day of `now` is shown one of the right lines."""
    moment = datetime.combine(now.astimezone(CHINA).date(), asked.at or _NOON, CHINA)
    state, profile = State(notice_shown=True), Profile(region=asked.region)
    inbound = Inbound("web", "exam", "lookup", "text", asked.question, moment, "page")
    planned = plan(state, profile, inbound, tools)
    decision = decide(state, profile, inbound, Assessment(), planned, None, tools, moment, _DESK)
    right = [open_ for name, open_ in decision.listings if name in asked.listings]
    return "yes" in right if asked.at is not None else bool(right)


def sit(tools: Tools, questions: Sequence[LookUp], now: datetime) -> tuple[bool, ...]:
    """Ask all of them: a thousandth of a second each."""
    return tuple(found(tools, one, now) for one in questions)


def compared(
    questions: Sequence[LookUp], old: Library, before: Sequence[bool], new: Library, after: Sequence[bool]
) -> LookedUp:
    """Put what was found before and after a change side by side."""
    rows = list(zip(questions, before, after, strict=True))
    gone = [one for one, _, _ in rows if known(one, old) and not _holds(one, old, new)]
    asked = [(one, was, is_) for one, was, is_ in rows if _holds(one, old, new)]
    return LookedUp(
        asked=len(asked),
        before=sum(was for _, was, _ in asked),
        after=sum(is_ for _, _, is_ in asked),
        lost=tuple(one.question for one, was, is_ in asked if was and not is_),
        gone=tuple(one.question for one in gone),
        missed=tuple(one.question for one, _, is_ in asked if not is_),
    )


def known(asked: LookUp, library: Library) -> bool:
    """Say whether any of the right ones is still in the library."""
    return any(
        name in held for name in asked.listings for held in (library.listings, library.activities, library.duties)
    )


def _holds(asked: LookUp, old: Library, new: Library) -> bool:
    """Whether what is right is so after the change as well."""
    same = all(_opening(old, name) == _opening(new, name) for name in asked.listings)
    return known(asked, new) and (asked.at is None or same)


def _opening(library: Library, name: str) -> tuple[tuple[Span, ...] | None, tuple[Closure, ...]] | None:
    """When a line can be called; None where there is no such line."""
    held = library.listings.get(name)
    return (held.hours, held.closures) if held is not None else None
