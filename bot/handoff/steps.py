"""The steps of a case as one table: from which states each may be taken, by whom, for which kinds. Pure.

Every step of the desk asks `may` under the lock of the case; what the pages show asks it too, so that a button that
is there works. Who sees a case at all is decided before, by `bot.store.scope`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from bot.handoff.family.consent import ENDED
from bot.handoff.kinds import KINDS
from bot.store.cases import Case
from bot.store.people import Staff

REOPENED_WITHIN = timedelta(days=30)


class Step(StrEnum):
    """What people can do with a case."""

    ACKNOWLEDGE = "acknowledge"
    CLAIM = "claim"
    REPLY = "reply"
    NOTE = "note"
    RETURN = "return"
    TO_PERSON = "to-person"
    TO_STATION = "to-station"
    TO_DEPARTMENT = "to-department"
    SNOOZE = "snooze"
    WAKE = "wake"
    CLOSE = "close"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class Rule:
    """When a step may be taken. `who`: anybody who sees the case, its owner, or those who lead.

    `looked`: not while a danger waits that nobody has looked at.
    """

    states: frozenset[str]
    who: frozenset[str]
    kinds: frozenset[str] = frozenset(KINDS)
    looked: bool = False


def _rule(states: str, who: str, kinds: frozenset[str] = frozenset(KINDS), *, looked: bool = False) -> Rule:
    return Rule(frozenset(states.split()), frozenset(who.split()), kinds, looked)


_TALKS = frozenset(name for name, kind in KINDS.items() if kind.talks)
# A family's file is seen by those who are in it only: a whole station is nobody in particular.
_OF_STATIONS = frozenset(KINDS) - {"file"}

TABLE: Mapping[Step, Rule] = MappingProxyType(
    {
        Step.ACKNOWLEDGE: _rule("open claimed", "anybody"),
        Step.CLAIM: _rule("open", "anybody"),
        Step.REPLY: _rule("claimed", "owner"),
        Step.NOTE: _rule("open claimed closed", "owner leads"),
        Step.RETURN: _rule("claimed", "owner", _TALKS),
        Step.TO_PERSON: _rule("open claimed", "owner leads"),
        Step.TO_STATION: _rule("open claimed", "owner leads", _OF_STATIONS),
        Step.TO_DEPARTMENT: _rule("open claimed", "owner leads"),
        Step.SNOOZE: _rule("open claimed", "owner leads", looked=True),
        Step.WAKE: _rule("open claimed", "anybody"),
        Step.CLOSE: _rule("claimed", "owner", looked=True),
        Step.REOPEN: _rule("closed", "anybody"),
    }
)


def may(step: Step, case: Case, staff: Staff, now: datetime) -> str:
    """Say why somebody who sees a case may not take a step now, as a Chinese sentence; "" when they may."""
    rule = TABLE[step]
    # Besides those who lead only the reporter sees a sealed report: a name beside a step would say who it was.
    if case.sealed and not relations(case, staff) & {"owner", "leads"}:
        return "这一件已经封存，由站长或主管来办。您可以补充情况。"
    if case.kind not in rule.kinds:
        return _not_this_kind(step)
    if case.state not in rule.states:
        return _not_in_this_state(step, case, now)
    if not rule.who & relations(case, staff):
        return f"这一件现在由{case.owner or '别的老师'}在跟。" if case.state == "claimed" else "请先接手，再继续。"
    if rule.looked and case.unseen:
        what = "结案" if step == Step.CLOSE else "放到稍后"
        return f"家长刚才又说了紧急的情况，请先看一看，点“我看到了”，再{what}。"
    return _closed_for_good(case, staff, now) if step == Step.REOPEN else ""


def relations(case: Case, staff: Staff) -> frozenset[str]:
    """Say what somebody who sees a case is to it: anybody, owner, leads."""
    owns, leads = case.owner_id is not None and case.owner_id == staff.id, staff.leads
    return frozenset({"anybody"} | ({"owner"} if owns else set()) | ({"leads"} if leads else set()))


def ago(then: datetime, now: datetime) -> str:
    """Say how long ago something was, in the largest whole unit: 3 秒前, 5 分钟前."""
    seconds = max(1, int((now - then).total_seconds()))
    for length, unit in ((86_400, "天"), (3_600, "小时"), (60, "分钟")):
        if seconds >= length:
            return f"{seconds // length} {unit}前"
    return f"{seconds} 秒前"


def _closed_for_good(case: Case, staff: Staff, now: datetime) -> str:
    """Say why a closed case cannot be opened again by this person; "" when it can."""
    if case.closed_at is None or now - case.closed_at > REOPENED_WITHIN:
        return f"结案超过 {REOPENED_WITHIN.days} 天了，不能重新打开。家长再来时会是新的一件。"
    if case.kind != "file":
        return ""
    if case.outcome in ENDED.values():
        return f"{case.outcome}，这份档案不能重新打开。家长愿意时，请在对话里重新建档。"
    # Who opens it again owns it: a colleague who is in it would take it from its owner, who is then out of it.
    if case.owner_here and case.owner_id != staff.id:
        return f"这份档案由{case.owner}负责，请{case.owner}来重新打开。"
    return ""


def _not_this_kind(step: Step) -> str:
    if step == Step.RETURN:  # a colleague may be talking with this parent in another case
        return "这一件没有接过对话，不用交还。"
    return "家庭档案只给参加的人看，请转给一位老师，不转给整个站点。"


def _not_in_this_state(step: Step, case: Case, now: datetime) -> str:
    if case.state == "closed":
        return "这一件已经结束了，请重新打开再说。" if step == Step.REPLY else "这一件已经结束了。"
    if step == Step.REOPEN:
        return "这一件还没有结案。"
    if step == Step.CLAIM and case.claimed_at is not None:
        return f"{case.owner or '别的老师'} {ago(case.claimed_at, now)}接了这一件。"
    return "请先接手，再继续。" if case.state == "open" else "这一件已经有人接了。"
