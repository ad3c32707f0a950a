"""The kinds of cases: their Chinese names and how soon somebody should look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.messages import GRAVE, Level


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of case. `talks` tells whether a person speaks in the conversation; `within` when nothing is grave.

    `passes_on`: the next station may do it too, so a rule gives it to them when nobody takes it in time.
    """

    name: str
    talks: bool
    within: timedelta
    passes_on: bool = False


KINDS: dict[str, Kind] = {
    "crisis": Kind("危机", talks=True, within=timedelta(hours=8), passes_on=True),  # a concern: the same working day
    "chat": Kind("找老师", talks=True, within=timedelta(minutes=30), passes_on=True),
    # Longer than five working days ever take: handoff.suggestions sets the day, and more words must not hurry it.
    "suggestion": Kind("意见建议", talks=False, within=timedelta(days=21), passes_on=True),
    "report": Kind("强制报告", talks=False, within=timedelta(minutes=30)),
    "appointment": Kind("预约", talks=False, within=timedelta(days=1)),
    "file": Kind("家庭档案", talks=False, within=timedelta(days=3)),
}

TALKS: tuple[str, ...] = tuple(name for name, kind in KINDS.items() if kind.talks)

_BY_LEVEL: dict[Level, timedelta] = {"urgent": timedelta(minutes=5), "high": timedelta(minutes=15)}


def within(kind: str, level: Level) -> timedelta:
    """How soon a case of this kind and level should be taken up."""
    usual = KINDS[kind].within
    return min(usual, _BY_LEVEL.get(level, usual))


def unlooked(level: str) -> dict[str, Any]:
    """Give what changes in a case of this level when nobody holds it any more: a danger must be looked at again.

    Its alerts begin anew. Of what is not grave nothing changes.
    """
    return {"acknowledged_at": None, "alerts": 0, "alerted_at": None} if level in GRAVE else {}
