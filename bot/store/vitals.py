"""What each part last said of itself: a row by name, overwritten. Never words of families.

Names: `jobs:<process>` (bot/jobs/vitals.py), `wechat` (how calls of WeChat's API end: bot/channels/wechat/telling.py),
`menu` (what of the account's menu was sent: bot/web/admin/account/menu.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import vitals

WECHAT, MENU, JOBS = "wechat", "menu", "jobs:"


@dataclass(frozen=True, slots=True)
class Vital:
    """What a part last said, and when."""

    name: str
    body: dict[str, Any]
    at: datetime


async def tell(conn: AsyncConnection, name: str, body: dict[str, Any], at: datetime) -> None:
    """Say how a part is, in place of what it said before."""
    said = upsert(vitals).values(name=name, body=body, at=at)
    await conn.execute(said.on_conflict_do_update(index_elements=["name"], set_={"body": body, "at": at}))


async def add(conn: AsyncConnection, name: str, body: dict[str, Any], at: datetime) -> None:
    """Say something of a part; what else it said stays."""
    said = upsert(vitals).values(name=name, body=body, at=at)
    both = vitals.c.body.op("||")(said.excluded.body)
    await conn.execute(said.on_conflict_do_update(index_elements=["name"], set_={"body": both, "at": at}))


_CALLS = text("""
    INSERT INTO vitals (name, body, at)
    VALUES (:name, CAST(:body AS jsonb) || jsonb_build_object('in_a_row', CAST(:failed AS bigint)), :at)
    ON CONFLICT (name) DO UPDATE SET at = :at, body = vitals.body || CAST(:body AS jsonb) || jsonb_build_object(
        'in_a_row',
        CASE WHEN :well THEN 0 ELSE coalesce((vitals.body ->> 'in_a_row')::bigint, 0) END + CAST(:failed AS bigint))
""").bindparams(bindparam("body", type_=JSONB))


async def calls(conn: AsyncConnection, body: dict[str, Any], *, well: bool, failed: int, at: datetime) -> None:
    """Say how calls of WeChat ended: whether one went well since, and how many failed after that.

    Of several processes that tell, each adds to what fails in a row; one that went well ends the row of all.
    """
    await conn.execute(_CALLS, {"name": WECHAT, "body": body, "well": well, "failed": failed, "at": at})


async def every(conn: AsyncConnection) -> dict[str, Vital]:
    """Read all rows, by name."""
    rows = await conn.execute(select(vitals.c.name, vitals.c.body, vitals.c.at))
    return {row[0]: Vital(*row) for row in rows}


async def find(conn: AsyncConnection, name: str) -> Vital | None:
    """Read one row."""
    row = (await conn.execute(select(vitals.c.name, vitals.c.body, vitals.c.at).where(vitals.c.name == name))).first()
    return Vital(*row) if row else None


async def forget(conn: AsyncConnection, before: datetime) -> None:
    """Delete what processes said that were last heard of before then: they are gone."""
    await conn.execute(vitals.delete().where(vitals.c.name.startswith(JOBS, autoescape=True), vitals.c.at < before))
