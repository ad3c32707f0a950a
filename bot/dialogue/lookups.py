"""Whether a library still shows the right lines: look-ups put to the core of the dialogue, without search. Pure.

Names, duties and needs lead to listings here as in a talk; what only a search would find is the exam's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.dialogue.decide import decide
from bot.dialogue.decision import Desk, Tools
from bot.dialogue.plan import plan
from bot.dialogue.states import State
from bot.messages import Assessment, Inbound
from bot.parents.profile import Profile
from knowledge.calendar import CHINA
from knowledge.lookups import LookUp
from knowledge.model import Library

_DESK = Desk(on_duty=True, opens=None, waiting=0)


@dataclass(frozen=True, slots=True)
class Sat:
    """What came of look-ups before and after a change.

    `lost` were shown a right line before and are not after; `gone` are not asked any more, because every line that
    was right has been taken out, which two people have agreed on.
    """

    asked: int
    before: int
    after: int
    lost: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()


def found(tools: Tools, asked: LookUp, now: datetime) -> bool:
    """Whether a parent who asks this on the day of `now` is shown one of the right lines."""
    moment = now.astimezone(CHINA)
    if asked.at is not None:
        moment = datetime.combine(moment.date(), asked.at, CHINA)
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
) -> Sat:
    """Put what was found before and after a change side by side."""
    rows = list(zip(questions, before, after, strict=True))
    gone = [one for one, _, _ in rows if not _known(one, new) and _known(one, old)]
    asked = [(one, was, is_) for one, was, is_ in rows if _known(one, new)]
    return Sat(
        asked=len(asked),
        before=sum(was for _, was, _ in asked),
        after=sum(is_ for _, _, is_ in asked),
        lost=tuple(one.question for one, was, is_ in asked if was and not is_),
        gone=tuple(one.question for one in gone),
        missed=tuple(one.question for one, _, is_ in asked if not is_),
    )


def _known(asked: LookUp, library: Library) -> bool:
    """Whether any of the right ones is still in the library."""
    return any(
        name in held for name in asked.listings for held in (library.listings, library.activities, library.duties)
    )
