"""What became of an act of a parent, in one word, for figures. Pure."""

from __future__ import annotations

from typing import Literal, get_args

from bot.dialogue.decision import Decision
from bot.messages import Assessment
from indexes.hits import Hits

# danger: the protocol was given. person: a person was called for. with-person: people were talking already.
# started: a suggestion, an appointment. answered: an entry, a service or an activity was shown. clarified: titles to
# choose from. abstained: we had nothing that is sure. other: greetings, commands, places.
Outcome = Literal["danger", "person", "with-person", "started", "answered", "clarified", "abstained", "other"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
_PEOPLE = ("chat", "crisis")


def outcome(decision: Decision, assessment: Assessment, hits: Hits | None, holder: str) -> Outcome:
    """Say what became of it; `holder` is who spoke with the parent before."""
    if assessment.crisis:
        return "danger"
    if decision.opening is not None:
        return "person" if decision.opening.kind in _PEOPLE else "started"
    if holder != "bot" and not decision.replies:
        return "with-person"
    verdict = hits.verdict if hits is not None and decision.intent in ("guidance", "policy") else ""
    if verdict == "none":
        return "abstained"
    if verdict == "choose" and not decision.entries:
        return "clarified"
    return "answered" if decision.entries or decision.listings else "other"
