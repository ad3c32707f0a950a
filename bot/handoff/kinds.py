"""The kinds of cases: their Chinese names and how soon somebody should look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.messages import Level


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of case. `talks` tells whether a person speaks in the conversation; `within` when nothing is grave."""

    name: str
    talks: bool
    within: timedelta


KINDS: dict[str, Kind] = {
    "crisis": Kind("危机", talks=True, within=timedelta(hours=8)),  # a concern: the same working day
    "chat": Kind("找老师", talks=True, within=timedelta(minutes=30)),
    "suggestion": Kind("意见建议", talks=False, within=timedelta(days=5)),
    "report": Kind("强制报告", talks=False, within=timedelta(minutes=30)),
    "appointment": Kind("预约", talks=False, within=timedelta(days=1)),
    "file": Kind("家庭档案", talks=False, within=timedelta(days=3)),
}

_BY_LEVEL: dict[Level, timedelta] = {"urgent": timedelta(minutes=5), "high": timedelta(minutes=15)}


def within(kind: str, level: Level) -> timedelta:
    """How soon a case of this kind and level should be taken up."""
    usual = KINDS[kind].within
    return min(usual, _BY_LEVEL.get(level, usual))
