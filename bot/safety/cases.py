"""The case that a message opens for people: how bad, what kind, and a reason that does not tell the story."""

from __future__ import annotations

from bot.messages import Assessment, Opening
from bot.safety.protocols import words


def opening(assessment: Assessment) -> Opening | None:
    """The case for a crisis; None below `high`."""
    return _case(assessment) if assessment.crisis else None


def review(assessment: Assessment) -> Opening | None:
    """The case to look at within the day: a concern shown by this very message, not merely remembered."""
    shown = assessment.level == "concern" and bool(assessment.evidence)
    return _case(assessment) if shown else None


def _case(assessment: Assessment) -> Opening:
    reasons = words()["reasons"]
    kind = assessment.kind or "other"
    reason = reasons.get(kind, reasons["other"])
    if assessment.child_writing:
        reason += " · 孩子本人在写"
    detail = {"risk_kind": kind, "child_writing": assessment.child_writing, "quiet": kind == "domestic-violence"}
    detail["evidence"] = list(assessment.evidence)  # for the staff who take the case, shown beside its reason
    return Opening("crisis", assessment.level, reason, detail)
