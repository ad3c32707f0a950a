"""What a turn reads and writes of the weekly digest; what is said of it is decided in digest.py."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.dialogue.decision import Decision, Plan, Weekly
from bot.dialogue.digest import PAST
from bot.handoff.sending import quiet
from bot.messages import Assessment
from bot.store import digests, outbox, subscriptions, thread
from bot.store.conversations import Conversation
from knowledge.digest import ALL, group_of

_WEEKS = 4
_ROOM = 2000  # bytes of one message of WeChat, with a little left


async def load(conn: AsyncConnection, conversation_id: int, planned: Plan) -> Weekly:
    """Read whether the parent has it and what was in the last ones, where a turn may speak of it."""
    if planned.intent != "profile":
        return Weekly()
    past = await digests.past(conn, _WEEKS) if planned.act == PAST else []
    group = group_of(planned.stage)
    ids = (one for it in past for one in (*it.entries.get(group, ()), *it.entries.get(ALL, ())))
    return Weekly(await subscriptions.since(conn, conversation_id), tuple(dict.fromkeys(ids)))


async def settle(
    conn: AsyncConnection, conversation: Conversation, found: Assessment, decision: Decision, holder: str, now: datetime
) -> None:
    """Write down what the parent decided; where danger or a person has come, what waits is taken back.

    It comes before waiting words are let go: a digest must not arrive beside the numbers to call.
    """
    if decision.subscription is True:
        await subscriptions.add(conn, conversation.id, now)
    elif decision.subscription is False:
        await subscriptions.remove(conn, conversation.id)
    if found.crisis or decision.state.quiet or quiet(conversation) or holder != "bot":
        await subscriptions.withdraw(conn, conversation.id)


async def beside(conn: AsyncConnection, conversation: Conversation, parts: list[str]) -> list[str]:
    """Let a digest that waits ride below an answer where an account cannot send; if both do not fit it waits on."""
    parcel = await outbox.take_parked(conn, conversation.id, subscriptions.ABOUT) if len(parts) == 1 else None
    if parcel is None:
        return parts
    both = f"{parts[0]}\n\n{parcel.text}"
    if len(both.encode()) > _ROOM:
        return parts
    await outbox.finish(conn, parcel, "sent")
    if parcel.message_id is not None:
        await thread.mark(conn, conversation.id, parcel.message_id, "sent")
    return [both]
