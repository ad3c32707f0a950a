"""The steps of a case in Chinese: its timeline, and how its alerts stand. Says only whom an alert really reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from bot.handoff.loop import WORDS as RATINGS
from bot.store.cases import Step
from bot.store.events import WORDS, CaseTag
from bot.times import clock, day
from knowledge.calendar import CHINA

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
    """Give the steps of a case for its page, oldest first; answers of one person in a row are one step."""
    told = []
    for (tag, actor), row in groupby(steps, lambda step: (step.tag, step.actor)):
        first, *rest = row
        if tag == CaseTag.ANSWERED and rest:
            told.append(Told(first.at, _words(first), actor, f"{len(rest) + 1} 次，到 {clock(rest[-1].at)}"))
        else:
            told += [Told(one.at, _words(one), _ACTORS.get(actor, actor), _more(one)) for one in (first, *rest)]
    return told


def standing(last: Mapping[str, Any]) -> str:
    """Say in a few words where the alerts of a case have got to, by its last round; "" when nothing is late."""
    level, delivered = last.get("round", 0), last.get("delivered")
    if not isinstance(delivered, list):
        return "正在再次提醒" if level > 1 else ""
    if not delivered:
        return "提醒没送到，请打电话找人" if level > 2 else "提醒没送到"
    if "next-station" in delivered:
        return f"已转给{last['next']}" if last.get("next") else "已转告下一站"
    if last.get("next"):  # it stands on their desk, but their group was not told
        return f"已转给{last['next']}，请打电话告诉他们"
    if level > 2 and "supervisor" in delivered:
        return "已升级到主管"
    return ("", "", "超时，已再次提醒", "超时，请找主管", "超时，请找下一站帮忙")[min(level, 4)]


def _words(step: Step) -> str:
    if step.tag not in WORDS:
        return step.tag
    if step.tag == CaseTag.HANDED_OVER and step.detail.get("name"):
        return f"转给{step.detail['name']}"
    if step.tag == CaseTag.TAKEN_BACK and step.detail.get("name"):
        return f"从{step.detail['name']}手上撤回"
    if step.tag == CaseTag.ESCALATED and step.detail.get("to"):
        people = "、".join(_PEOPLE[to] for to in step.detail["to"] if to in _PEOPLE)
        return f"没有人确认，提醒{people}"
    return WORDS[CaseTag(step.tag)]


def _more(step: Step) -> str:
    if step.tag in (CaseTag.OPENED, CaseTag.JOINED):
        level = f"级别：{_LEVELS[step.detail['level']]}" if step.detail.get("level") in _LEVELS else ""
        return "；".join(filter(None, (level, _placed(step.detail))))
    if step.tag in (CaseTag.ALERTED, CaseTag.ESCALATED) and "delivered" in step.detail:
        return _reached(step.detail["delivered"])
    return _passed(step) or _done(step) or str(step.detail.get("slot", ""))  # the time of an appointment


def _placed(detail: Mapping[str, Any]) -> str:
    """Say to which station a new case went, and that another one would have been nearer."""
    if detail.get("instead_of"):
        return f"{detail['instead_of']}这会儿没有人，给了{detail.get('station', '')}"
    return f"给了{detail['station']}" if detail.get("station") else ""


def _done(step: Step) -> str:
    """Say what became of a suggestion, or what was added to a report."""
    detail = step.detail
    if step.tag == CaseTag.RATED:
        return RATINGS.get(detail.get("score", 0), "")
    key = {CaseTag.ASSIGNED: "department", CaseTag.REPLIED: "result", CaseTag.ADDED: "text"}.get(step.tag)  # type: ignore[call-overload]  # a tag is its text
    return str(detail.get(key, "")) if key else ""


def _passed(step: Step) -> str:
    """Say how a case went from hand to hand; details of a family that was erased are gone."""
    detail = step.detail
    match step.tag:
        case CaseTag.HANDED_OVER:
            return str(detail.get("note", ""))
        case CaseTag.SNOOZED if "until" in detail:
            until = datetime.fromisoformat(detail["until"])
            return f"到 {day(until.astimezone(CHINA).date())} {clock(until)}：{detail.get('note', '')}"
        case CaseTag.REQUEUED if "minutes" in detail:
            return f"{detail.get('from', '')} {detail['minutes']} 分钟没有回"
        case CaseTag.MOVED if "to" in detail:
            return f"{detail.get('from', '')} → {detail['to']}"
        case CaseTag.REOPENED if "outcome" in detail:
            return f"原来的结果：{detail['outcome']}"
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
