"""What became of entries with parents: how often shown, how often helpful. Counts only, nobody's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal_column, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import feedback, ratings, turns


@dataclass(frozen=True, slots=True)
class Helped:
    """How many said that it helped, and that it did not; of the chat and of the article's page together."""

    yes: int = 0
    no: int = 0

    @property
    def said(self) -> int:
        """How many said anything."""
        return self.yes + self.no


async def shown(conn: AsyncConnection, since: datetime) -> dict[str, int]:
    """Count how often each entry was the answer since then."""
    first = turns.c.entries[0].astext
    query = select(first, func.count()).where(turns.c.at >= since, first.is_not(None))
    return {row[0]: row[1] for row in await conn.execute(query.group_by(literal_column("1")))}


async def helped(conn: AsyncConnection) -> dict[str, Helped]:
    """Count what was said of each entry."""
    both = union_all(
        select(feedback.c.entry_id, feedback.c.verdict).where(feedback.c.entry_id.is_not(None)),
        select(ratings.c.entry_id, ratings.c.verdict),
    ).subquery()
    yes = func.count().filter(both.c.verdict == "yes")
    no = func.count().filter(both.c.verdict != "yes")
    rows = await conn.execute(select(both.c.entry_id, yes, no).group_by(both.c.entry_id))
    return {row[0]: Helped(row[1], row[2]) for row in rows}
