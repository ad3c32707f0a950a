"""Which index is live: one row points at it, every process follows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import live, releases


async def next_number(conn: AsyncConnection) -> int:
    """Give the number of the next release."""
    last: int | None = await conn.scalar(select(func.max(releases.c.number)))
    return (last or 0) + 1


async def record(conn: AsyncConnection, *, number: int, digest: str, directory: str, at: datetime) -> None:
    """Remember a built release; the same directory again changes nothing."""
    statement = upsert(releases).values(number=number, digest=digest, directory=directory, built_at=at)
    await conn.execute(statement.on_conflict_do_nothing())


async def point(conn: AsyncConnection, directory: str, at: datetime) -> None:
    """Make a built directory the live one; rolling back is pointing at an older one."""
    statement = upsert(live).values(id=1, directory=directory, since=at)
    await conn.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_={"directory": directory, "since": at})
    )


async def pointer(conn: AsyncConnection) -> str | None:
    """Read which directory is live."""
    found: str | None = await conn.scalar(select(live.c.directory).where(live.c.id == 1))
    return found


async def history(conn: AsyncConnection, limit: int = 20) -> list[tuple[int, str, str, datetime]]:
    """List built releases, newest first: number, digest, directory, time."""
    rows = await conn.execute(
        select(releases.c.number, releases.c.digest, releases.c.directory, releases.c.built_at)
        .order_by(releases.c.number.desc())
        .limit(limit)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]
