"""Staff accounts and their sessions. The session token itself never reaches the database, only its hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import staff, staff_sessions


@dataclass(frozen=True, slots=True)
class Staff:
    """A counsellor, editor or administrator."""

    id: int
    login: str
    name: str
    role: str
    active: bool


def _hash(token: str) -> str:
    # A cookie can hold anything: bytes that are no text arrive as surrogates.
    return hashlib.sha256(token.encode(errors="surrogateescape")).hexdigest()


async def add(conn: AsyncConnection, *, login: str, name: str, role: str, password_hash: str) -> int:
    """Add a person, or give an existing one a new name, role and password; ends their sessions."""
    values = {"name": name, "role": role, "password_hash": password_hash, "active": True}
    statement = upsert(staff).values(login=login, **values)
    staff_id: int = (
        await conn.execute(statement.on_conflict_do_update(index_elements=["login"], set_=values).returning(staff.c.id))
    ).scalar_one()
    await conn.execute(delete(staff_sessions).where(staff_sessions.c.staff_id == staff_id))
    return staff_id


async def disable(conn: AsyncConnection, login: str) -> bool:
    """Close an account and end its sessions; whether there was one."""
    staff_id = await conn.scalar(update(staff).where(staff.c.login == login).values(active=False).returning(staff.c.id))
    if staff_id is None:
        return False
    await conn.execute(delete(staff_sessions).where(staff_sessions.c.staff_id == staff_id))
    return True


async def credentials(conn: AsyncConnection, login: str) -> tuple[Staff, str] | None:
    """Load a person with the password hash for signing in."""
    row = (await conn.execute(select(staff).where(staff.c.login == login, staff.c.active))).one_or_none()
    if row is None:
        return None
    return Staff(row.id, row.login, row.name, row.role, row.active), row.password_hash


async def begin_session(conn: AsyncConnection, staff_id: int, token: str, expires_at: datetime) -> None:
    """Remember a session."""
    await conn.execute(insert(staff_sessions).values(token_hash=_hash(token), staff_id=staff_id, expires_at=expires_at))


async def by_session(conn: AsyncConnection, token: str, now: datetime) -> Staff | None:
    """Find who is signed in with this token."""
    row = (
        await conn.execute(
            select(staff.c.id, staff.c.login, staff.c.name, staff.c.role, staff.c.active)
            .join(staff_sessions, staff_sessions.c.staff_id == staff.c.id)
            .where(staff_sessions.c.token_hash == _hash(token), staff_sessions.c.expires_at > now, staff.c.active)
        )
    ).one_or_none()
    return Staff(*row) if row else None


async def forget_sessions(conn: AsyncConnection, now: datetime) -> int:
    """Drop the sessions that are over; how many."""
    return (await conn.execute(delete(staff_sessions).where(staff_sessions.c.expires_at <= now))).rowcount


async def end_session(conn: AsyncConnection, token: str) -> None:
    """Forget a session."""
    await conn.execute(delete(staff_sessions).where(staff_sessions.c.token_hash == _hash(token)))
