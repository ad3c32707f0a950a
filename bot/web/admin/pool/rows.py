"""Half days in words: who is where, which of them clash, what can follow. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from bot.dialogue.decision import Tools
from bot.store.engagements import PARTS, STEPS, WORDS, Engagement, State
from bot.store.people import Staff
from bot.web.admin.pool import places
from bot.web.admin.pool.words import on_day, time_of

_LOOKS = {State.ASKED: "warn", State.AGREED: "good", State.DECLINED: "", State.DONE: "info"}


@dataclass(frozen=True, slots=True)
class Row:
    """One half day. `clashes`: they have something else then; `unusual`: it is none of their times."""

    it: Engagement
    day: str
    part: str
    place: str
    state: str
    look: str
    clashes: bool
    unusual: bool
    theirs: bool
    steps: tuple[str, ...]


def rows(found: Sequence[Engagement], times: Collection[str], staff: Staff, tools: Tools, today: date) -> list[Row]:
    """Put half days into words; `times` are when the person usually can, none where that is not known."""
    twice = double(found)
    made = []
    for it in found:
        ahead = it.state in (State.ASKED, State.AGREED)
        steps = [step for step in STEPS.get(it.state, ()) if step is not State.DONE or it.on_day <= today]
        unusual = ahead and bool(times) and time_of(it.on_day, it.part) not in times
        words = WORDS.get(it.state, it.state)
        where = places.name(tools, it.region)
        shown = (on_day(it.on_day), PARTS.get(it.part, it.part), where, words, _LOOKS.get(State(it.state), ""))
        clashes = it.slot in twice and it.state != State.DECLINED
        made.append(Row(it, *shown, clashes, unusual, places.theirs(staff, it.home), tuple(steps)))
    return made


def double(found: Iterable[Engagement]) -> frozenset[tuple[int, date, str]]:
    """Give the half days in which somebody has more than one thing."""
    counted = Counter(one.slot for one in found if one.state != State.DECLINED)
    return frozenset(slot for slot, many in counted.items() if many > 1)
