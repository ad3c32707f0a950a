"""How the bot is used over a period, from the rows of `turns`: when, what, where, what came of it. No words, no names.

Parents are counted once however often they wrote; who was erased counts with their acts alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, cast, func, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import feedback, reads, turns

LED = timedelta(minutes=30)  # a person called for within this time after an entry was shown: it led to them
# China has kept one time for the whole year since 1992: its days and hours are counted, which is cheaper than asking.
_SECONDS = func.date_part("epoch", turns.c.at)
_DAY, _HOUR, _EAST = 24 * 3600, 3600, 8 * 3600


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which acts count: `since` and later, before `until`; in these regions, of this stage. None: any."""

    since: datetime
    until: datetime
    regions: Sequence[str] | None = None
    stage: str | None = None

    def where(self, acts: FromClause = turns) -> list[ColumnElement[bool]]:
        """Give the conditions."""
        found: list[ColumnElement[bool]] = [acts.c.at >= self.since, acts.c.at < self.until]
        if self.regions is not None:
            found.append(acts.c.region.in_(self.regions))
        return [*found, acts.c.stage == self.stage] if self.stage else found


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


async def use(conns: Sequence[AsyncConnection], sieve: Sieve) -> Use:
    """Count everything. What there is to ask is shared out: a connection that is free asks the next."""
    questions: Mapping[str, Callable[[AsyncConnection, Sieve], Awaitable[Any]]] = {
        "by_day": partial(_by, key=func.floor((_SECONDS + _EAST) / _DAY)),
        "entries": _entries,
        "listings": _listings,
        "by_outcome": partial(_by, key=turns.c.outcome),
        "by_region": partial(_by, key=func.coalesce(turns.c.region, "")),
        "by_stage": partial(_by, key=func.coalesce(turns.c.stage, "")),
        "at_night": _at_night,
        "by_hour": _by_hour,
        "whole": whole,
    }
    waiting, found = iter(questions.items()), dict[str, Any]()

    async def ask(conn: AsyncConnection) -> None:
        await conn.execute(text("SET LOCAL work_mem = '64MB'"))  # a year is counted in memory, not on disk
        for name, question in waiting:
            found[name] = await question(conn, sieve)

    async with asyncio.TaskGroup() as group:
        for conn in conns:
            group.create_task(ask(conn))
    days = {date(1970, 1, 1) + timedelta(days=int(day)): count for day, count in found.pop("by_day").items()}
    return Use(by_day=days, **found)


def _counted(sieve: Sieve, key: Any, acts: FromClause = turns, *more: Any) -> Select[Any]:
    """Count acts and parents by a key: by key and parent first, for counting the different ones would sort them all."""
    each = select(key.label("key"), turns.c.conversation_id, func.count().label("acts")).select_from(acts)
    each = each.where(*sieve.where(), *more)
    one = each.group_by(literal_column("1"), turns.c.conversation_id).subquery()
    query = select(one.c.key, func.sum(one.c.acts), func.count(one.c.conversation_id))
    return query.group_by(one.c.key)


async def _by(conn: AsyncConnection, sieve: Sieve, key: Any) -> dict[Any, Count]:
    return {row[0]: Count(int(row[1]), row[2]) for row in await conn.execute(_counted(sieve, key))}


