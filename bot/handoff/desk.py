"""The desk: open, claim, look, reply, note. Each step is one transaction with its event and its outbox rows.

Who speaks is decided here and kept by the database: a conversation has one holder (bot, queue or person), and a reply
goes out only from the case's owner. Who may take which step stands in `bot.handoff.steps`; handing over, putting off,
closing and opening again in `bot.handoff.moving`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.duty import placing
from bot.handoff.kinds import KINDS, within
from bot.handoff.sending import event_line, to_parent
from bot.handoff.steps import Step, may
from bot.messages import GRAVE, LEVELS, Opening
from bot.store import cases, conversations, people, thread
from bot.store.cases import Case
from bot.store.conversations import Conversation
from bot.store.events import CaseTag
from bot.store.people import Staff
from bot.store.wake import DESK, wake

LEFT = "您的账号刚刚停用了，这一步没有做。"
MAX_REPLY = 2000  # characters; bot/handoff/cutting.py says how many WeChat messages these are: three or more when full
# The same danger said again soon after somebody has looked is no news.
LOOKED_LASTS = timedelta(minutes=30)
CHANGED = "这一件刚刚变了，请再看一看。"  # by something that does not take the lock
GONE = "这一件已经不在了，家长的资料可能已按要求删除。"


class DeskError(Exception):
    """A step that cannot be taken; the message is a Chinese sentence for the person at the desk."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A case after opening: whether it is new, and who holds the conversation now."""

    id: int
    new: bool
    holder: str


def talks(opening: Opening) -> bool:
    """Whether this is a case in which a person speaks in the conversation."""
    return KINDS[opening.kind].talks if opening.kind in KINDS else True


async def open_case(
    conn: AsyncConnection,
    conversation: Conversation,
    opening: Opening,
    *,
    now: datetime,
    on_duty: bool,
    facts: dict[str, Any],
    told: Mapping[str, str] | None = None,
) -> Opened:
    """Open a case for a conversation, or join the one that is open; the parent waits only if somebody is on duty.

    `facts` are columns of a new case: region, stage, station_id, language. `told` is what the timeline says of the way
    that it was given. Outside duty hours the bot goes on answering until a person claims.
    """
    kind = opening.kind if opening.kind in KINDS else "chat"
    # Somebody who talks takes care of the danger too: a conversation has one case in which people talk.
    together = tuple(name for name in KINDS if KINDS[name].talks) if KINDS[kind].talks else (kind,)
    found = await cases.open_of(conn, conversation.id, together)
    due = now + within(kind, opening.level)
    if found is None:
        values = {"kind": kind, "level": opening.level, "reason": opening.reason, "detail": dict(opening.detail)}
        case_id = await cases.open_case(
            conn, {"conversation_id": conversation.id, "opened_at": now, "due_at": due, **values, **facts}
        )
    else:
        case_id = found.id
        await _join(conn, found, kind, opening, due, now)
        if kind == "crisis" and on_duty:
            await placing.to_duty(conn, found, facts.get("station_id"), now)
    tag = CaseTag.OPENED if found is None else CaseTag.JOINED
    await cases.add_event(conn, case_id, tag, actor="bot", at=now, detail={"level": opening.level, **(told or {})})
    await wake(conn, DESK)
    holder = conversation.holder
    if holder == "bot" and on_duty and kind == "chat":
        holder = "queue"
    return Opened(case_id, found is None, holder)


async def _join(conn: AsyncConnection, found: Case, kind: str, opening: Opening, due: datetime, now: datetime) -> None:
    """Add to an open case: the graver level with its reason and evidence, the earlier due time, danger before talk.

    News of a danger must be looked at again, also by who has taken the case, so the alerts begin anew.
    """
    changes: dict[str, Any] = {"due_at": min(found.due_at, due)}
    if opening.level in GRAVE:
        changes["kind"] = kind
    worse = LEVELS.index(opening.level) - LEVELS.index(found.level)
    news = opening.level in GRAVE and (worse > 0 or _again(found, opening, now))
    if worse > 0 or (news and worse == 0):
        quiet = bool(found.detail.get("quiet") or opening.detail.get("quiet"))
        detail = {**opening.detail, "quiet": quiet} if quiet else dict(opening.detail)
        changes |= {"level": opening.level, "reason": opening.reason, "detail": detail}
    if news:
        changes |= {"acknowledged_at": None, "alerts": 0, "alerted_at": None}
    await cases.change(conn, found.id, expect=("open", "claimed"), **changes)


def _again(found: Case, opening: Opening, now: datetime) -> bool:
    """Whether a danger that somebody has looked at is another one now, or said again after a while.

    What nobody has looked at yet is not begun anew by more of the same: that would hold up the escalation.
    """
    looked = found.acknowledged_at
    other = found.detail.get("risk_kind") != opening.detail.get("risk_kind")
    return looked is not None and (other or abs(now - looked) > LOOKED_LASTS)


