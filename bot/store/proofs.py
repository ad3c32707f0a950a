"""Pushes already seen: the same proof with another body is a replay, with the same body WeChat's own retry."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import proofs


async def remember(conn: AsyncConnection, proof: str, digest: str, now: datetime) -> bool:
    """Remember a push; False when this proof came before with another body."""
    inserted = await conn.scalar(
        upsert(proofs)
        .values(proof=proof, digest=digest, seen_at=now)
        .on_conflict_do_nothing()
        .returning(proofs.c.digest)
    )
    if inserted is not None:
        return True
    return (await conn.scalar(select(proofs.c.digest).where(proofs.c.proof == proof))) == digest


async def forget(conn: AsyncConnection, before: datetime) -> int:
    """Drop proofs too old to pass the freshness window anyway."""
    return (await conn.execute(delete(proofs).where(proofs.c.seen_at < before))).rowcount
