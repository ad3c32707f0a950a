"""Taking back what one has just handed to a colleague: for ten minutes, as long as the colleague has not opened it.

Who hands a case over may not see it any more, when the colleague works elsewhere. So it is found by the step that they
took, which stands in the timeline with their number; of the case they learn no more than who has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.desk import CHANGED, DeskError, visible
from bot.handoff.duty.again import Duty, Wait, wait
from bot.handoff.kinds import KINDS
from bot.handoff.sending import event_line
from bot.store import cases, conversations, people
from bot.store.cases import Case, Step
from bot.store.conversations import Conversation
from bot.store.events import CaseTag
from bot.store.people import Staff
from bot.store.wake import DESK, wake

WITHIN = timedelta(minutes=10)
_FORMER = "原来办这一件的老师已经停用账号了，撤不回来。"
_MINE = "这一件不是您刚转出去的，撤不回来。"


@dataclass(frozen=True, slots=True)
class Handed:
    """What somebody has handed over, as they read it: where it is now, and whether they can take it back."""

    case_id: int
    words: str
    takes: bool


def before(case: Case, conversation: Conversation | None) -> dict[str, Any]:
    """Give what the timeline keeps of a case that is handed to a colleague, so that it can be as it was."""
    return {
        "state": case.state,
        "owner_id": case.owner_id,
        "owner": case.owner,
        "station_id": case.station_id,
        "claimed_at": case.claimed_at.isoformat() if case.claimed_at else None,
        "holder": conversation.holder if conversation is not None and KINDS[case.kind].talks else None,
    }


def refused(case: Case, passed: Step, now: datetime) -> str:
    """Say why a case that one has handed over cannot be taken back any more; "" when it can."""
    name = passed.detail.get("name", "")
    if passed.detail.get("to") != "person":
        return "转给站点的不能撤回，需要时请在那里接手，或和他们说一声。"
    if case.state != "claimed" or case.owner_id != passed.detail.get("to_id"):
        return f"这一件已经不在{name}手上了，撤不回来。"
    if "handed" not in case.detail:
        return f"{name}已经打开这一件了，撤不回来。需要时请和{name}说一声。"
    return f"转出去超过 {WITHIN.seconds // 60} 分钟了，撤不回来。请和{name}说一声。" if now - passed.at > WITHIN else ""


def where(case: Case, passed: Step, now: datetime) -> str:
    """Say who has a case that one has handed over."""
    name, which = passed.detail.get("name", ""), f"第 {case.id} 件"
    if passed.detail.get("to") != "person":
        there = case.state == "open" and case.station_id == passed.detail.get("to_id")
        return f"{which}已转给{name}，在那里排队。" if there else f"{which}已转给{name}。"
    if case.state != "claimed" or case.owner_id != passed.detail.get("to_id"):
        return f"{which}已经不在{name}手上了。"
    if "handed" not in case.detail:
        return f"{which}在{name}手上，已经打开了。"
    return f"{which}已转给{name}，还没有打开。" if now - passed.at <= WITHIN else f"{which}在{name}手上，还没有打开。"


async def handed(conn: AsyncConnection, case_id: int, staff: Staff, now: datetime) -> Handed | None:
    """Tell who has handed a case over where it is; None to everybody else, and once it was taken back."""
    passed, case = await _passed(conn, case_id, staff), await cases.find(conn, case_id)
    if passed is None or case is None or case.owner_id == staff.id:
        return None
    return Handed(case_id, where(case, passed, now), not refused(case, passed, now))


async def take_back(conn: AsyncConnection, case_id: int, staff: Staff, now: datetime, duty: Duty) -> None:
    """Take a case back to where it was before it was handed over.

    Raises:
        UnknownCaseError: one has not handed it over, and it is not there for one.
        DeskError: it is too late, or was somebody else's step; the message says which.
    """
    passed = await _passed(conn, case_id, staff)
    if passed is None:
        await visible(conn, case_id, staff)
        raise DeskError(_MINE)
    # Who had it must be here; then the conversation first, as everywhere, and all is asked anew under the locks.
    former = passed.detail.get("before", {}).get("owner_id")
    if former is not None and not await people.stays(conn, former):
        raise DeskError(_FORMER)
    found = await cases.find(conn, case_id)
    talk = found.conversation_id if found is not None else None
    conversation = await conversations.lock(conn, talk) if talk is not None else None
    case, passed = await cases.find(conn, case_id, locked=True), await _passed(conn, case_id, staff)
    if case is None or passed is None or passed.detail.get("before", {}).get("owner_id") != former:
        raise DeskError(CHANGED)
    if why := refused(case, passed, now):
        raise DeskError(why)
    await _restore(conn, case, conversation, passed.detail["before"], now, duty)
    detail = {"name": passed.detail["name"]}
    await cases.add_event(conn, case_id, CaseTag.TAKEN_BACK, actor=staff.name, at=now, detail=detail)
    await wake(conn, DESK)


async def _restore(
    conn: AsyncConnection,
    case: Case,
    conversation: Conversation | None,
    former: dict[str, Any],
    now: datetime,
    duty: Duty,
) -> None:
    since = former["claimed_at"]
    changes = {name: former[name] for name in ("state", "owner_id", "station_id")}
    changes |= {
        "claimed_at": datetime.fromisoformat(since) if since else None,
        "detail": {name: value for name, value in case.detail.items() if name != "handed"},
    }
    if not await cases.change(conn, case.id, expect=("claimed",), **changes):
        raise DeskError(CHANGED)
    if conversation is None or former["holder"] in (None, "bot"):  # where the bot spoke nothing was told
        return
    told = Wait(former["holder"], f"还是由{former['owner']}来和您说。")
    if not former["owner"]:  # it waits for anybody again
        told = wait(await duty.at(conn, former["station_id"], now), case.level, "", "正在安排老师，请稍等。")
    await conversations.save(conn, conversation.id, holder=told.holder, case_id=case.id)
    await event_line(conn, conversation, told.words, case.id, now)


async def _passed(conn: AsyncConnection, case_id: int, staff: Staff) -> Step | None:
    """Find the last handing over of a case, if it was this person's and was not taken back.

    Naming a department is none: the case stays with whom it is.
    """
    steps = [
        step
        for step in await cases.timeline(conn, case_id)
        if step.tag == CaseTag.TAKEN_BACK
        or (step.tag == CaseTag.HANDED_OVER and step.detail.get("to") in ("person", "station"))
    ]
    last = steps[-1] if steps else None
    return last if last is not None and last.tag == CaseTag.HANDED_OVER and last.detail.get("by") == staff.id else None
