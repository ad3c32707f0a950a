"""How the bot is used over a period, from the rows of `turns`: when, what, where, what came of it. No words, no names.

Parents are counted once however often they wrote; who was erased counts with their acts alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import feedback, reads, turns

LED = timedelta(minutes=30)  # a person called for within this time after an entry was shown: it led to them
_LOCAL = func.timezone("Asia/Shanghai", turns.c.at)


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which acts count: `since` and later, before `until`; in these regions, of this stage. None: any."""

    since: datetime
    until: datetime
    regions: Sequence[str] | None = None
    stage: str | None = None

    def where(self) -> list[ColumnElement[bool]]:
        """Give the conditions."""
        found = [turns.c.at >= self.since, turns.c.at < self.until]
        if self.regions is not None:
            found.append(turns.c.region.in_(self.regions))
        return [*found, turns.c.stage == self.stage] if self.stage else found


@dataclass(frozen=True, slots=True)
class Count:
    """Acts, and the parents behind them."""

    acts: int = 0
    parents: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """What became of an entry: shown, its page opened, said to help (of those judged), followed by a call."""

    acts: int = 0
    parents: int = 0
    reads: int = 0
    helpful: int = 0
    judged: int = 0
    led: int = 0


@dataclass(frozen=True, slots=True)
class Use:
    """All figures of a period. Keys: outcomes, (ISO weekday, hour), days, stages and regions ("" not known), ids."""

    whole: Count
    by_outcome: Mapping[str, Count]
    by_hour: Mapping[tuple[int, int], int]
    by_day: Mapping[date, Count]
    by_stage: Mapping[str, Count]
    by_region: Mapping[str, Count]
    entries: Mapping[str, Shown]
    listings: Mapping[str, Count]
    at_night: int  # look-ups of services from 22 to 6


async def use(conn: AsyncConnection, sieve: Sieve) -> Use:
    """Count everything."""
    hours = select(func.extract("isodow", _LOCAL), func.extract("hour", _LOCAL), func.count()).where(*sieve.where())
    by_hour = {(int(row[0]), int(row[1])): row[2] for row in await conn.execute(hours.group_by(text("1, 2")))}
    looked, night = await _listings(conn, sieve)
    return Use(
        whole=await whole(conn, sieve),
        by_outcome=await _by(conn, sieve, turns.c.outcome),
        by_hour=by_hour,
        by_day=await _by(conn, sieve, func.date(_LOCAL)),
        by_stage=await _by(conn, sieve, func.coalesce(turns.c.stage, "")),
        by_region=await _by(conn, sieve, func.coalesce(turns.c.region, "")),
        entries=await _entries(conn, sieve),
        listings=looked,
        at_night=night,
    )


def _counted(sieve: Sieve, *columns: Any) -> Select[Any]:
    parents = func.count(turns.c.conversation_id.distinct())
    return select(*columns, func.count(), parents).where(*sieve.where())


async def _by(conn: AsyncConnection, sieve: Sieve, column: Any) -> dict[Any, Count]:
    rows = await conn.execute(_counted(sieve, column).group_by(literal_column("1")))
    return {row[0]: Count(row[1], row[2]) for row in rows}


async def _listings(conn: AsyncConnection, sieve: Sieve) -> tuple[dict[str, Count], int]:
    """Count look-ups by service, and all of those at night."""
    each = func.jsonb_array_elements_text(turns.c.listings).table_valued("value").lateral("each")
    query = _counted(sieve, each.c.value).select_from(turns.join(each, text("true"))).group_by(each.c.value)
    looked = {row[0]: Count(row[1], row[2]) for row in await conn.execute(query)}
    hour = func.extract("hour", _LOCAL)
    shown = func.jsonb_array_length(turns.c.listings) > 0
    night: int = (
        await conn.scalar(
            select(func.count()).select_from(turns).where(*sieve.where(), shown, (hour >= 22) | (hour < 6))
        )
        or 0
    )
    return looked, night


async def _entries(conn: AsyncConnection, sieve: Sieve) -> dict[str, Shown]:
    """Count what became of each entry; pages and judgements are counted without regard to region and stage."""
    first = turns.c.entries[0].astext
    shown = await _by_first(conn, sieve, first)
    steps = (
        select(
            first.label("entry"),
            turns.c.at,
            func.lead(turns.c.outcome).over(partition_by=turns.c.conversation_id, order_by=turns.c.id).label("then"),
            func.lead(turns.c.at).over(partition_by=turns.c.conversation_id, order_by=turns.c.id).label("then_at"),
        )
        .where(*sieve.where(), turns.c.conversation_id.is_not(None))
        .subquery()
    )
    after = select(steps.c.entry, func.count()).where(
        steps.c.entry.is_not(None), steps.c.then == "person", steps.c.then_at <= steps.c.at + LED
    )
    led = {row[0]: row[1] for row in await conn.execute(after.group_by(steps.c.entry))}
    said = select(feedback.c.entry_id, func.count().filter(feedback.c.verdict == "yes"), func.count())
    said = said.where(feedback.c.at >= sieve.since, feedback.c.at < sieve.until, feedback.c.entry_id.is_not(None))
    judged = {row[0]: (row[1], row[2]) for row in await conn.execute(said.group_by(feedback.c.entry_id))}
    opened = await read(conn, sieve.since, sieve.until)
    return {
        key: Shown(*(shown.get(key) or (0, 0)), opened.get(key, 0), *judged.get(key, (0, 0)), led.get(key, 0))
        for key in {*shown, *judged, *opened}
    }


async def _by_first(conn: AsyncConnection, sieve: Sieve, first: Any) -> dict[str, tuple[int, int]]:
    query = _counted(sieve, first).where(first.is_not(None)).group_by(literal_column("1"))
    return {row[0]: (row[1], row[2]) for row in await conn.execute(query)}


async def read(conn: AsyncConnection, since: datetime, until: datetime) -> dict[str, int]:
    """Count how often each entry's page was opened."""
    query = select(reads.c.entry_id, func.sum(reads.c.times)).where(
        reads.c.day >= func.date(func.timezone("Asia/Shanghai", since)),
        reads.c.day < func.date(func.timezone("Asia/Shanghai", until)),
    )
    return {row[0]: int(row[1]) for row in await conn.execute(query.group_by(reads.c.entry_id))}


async def whole(conn: AsyncConnection, sieve: Sieve) -> Count:
    """Count acts and parents alone."""
    return Count(*(await conn.execute(_counted(sieve))).one())


async def use_regions(conn: AsyncConnection) -> list[str]:
    """List the regions from which anybody ever wrote."""
    rows = await conn.execute(select(turns.c.region).where(turns.c.region.is_not(None)).distinct())
    return [row[0] for row in rows]
