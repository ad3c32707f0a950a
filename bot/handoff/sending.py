"""How a person's words and the desk's own lines reach the parent: thread, outbox, and what waits in a quiet talk."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.cutting import messages
from bot.messages import Paragraph, Reply
from bot.store import outbox, thread
from bot.store.conversations import Conversation

QUIET = "安静模式：等家长再来说话时送出"  # why words are kept back
CONFIRMED = "家长说现在方便收消息"  # why words may go although the conversation is quiet


class HasState(Protocol):
    """A conversation as locked, or as read for a page: all that is asked is its state."""

    @property
    def state(self) -> dict[str, Any]:
        """What the dialogue remembers."""


def quiet(conversation: HasState) -> bool:
    """Whether somebody dangerous may read the parent's phone, so that nothing may arrive on it by itself."""
    return conversation.state.get("quiet") is True


async def to_parent(
    conn: AsyncConnection,
    conversation: Conversation,
    words: str,
    author: str,
    case_id: int,
    key: str,
    now: datetime,
    *,
    safe: bool,
    until: datetime | None = None,
) -> None:
    """Put a person's words into the thread and, for WeChat, into the outbox; in a quiet talk they wait unless safe.

    What is true only `until` a moment does not go out later. Long words are one line of the thread and several
    messages of WeChat, each with the person's name before it.
    """
    said = Reply((Paragraph(words),), automatic=False, author=author)
    pushed = conversation.channel == "wechat"
    state, reason = _way(conversation, safe=safe) if pushed else ("sent", "")
    row = thread.answered(said, state=state, key=key) | {"reason": reason if state == "parked" else ""}
    [message_id] = await thread.add(conn, conversation.id, [row], at=now, case_id=case_id)
    if pushed:
        parcel = {
            "conversation_id": conversation.id,
            "message_id": message_id,
            "channel": conversation.channel,
            "recipient": conversation.sender,
            "automatic": False,
            "author": author,
            "state": state,
            "reason": reason,
            "due_at": now,
            "created_at": now,
            "expires_at": until,
        }
        await outbox.put(conn, [{**parcel, "text": part} for part in messages(words, author)])
    await thread.wake(conn, conversation.id)


def _way(conversation: Conversation, *, safe: bool) -> tuple[str, str]:
    """Tell how words for WeChat begin, and why."""
    if not quiet(conversation):
        return "pending", ""
    return ("pending", CONFIRMED) if safe else ("parked", QUIET)


async def event_line(
    conn: AsyncConnection, conversation: Conversation, words: str, case_id: int, now: datetime
) -> None:
    """Show a line of the desk's own on pages; it is never pushed to WeChat."""
    await thread.add(conn, conversation.id, [thread.said("event", words)], at=now, case_id=case_id)
    await thread.wake(conn, conversation.id)
