"""Second factors: the sealed secret, the last code that was used, and the hashes of the codes for a lost phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Text, cast, func, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import staff


@dataclass(frozen=True, slots=True)
class Factor:
    """What is kept of a person's second factor; `left` counts the recovery codes that still work."""

    sealed: str
    left: int


async def load(conn: AsyncConnection, staff_id: int) -> Factor | None:
    """Load the second factor of a person, if they have one."""
    query = select(staff.c.totp, func.jsonb_array_length(staff.c.recovery)).where(staff.c.id == staff_id)
    row = (await conn.execute(query.where(staff.c.totp.is_not(None)))).one_or_none()
    return Factor(row[0], row[1]) if row else None


async def put(conn: AsyncConnection, staff_id: int, sealed: str, step: int, recovery: Sequence[str]) -> bool:
    """Give a person a second factor, with the step of the code that proved it; False if they have one already."""
    none_yet = (staff.c.id == staff_id, staff.c.totp.is_(None))
    values = {"totp": sealed, "totp_step": step, "recovery": list(recovery)}
    return (await conn.execute(update(staff).where(*none_yet).values(**values))).rowcount == 1


async def renew(conn: AsyncConnection, staff_id: int, recovery: Sequence[str]) -> None:
    """Replace the recovery codes."""
    await conn.execute(update(staff).where(staff.c.id == staff_id).values(recovery=list(recovery)))


async def clear(conn: AsyncConnection, staff_id: int) -> None:
    """Take the second factor away."""
    none: dict[str, object] = {"totp": None, "totp_step": None, "recovery": []}
    await conn.execute(update(staff).where(staff.c.id == staff_id).values(**none))


async def use_step(conn: AsyncConnection, staff_id: int, step: int) -> bool:
    """Use up the code of a time step; False if it, or a later one, was used before. Of two at once one wins."""
    fresh = (staff.c.id == staff_id, or_(staff.c.totp_step.is_(None), staff.c.totp_step < step))
    return (await conn.execute(update(staff).where(*fresh).values(totp_step=step))).rowcount == 1


async def use_recovery(conn: AsyncConnection, staff_id: int, digest: str) -> bool:
    """Use up a recovery code; whether it was there. Of two at once one wins."""
    there = (staff.c.id == staff_id, staff.c.recovery.has_key(digest))
    without = staff.c.recovery.op("-", return_type=JSONB())(cast(digest, Text))
    return (await conn.execute(update(staff).where(*there).values(recovery=without))).rowcount == 1
