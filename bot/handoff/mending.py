"""Lines that did not arrive: one that failed is sent once more, one that still waits is withdrawn.

Both are the owner's, for lines of their own case, as long as they may answer in it. Under the lock of the conversation
nothing that is parked goes out; what is just being sent is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.desk import DeskError, UnknownCaseError, in_talk
from bot.handoff.sending import QUIET, quiet
from bot.handoff.steps import Step
from bot.store import outbox, thread
from bot.store.conversations import Conversation
from bot.store.people import Staff
from bot.store.thread import Line

UNDERWAY = frozenset({"pending", "sending"})


def again_refused(states: Sequence[str]) -> str:
    """Say why a line cannot go once more, by the states of its messages; "" when it can, or is underway already."""
    if "failed" in states or (states and set(states) <= UNDERWAY | {"sent"}):
        return ""
    return "这一句还留着，等家长再说话时送出，不用再发。" if "parked" in states else "这一句没有要再发的。"


def withdrawal_refused(states: Sequence[str]) -> str:
    """Say why a line cannot be withdrawn, by the states of its messages; "" when it can: all of it still waits."""
    if "sent" in states:
        partly = set(states) != {"sent"}
        return "这一句已经送出去一部分，收不回来了。" if partly else "这一句已经送到了，收不回来了。"
    if UNDERWAY & set(states):
        return "这一句正在送，收不回来了。"
    return "" if states and set(states) == {"parked"} else "这一句没有要收回的。"


async def again(conn: AsyncConnection, case_id: int, staff: Staff, line_id: int, now: datetime) -> None:
    """Let what failed of a line go once more, now; in a quiet talk it waits for the parent.

    The sender asks the window as for any words: what it does not take is parked with the reason. Pressed twice it is
    sent once.
    """
    conversation, line = await _own_line(conn, case_id, staff, line_id, now)
    if why := again_refused(await outbox.states(conn, conversation.id, line.id)):
        raise DeskError(why)
    state, reason = ("parked", QUIET) if quiet(conversation) else ("pending", "")
    await outbox.retry(conn, conversation.id, line.id, state=state, reason=reason, now=now)
    await thread.mark(conn, conversation.id, line.id, *await outbox.standing(conn, conversation.id, line.id))
    await thread.wake(conn, conversation.id)


async def withdraw(conn: AsyncConnection, case_id: int, staff: Staff, line_id: int, now: datetime) -> None:
    """Drop a line that waits for the parent; colleagues go on reading it as withdrawn, the parent never does."""
    conversation, line = await _own_line(conn, case_id, staff, line_id, now)
    if line.state == "withdrawn":
        return
    if why := withdrawal_refused(await outbox.states(conn, conversation.id, line.id)):
        raise DeskError(why)
    await outbox.drop_parked(conn, conversation.id, line.id)
    await thread.mark(conn, conversation.id, line.id, "withdrawn")
    await thread.wake(conn, conversation.id)


class UnknownLineError(UnknownCaseError):
    """There is no such line of a person in this case."""

    def __init__(self) -> None:
        """Say so."""
        DeskError.__init__(self, "没有这一句，地址可能写错了。")


async def _own_line(
    conn: AsyncConnection, case_id: int, staff: Staff, line_id: int, now: datetime
) -> tuple[Conversation, Line]:
    """Lock as for a reply, and find the line: a conversation may have lines of other cases, which are others' to mend.

    Raises:
        UnknownCaseError: the case, or the line in it, is not there for them.
        DeskError: they may not speak in it now.
    """
    _, conversation = await in_talk(conn, case_id, staff, Step.REPLY, now)
    found = await thread.lines(conn, conversation.id, only=[line_id])
    if not found or found[0].who != "person" or found[0].case_id != case_id:
        raise UnknownLineError
    return conversation, found[0]
