"""What became of each act of a parent: one row without words, the ground of the figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import turns


@dataclass(frozen=True, slots=True)
class Act:
    """One act: what was wanted, what came of it (`bot/dialogue/outcome.py`), what was shown, from where."""

    channel: str
    intent: str
    outcome: str
    entries: tuple[str, ...]
    listings: tuple[str, ...]
    region: str | None
    stage: str | None
    level: str


async def record(conn: AsyncConnection, conversation_id: int, act: Act, at: datetime) -> None:
    """Write an act down; when its parent is erased it stays as a count of nobody."""
    values = {
        "channel": act.channel,
        "intent": act.intent,
        "outcome": act.outcome,
        "entries": list(act.entries),
        "listings": list(act.listings),
        "region": act.region,
        "stage": act.stage,
        "level": act.level,
    }
    await conn.execute(insert(turns).values(conversation_id=conversation_id, at=at, **values))
