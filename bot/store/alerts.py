"""The rounds of alerts of a case: taken once by whichever process comes first, and how each ended. Sends nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages import Level
from bot.store.cases import REAL, UNSEEN
from bot.store.events import CaseTag
from bot.store.tables import case_events, cases

_ROUNDS = (CaseTag.ALERTED, CaseTag.ESCALATED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A danger that nobody has acknowledged: rounds of alerts so far, and when the last one was."""

    id: int
    level: Level
    alerts: int
    alerted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Knock:
    """What the desk shows of alerts: since when, the last round as its event has it, who said that they look at it."""

    since: datetime | None
    last: Mapping[str, Any]
    seen_by: str


async def waiting(conn: AsyncConnection, limit: int = 200) -> list[Waiting]:
    """Lock the dangers that nobody has acknowledged, the least alerted first; those of another process are left out."""
    query = (
        select(cases.c.id, cases.c.level, cases.c.alerts, cases.c.alerted_at)
        .where(UNSEEN, REAL)
        .order_by(cases.c.alerts, cases.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [Waiting(*row) for row in await conn.execute(query)]


async def take(
    conn: AsyncConnection, case_id: int, tag: CaseTag, *, expect: int, at: datetime, detail: Mapping[str, Any]
) -> int | None:
    """Take the next round of a case that has had `expect` of them; its event's id, or None when another has it.

    The event says `delivered: null` until `finish` says how it ended.
    """
    taken = await conn.execute(
        update(cases)
        .where(cases.c.id == case_id, cases.c.alerts == expect, UNSEEN)
        .values(alerts=expect + 1, alerted_at=at)
    )
    if taken.rowcount != 1:
        return None
    values = {"case_id": case_id, "tag": tag, "actor": "bot", "at": at}
    event = insert(case_events).values(**values, detail={**detail, "delivered": None}).returning(case_events.c.id)
    event_id: int = (await conn.execute(event)).scalar_one()
    return event_id


async def finish(conn: AsyncConnection, event_id: int, delivered: Sequence[str]) -> None:
    """Say whom a round reached."""
    done = update(case_events).where(case_events.c.id == event_id)
    added = bindparam("added", {"delivered": list(delivered)}, type_=case_events.c.detail.type)
    await conn.execute(done.values(detail=case_events.c.detail.concat(added)))


async def asked_next(conn: AsyncConnection, case_id: int) -> bool:
    """Whether the next station has been given the case since the alerts began: a round that was lost comes again."""
    began = select(func.max(case_events.c.id)).where(
        case_events.c.case_id == case_id, case_events.c.tag == CaseTag.ALERTED
    )
    asked = exists().where(
        case_events.c.case_id == case_id,
        case_events.c.tag == CaseTag.ESCALATED,
        case_events.c.detail.has_key("next"),
        case_events.c.id > func.coalesce(began.scalar_subquery(), 0),
    )
    return bool(await conn.scalar(select(asked)))


_AGAIN = text("""
    WITH gone AS (
        UPDATE case_events SET detail = detail || '{"delivered": []}'
        WHERE case_id = ANY(:ids) AND tag IN ('case:alerted', 'case:escalated')
          AND detail -> 'delivered' = 'null' AND at < :before
        RETURNING case_id AS id, (detail ->> 'round')::int AS round
    )
    UPDATE cases SET alerts = cases.alerts - 1, alerted_at = NULL
    FROM gone WHERE cases.id = gone.id AND cases.alerts = gone.round
""")


async def again(conn: AsyncConnection, case_ids: Sequence[int], before: datetime) -> int:
    """Give back the rounds of locked cases that a process took before a moment and never ended, because it died."""
    return (await conn.execute(_AGAIN, {"ids": list(case_ids), "before": before})).rowcount


async def knocks(conn: AsyncConnection, case_ids: Sequence[int]) -> dict[int, Knock]:
    """Tell how the alerts of cases stand; cases without any are left out."""
    tag, newest = case_events.c.tag, case_events.c.id.desc()
    details = func.array_agg(aggregate_order_by(case_events.c.detail, newest)).filter(tag.in_(_ROUNDS))
    actors = func.array_agg(aggregate_order_by(case_events.c.actor, newest)).filter(tag == CaseTag.ACKNOWLEDGED)
    query = (
        select(case_events.c.case_id, func.max(case_events.c.at).filter(tag == CaseTag.ALERTED), details, actors)
        .where(case_events.c.case_id.in_(case_ids), tag.in_((*_ROUNDS, CaseTag.ACKNOWLEDGED)))
        .group_by(case_events.c.case_id)
    )
    return {
        row[0]: Knock(row[1], row[2][0] if row[2] else {}, row[3][0] if row[3] else "")
        for row in await conn.execute(query)
    }
