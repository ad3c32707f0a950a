"""How the database and what waits in it are, for the page of health: counts and times, never words of families."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import access_tokens, conversations, inbounds, outbox, parents


@dataclass(frozen=True, slots=True)
class Database:
    """The database itself: the version of its schema, its size in bytes, connections in use and at most."""

    version: str | None
    size: int
    connections: int
    most: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is to be sent: how much, due since when at the longest; what is parked; what failed lately, by reason."""

    pending: int
    oldest: datetime | None
    parked: int
    failed: tuple[tuple[str, int], ...]


_DATABASE = text("""
    SELECT (SELECT version_num FROM alembic_version), pg_database_size(current_database()),
           (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),
           current_setting('max_connections')::int
""")


async def database(conn: AsyncConnection) -> Database:
    """Look at the database."""
    return Database(*(await conn.execute(_DATABASE)).one())


async def waiting(conn: AsyncConnection, since: datetime) -> Waiting:
    """Look at what is to be sent; what failed is counted from `since` on."""
    open_ = and_(outbox.c.state.in_(("pending", "sending")), outbox.c.about == "")  # a digest may wait for the morning
    count, oldest = (await conn.execute(select(func.count(), func.min(outbox.c.created_at)).where(open_))).one()
    parked = await conn.scalar(select(func.count()).select_from(outbox).where(outbox.c.state == "parked"))
    lately = (outbox.c.state == "failed", outbox.c.created_at >= since)
    query = select(outbox.c.reason, func.count()).where(*lately).group_by(outbox.c.reason)
    failed = await conn.execute(query.order_by(func.count().desc(), outbox.c.reason).limit(8))
    return Waiting(count, oldest, parked or 0, tuple((row[0], row[1]) for row in failed))


async def received(conn: AsyncConnection, channel: str, moments: tuple[datetime, ...]) -> tuple[int, ...]:
    """Count the acts of a channel's parents that came in since each of the moments, the earliest last."""
    counts = [func.count().filter(inbounds.c.received_at >= moment) for moment in moments]
    owners = conversations.join(parents, conversations.c.parent_id == parents.c.id)
    table = inbounds.join(owners, inbounds.c.conversation_id == conversations.c.id)
    query = select(*counts).select_from(table)
    row = await conn.execute(query.where(parents.c.channel == channel, inbounds.c.received_at >= moments[-1]))
    return tuple(row.one())


async def token(conn: AsyncConnection, app_id: str) -> tuple[datetime, datetime] | None:
    """Tell when the account's token was fetched and until when it is good; not the token."""
    query = select(access_tokens.c.fetched_at, access_tokens.c.expires_at).where(access_tokens.c.app_id == app_id)
    row = (await conn.execute(query)).one_or_none()
    return (row[0], row[1]) if row else None
