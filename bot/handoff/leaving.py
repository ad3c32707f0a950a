"""Somebody leaves: their account is closed, and nothing that they held waits in the hands of nobody.

What they held goes back to the queue of its station. A family's file is seen only by those who are in it, so it is
never left without an owner: it goes to a colleague who is in it already, else to who closes the account.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.desk import LEFT
from bot.handoff.duty.again import Duty, wait
from bot.handoff.kinds import KINDS, unlooked, within
from bot.handoff.sending import event_line
from bot.store import cases, conversations, files, invitations, people
from bot.store.cases import Case
from bot.store.conversations import Conversation
from bot.store.events import CaseTag
from bot.store.held import heir_of, held_by
from bot.store.people import Staff
from bot.store.wake import DESK, wake


class LeavingError(Exception):
    """An account cannot be closed. The message is a Chinese sentence."""


class HeirGoneError(LeavingError):
    """Who closes the account, and would take its files, is closed in the same moment."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__(LEFT)


class OnlyAdminError(LeavingError):
    """The last administrator stays: nobody could open the door again. The message is a Chinese sentence."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("这是最后一位管理员，不能停用。请先让另一位同事当管理员。")


async def leave(
    conn: AsyncConnection, person: Staff, actor: str, now: datetime, duty: Duty, *, heir: Staff | None = None
) -> int:
    """Close an account, end its sessions and invitations, and give back what it held; how many cases.

    `actor` is named in the timelines; `heir` takes the files in which nobody else is.

    Raises:
        OnlyAdminError: nobody could administer any more.
        HeirGoneError: the heir is here no more.
    """
    if person.role == people.Role.ADMIN and await people.only_admin(conn, person.id):
        raise OnlyAdminError
    if heir is not None and not await people.stays(conn, heir.id):
        raise HeirGoneError
    await people.disable(conn, person.login)
    await invitations.revoke_of(conn, person.id)
    return await give_back(conn, person, actor, now, duty, heir=heir)


async def give_back(
    conn: AsyncConnection, person: Staff, actor: str, now: datetime, duty: Duty, *, heir: Staff | None = None
) -> int:
    """Give back everything that somebody holds, and take them out of the files of others; how many cases they held.

    Being in a file ends for good: who comes back is let in anew.
    """
    given = 0
    for case_id, conversation_id in await held_by(conn, person.id):
        # The conversation first, then the case, as every step does.
        conversation = await conversations.lock(conn, conversation_id) if conversation_id else None
        case = await cases.find(conn, case_id, locked=True)
        if case is not None and await files.let_out(conn, case.id, person.id):
            detail = {"who": person.name}
            await cases.add_event(conn, case.id, CaseTag.FILE_LET_OUT, actor=actor, at=now, detail=detail)
        if case is None or case.state != "claimed" or case.owner_id != person.id:
            continue
        if case.kind == "file":
            await _inherit(conn, case, actor, heir, now)
        else:
            changed = await _queue(conn, case, person, actor, now)
            if changed and conversation is not None:
                await _tell(conn, case, conversation, person, now, duty)
        given += 1
    if given:
        await wake(conn, DESK)
    return given


async def _queue(conn: AsyncConnection, case: Case, person: Staff, actor: str, now: datetime) -> bool:
    """Put one case back into the queue of its station; whether it was so."""
    detail = {name: value for name, value in case.detail.items() if name != "handed"}
    changes = {"state": "open", "owner_id": None, "claimed_at": None, "snoozed_until": None, "detail": detail}
    changes |= unlooked(case.level)
    if KINDS[case.kind].talks:  # its whole time at its own station again; a promised day stays
        changes["due_at"] = now + within(case.kind, case.level)  # type: ignore[arg-type]  # the column holds a level
    if not await cases.change(conn, case.id, expect=("claimed",), **changes):
        return False
    await cases.add_event(conn, case.id, CaseTag.RELEASED, actor=actor, at=now, detail={"name": person.name})
    return True


async def _tell(
    conn: AsyncConnection, case: Case, conversation: Conversation, person: Staff, now: datetime, duty: Duty
) -> None:
    """Tell the parent who was talking with this person who comes next; the bot speaks only if nobody is there."""
    if not KINDS[case.kind].talks or conversation.holder != "person" or conversation.case_id != case.id:
        return
    lead = f"{person.name}不在这里了，已经重新排队"
    told = wait(await duty.at(conn, case.station_id, now), case.level, lead, "，等下一位老师来接。")
    await conversations.save(conn, conversation.id, holder=told.holder)
    await event_line(conn, conversation, told.words, case.id, now)


async def _inherit(conn: AsyncConnection, case: Case, actor: str, heir: Staff | None, now: datetime) -> None:
    """Give a file to somebody who is in it, else to the heir; without either it keeps its owner's name."""
    owner_id = await heir_of(conn, case.id, case.owner_id) or (heir.id if heir else None)
    if owner_id is None:
        return
    await cases.change(conn, case.id, expect=("claimed",), owner_id=owner_id, claimed_at=now)
    owner = await people.find(conn, owner_id)
    detail = {"name": owner.name if owner else ""}
    await cases.add_event(conn, case.id, CaseTag.INHERITED, actor=actor, at=now, detail=detail)
