"""The desk: open, claim, reply, hand back, close. Each step is one transaction with its event and its outbox rows.

Who speaks is decided here and kept by the database: a conversation has one holder (bot, queue or person), and a reply
goes out only from the case's owner.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.kinds import KINDS, within
from bot.handoff.sending import event_line, to_parent
from bot.messages import LEVELS, Opening
from bot.store import cases, conversations, thread
from bot.store.cases import GRAVE, Case
from bot.store.conversations import Conversation
from bot.store.events import CaseTag
from bot.store.people import Staff
from bot.store.wake import DESK, wake

MAX_REPLY = 600  # characters: one WeChat message of 2048 bytes holds them
# The same danger said again soon after somebody has looked is no news.
LOOKED_LASTS = timedelta(minutes=30)


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
) -> Opened:
    """Open a case for a conversation, or join the one that is open; the parent waits only if somebody is on duty.

    `facts` are region and stage. Outside duty hours the bot goes on answering until a person claims.
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
    tag = CaseTag.OPENED if found is None else CaseTag.JOINED
    await cases.add_event(conn, case_id, tag, actor="bot", at=now, detail={"level": opening.level})
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


async def _held(conn: AsyncConnection, case_id: int, staff: Staff | None) -> tuple[Case, Conversation]:
    """Lock the conversation, then the case (always in this order); check the owner where one is asked for."""
    seen = await cases.find(conn, case_id)
    if seen is None or seen.conversation_id is None:
        message = "这一件已经不在了，家长的资料可能已按要求删除。"
        raise DeskError(message)
    conversation = await conversations.lock(conn, seen.conversation_id)
    case = await cases.find(conn, case_id, locked=True)
    if conversation is None or case is None:
        message = "这一件已经不在了，家长的资料可能已按要求删除。"
        raise DeskError(message)
    if staff is not None and case.owner_id != staff.id:
        message = f"这一件现在由{case.owner or '别的老师'}在跟。" if case.state == "claimed" else "请先接手，再继续。"
        raise DeskError(message)
    return case, conversation


async def claim(conn: AsyncConnection, case_id: int, staff: Staff, now: datetime) -> None:
    """Take a case; of two people one wins and the other is told who."""
    case, conversation = await _held(conn, case_id, None)
    if case.state == "claimed" and case.owner_id == staff.id:
        return
    taken = await cases.change(conn, case_id, expect=("open",), state="claimed", owner_id=staff.id, claimed_at=now)
    if not taken:
        message = f"{case.owner}已经接了这一件。" if case.state == "claimed" else "这一件已经结束了。"
        raise DeskError(message)
    await _seen(conn, case, staff, now)
    await cases.add_event(conn, case_id, CaseTag.CLAIMED, actor=staff.name, at=now)
    if KINDS[case.kind].talks:
        await conversations.save(conn, conversation.id, holder="person", case_id=case_id)
        await event_line(conn, conversation, f"{staff.name}已接入，下面由老师和您说。", case_id, now)


async def acknowledge(conn: AsyncConnection, case_id: int, staff: Staff, now: datetime) -> None:
    """Say that one looks at a danger, without taking the case: the alerts stop."""
    case, _ = await _held(conn, case_id, None)
    if case.state == "closed":
        message = "这一件已经结束了。"
        raise DeskError(message)
    await _seen(conn, case, staff, now)


async def _seen(conn: AsyncConnection, case: Case, staff: Staff, now: datetime) -> None:
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
        message = f"一次最多 {MAX_REPLY} 个字，现在是 {len(words)} 个。请分成两条。"
        raise DeskError(message)
    return words


async def reply(
    conn: AsyncConnection, case_id: int, staff: Staff, text: str, key: str, now: datetime, *, safe: bool = False
) -> None:
    """Send a counsellor's words: into the thread, and to WeChat through the outbox. The same key is sent once.

    In a quiet conversation they wait for the parent's next message, unless it is `safe`: the parent has said so.
    """
    words = _written(text)
    case, conversation = await _held(conn, case_id, staff)
    if case.state != "claimed":
        message = "这一件已经结束了，请重新接手。"
        raise DeskError(message)
    if await thread.has_key(conn, conversation.id, key):
        return
    if KINDS[case.kind].talks and conversation.holder != "person":  # handed back before: who speaks has the voice
        await conversations.save(conn, conversation.id, holder="person", case_id=case_id)
    await to_parent(conn, conversation, words, staff.name, case_id, key, now, safe=safe)
    await cases.add_event(conn, case_id, CaseTag.ANSWERED, actor=staff.name, at=now)
    if case.answered_at is None:
        await cases.change(conn, case_id, expect=("claimed",), answered_at=now)
    await _seen(conn, case, staff, now)


async def note(conn: AsyncConnection, case_id: int, staff: Staff, text: str, key: str, now: datetime) -> None:
    """Write a note that only colleagues see."""
    words = _written(text)
    case, conversation = await _held(conn, case_id, staff)
    if await thread.has_key(conn, conversation.id, key):
        return
    row = thread.said("note", words, key=key, author=staff.name)
    await thread.add(conn, conversation.id, [row], at=now, case_id=case_id)
    await thread.wake(conn, conversation.id)
    await _seen(conn, case, staff, now)


async def hand_back(conn: AsyncConnection, case_id: int, staff: Staff, now: datetime) -> None:
    """Let the bot speak again; the case stays with its owner."""
    case, conversation = await _held(conn, case_id, staff)
    if case.state != "claimed":
        message = "这一件已经结束了。"
        raise DeskError(message)
    if not KINDS[case.kind].talks:  # a colleague may be talking with this parent in another case
        message = "这一件没有接过对话，不用交还。"
        raise DeskError(message)
    await conversations.save(conn, conversation.id, holder="bot")
    await cases.add_event(conn, case_id, CaseTag.RETURNED, actor=staff.name, at=now)
    await event_line(conn, conversation, "老师先离开一下，自动助手继续在这里。", case.id, now)


async def close(conn: AsyncConnection, case_id: int, staff: Staff, outcome: str, now: datetime) -> None:
    """Close a case with its outcome; the bot speaks again."""
    if not outcome.strip():
        message = "请写一句结果再结束。"
        raise DeskError(message)
    case, conversation = await _held(conn, case_id, staff)
    if case.unseen:  # it came while the form was being filled in, and would be closed unread
        message = "家长刚才又说了紧急的情况，请先看一看，点“我看到了”，再结案。"
        raise DeskError(message)
    closed = await cases.change(
        conn, case_id, expect=("claimed",), state="closed", outcome=outcome.strip(), closed_at=now
    )
    if not closed:
        message = "这一件已经结束了。"
        raise DeskError(message)
    await cases.add_event(conn, case_id, CaseTag.CLOSED, actor=staff.name, at=now)
    await wake(conn, DESK)
    if KINDS[case.kind].talks:
        await conversations.save(conn, conversation.id, holder="bot", case_id=None)
        await event_line(conn, conversation, "对话已结束，自动助手继续在这里。", case_id, now)


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
