"""A case comes and goes: handed back to the bot, put off, taken up again, closed, opened again.

Each step is one transaction. Handing over to others is in `bot.handoff.passing`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff import loop, outcomes, rating
from bot.handoff.desk import CHANGED, DeskError, allowed, in_talk, still_here
from bot.handoff.kinds import KINDS, TALKS
from bot.handoff.sending import event_line
from bot.handoff.steps import Step
from bot.store import appointments, cases, conversations
from bot.store.cases import Case
from bot.store.events import CaseTag
from bot.store.people import Staff
from bot.store.wake import DESK, wake

LONGEST_SNOOZE = timedelta(days=31)
MAX_WORDS = 200  # characters of a reason


async def hand_back(conn: AsyncConnection, case_id: int, staff: Staff, now: datetime) -> None:
    """Let the bot speak again; the case stays with its owner."""
    _, conversation = await in_talk(conn, case_id, staff, Step.RETURN, now)
    await conversations.save(conn, conversation.id, holder="bot")
    await cases.add_event(conn, case_id, CaseTag.RETURNED, actor=staff.name, at=now)
    await event_line(conn, conversation, "老师先离开一下，自动助手继续在这里。", case_id, now)


async def close(conn: AsyncConnection, case_id: int, staff: Staff, outcome: str, now: datetime) -> None:
    """Close a case with its outcome; the bot speaks again."""
    result = outcomes.ended(outcome, outcomes.OF_TALKS)
    case, conversation = await allowed(conn, case_id, staff, Step.CLOSE, now)
    if any(booking.active for booking in await appointments.of_case(conn, case_id)):
        message = "还有一个预约没有了结，请先定下来，或写下来没来，再结案。"
        raise DeskError(message)
    changes = {"state": "closed", "outcome": result, "closed_at": now, "snoozed_until": None}
    await _change(conn, case, ("claimed",), **changes)
    await cases.add_event(conn, case_id, CaseTag.CLOSED, actor=staff.name, at=now)
    if conversation is not None and KINDS[case.kind].talks:
        await conversations.save(conn, conversation.id, holder="bot", case_id=None)
        await event_line(conn, conversation, "对话已结束，自动助手继续在这里。", case_id, now)
        await rating.ask(conn, conversation, case, now)


async def snooze(
    conn: AsyncConnection, case_id: int, staff: Staff, until: datetime | None, why: str, now: datetime
) -> None:
    """Put a case off until a moment: it leaves the queue till then, or till the parent says something."""
    if until is None or until <= now:
        message = "请选一个以后的时间。"
        raise DeskError(message)
    if until - now > LONGEST_SNOOZE:
        message = f"最远放到 {LONGEST_SNOOZE.days} 天以后。更久的请结案，或写进家庭档案的回访。"
        raise DeskError(message)
    reason = _words(why, "请写一句为什么放到稍后，同事看得到。")
    case, _ = await allowed(conn, case_id, staff, Step.SNOOZE, now)
    await _change(conn, case, ("open", "claimed"), snoozed_until=until)
    detail = {"until": until.isoformat(), "note": reason}
    await cases.add_event(conn, case_id, CaseTag.SNOOZED, actor=staff.name, at=now, detail=detail)


async def rouse(conn: AsyncConnection, case_id: int, staff: Staff, now: datetime) -> None:
    """Take a case that was put off back into the queue now."""
    case, _ = await allowed(conn, case_id, staff, Step.WAKE, now)
    if case.snoozed_until is None or case.snoozed_until <= now:
        return
    await _change(conn, case, ("open", "claimed"), snoozed_until=now)
    await cases.add_event(conn, case_id, CaseTag.WOKEN, actor=staff.name, at=now)


async def heard(conn: AsyncConnection, conversation_id: int, now: datetime) -> None:
    """Bring back what was put off in a conversation, because the parent says something."""
    roused = await cases.rouse(conn, conversation_id, now)
    for case_id in roused:
        await cases.add_event(conn, case_id, CaseTag.WOKEN, actor="parent", at=now)
    if roused:
        await wake(conn, DESK)


async def reopen(conn: AsyncConnection, case_id: int, staff: Staff, now: datetime) -> None:
    """Open a closed case again, in the hand of who does it. The bot has the voice until they speak."""
    await still_here(conn, staff)
    case, conversation = await allowed(conn, case_id, staff, Step.REOPEN, now)
    talks = KINDS[case.kind].talks
    if case.conversation_id is not None:
        other = await cases.open_of(conn, case.conversation_id, TALKS if talks else (case.kind,))
        if other is not None:
            message = f"这位家长现在有第 {other.id} 件在办，请到那里继续。"
            raise DeskError(message)
    changes = {"state": "claimed", "owner_id": staff.id, "claimed_at": now, "closed_at": None, "outcome": None}
    if case.kind == loop.KIND:  # it waits for an answer again; what was said of the former one stays until then
        changes["answered_at"] = None
    await _change(conn, case, ("closed",), **changes)
    former = (case.outcome or "").split("：", 1)[0]
    detail = {"outcome": former} if former else {}
    await cases.add_event(conn, case_id, CaseTag.REOPENED, actor=staff.name, at=now, detail=detail)
    if conversation is not None and talks:
        await conversations.save(conn, conversation.id, case_id=case_id)


async def opened(conn: AsyncConnection, case: Case, staff: Staff) -> None:
    """Note that the new owner of a case has looked at what was handed to them."""
    if case.owner_id == staff.id and "handed" in case.detail:
        await cases.welcome(conn, case.id, staff.id)
        await wake(conn, DESK)


async def _change(conn: AsyncConnection, case: Case, expect: tuple[str, ...], **values: Any) -> None:
    if not await cases.change(conn, case.id, expect=expect, **values):
        raise DeskError(CHANGED)
    await wake(conn, DESK)


def _words(given: str, missing: str) -> str:
    words = given.strip()
    if not words:
        raise DeskError(missing)
    if len(words) > MAX_WORDS:
        message = f"最多 {MAX_WORDS} 个字，现在是 {len(words)} 个。"
        raise DeskError(message)
    return words
