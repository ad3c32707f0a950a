"""A family's file: opening it, asking for consent, withdrawing it, who is in it, closing.

Nothing but the request is kept before the family agrees, and nothing stays after it has withdrawn.
What is written into a file in between is in `bot.handoff.family.writing`.
"""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff import outcomes
from bot.handoff.desk import DeskError, UnknownCaseError, still_here
from bot.handoff.family import consent as consents
from bot.handoff.family import visiting
from bot.handoff.family.consent import OwnFile, OwnItem, Said
from bot.handoff.kinds import KINDS, within
from bot.handoff.sending import to_parent
from bot.store import cases, conversations, files, follow_ups, people, thread, visits
from bot.store.cases import Case
from bot.store.conversations import Conversation
from bot.store.events import CaseTag
from bot.store.people import Role, Staff
from bot.store.wake import DESK, wake
from knowledge.calendar import CHINA

DESK_ROLES = frozenset({Role.COUNSELLOR, Role.LEAD, Role.SUPERVISOR, Role.ADMIN})  # who can be let into a file
MAX_PART = 60  # characters
_AGREED: dict[Said, CaseTag] = {
    "given": CaseTag.FILE_CONSENTED,
    "refused": CaseTag.FILE_REFUSED,
    "withdrawn": CaseTag.FILE_WITHDRAWN,
}


async def locked(
    conn: AsyncConnection, case_id: int, staff: Staff, *, owner: bool = False
) -> tuple[Case, Conversation]:
    """Lock the conversation, then the file's case (always in this order), of somebody who is in it.

    Raises:
        UnknownCaseError: it is no file, or not there for them.
        DeskError: the family's data was deleted, or only the `owner` may do this.
    """
    seen = await cases.find(conn, case_id, seen_by=staff)
    if seen is None or seen.kind != "file":
        raise UnknownCaseError
    conversation = await conversations.lock(conn, seen.conversation_id) if seen.conversation_id else None
    case = await cases.find(conn, case_id, locked=True, seen_by=staff)
    if conversation is None or case is None:
        message = "这份档案已经不在了，家长的资料可能已按要求删除。"
        raise DeskError(message)
    if owner and case.owner_id != staff.id:
        message = "这一步由负责这份档案的老师来做。"
        raise DeskError(message)
    return case, conversation


async def open_file(conn: AsyncConnection, case_id: int, staff: Staff, now: datetime) -> int:
    """Open the file of a family with whom one is talking; the number of the file, the same when it is open already.

    Raises:
        UnknownCaseError: the talk is not there for them.
        DeskError: they do not hold the talk, or somebody else keeps a file of this family.
    """
    await still_here(conn, staff)
    talk = await cases.find(conn, case_id, seen_by=staff)
    if talk is None:
        raise UnknownCaseError
    conversation = await conversations.lock(conn, talk.conversation_id) if talk.conversation_id else None
    talk = await cases.find(conn, case_id, locked=True, seen_by=staff)
    if conversation is None or talk is None or not KINDS[talk.kind].talks:
        message = "只能给正在谈的家长建档。"
        raise DeskError(message)
    if talk.state != "claimed" or talk.owner_id != staff.id:
        message = "请先接手，再建档。"
        raise DeskError(message)
    known = await files.open_of(conn, conversation.id)
    if known is not None:
        if await cases.find(conn, known, seen_by=staff) is None:
            message = "这一家已经有老师在建档跟进，不能再建一份。可以问问站长。"
            raise DeskError(message)
        return known
    facts = {name: getattr(talk, name) for name in ("level", "region", "stage", "station_id", "language")}
    facts |= {"opened_at": now, "claimed_at": now, "due_at": now + within("file", "none")}
    held = {"kind": "file", "state": "claimed", "owner_id": staff.id}
    file_id = await cases.open_case(conn, {"conversation_id": conversation.id, **held, **facts})
    await files.create(conn, file_id)
    await cases.add_event(conn, file_id, CaseTag.FILE_OPENED, actor=staff.name, at=now)
    await wake(conn, DESK)
    return file_id


async def ask(conn: AsyncConnection, case_id: int, staff: Staff, key: str, now: datetime) -> None:
    """Ask the parent in their conversation; in a quiet one the words wait until the parent writes."""
    case, conversation = await locked(conn, case_id, staff, owner=True)
    if await thread.has_key(conn, conversation.id, key):
        return
    await _stand(conn, case, "asked", now)
    await to_parent(conn, conversation, consents.ASKING, staff.name, case.id, key, now, safe=False)
    await cases.add_event(conn, case.id, CaseTag.FILE_ASKED, actor=staff.name, at=now)


async def signed(conn: AsyncConnection, case_id: int, staff: Staff, day: date, now: datetime) -> None:
    """Record a consent that was signed on paper on a day."""
    case, _ = await locked(conn, case_id, staff, owner=True)
    if day > now.astimezone(CHINA).date():
        message = "签字的日子还没有到，请改一下。"
        raise DeskError(message)
    await _stand(conn, case, "given", datetime.combine(day, time(), CHINA), how="paper")
    await _agreed(conn, case, "given", staff.name, now, how="paper")


async def staff_withdraws(conn: AsyncConnection, case_id: int, staff: Staff, now: datetime) -> None:
    """Record that the family has withdrawn its consent: the file is emptied and closed."""
    case, _ = await locked(conn, case_id, staff, owner=True)
    await _nobody_expected(conn, case, "撤回", now)
    await _stand(conn, case, "withdrawn", now, how="told")
    await _agreed(conn, case, "withdrawn", staff.name, now, how="told")


