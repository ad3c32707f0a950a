"""Cases and their timeline: what people take over from the bot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, case, delete, exists, func, insert, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages import GRAVE
from bot.store.people import AT_DESK, Staff
from bot.store.scope import sees
from bot.store.tables import case_events, cases, conversations, parents, staff, stations


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
    station_id: int | None = None
    department: str | None = None
    language: str | None = None
    reporter_id: int | None = None
    sealed: bool = False
    snoozed_until: datetime | None = None
    moves: int = 0
    moved_at: datetime | None = None
    satisfaction: int | None = None
    rated_at: datetime | None = None
    station: str | None = None
    owner_here: bool | None = None  # whether who holds it works at the desk still; None: nobody holds it

    @property
    def unseen(self) -> bool:
        """Whether somebody may be in danger and nobody has said that they look at it.

        A family's file is none: the danger was told in the talk from which it has its level.
        """
        grave = self.level in GRAVE and self.kind != "file"
        return grave and self.state != "closed" and self.acknowledged_at is None

    def snoozed(self, now: datetime) -> bool:
        """Whether it is put off until a moment that lies ahead. A danger that nobody has looked at never is."""
        ahead = self.snoozed_until is not None and self.snoozed_until > now
        return ahead and self.state != "closed" and not self.unseen


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a case's timeline."""

    tag: str
    actor: str
    detail: dict[str, Any]
    at: datetime


_HERE = and_(staff.c.active, staff.c.role.in_(AT_DESK))
_COLUMNS = (
    *cases.c,
    staff.c.name.label("owner"),
    stations.c.name.label("station"),
    _HERE.label("owner_here"),
)
_DANGER = and_(cases.c.level.in_(GRAVE), cases.c.kind != "file")  # as in `Case.unseen`
UNSEEN = and_(cases.c.state != "closed", _DANGER, cases.c.acknowledged_at.is_(None))
# A question from the command line has nobody behind it; its case is gone in a moment.
REAL = ~exists().where(
    conversations.c.id == cases.c.conversation_id,
    parents.c.id == conversations.c.parent_id,
    parents.c.channel == "cli",
)
URGENCY = case((cases.c.level == "urgent", 0), (cases.c.level == "high", 1), (cases.c.level == "concern", 2), else_=3)


def of_row(row: Row[Any]) -> Case:
    """Make a case of a row of `whole`."""
    return Case(**row._mapping)  # noqa: SLF001  (the documented mapping view of a row, despite its name)


def whole() -> Any:
    """Begin a query of cases with the names of who holds them and of their station."""
    held = cases.join(staff, staff.c.id == cases.c.owner_id, isouter=True)
    return select(*_COLUMNS).select_from(held.join(stations, stations.c.id == cases.c.station_id, isouter=True))


async def open_case(conn: AsyncConnection, values: dict[str, Any]) -> int:
    """Open a case; the caller has looked that there is none to join."""
    case_id: int = (await conn.execute(insert(cases).values(**values).returning(cases.c.id))).scalar_one()
    return case_id


async def open_of(conn: AsyncConnection, conversation_id: int, kinds: tuple[str, ...]) -> Case | None:
    """Find the open case of a conversation among some kinds. The conversation is locked, so it stays so."""
    query = whole().where(
        cases.c.conversation_id == conversation_id, cases.c.state != "closed", cases.c.kind.in_(kinds)
    )
    row = (await conn.execute(query.order_by(URGENCY, cases.c.id).limit(1))).one_or_none()
    return of_row(row) if row else None


async def add_event(
    conn: AsyncConnection, case_id: int, tag: str, *, actor: str, at: datetime, detail: dict[str, Any] | None = None
) -> None:
    """Write a step into the timeline."""
    await conn.execute(insert(case_events).values(case_id=case_id, tag=tag, actor=actor, detail=detail or {}, at=at))


async def find(
    conn: AsyncConnection, case_id: int, *, locked: bool = False, seen_by: Staff | None = None
) -> Case | None:
    """Load a case; with `seen_by` one that this person may see."""
    query = whole().where(cases.c.id == case_id)
    if seen_by is not None:
        query = query.where(sees(seen_by))
    if locked:
        query = query.with_for_update(of=cases)
    row = (await conn.execute(query)).one_or_none()
    return of_row(row) if row else None


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


async def unseen(conn: AsyncConnection, seen_by: Staff | None = None) -> list[tuple[int, int]]:
    """List dangers that nobody has acknowledged (that somebody may see): numbers, and the rounds of alerts so far."""
    mine = true() if seen_by is None else sees(seen_by)
    rows = await conn.execute(select(cases.c.id, cases.c.alerts).where(UNSEEN, REAL, mine).order_by(cases.c.id))
    return [(row[0], row[1]) for row in rows]


async def rouse(conn: AsyncConnection, conversation_id: int, now: datetime) -> list[int]:
    """Bring back the cases of a conversation that are put off; which ones. The moment stays: they waited till then."""
    put_off = (cases.c.conversation_id == conversation_id, cases.c.state != "closed", cases.c.snoozed_until > now)
    rows = await conn.execute(update(cases).where(*put_off).values(snoozed_until=now).returning(cases.c.id))
    return sorted(row[0] for row in rows)


async def welcome(conn: AsyncConnection, case_id: int, owner_id: int) -> None:
    """Forget that a case is newly handed to its owner: they have looked at it."""
    forget = text("UPDATE cases SET detail = detail - 'handed' WHERE id = :id AND owner_id = :owner")
    await conn.execute(forget, {"id": case_id, "owner": owner_id})


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
