"""Nobody waits unseen: who holds a talk and does not answer loses it to the queue, and what nobody takes moves on.

Each is one transaction under the locks of the conversation and the case, with everything looked at again: of two
processes one does it. A case that was put off stays with whom it is.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import get_args

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.duty.again import Duty, wait
from bot.handoff.kinds import KINDS, TALKS, unlooked, within
from bot.handoff.sending import event_line
from bot.messages import GRAVE, Level
from bot.store import cases, conversations, unanswered
from bot.store.cases import Case
from bot.store.events import CaseTag
from bot.store.unanswered import Silent
from bot.store.wake import DESK, wake

# How long a case has at each station, by kind and level; kinds that are not here are never passed on.
PERIODS = {
    (name, level): within(name, level) for name, kind in KINDS.items() if kind.passes_on for level in get_args(Level)
}
MOST_MOVES = 6  # by rule; after them a case stands overdue where it is, and people move it


def patience(level: str, minutes: int) -> timedelta:
    """Say how long a parent's words may wait for the holder's answer: in danger half as long."""
    return timedelta(minutes=minutes) / (2 if level in GRAVE else 1)


async def silent(conn: AsyncConnection, now: datetime, minutes: int, only: int | None = None) -> list[Silent]:
    """List the talks whose holder has not answered in time."""
    usual, grave = now - patience("none", minutes), now - patience("urgent", minutes)
    return await unanswered.silent(conn, TALKS, now=now, usual=usual, grave=grave, only=only)


async def requeue(conn: AsyncConnection, found: Silent, now: datetime, minutes: int, duty: Duty) -> bool:
    """Take a talk from a holder who does not answer; whether it was still so under the locks.

    It waits in the queue of its station with the time that it had waited. A danger must be looked at again. Where
    nobody is on duty the bot speaks meanwhile.
    """
    conversation = await conversations.lock(conn, found.conversation_id)
    case = await cases.find(conn, found.id, locked=True)
    still = await silent(conn, now, minutes, only=found.id) if conversation is not None and case is not None else []
    if conversation is None or case is None or not still:
        return False
    since = still[0].since
    changes = {
        "state": "open",
        "owner_id": None,
        "claimed_at": None,
        "due_at": since + within(case.kind, case.level),  # type: ignore[arg-type]  # the column holds a level
        "moves": case.moves + 1,
        "moved_at": now,
    }
    changes |= unlooked(case.level)
    if not await cases.change(conn, case.id, expect=("claimed",), **changes):
        return False
    waited = int((now - since).total_seconds() // 60)
    detail = {"minutes": waited, "from": case.owner or ""}
    await cases.add_event(conn, case.id, CaseTag.REQUEUED, actor="bot", at=now, detail=detail)
    lead = f"{case.owner or '老师'}一时没有回上"
    desk = await duty.at(conn, case.station_id, now)
    told = wait(desk, case.level, lead, "。您的话重新排队了，别的老师看到就会接。")
    await conversations.save(conn, conversation.id, holder=told.holder, case_id=case.id)
    await event_line(conn, conversation, told.words, case.id, now)
    await wake(conn, DESK)
    return True


async def pass_on(conn: AsyncConnection, case_id: int, conversation_id: int | None, now: datetime, duty: Duty) -> bool:
    """Give an open case that is over its time to the next station; whether it was still so under the locks.

    A waiting parent is told; where nobody is there either the bot speaks again.
    """
    conversation = await conversations.lock(conn, conversation_id) if conversation_id is not None else None
    case = await cases.find(conn, case_id, locked=True)
    if case is None or case.station_id is None or not late(case, now):
        return False
    chosen = await unanswered.further(conn, case.station_id)
    if chosen is None:
        return False
    station_id, name, before = chosen
    changes = {"station_id": station_id, "moves": case.moves + 1, "moved_at": now}
    if not await cases.change(conn, case.id, expect=("open",), **changes):
        return False
    detail = {"from": before, "to": name}
    await cases.add_event(conn, case.id, CaseTag.MOVED, actor="bot", at=now, detail=detail)
    if conversation is not None and conversation.holder == "queue" and KINDS[case.kind].talks:
        lead = f"{before}的老师还没有空，已经转请{name}来看"
        told = wait(await duty.at(conn, station_id, now), case.level, lead, "，请再等一等。")
        await conversations.save(conn, conversation.id, holder=told.holder)
        await event_line(conn, conversation, told.words, case.id, now)
    await wake(conn, DESK)
    return True


def late(case: Case, now: datetime) -> bool:
    """Whether a rule may pass an open case on now: over its time, and for as long again where it was moved to."""
    if case.state != "open" or case.unseen or case.sealed or case.snoozed(now) or case.moves >= MOST_MOVES:
        return False
    whole = PERIODS.get((case.kind, case.level))
    if whole is None:
        return False
    since = max(case.due_at, case.moved_at + whole) if case.moved_at else case.due_at
    return since < now
