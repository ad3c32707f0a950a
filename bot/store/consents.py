"""How many parents agreed to which version of the privacy notice."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import parents


async def by_version(conn: AsyncConnection) -> dict[str, int]:
    """Count the parents by the version that they agreed to last; who agreed to none is not counted."""
    version = parents.c.profile["consent_version"].astext.label("version")
    query = select(version, func.count().label("agreed")).where(version.is_not(None)).group_by(version)
    return {row.version: row.agreed for row in await conn.execute(query)}
