"""What parents asked and we could not answer, and what they said of our answers: the editors' raw material."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import exists, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.misses import UNSURE, Reason
from bot.store.tables import feedback, misses, ratings, reads


async def missed(
    conn: AsyncConnection,
    conversation_id: int,
    *,
    text: str,
    verdict: str,
    nearest: str | None,
    at: datetime,
    reason: Reason = UNSURE,
    level: str | None = None,
) -> None:
    """Remember a question that was not answered well; `text` comes masked. For one reason it is kept once."""
    values = {"verdict": verdict, "nearest": nearest, "at": at, "reason": reason, "level": level}
    if reason != UNSURE:
        same = (misses.c.conversation_id == conversation_id, misses.c.reason == reason, misses.c.text == text)
        if await conn.scalar(select(exists().where(*same))):
            return
    await conn.execute(insert(misses).values(conversation_id=conversation_id, text=text, **values))


async def judged(
    conn: AsyncConnection, conversation_id: int, *, entry_id: str | None, verdict: str, at: datetime
) -> None:
    """Remember what a parent said of an answer."""
    await conn.execute(
        insert(feedback).values(conversation_id=conversation_id, entry_id=entry_id, verdict=verdict, at=at)
    )


async def rated(conn: AsyncConnection, entry_id: str, *, verdict: str, at: datetime) -> None:
    """Count what a reader of an article's page said of it, `yes` or `no`; of the reader nothing is kept."""
    await conn.execute(insert(ratings).values(entry_id=entry_id, verdict=verdict, at=at))


async def opened(conn: AsyncConnection, entry_id: str, day: date) -> None:
    """Count that the page of an entry was opened on a day."""
    once = upsert(reads).values(entry_id=entry_id, day=day, times=1)
    more = {"times": reads.c.times + 1}
    await conn.execute(once.on_conflict_do_update(index_elements=["entry_id", "day"], set_=more))


async def ratings_of(conn: AsyncConnection, entry_id: str) -> dict[str, int]:
    """Count what readers said of an article, by verdict."""
    rows = await conn.execute(
        select(ratings.c.verdict, func.count()).where(ratings.c.entry_id == entry_id).group_by(ratings.c.verdict)
    )
    return {row[0]: row[1] for row in rows}


async def unanswered(conn: AsyncConnection, limit: int = 50) -> list[tuple[str, str, datetime]]:
    """List the newest questions without an answer: masked text, verdict, time."""
    rows = await conn.execute(
        select(misses.c.text, misses.c.verdict, misses.c.at)
        .order_by(misses.c.at.desc(), misses.c.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def feedback_counts(conn: AsyncConnection) -> dict[str, int]:
    """Count judgements by verdict."""
    rows = await conn.execute(select(feedback.c.verdict, func.count()).group_by(feedback.c.verdict))
    return {row[0]: row[1] for row in rows}