class UnknownCaseError(DeskError):
    """There is no such case for this person: none at all, or one that is not theirs to see. Both look the same."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("没有这一件，地址可能写错了。")


async def still_here(conn: AsyncConnection, staff: Staff) -> None:
    """Make sure, before anything else is locked, that who takes something is not just leaving.

    Raises:
        DeskError: their account was closed meanwhile.
    """
    if not await people.stays(conn, staff.id):
        raise DeskError(LEFT)


async def visible(conn: AsyncConnection, case_id: int, staff: Staff) -> tuple[Case, Conversation | None]:
    """Lock the conversation, then the case (always in this order) of somebody who may see it.

    Some kinds need no conversation: a report that staff made, a suggestion whose parent has left.

    Raises:
        UnknownCaseError: it is not there for them.
        DeskError: the family's data was deleted.
    """
    seen = await cases.find(conn, case_id, seen_by=staff)
    if seen is None:
        raise UnknownCaseError
    conversation = await conversations.lock(conn, seen.conversation_id) if seen.conversation_id else None
    case = await cases.find(conn, case_id, locked=True, seen_by=staff)
    if case is None:  # given to others while the lock was waited for
        raise UnknownCaseError
    if conversation is None and KINDS[case.kind].talks:
        raise DeskError(GONE)
    return case, conversation


async def allowed(
    conn: AsyncConnection, case_id: int, staff: Staff, step: Step, now: datetime
) -> tuple[Case, Conversation | None]:
    """Lock as `visible`, and make sure that this person may take a step now.

    Raises:
        DeskError: they may not; the message says why.
    """
    case, conversation = await visible(conn, case_id, staff)
    if why := may(step, case, staff, now):
        raise DeskError(why)
    return case, conversation


async def in_talk(
    conn: AsyncConnection, case_id: int, staff: Staff, step: Step, now: datetime
) -> tuple[Case, Conversation]:
    """Lock as `allowed`, for a step that needs the conversation."""
    case, conversation = await allowed(conn, case_id, staff, step, now)
    if conversation is None:
        raise DeskError(GONE)
    return case, conversation


async def claim(conn: AsyncConnection, case_id: int, staff: Staff, now: datetime) -> None:
    """Take a case; of two people one wins and the other is told who."""
    await still_here(conn, staff)
    case, conversation = await visible(conn, case_id, staff)
    if case.state == "claimed" and case.owner_id == staff.id:
        return
    why = may(Step.CLAIM, case, staff, now)
    changes = {"state": "claimed", "owner_id": staff.id, "claimed_at": now, "snoozed_until": None}
    if why or not await cases.change(conn, case_id, expect=("open",), **changes):
        raise DeskError(why or CHANGED)
    await looked_at(conn, case, staff, now)
    await cases.add_event(conn, case_id, CaseTag.CLAIMED, actor=staff.name, at=now)
    if conversation is not None and KINDS[case.kind].talks:
        await conversations.save(conn, conversation.id, holder="person", case_id=case_id)
        await event_line(conn, conversation, f"{staff.name}已接入，下面由老师和您说。", case_id, now)


async def acknowledge(conn: AsyncConnection, case_id: int, staff: Staff, now: datetime) -> None:
    """Say that one looks at a danger, without taking the case: the alerts stop."""
    case, _ = await allowed(conn, case_id, staff, Step.ACKNOWLEDGE, now)
    await looked_at(conn, case, staff, now)


async def looked_at(conn: AsyncConnection, case: Case, staff: Staff, now: datetime) -> None:
    """Stop the alerts of a danger: a person looks at it. Other cases have none."""
    if case.unseen:
        await cases.change(conn, case.id, expect=("open", "claimed"), acknowledged_at=now)
        await cases.add_event(conn, case.id, CaseTag.ACKNOWLEDGED, actor=staff.name, at=now)
    await wake(conn, DESK)


def _written(text: str) -> str:
    words = text.strip()
    if not words:
        message = "还没有写字。"
        raise DeskError(message)
    if len(words) > MAX_REPLY:
        message = f"一次最多 {MAX_REPLY} 个字，现在是 {len(words)} 个。请分几次发。"
        raise DeskError(message)
    return words


async def reply(
    conn: AsyncConnection, case_id: int, staff: Staff, text: str, key: str, now: datetime, *, safe: bool = False
) -> None:
    """Send a counsellor's words: into the thread, and to WeChat through the outbox. The same key is sent once.

    In a quiet conversation they wait for the parent's next message, unless it is `safe`: the parent has said so.
    """
    words = _written(text)
    case, conversation = await in_talk(conn, case_id, staff, Step.REPLY, now)
    if await thread.has_key(conn, conversation.id, key):
        return
    if KINDS[case.kind].talks and conversation.holder != "person":  # handed back before: who speaks has the voice
        await conversations.save(conn, conversation.id, holder="person", case_id=case_id)
    await to_parent(conn, conversation, words, staff.name, case_id, key, now, safe=safe)
    await cases.add_event(conn, case_id, CaseTag.ANSWERED, actor=staff.name, at=now)
    if case.answered_at is None:
        await cases.change(conn, case_id, expect=("claimed",), answered_at=now)
    await looked_at(conn, case, staff, now)


async def note(conn: AsyncConnection, case_id: int, staff: Staff, text: str, key: str, now: datetime) -> None:
    """Write a note that only colleagues see."""
    words = _written(text)
    case, conversation = await in_talk(conn, case_id, staff, Step.NOTE, now)
    if await thread.has_key(conn, conversation.id, key):
        return
    row = thread.said("note", words, key=key, author=staff.name)
    await thread.add(conn, conversation.id, [row], at=now, case_id=case_id)
    await thread.wake(conn, conversation.id)
    await looked_at(conn, case, staff, now)


async def withdraw(conn: AsyncConnection, conversation: Conversation, now: datetime) -> None:
    """End the waiting or the talk because the parent said so; a crisis case stays open for people."""
    if conversation.case_id is None:
        return
    case = await cases.find(conn, conversation.case_id, locked=True)
    if case is None or case.state == "closed":
        return
    await cases.add_event(conn, case.id, CaseTag.WITHDRAWN, actor="parent", at=now)
    if case.kind != "crisis":
        await cases.change(
            conn, case.id, expect=("open", "claimed"), state="closed", outcome="家长结束了对话", closed_at=now
        )
