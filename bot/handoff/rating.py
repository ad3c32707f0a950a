"""How content a parent was: asked once after a talk or an answer, never after a danger, never on a watched phone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.loop import CHANGEABLE, SCORES, Started
from bot.handoff.sending import quiet
from bot.messages import GRAVE, Paragraph, Reply, Tap
from bot.store import cases, outbox, thread
from bot.store import suggestions as rows
from bot.store.cases import Case
from bot.store.conversations import Conversation
from bot.store.events import CaseTag

_FIRST_ID = 201  # of the taps' menu ids: they only tell a tap from typed words


def wanted(case: Case, conversation: Conversation) -> bool:
    """Whether a parent may be asked: no danger was about, nobody reads over their shoulder, not asked before."""
    danger = case.kind == "crisis" or case.level in GRAVE
    return not danger and not quiet(conversation) and rows.ASKED not in case.detail and case.satisfaction is None


async def ask(conn: AsyncConnection, conversation: Conversation, case: Case, now: datetime) -> None:
    """Ask the parent once how it was, by five taps; what may not go to WeChat now goes with their next message."""
    if not wanted(case, conversation):
        return
    await rows.add_detail(conn, case.id, **{rows.ASKED: now.isoformat()})
    about = f"建议 {case.id} 号的答复" if case.kind == rows.KIND else f"刚才和{case.owner or '老师'}的对话"
    words = f"{about}，您觉得怎么样？点一下就行，不说也没关系。"
    taps = tuple(Tap(word, f"{case.id} 号{word}") for word in SCORES)
    row = thread.answered(Reply((Paragraph(words),), taps))
    [message_id] = await thread.add(conn, conversation.id, [row], at=now, case_id=case.id)
    if conversation.channel == "wechat":
        parcel = {
            "conversation_id": conversation.id,
            "message_id": message_id,
            "channel": conversation.channel,
            "recipient": conversation.sender,
            "text": "\n".join((words, "　".join(_link(tap, n) for n, tap in enumerate(taps, _FIRST_ID)))),
            "automatic": True,
            "author": "",
            "due_at": now,
        }
        await outbox.put(conn, [parcel])
    await thread.wake(conn, conversation.id)


def _link(tap: Tap, menu_id: int) -> str:
    """Write a tap as WeChat does (see `bot.channels.wechat.render.link`); all its words are ours, nothing to escape."""
    return f'<a href="weixin://bizmsgmenu?msgmenucontent={tap.says}&msgmenuid={menu_id}">{tap.label}</a>'


async def rated(conn: AsyncConnection, conversation_id: int, case_id: int, score: int, now: datetime) -> bool:
    """Keep what a parent says of their own case; whether it could be kept."""
    kept = await rows.rate(conn, conversation_id, case_id, score, now, now - CHANGEABLE)
    if kept:
        await cases.add_event(conn, case_id, CaseTag.RATED, actor="parent", at=now, detail={"score": score})
    return kept


async def started(conn: AsyncConnection, conversation_id: int) -> tuple[Started, ...]:
    """Load what a parent started and may follow or rate, newest first."""
    return tuple(Started(**values) for values in await rows.own(conn, conversation_id))
