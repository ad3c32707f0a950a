"""Mandatory reports (强制报告): what a duty-bound person saw, sealed when it is sent, the reporter known to nobody.

A report has no conversation, so its steps lock the case alone. Police are called by the reporter, never by us.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from dataclasses import fields as dataclass_fields
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.desk import DeskError, UnknownCaseError, still_here
from bot.handoff.kinds import within
from bot.messages import Level
from bot.store import cases
from bot.store import reports as rows
from bot.store.cases import Case
from bot.store.events import CaseTag
from bot.store.people import Role, Staff
from bot.store.wake import DESK, wake

KIND = rows.KIND
REPORTER = "报告人"  # stands in the timeline instead of a name
MAX_SEEN, MAX_LINE = 2000, 300  # characters of what was seen, and of the shorter fields


@dataclass(frozen=True, slots=True)
class Trigger:
    """One of the nine situations that must be reported; `level` is what it is without a danger of this moment."""

    key: str
    name: str
    words: str
    level: Level


# 《关于建立侵害未成年人案件强制报告制度的意见（试行）》（高检发〔2020〕9 号）第四条的九种情形，写成白话。
TRIGGERS: tuple[Trigger, ...] = (
    Trigger("private-injury", "隐私部位受伤", "孩子的隐私部位有（或像是有）不正常的伤", "high"),
    Trigger(
        "under-14", "不满 14 岁女孩疑受性侵害", "不满 14 岁的女孩受到（或像是受到）性侵害，或者怀孕、流产", "urgent"
    ),
    Trigger("over-14", "14 岁以上女孩疑受性侵害怀孕", "14 岁以上的女孩因性侵害（或像是因此）怀孕、流产", "high"),
    Trigger(
        "injured",
        "多处受伤或疑受虐待",
        "身上多处有伤、严重营养不良或神志不清，像是受了家庭暴力、欺凌、虐待、殴打，或被人下药",
        "urgent",
    ),
    Trigger(
        "unnatural",
        "非正常伤残或死亡",
        "因自杀、自残、工伤、中毒、被人下药、殴打等不正常的原因伤残或死亡",
        "urgent",
    ),
    Trigger("abandoned", "被遗弃或长期无人照料", "被遗弃，或者长时间没有人照料", "high"),
    Trigger("missing", "来历不明、失踪或被拐卖", "来历不明、失踪，或者被拐卖、被收买", "urgent"),
    Trigger("begging", "被组织乞讨", "被人组织去乞讨", "high"),
    Trigger("other", "其他严重侵害或危险", "别的严重伤害孩子身心的事，或孩子正面临这样的危险", "high"),
)
_KNOWN: Mapping[str, Trigger] = {trigger.key: trigger for trigger in TRIGGERS}
DANGER: dict[str, str] = {"yes": "现在有危险", "unsure": "说不准", "no": "眼下没有危险"}
POLICE: dict[str, str] = {"called": "已经打了 110", "station": "已经到派出所报案", "not-yet": "还没有报警"}
# The fields of a report with their names on the page, in the order of the form.
FIELDS: dict[str, str] = {
    "seen": "看到、听到了什么",
    "when": "什么时候",
    "place": "在哪里",
    "who": "现在谁和孩子在一起",
    "done": "已经做了什么",
}


@dataclass(frozen=True, slots=True)
class Report:
    """What the form says, as typed."""

    triggers: tuple[str, ...] = ()
    danger: str = ""
    police: str = ""
    seen: str = ""
    when: str = ""
    place: str = ""
    who: str = ""
    done: str = ""


_SEALED = frozenset({*(part.name for part in dataclass_fields(Report)), "key"})


def problems(report: Report) -> dict[str, str]:
    """Say what is still missing, by field; none when it can be sent."""
    found: dict[str, str] = {}
    if not report.triggers or not set(report.triggers) <= set(_KNOWN):
        found["triggers"] = "还没有选是哪一种情形，可以选几种。"
    if report.danger not in DANGER:
        found["danger"] = "还没有选现在有没有危险。说不准也可以选“说不准”。"
    if report.police not in POLICE:
        found["police"] = "还没有选是不是报了警。"
    asked = {"seen": "还没有写看到、听到了什么。", "place": "还没有写在哪里。不清楚就写“不清楚”。"}
    asked["who"] = "还没有写现在谁和孩子在一起。不清楚就写“不清楚”。"
    for name in FIELDS:
        words, most = getattr(report, name), MAX_SEEN if name == "seen" else MAX_LINE
        if len(words) > most:
            found[name] = f"最多 {most} 个字，现在是 {len(words)} 个。"
        elif name in asked and not words:
            found[name] = asked[name]
    return found


def level_of(report: Report) -> Level:
    """Tell how grave a report is: urgent by its situation, or because the child is in danger now."""
    urgent = any(_KNOWN[key].level == "urgent" for key in report.triggers if key in _KNOWN)
    return "urgent" if urgent or report.danger == "yes" else "high"


def named(triggers: Collection[str]) -> list[Trigger]:
    """Give the situations, in the order of the law."""
    return [trigger for trigger in TRIGGERS if trigger.key in triggers]


def station_of(staff: Staff, region: str | None) -> int | None:
    """Tell whose report it is: the reporter's own station, unless the child is somewhere else."""
    elsewhere = region is not None and staff.region is not None and region not in staff.regions
    return None if elsewhere else staff.station_id


