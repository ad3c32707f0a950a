"""Suggestions from the first words to what the parent says of the answer: 收到, 在办, 已答复, 已评价.

Each step is one transaction of its caller; nobody but who holds the suggestion takes it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff import outcomes
from bot.handoff.desk import DeskError, Opened, UnknownCaseError
from bot.handoff.loop import KIND, due_day
from bot.handoff.rating import ask
from bot.handoff.sending import to_parent
from bot.messages import Opening
from bot.store import cases, conversations, thread
from bot.store import suggestions as rows
from bot.store.cases import Case
from bot.store.conversations import Conversation
from bot.store.events import CaseTag
from bot.store.people import Staff
from bot.store.wake import DESK, wake
from bot.times import day

MAX_WORDS = 600  # characters of an answer: one WeChat message holds them
MAX_DEPARTMENT = 40
KEPT = 20  # later words of the same suggestion
# How a suggestion can end, as the parent reads it.
RESULTS = ("已采纳", "正在解决", "列入计划", "留作参考")


@dataclass(frozen=True, slots=True)
class Received:
    """What the parent is told at once: the number of their suggestion, and the day by which it is answered."""

    number: int
    due: str


async def received(conn: AsyncConnection, opened: Opened, opening: Opening, now: datetime, due: datetime) -> Received:
    """Give a new suggestion its due day; further words join the open one, and its day stays."""
    if opened.new:
        await cases.change(conn, opened.id, expect=("open",), due_at=due)
        return Received(opened.id, day(due_day(due)))
    case = await cases.find(conn, opened.id)
    if case is None:  # its conversation is locked, so nobody can have taken it away
        return Received(opened.id, day(due_day(due)))
    words = str(opening.detail.get("text") or opening.reason)
    more = [*case.detail.get("more", []), words][-KEPT:]
    await rows.add_detail(conn, case.id, more=more)
    return Received(case.id, day(due_day(case.due_at)))


async def _mine(conn: AsyncConnection, case_id: int, staff: Staff) -> tuple[Case, Conversation]:
    """Lock the conversation, then the suggestion, that this person holds.

    Raises:
        UnknownCaseError: there is no such suggestion for them.
        DeskError: the family's data was deleted, somebody else holds it, or it is closed.
    """
    seen = await cases.find(conn, case_id, seen_by=staff)
    if seen is None or seen.kind != KIND:
        raise UnknownCaseError
    conversation = await conversations.lock(conn, seen.conversation_id) if seen.conversation_id else None
    case = await cases.find(conn, case_id, locked=True, seen_by=staff)
    if conversation is None or case is None:
        message = "这一件已经不在了，家长的资料可能已按要求删除。"
        raise DeskError(message)
    if case.state == "closed":
        message = "这一件已经办结了。"
        raise DeskError(message)
    if case.owner_id != staff.id:
        message = f"这一件现在由{case.owner}在办。" if case.state == "claimed" else "请先接手，再继续。"
        raise DeskError(message)
    return case, conversation


async def assign(conn: AsyncConnection, case_id: int, staff: Staff, department: str, now: datetime) -> None:
    """Say which department has to answer; the parent reads it when they ask how it stands."""
    name = department.strip()
    if not name:
        message = "还没有选交给哪个部门。"
        raise DeskError(message)
    if len(name) > MAX_DEPARTMENT:
        message = f"部门的名字最多 {MAX_DEPARTMENT} 个字。"
        raise DeskError(message)
    case, _ = await _mine(conn, case_id, staff)
    if case.department == name:
        return
    await cases.change(conn, case.id, expect=("claimed",), department=name)
    await cases.add_event(conn, case.id, CaseTag.ASSIGNED, actor=staff.name, at=now, detail={"department": name})
    await wake(conn, DESK)


def _words(text: str) -> str:
    words = text.strip()
    if not words:
        message = "还没有写字。"
        raise DeskError(message)
    if len(words) > MAX_WORDS:
        message = f"一次最多 {MAX_WORDS} 个字，现在是 {len(words)} 个。请写短一些。"
        raise DeskError(message)
    return words


async def progress(conn: AsyncConnection, case_id: int, staff: Staff, text: str, key: str, now: datetime) -> None:
    """Tell the parent how far it is; the answer is still to come."""
    words = _words(text)
    case, conversation = await _mine(conn, case_id, staff)
    if await thread.has_key(conn, conversation.id, key):
        return
    said = f"您提的建议 {case.id} 号，有进展：{words}"
    await to_parent(conn, conversation, said, staff.name, case.id, key, now, safe=False)
    await cases.add_event(conn, case.id, CaseTag.PROGRESS, actor=staff.name, at=now)


async def answer(
    conn: AsyncConnection, case_id: int, staff: Staff, text: str, result: str, key: str, now: datetime
) -> None:
    """Send the answer to the parent, close the suggestion with its result, and ask how content they are."""
    words = _words(text)
    if result not in RESULTS:
        message = "请选一个办理结果。"
        raise DeskError(message)
    case, conversation = await _mine(conn, case_id, staff)
    if await thread.has_key(conn, conversation.id, key):
        return
    by = f"（{case.department}）" if case.department else ""
    said = f"您提的建议 {case.id} 号，有答复了{by}：{words}\n办理结果：{result}"
    await to_parent(conn, conversation, said, staff.name, case.id, key, now, safe=False)
    closing: dict[str, Any] = {"state": "closed", "outcome": result, "closed_at": now, "answered_at": now}
    # Opened again it may have been asked about and rated before: this is another answer.
    case = replace(case, satisfaction=None, detail={k: v for k, v in case.detail.items() if k != rows.ASKED})
    closing |= {"satisfaction": None, "rated_at": None, "detail": case.detail}
    await cases.change(conn, case.id, expect=("claimed",), **closing)
    await cases.add_event(conn, case.id, CaseTag.REPLIED, actor=staff.name, at=now, detail={"result": result})
    await wake(conn, DESK)
    await ask(conn, conversation, case, now)


async def note(conn: AsyncConnection, case_id: int, staff: Staff, text: str, now: datetime) -> None:
    """Write down in the timeline what was done with it; the parent does not read it."""
    words = _words(text)
    case, _ = await _mine(conn, case_id, staff)
    await cases.add_event(conn, case.id, CaseTag.ADDED, actor=staff.name, at=now, detail={"text": words})


async def close(conn: AsyncConnection, case_id: int, staff: Staff, reason: str, now: datetime) -> None:
    """Close a suggestion that needs no answer (said twice, withdrawn), with a word why; nothing goes to the parent."""
    result = outcomes.noted(outcomes.UNANSWERED, _words(reason))
    case, _ = await _mine(conn, case_id, staff)
    await cases.change(conn, case.id, expect=("claimed",), state="closed", outcome=result, closed_at=now)
    await cases.add_event(conn, case.id, CaseTag.CLOSED, actor=staff.name, at=now)
    await wake(conn, DESK)
