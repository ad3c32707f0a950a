"""What offices count: what they report themselves by month, and what the cases of a region came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from sqlalchemy import func, literal_column, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import cases, reported

Name = Literal["events", "people", "courses", "calls"]
NAMES: tuple[Name, ...] = get_args(Name)
CONTENT = 4  # of 5: a parent who says so is content


@dataclass(frozen=True, slots=True)
class Suggested:
    """What became of the suggestions of a region that came in the period."""

    received: int = 0
    closed: int = 0
    rated: int = 0
    content: int = 0


async def report(
    conn: AsyncConnection, region: str, month: date, counts: Mapping[Name, int], author: str, at: datetime
) -> None:
    """Keep what an office says of a month (its first day); what it said before is replaced."""
    rows = [
        {"region": region, "month": month, "name": name, "number": number, "author": author, "at": at}
        for name, number in counts.items()
    ]
    if not rows:
        return
    statement = upsert(reported).values(rows)
    changed = {name: statement.excluded[name] for name in ("number", "author", "at")}
    await conn.execute(statement.on_conflict_do_update(index_elements=["region", "month", "name"], set_=changed))


async def of_month(conn: AsyncConnection, region: str, month: date) -> dict[str, int]:
    """Read what an office said of a month."""
    rows = await conn.execute(
        select(reported.c.name, reported.c.number).where(reported.c.region == region, reported.c.month == month)
    )
    return {row[0]: row[1] for row in rows}


async def monthly(conn: AsyncConnection, since: date, until: date) -> dict[str, dict[tuple[date, str], int]]:
    """Read what was reported of the months that begin in a period, by region, month and name."""
    query = select(reported.c.region, reported.c.month, reported.c.name, reported.c.number)
    found: dict[str, dict[tuple[date, str], int]] = {}
    for row in await conn.execute(query.where(reported.c.month >= since, reported.c.month < until)):
        found.setdefault(row[0], {})[row[1], row[2]] = row[3]
    return found


async def suggested(conn: AsyncConnection, since: datetime, until: datetime) -> dict[str, Suggested]:
    """Count suggestions by region; "" where it is not known."""
    query = select(
        func.coalesce(cases.c.region, ""),
        func.count(),
        func.count().filter(cases.c.state == "closed"),
        func.count(cases.c.satisfaction),
        func.count().filter(cases.c.satisfaction >= CONTENT),
    ).where(cases.c.kind == "suggestion", cases.c.opened_at >= since, cases.c.opened_at < until)
    rows = await conn.execute(query.group_by(literal_column("1")))
    return {row[0]: Suggested(row[1], row[2], row[3], row[4]) for row in rows}
