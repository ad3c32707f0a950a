"""The steps of a case in Chinese: its timeline, and how its alerts stand. Says only whom an alert really reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.store.cases import Step
from bot.store.events import WORDS, CaseTag

_LEVELS = {"urgent": "紧急", "high": "高", "concern": "关注", "none": "平常"}
_ACTORS = {"bot": "自动助手", "parent": "家长"}
_PEOPLE = {"staff": "值班老师", "supervisor": "主管", "next-station": "下一站"}
_ROBOTS = {"staff": "值班群", "supervisor": "主管的群", "next-station": "下一站的群"}


@dataclass(frozen=True, slots=True)
class Told:
    """One step as the page shows it; `more` may be empty."""

    at: datetime
    words: str
    actor: str
    more: str


def timeline(steps: Sequence[Step]) -> list[Told]:
    """Give the steps of a case for its page, oldest first."""
    return [Told(step.at, _words(step), _ACTORS.get(step.actor, step.actor), _more(step)) for step in steps]


def standing(last: Mapping[str, Any]) -> str:
    """Say in a few words where the alerts of a case have got to, by its last round; "" when nothing is late."""
    level, delivered = last.get("round", 0), last.get("delivered")
    if not isinstance(delivered, list):
        return "正在再次提醒" if level > 1 else ""
    if not delivered:
        return "提醒没送到，请打电话找人" if level > 2 else "提醒没送到"
    if "next-station" in delivered:
        return "已转告下一站"
    if level > 2 and "supervisor" in delivered:
        return "已升级到主管"
    return ("", "", "超时，已再次提醒", "超时，请找主管", "超时，请找下一站帮忙")[min(level, 4)]


def _words(step: Step) -> str:
    if step.tag not in WORDS:
        return step.tag
    if step.tag == CaseTag.ESCALATED and step.detail.get("to"):
        people = "、".join(_PEOPLE[to] for to in step.detail["to"] if to in _PEOPLE)
        return f"没有人确认，提醒{people}"
    return WORDS[CaseTag(step.tag)]


def _more(step: Step) -> str:
    if step.tag in (CaseTag.OPENED, CaseTag.JOINED):
        return f"级别：{_LEVELS[step.detail['level']]}" if step.detail.get("level") in _LEVELS else ""
    if step.tag in (CaseTag.ALERTED, CaseTag.ESCALATED) and "delivered" in step.detail:
        return _reached(step.detail["delivered"])
    return ""


def _reached(delivered: Sequence[str] | None) -> str:
    """Say whom a round has reached."""
    if delivered is None:
        return "正在送"
    if not delivered:
        return "没有送到"
    if delivered == ["desk"]:
        return "工作台上看得到；没有配置企业微信提醒"
    return "、".join(_ROBOTS[one] for one in delivered if one in _ROBOTS) + "已收到"
