"""Who is signed in, and where. The session token itself never reaches the database, only its hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.people import PERSON, Staff, of_row
from bot.store.tables import staff, staff_sessions

SEEN_EVERY = timedelta(minutes=1)  # "last seen" is written at most so often


@dataclass(frozen=True, slots=True)
class Session:
    """A session that goes on, and whose it is."""

    id: int
    staff: Staff
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A session as its owner sees it: with which browser (a few words), since when, last seen when."""

    id: int
    agent: str
    since: datetime
    seen_at: datetime


def hashed(token: str) -> str:
    """Give what is kept of a token, of a session or of an invitation."""
    # A cookie can hold anything: bytes that are no text arrive as surrogates.
    return hashlib.sha256(token.encode(errors="surrogateescape")).hexdigest()


async def begin(
    conn: AsyncConnection,
    staff_id: int,
    token: str,
    *,
    now: datetime,
    until: datetime,
    agent: str = "",
    whole: bool = True,
) -> None:
    """Remember a session; one that is not whole still needs the second factor."""
    values = {"token_hash": hashed(token), "staff_id": staff_id, "created_at": now, "seen_at": now}
    await conn.execute(insert(staff_sessions).values(**values, expires_at=until, agent=agent, whole=whole))


async def by_token(conn: AsyncConnection, token: str, now: datetime, *, whole: bool = True) -> Session | None:
    """Find the session of a token, if it goes on and the account is open."""
    columns = (staff_sessions.c.id.label("session_id"), staff_sessions.c.seen_at)
    query = (
        PERSON.add_columns(*columns)
        .join(staff_sessions, staff_sessions.c.staff_id == staff.c.id)
        .where(
            staff_sessions.c.token_hash == hashed(token),
            staff_sessions.c.whole.is_(whole),
            staff_sessions.c.expires_at > now,
            staff.c.active,
        )
    )
    row = (await conn.execute(query)).one_or_none()
    return Session(row.session_id, of_row(row), row.seen_at) if row else None


async def seen(conn: AsyncConnection, session_id: int, now: datetime) -> None:
    """Note that a session was used; of several requests at once one writes."""
    stale = staff_sessions.c.seen_at <= now - SEEN_EVERY
    await conn.execute(update(staff_sessions).where(staff_sessions.c.id == session_id, stale).values(seen_at=now))


async def of_person(conn: AsyncConnection, staff_id: int, now: datetime) -> list[Place]:
    """List where somebody is signed in, last seen first."""
    columns = (staff_sessions.c.id, staff_sessions.c.agent, staff_sessions.c.created_at, staff_sessions.c.seen_at)
    going_on = (staff_sessions.c.staff_id == staff_id, staff_sessions.c.whole, staff_sessions.c.expires_at > now)
    rows = await conn.execute(select(*columns).where(*going_on).order_by(staff_sessions.c.seen_at.desc()))
    return [Place(*row) for row in rows]


async def end(conn: AsyncConnection, token: str) -> None:
    """Forget the session of a token."""
    await conn.execute(delete(staff_sessions).where(staff_sessions.c.token_hash == hashed(token)))


async def end_one(conn: AsyncConnection, staff_id: int, session_id: int) -> bool:
    """End one session of a person; whether there was one."""
    mine = (staff_sessions.c.staff_id == staff_id, staff_sessions.c.id == session_id)
    return (await conn.execute(delete(staff_sessions).where(*mine))).rowcount == 1


async def end_all(conn: AsyncConnection, staff_id: int, but: int | None = None) -> int:
    """End the sessions of a person, all or all but one; how many."""
    theirs = delete(staff_sessions).where(staff_sessions.c.staff_id == staff_id)
    if but is not None:
        theirs = theirs.where(staff_sessions.c.id != but)
    return (await conn.execute(theirs)).rowcount


async def forget(conn: AsyncConnection, now: datetime) -> int:
    """Drop the sessions that are over; how many."""
    return (await conn.execute(delete(staff_sessions).where(staff_sessions.c.expires_at <= now))).rowcount
