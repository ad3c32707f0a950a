"""The case that a message opens for people: how bad, what kind, and a reason that does not tell the story."""

from __future__ import annotations

from collections.abc import Mapping

from bot.messages import Assessment, Opening
from bot.safety.protocols import quiet, words


def opening(assessment: Assessment) -> Opening | None:
    """The case for a crisis; None below `high`."""
    return _case(assessment) if assessment.crisis else None


def review(assessment: Assessment) -> Opening | None:
    """The case to look at within the day: a concern that words of this message show, not a layer that failed."""
    looked_at = assessment.level == "concern" and assessment.shown and bool(assessment.evidence)
    return _case(assessment) if looked_at else None


def _case(assessment: Assessment) -> Opening:
    kind = assessment.kind or "other"
    reason = _reason(kind)
    if assessment.child_writing:
        reason += " · 孩子本人在写"
    detail = {"risk_kind": kind, "child_writing": assessment.child_writing, "quiet": quiet(assessment)}
    detail["evidence"] = list(assessment.evidence)  # for the staff who take the case, shown beside its reason
    return Opening("crisis", assessment.level, reason, detail)


def _reason(kind: str) -> str:
    """The reason in Chinese; plain words where the packaged ones cannot be read, for the case must be opened."""
    try:
        reasons: Mapping[str, str] = words()["reasons"]
        return reasons.get(kind, reasons["other"])
    except Exception:  # noqa: BLE001 - see above
        return "可能有危险"