async def _by_hour(conn: AsyncConnection, sieve: Sieve) -> dict[tuple[int, int], int]:
    hour = func.mod(cast(func.floor((_SECONDS + _EAST) / _HOUR), BigInteger), 7 * 24)  # 1970 began on a Thursday
    rows = await conn.execute(select(hour, func.count()).where(*sieve.where()).group_by(literal_column("1")))
    return {((row[0] // 24 + 3) % 7 + 1, row[0] % 24): row[1] for row in rows}


async def _listings(conn: AsyncConnection, sieve: Sieve) -> dict[str, Count]:
    """Count look-ups by service."""
    each = func.jsonb_array_elements_text(turns.c.listings).table_valued("value").lateral("each")
    query = _counted(sieve, each.c.value, turns.join(each, text("true")))
    return {row[0]: Count(int(row[1]), row[2]) for row in await conn.execute(query)}


async def _at_night(conn: AsyncConnection, sieve: Sieve) -> int:
    hour = func.mod(cast(func.floor((_SECONDS + _EAST) / _HOUR), BigInteger), 24)
    shown = func.jsonb_array_length(turns.c.listings) > 0
    query = select(func.count()).select_from(turns).where(*sieve.where(), shown, (hour >= 22) | (hour < 6))
    return await conn.scalar(query) or 0


async def _entries(conn: AsyncConnection, sieve: Sieve) -> dict[str, Shown]:
    """Count what became of each entry; pages and judgements are counted without regard to region and stage."""
    first = turns.c.entries[0].astext
    shown = await conn.execute(_counted(sieve, first, turns, first.is_not(None)))
    counts = {row[0]: (int(row[1]), row[2]) for row in shown}
    led = await _led(conn, sieve)
    said = select(feedback.c.entry_id, func.count().filter(feedback.c.verdict == "yes"), func.count())
    said = said.where(feedback.c.at >= sieve.since, feedback.c.at < sieve.until, feedback.c.entry_id.is_not(None))
    judged = {row[0]: (row[1], row[2]) for row in await conn.execute(said.group_by(feedback.c.entry_id))}
    opened = await read(conn, sieve.since, sieve.until)
    return {
        key: Shown(*counts.get(key, (0, 0)), opened.get(key, 0), *judged.get(key, (0, 0)), led.get(key, 0))
        for key in {*counts, *judged, *opened}
    }


async def _led(conn: AsyncConnection, sieve: Sieve) -> dict[str, int]:
    """Count by entry how often a person was called for soon after it, going by the calls, which are few."""
    before = turns.alias("before")
    last = (
        select(before.c.entries[0].astext.label("entry"), before.c.at)
        .where(*sieve.where(before), before.c.conversation_id == turns.c.conversation_id, before.c.id < turns.c.id)
        .order_by(before.c.id.desc())
        .limit(1)
        .lateral("last")
    )
    calls = select(last.c.entry, func.count()).select_from(turns.join(last, text("true")))
    query = calls.where(*sieve.where(), turns.c.outcome == "person", turns.c.at <= last.c.at + LED)
    rows = await conn.execute(query.where(last.c.entry.is_not(None)).group_by(last.c.entry))
    return {row[0]: row[1] for row in rows}


async def read(conn: AsyncConnection, since: datetime, until: datetime) -> dict[str, int]:
    """Count how often each entry's page was opened."""
    query = select(reads.c.entry_id, func.sum(reads.c.times)).where(
        reads.c.day >= func.date(func.timezone("Asia/Shanghai", since)),
        reads.c.day < func.date(func.timezone("Asia/Shanghai", until)),
    )
    return {row[0]: int(row[1]) for row in await conn.execute(query.group_by(reads.c.entry_id))}


async def whole(conn: AsyncConnection, sieve: Sieve) -> Count:
    """Count acts and parents alone."""
    each = select(func.count().label("acts"), turns.c.conversation_id).where(*sieve.where())
    one = each.group_by(turns.c.conversation_id).subquery()
    query = select(func.coalesce(func.sum(one.c.acts), 0), func.count(one.c.conversation_id))
    acts, parents = (await conn.execute(query)).one()
    return Count(int(acts), parents)


async def use_regions(conn: AsyncConnection) -> list[str]:
    """List the regions from which anybody ever wrote: from one to the next by the index, not through all acts."""
    rows = await conn.execute(_REGIONS)
    return [row[0] for row in rows]


_REGIONS = text(
    """WITH RECURSIVE one AS (
        (SELECT min(region) AS region FROM turns)
        UNION ALL SELECT (SELECT min(region) FROM turns WHERE region > one.region) FROM one WHERE region IS NOT NULL
    ) SELECT region FROM one WHERE region IS NOT NULL"""
)