def seal(content: Mapping[str, Any], at: datetime) -> str:
    """Give the mark of a report's words at their moment: another word makes another mark.

    Only what was sent is under it: the desk keeps its own words beside it (who has handed it over).
    """
    written = {name: content[name] for name in _SEALED if name in content}
    whole = json.dumps([written, at.timestamp()], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()


def intact(case: Case) -> bool:
    """Whether a report says what it said when it was sent."""
    return case.detail.get("seal") == seal(case.detail, case.opened_at)


async def send(
    conn: AsyncConnection, staff: Staff, report: Report, region: str | None, key: str, now: datetime
) -> tuple[int, bool]:
    """Write a report and seal it; its number, and whether it is new (the same form sent twice reports once).

    Raises:
        DeskError: something is missing.
    """
    if problems(report):
        message = "报告还没有写完整。"
        raise DeskError(message)
    await rows.one_at_a_time(conn, staff.id, key)
    before = await rows.sent_before(conn, staff.id, key)
    if before is not None:
        return before, False
    level = level_of(report)
    content = {**asdict(report), "triggers": list(report.triggers), "key": key}
    values = {
        "level": level,
        "reason": "、".join(trigger.name for trigger in named(report.triggers)),
        "detail": {**content, "seal": seal(content, now)},
        "region": region,
        "station_id": station_of(staff, region),
        "reporter_id": staff.id,
        "opened_at": now,
        "due_at": now + within(KIND, level),
    }
    case_id = await rows.write(conn, values)
    await cases.add_event(conn, case_id, CaseTag.REPORTED, actor=REPORTER, at=now, detail={"level": level})
    await wake(conn, DESK)
    return case_id, True


def knows_reporter(case: Case, staff: Staff) -> bool:
    """Whether somebody may read who reported: the reporter themselves, and an administrator."""
    return case.reporter_id == staff.id or staff.role == Role.ADMIN


def is_reporter(case: Case, staff: Staff) -> bool:
    """Whether somebody acts as the reporter: their name must not stand beside what they do."""
    return case.reporter_id == staff.id and case.owner_id != staff.id


def _actor(case: Case, staff: Staff) -> str:
    return REPORTER if is_reporter(case, staff) else staff.name


async def found(conn: AsyncConnection, case_id: int, staff: Staff, *, locked: bool = False) -> Case:
    """Give a report that somebody may see.

    Raises:
        UnknownCaseError: there is none for them.
    """
    case = await cases.find(conn, case_id, locked=locked, seen_by=staff)
    if case is None or case.kind != KIND:
        raise UnknownCaseError
    return case


async def _led(conn: AsyncConnection, case_id: int, staff: Staff) -> Case:
    """Lock a report for somebody who may take care of it."""
    case = await found(conn, case_id, staff, locked=True)
    if not staff.leads and case.owner_id != staff.id:
        message = "这一件由站长或主管来接。您可以在下面补充情况。"
        raise DeskError(message)
    if case.state == "closed":
        message = "这一件已经结案了。"
        raise DeskError(message)
    return case


async def acknowledge(conn: AsyncConnection, case_id: int, staff: Staff, now: datetime) -> None:
    """Say that one looks at it; the alerts stop."""
    case = await _led(conn, case_id, staff)
    await _seen(conn, case, staff, now)


async def claim(conn: AsyncConnection, case_id: int, staff: Staff, now: datetime) -> None:
    """Take a report; of two people one wins and the other is told who."""
    await still_here(conn, staff)
    case = await _led(conn, case_id, staff)
    if case.state == "claimed" and case.owner_id == staff.id:
        return
    taken = await cases.change(conn, case.id, expect=("open",), state="claimed", owner_id=staff.id, claimed_at=now)
    if not taken:
        message = f"{case.owner}已经接了这一件。"
        raise DeskError(message)
    await _seen(conn, case, staff, now)
    await cases.add_event(conn, case.id, CaseTag.CLAIMED, actor=staff.name, at=now)


async def _seen(conn: AsyncConnection, case: Case, staff: Staff, now: datetime) -> None:
    if case.unseen:
        await cases.change(conn, case.id, expect=("open", "claimed"), acknowledged_at=now)
        # Who made it may also look after it; as long as they don't hold it, their name stands nowhere.
        await cases.add_event(conn, case.id, CaseTag.ACKNOWLEDGED, actor=_actor(case, staff), at=now)
    await wake(conn, DESK)


async def add(conn: AsyncConnection, case_id: int, staff: Staff, text: str, now: datetime) -> None:
    """Add to a sealed report: what was sent stays as it is, this stands beneath it; also when it is closed."""
    words = text.strip()
    if not words:
        message = "还没有写字。"
        raise DeskError(message)
    if len(words) > MAX_SEEN:
        message = f"一次最多 {MAX_SEEN} 个字，现在是 {len(words)} 个。请分成两次。"
        raise DeskError(message)
    case = await found(conn, case_id, staff, locked=True)
    steps = await cases.timeline(conn, case.id)
    if steps and steps[-1].tag == CaseTag.ADDED and steps[-1].detail.get("text") == words:
        return  # the form was sent twice
    actor = _actor(case, staff)
    await cases.add_event(conn, case.id, CaseTag.ADDED, actor=actor, at=now, detail={"text": words})
    await wake(conn, DESK)


async def close(conn: AsyncConnection, case_id: int, staff: Staff, outcome: str, now: datetime) -> None:
    """Close a report with what became of it; only who holds it."""
    if not outcome.strip():
        message = "请写一句结果再结案。"
        raise DeskError(message)
    case = await _led(conn, case_id, staff)
    if case.owner_id != staff.id:
        message = f"这一件现在由{case.owner}在办。" if case.owner else "请先接手，再继续。"
        raise DeskError(message)
    values = {"state": "closed", "outcome": outcome.strip()[:MAX_LINE], "closed_at": now}
    await cases.change(conn, case.id, expect=("claimed",), **values)
    await cases.add_event(conn, case.id, CaseTag.CLOSED, actor=staff.name, at=now)
    await wake(conn, DESK)