async def parent_says(conn: AsyncConnection, conversation: Conversation, said: Said, now: datetime) -> bool:
    """Take down what the parent said of the consent; False when that was not asked. The conversation is locked."""
    case_id = await files.open_of(conn, conversation.id)
    case = await cases.find(conn, case_id, locked=True) if case_id is not None else None
    if case is None or not await files.set_consent(
        conn, case.id, said, expect=consents.BEFORE[said], how="chat", at=now
    ):
        return False
    await _agreed(conn, case, said, "parent", now, how="chat")
    return True


async def _stand(conn: AsyncConnection, case: Case, to: str, at: datetime, *, how: str = "") -> None:
    """Move the consent on, or say why it cannot."""
    if case.state == "closed":
        message = "这份档案已经结束。"
        raise DeskError(message)
    if not await files.set_consent(conn, case.id, to, expect=consents.BEFORE[to], how=how, at=at):
        file = await files.find(conn, case.id)
        message = f"现在是“{consents.WORDS[file.consent if file else '']}”，这一步做不了。"
        raise DeskError(message)


async def _agreed(conn: AsyncConnection, case: Case, said: Said, actor: str, now: datetime, *, how: str) -> None:
    """What follows from the family's word: its step, and without consent the end of the file, empty."""
    await cases.add_event(conn, case.id, _AGREED[said], actor=actor, at=now, detail={"how": how})
    if said in consents.ENDED:
        await files.empty(conn, case.id)
        if case.conversation_id is not None:
            await visits.give_up(conn, case.conversation_id, "家长撤回了建档同意")
        outcome = consents.ENDED[said]
        ended = {"state": "closed", "outcome": outcome, "closed_at": now, "detail": {}, "reason": ""}
        await cases.change(conn, case.id, expect=("open", "claimed"), **ended)
    else:
        await cases.change(conn, case.id, expect=("open", "claimed"), due_at=now + within("file", "none"))
    await wake(conn, DESK)


async def let_in(conn: AsyncConnection, case_id: int, staff: Staff, whom: int, part: str, now: datetime) -> None:
    """Ask a colleague into the file, with their part in it."""
    here = await people.stays(conn, whom)
    case, _ = await locked(conn, case_id, staff, owner=True)
    await writable(conn, case)
    colleague = await people.find(conn, whom)
    if colleague is None or not here or whom == case.owner_id:
        message = "没有找到这位同事，请从名单里选。"
        raise DeskError(message)
    await files.let_in(conn, case.id, whom, part.strip()[:MAX_PART], now)
    await cases.add_event(conn, case.id, CaseTag.FILE_LET_IN, actor=staff.name, at=now, detail={"who": colleague.name})
    await wake(conn, DESK)


async def let_out(conn: AsyncConnection, case_id: int, staff: Staff, whom: int, now: datetime) -> None:
    """Take a colleague out of the file: from now on it is not there for them."""
    case, _ = await locked(conn, case_id, staff, owner=True)
    colleague = await people.find(conn, whom)
    if colleague is None or not await files.let_out(conn, case.id, whom):
        message = "这位同事已经不在档案里了。"
        raise DeskError(message)
    await cases.add_event(conn, case.id, CaseTag.FILE_LET_OUT, actor=staff.name, at=now, detail={"who": colleague.name})
    await wake(conn, DESK)


async def close(conn: AsyncConnection, case_id: int, staff: Staff, outcome: str, now: datetime) -> None:
    """Close a file with its outcome; it stays to be read by those who are in it."""
    result = outcomes.ended(outcome, outcomes.OF_FILES)
    case, _ = await locked(conn, case_id, staff, owner=True)
    await _nobody_expected(conn, case, "结束", now)
    ended = {"state": "closed", "outcome": result, "closed_at": now}
    if not await cases.change(conn, case.id, expect=("claimed",), **ended):
        message = "这份档案已经结束。"
        raise DeskError(message)
    await cases.add_event(conn, case.id, CaseTag.CLOSED, actor=staff.name, at=now)
    await wake(conn, DESK)


async def _nobody_expected(conn: AsyncConnection, case: Case, step: str, now: datetime) -> None:
    """Refuse a step that ends the file while a family waits for somebody, or has to be told that nobody comes."""
    if await visits.announced(conn, case.id, now):
        message = f"还有一次家访家长在等。请先取消，或等来过以后再{step}；夜里取消的，早上 8 点告诉家长以后再{step}。"
        raise DeskError(message)


async def writable(conn: AsyncConnection, case: Case) -> None:
    """Refuse when nothing may be written into a file now, with the reason."""
    file = await files.find(conn, case.id)
    if why := consents.refusal(file.consent if file else "", case.state):
        raise DeskError(why)


async def next_day(conn: AsyncConnection, case_id: int, now: datetime) -> None:
    """Put the file into its owner's queue for the next follow-up; without one it asks soon for a date."""
    due = await follow_ups.next_at(conn, case_id) or now + within("file", "none")
    await cases.change(conn, case_id, expect=("open", "claimed"), due_at=due)
    await wake(conn, DESK)


async def of_parent(conn: AsyncConnection, conversation_id: int, now: datetime) -> OwnFile | None:
    """Give the family's open file as the parent may know it; None when there is none."""
    case_id = await files.open_of(conn, conversation_id)
    case = await cases.find(conn, case_id) if case_id is not None else None
    file = await files.find(conn, case_id) if case_id is not None else None
    if case is None or file is None:
        return None
    plan = [item for item in await files.plan(conn, case.id) if item.state != "dropped"]
    own = tuple(OwnItem(one.goal, one.who, one.until_day, one.state) for one in plan if consents.familys(one.who))
    known = await visiting.of_parent(conn, conversation_id, now) if file.consent == "given" else ()
    return OwnFile(file.consent, case.owner or "", own, len(plan) - len(own), known)
