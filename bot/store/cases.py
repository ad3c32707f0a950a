"""Cases and their timeline: what people take over from the bot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, case, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages import Level
from bot.store.tables import case_events, cases, conversations, parents, staff

GRAVE: tuple[Level, ...] = ("high", "urgent")  # people are alerted, and somebody must say that they look at it


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that people take care of. `owner` is the name of who holds it."""

    id: int
    conversation_id: int | None
    kind: str
    state: str
    level: str
    reason: str
    region: str | None
    stage: str | None
    detail: dict[str, Any]
    owner_id: int | None
    owner: str | None
    outcome: str | None
    opened_at: datetime
    due_at: datetime
    claimed_at: datetime | None
    closed_at: datetime | None
    alerts: int = 0
    alerted_at: datetime | None = None
    acknowledged_at: datetime | None = None
    answered_at: datetime | None = None

    @property
    def unseen(self) -> bool:
        """Whether somebody may be in danger and nobody has said that they look at it."""
        return self.state != "closed" and self.level in GRAVE and self.acknowledged_at is None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a case's timeline."""

    tag: str
    actor: str
    detail: dict[str, Any]
    at: datetime


_COLUMNS = (*(column for column in cases.c if column.name != "owner_id"), cases.c.owner_id, staff.c.name.label("owner"))
UNSEEN = and_(cases.c.state != "closed", cases.c.level.in_(GRAVE), cases.c.acknowledged_at.is_(None))
# A question from the command line has nobody behind it; its case is gone in a moment.
REAL = ~exists().where(
    conversations.c.id == cases.c.conversation_id,
    parents.c.id == conversations.c.parent_id,
    parents.c.channel == "cli",
)
_URGENCY = case((cases.c.level == "urgent", 0), (cases.c.level == "high", 1), (cases.c.level == "concern", 2), else_=3)


def _case(row: Row[Any]) -> Case:
    return Case(**row._mapping)  # noqa: SLF001  (the documented mapping view of a row, despite its name)


def _select() -> Any:
    return select(*_COLUMNS).join_from(cases, staff, staff.c.id == cases.c.owner_id, isouter=True)


async def open_case(conn: AsyncConnection, values: dict[str, Any]) -> int:
    """Open a case; the caller has looked that there is none to join."""
    case_id: int = (await conn.execute(insert(cases).values(**values).returning(cases.c.id))).scalar_one()
    return case_id


async def open_of(conn: AsyncConnection, conversation_id: int, kinds: tuple[str, ...]) -> Case | None:
    """Find the open case of a conversation among some kinds. The conversation is locked, so it stays so."""
    query = _select().where(
        cases.c.conversation_id == conversation_id, cases.c.state != "closed", cases.c.kind.in_(kinds)
    )
    row = (await conn.execute(query.order_by(_URGENCY, cases.c.id).limit(1))).one_or_none()
    return _case(row) if row else None


async def add_event(
    conn: AsyncConnection, case_id: int, tag: str, *, actor: str, at: datetime, detail: dict[str, Any] | None = None
) -> None:
    """Write a step into the timeline."""
    await conn.execute(insert(case_events).values(case_id=case_id, tag=tag, actor=actor, detail=detail or {}, at=at))


async def find(conn: AsyncConnection, case_id: int, *, locked: bool = False) -> Case | None:
    """Load a case."""
    query = _select().where(cases.c.id == case_id)
    if locked:
        query = query.with_for_update(of=cases)
    row = (await conn.execute(query)).one_or_none()
    return _case(row) if row else None


async def queue(conn: AsyncConnection, *, closed: bool = False, limit: int = 200) -> list[Case]:
    """List cases: dangers that nobody has seen first, then the gravest, by due time; closed ones newest first."""
    query = _select()
    if closed:
        query = query.where(cases.c.state == "closed").order_by(cases.c.closed_at.desc())
    else:
        query = query.where(cases.c.state != "closed").order_by(
            case((UNSEEN, 0), else_=1), _URGENCY, cases.c.due_at, cases.c.id
        )
    return [_case(row) for row in await conn.execute(query.limit(limit))]


async def waiting(conn: AsyncConnection, conversation_id: int) -> int:
    """Count the others who wait for somebody to talk: how many are before this conversation."""
    others = cases.c.conversation_id.is_distinct_from(conversation_id)
    counted = select(func.count()).where(cases.c.state == "open", cases.c.kind.in_(("chat", "crisis")), others)
    length: int = (await conn.execute(counted)).scalar_one()
    return length


async def open_by_kind(conn: AsyncConnection) -> dict[str, int]:
    """Count the cases that nobody has taken, by kind."""
    counted = select(cases.c.kind, func.count()).where(cases.c.state == "open").group_by(cases.c.kind)
    return {row[0]: row[1] for row in await conn.execute(counted)}


async def change(conn: AsyncConnection, case_id: int, *, expect: tuple[str, ...], **values: Any) -> bool:
    """Change a case if its state is one of `expect`; whether it was."""
    result = await conn.execute(update(cases).where(cases.c.id == case_id, cases.c.state.in_(expect)).values(**values))
    return result.rowcount == 1


async def unseen(conn: AsyncConnection) -> list[tuple[int, int]]:
    """List dangers that nobody has acknowledged: their numbers, and the rounds of alerts so far."""
    rows = await conn.execute(select(cases.c.id, cases.c.alerts).where(UNSEEN, REAL).order_by(cases.c.id))
    return [(row[0], row[1]) for row in rows]


async def discard(conn: AsyncConnection, channel: str, sender: str) -> None:
    """Delete the cases of somebody who is not a person: a question from the command line."""
    theirs = (
        select(conversations.c.id)
        .join(parents, parents.c.id == conversations.c.parent_id)
        .where(parents.c.channel == channel, parents.c.sender == sender)
    )
    await conn.execute(delete(cases).where(cases.c.conversation_id.in_(theirs)))


async def timeline(conn: AsyncConnection, case_id: int) -> list[Step]:
    """Read the steps of a case, oldest first."""
    rows = await conn.execute(
        select(case_events.c.tag, case_events.c.actor, case_events.c.detail, case_events.c.at)
        .where(case_events.c.case_id == case_id)
        .order_by(case_events.c.id)
    )
    return [Step(*row) for row in rows]
