"""What editors learn from: questions without an answer, newest first, and what parents said of answers."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.messages import Inbound
from bot.store import conversations, inbounds, learning


async def a_conversation(conn: AsyncConnection, now: datetime, sender: str = "o-mei") -> int:
    receipt = await inbounds.receive(conn, Inbound("wechat", sender, "m:1", "text", "在吗", now), now)
    return receipt.conversation_id


async def missed(conn: AsyncConnection, conversation_id: int, text: str, at: datetime) -> None:
    await learning.missed(conn, conversation_id, text=text, verdict="none", nearest="screens", at=at)


async def test_questions_without_an_answer_are_listed_newest_first(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        conversation_id = await a_conversation(conn, now)
        for minutes, text in enumerate(("第一问", "第二问", "第三问")):
            await missed(conn, conversation_id, text, now + timedelta(minutes=minutes))
        found = await learning.unanswered(conn, limit=2)
    assert found == [
        ("第三问", "none", now + timedelta(minutes=2)),
        ("第二问", "none", now + timedelta(minutes=1)),
    ]


async def test_judgements_are_counted_by_verdict(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        assert await learning.feedback_counts(conn) == {}
        conversation_id = await a_conversation(conn, now)
        for verdict in ("helpful", "helpful", "not-helpful"):
            await learning.judged(conn, conversation_id, entry_id="screens", verdict=verdict, at=now)
        await learning.judged(conn, conversation_id, entry_id=None, verdict="helpful", at=now)
        assert await learning.feedback_counts(conn) == {"helpful": 3, "not-helpful": 1}


async def test_what_a_parent_asked_and_judged_goes_with_them(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        mine, other = await a_conversation(conn, now), await a_conversation(conn, now, "o-lan")
        for conversation_id, text in ((mine, "我的"), (other, "别家的")):
            await missed(conn, conversation_id, text, now)
            await learning.judged(conn, conversation_id, entry_id="screens", verdict="helpful", at=now)
        assert await conversations.erase_person(conn, "wechat", "o-mei")
        assert [text for text, _, _ in await learning.unanswered(conn)] == ["别家的"]
        assert await learning.feedback_counts(conn) == {"helpful": 1}


async def test_ratings_of_articles_are_counted_without_their_readers(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        for entry_id, verdict in (("screens", "yes"), ("screens", "yes"), ("screens", "no"), ("eating", "no")):
            await learning.rated(conn, entry_id, verdict=verdict, at=now)
        assert await learning.ratings_of(conn, "screens") == {"yes": 2, "no": 1}
        assert await learning.ratings_of(conn, "sleep") == {}
