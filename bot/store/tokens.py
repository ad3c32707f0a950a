"""WeChat's access token in the database: one for all processes, one refresh at a time."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.tables import access_tokens

_LOCK = 7270002  # advisory lock: who holds it refreshes the token


async def load(conn: AsyncConnection, app_id: str) -> tuple[str, datetime, datetime] | None:
    """Load the token with its end and its birth."""
    row = (
        await conn.execute(
            select(access_tokens.c.token, access_tokens.c.expires_at, access_tokens.c.fetched_at).where(
                access_tokens.c.app_id == app_id
            )
        )
    ).one_or_none()
    return (row[0], row[1], row[2]) if row else None


async def save(conn: AsyncConnection, app_id: str, token: str, expires_at: datetime, fetched_at: datetime) -> None:
    """Keep a new token."""
    values = {"token": token, "expires_at": expires_at, "fetched_at": fetched_at}
    statement = upsert(access_tokens).values(app_id=app_id, **values)
    await conn.execute(statement.on_conflict_do_update(index_elements=["app_id"], set_=values))


@contextlib.asynccontextmanager
async def refreshing(engine: AsyncEngine) -> AsyncIterator[None]:
    """Hold the refresh lock across processes; it is let go when the transaction or the process ends."""
    async with engine.begin() as conn:
        await conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        yield
