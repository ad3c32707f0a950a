"""Handing over: to a colleague, who holds the case at once; to a station, where it waits again; to a department.

A department is named on the case, which stays with whom it is: the product reaches no offices, people do. The note
goes into the timeline, and of a talk into the thread for colleagues too.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.desk import CHANGED, DeskError, allowed
from bot.handoff.duty.again import Duty, Wait, wait
from bot.handoff.duty.standing import Desk
from bot.handoff.kinds import KINDS, unlooked, within
from bot.handoff.sending import event_line
from bot.handoff.steps import Step
from bot.handoff.taking_back import before
from bot.store import cases, colleagues, conversations, people, thread
from bot.store.cases import Case
from bot.store.conversations import Conversation
from bot.store.events import CaseTag
from bot.store.people import Staff
from bot.store.wake import DESK, wake

MAX_NOTE = 500


@dataclass(frozen=True, slots=True)
class _Passed:
    """What a handing over changes: the case, the step told, who speaks and what the parent reads (None: as it was)."""

    to: str
    name: str
    changes: dict[str, Any]
    wait: Wait | None = None
    to_id: int | None = None


async def to_person(
    conn: AsyncConnection, case_id: int, staff: Staff, to: int, note: str, now: datetime, duty: Duty
) -> None:
    """Give a case to a colleague, also to one whose hands are full: the page says so before.

    One who is not on duty owns it at once all the same; until they speak the bot does, and the parent reads when they
    come. Who takes a case over for themselves is there, whatever the plan says.
    """
    words = _note(note)
    here = await people.stays(conn, to)
    case, conversation = await allowed(conn, case_id, staff, Step.TO_PERSON, now)
    chosen = await colleagues.find(conn, staff, to)
    if chosen is None or not here:
        message = "没有找到这位老师，可能已经离开。请另选一位。"
        raise DeskError(message)
    if case.owner_id == chosen.id:
        message = f"这一件已经在{chosen.name}手上。"
        raise DeskError(message)
    changes = {
        "state": "claimed",
        "owner_id": chosen.id,
        "claimed_at": now,
        "snoozed_until": None,
        "station_id": chosen.station_id or case.station_id,
        "detail": case.detail | {"handed": staff.name},
    }
    desk = Desk(on_duty=True) if chosen.id == staff.id else await duty.at(conn, chosen.station_id, now, only=chosen.id)
    told = wait(desk, case.level, f"已转给{chosen.name}", "，请稍等。", holder="person", who=chosen.name)
    passed = _Passed("person", chosen.name, changes, told, chosen.id)
    await _pass(conn, case, conversation, staff, passed, words, now)


async def to_station(
    conn: AsyncConnection, case_id: int, staff: Staff, to: int, note: str, now: datetime, duty: Duty
) -> None:
    """Give a case to a station: it waits there for anybody; a talk with its whole time again."""
    words = _note(note)
    case, conversation = await allowed(conn, case_id, staff, Step.TO_STATION, now)
    chosen = await colleagues.station(conn, to)
    if chosen is None:
        message = "没有这个站点，或者它已经停用。请另选一个。"
        raise DeskError(message)
    if case.state == "open" and case.station_id == chosen.id:
        message = f"这一件已经在{chosen.name}排队。"
        raise DeskError(message)
    changes = {
        "state": "open",
        "owner_id": None,
        "claimed_at": None,
        "snoozed_until": None,
        "station_id": chosen.id,
        "due_at": _due(case, now),
        "detail": {name: value for name, value in case.detail.items() if name != "handed"},
        **unlooked(case.level),
    }
    told = wait(await duty.at(conn, chosen.id, now), case.level, f"已转给{chosen.name}", "，请稍等。")
    passed = _Passed("station", chosen.name, changes, told, chosen.id)
    await _pass(conn, case, conversation, staff, passed, words, now)


async def to_department(conn: AsyncConnection, case_id: int, staff: Staff, to: str, note: str, now: datetime) -> None:
    """Name the office that has to answer; who holds the case goes on holding it, and asks them."""
    words = _note(note)
    case, conversation = await allowed(conn, case_id, staff, Step.TO_DEPARTMENT, now)
    if not to:
        message = "请选一个部门。"
        raise DeskError(message)
    await _pass(conn, case, conversation, staff, _Passed("department", to, {"department": to}), words, now)


async def _pass(
    conn: AsyncConnection,
    case: Case,
    conversation: Conversation | None,
    staff: Staff,
    passed: _Passed,
    words: str,
    now: datetime,
) -> None:
    if not await cases.change(conn, case.id, expect=("open", "claimed"), **passed.changes):
        raise DeskError(CHANGED)
    detail = {"to": passed.to, "name": passed.name, "note": words, "by": staff.id, "to_id": passed.to_id}
    detail |= {"before": before(case, conversation)} if passed.to == "person" else {}
    await cases.add_event(conn, case.id, CaseTag.HANDED_OVER, actor=staff.name, at=now, detail=detail)
    # Of other kinds the note stays in the timeline: who sees a talk of this family may not see its file.
    if conversation is not None and KINDS[case.kind].talks:
        said = f"转给{passed.name}：{words}"
        row = thread.said("note", said, key=secrets.token_urlsafe(12), author=staff.name)
        await thread.add(conn, conversation.id, [row], at=now, case_id=case.id)
        await thread.wake(conn, conversation.id)
        await _tell(conn, case, conversation, passed, now)
    await wake(conn, DESK)


async def _tell(conn: AsyncConnection, case: Case, conversation: Conversation, passed: _Passed, now: datetime) -> None:
    """Tell the parent, and let the right side speak. Where the bot speaks it goes on, and nothing changes for them."""
    if passed.wait is None or conversation.holder == "bot":
        return
    await conversations.save(conn, conversation.id, holder=passed.wait.holder, case_id=case.id)
    await event_line(conn, conversation, passed.wait.words, case.id, now)


def _due(case: Case, now: datetime) -> datetime:
    """Give a talk its whole time again. The day of a suggestion was promised to its parent, and stays."""
    if not KINDS[case.kind].talks:
        return case.due_at
    whole: timedelta = within(case.kind, case.level)  # type: ignore[arg-type]  # the column holds a level
    return now + whole


def _note(given: str) -> str:
    note = given.strip()
    if not note:
        message = "请写一句话给接的人：说到哪里了，要做什么。"
        raise DeskError(message)
    if len(note) > MAX_NOTE:
        message = f"附言最多 {MAX_NOTE} 个字，现在是 {len(note)} 个。"
        raise DeskError(message)
    return note
