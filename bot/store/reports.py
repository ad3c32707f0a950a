"""Mandatory reports as rows: written once by who saw something, found again by the key of their form."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import cases, staff

KIND = "report"


async def write(conn: AsyncConnection, values: dict[str, Any]) -> int:
    """Write a report; it is sealed from this moment on: no step changes its `detail`."""
    made = insert(cases).values(kind=KIND, sealed=True, **values).returning(cases.c.id)
    case_id: int = (await conn.execute(made)).scalar_one()
    return case_id


async def one_at_a_time(conn: AsyncConnection, reporter_id: int, key: str) -> None:
    """Let the same form that comes twice at once wait for itself, until this transaction ends."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:form, 0))")
    await conn.execute(lock, {"form": f"report:{reporter_id}:{key}"})


async def sent_before(conn: AsyncConnection, reporter_id: int, key: str) -> int | None:
    """Find the report that this form has made already: a form sent twice reports once."""
    query = select(cases.c.id).where(
        cases.c.kind == KIND, cases.c.reporter_id == reporter_id, cases.c.detail["key"].astext == key
    )
    found: int | None = await conn.scalar(query.limit(1))
    return found


async def reporter_name(conn: AsyncConnection, case_id: int) -> str | None:
    """Name who made a report. For the reporter's own eyes and an administrator's only: the caller sees to that."""
    query = select(staff.c.name).join(cases, cases.c.reporter_id == staff.c.id).where(cases.c.id == case_id)
    found: str | None = await conn.scalar(query)
    return found
