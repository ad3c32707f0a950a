"""Suggestions of parents and what parents say of the help they had: their own list, ratings, figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.cases import Case
from bot.store.people import Staff
from bot.store.scope import sees
from bot.store.tables import cases, staff, stations

KIND = "suggestion"
ASKED = "rating_asked"  # the key of a case's detail: when the parent was asked how it was, as an ISO moment


_OWN = (
    cases.c.id,
    cases.c.kind,
    cases.c.state,
    func.coalesce(cases.c.detail["text"].astext, cases.c.reason).label("text"),
    cases.c.department,
    cases.c.outcome,
    cases.c.opened_at,
    cases.c.due_at,
    cases.c.answered_at,
    cases.c.claimed_at,
    cases.c.satisfaction,
    cases.c.rated_at,
    cases.c.detail.has_key(ASKED).label("asked"),
)


async def own(conn: AsyncConnection, conversation_id: int, limit: int = 8) -> list[dict[str, Any]]:
    """List what a parent suggested and the talks that they were asked about, newest first."""
    theirs = or_(cases.c.kind == KIND, cases.c.detail.has_key(ASKED))
    query = select(*_OWN).where(cases.c.conversation_id == conversation_id, theirs)
    rows = await conn.execute(query.order_by(cases.c.id.desc()).limit(limit))
    return [dict(row._mapping) for row in rows]  # noqa: SLF001  (the documented mapping view of a row)


async def add_detail(conn: AsyncConnection, case_id: int, **added: Any) -> None:
    """Add keys to what a case holds; the others stay."""
    await conn.execute(update(cases).where(cases.c.id == case_id).values(detail=cases.c.detail.concat(added)))


async def rate(
    conn: AsyncConnection, conversation_id: int, case_id: int, score: int, now: datetime, since: datetime
) -> bool:
    """Keep what a parent says of one of their own cases, 1 to 5; what was said before `since` stands for good."""
    fresh = or_(cases.c.rated_at.is_(None), cases.c.rated_at > since)
    theirs = and_(cases.c.id == case_id, cases.c.conversation_id == conversation_id)
    result = await conn.execute(update(cases).where(theirs, fresh).values(satisfaction=score, rated_at=now))
    return result.rowcount == 1


async def listed(
    conn: AsyncConnection, seen_by: Staff, view: str, now: datetime, *, limit: int = 50, offset: int = 0
) -> list[Case]:
    """List suggestions that somebody may see: `open` ones by due time, `late`, `answered` or `low` ones newest first.

    `low` are those whose parents were not content.
    """
    whole = cases.join(staff, staff.c.id == cases.c.owner_id, isouter=True)
    whole = whole.join(stations, stations.c.id == cases.c.station_id, isouter=True)
    columns = (*cases.c, staff.c.name.label("owner"), stations.c.name.label("station"))
    wanted = (cases.c.kind == KIND, sees(seen_by), _VIEWS.get(view, _VIEWS["open"])(now))
    query = select(*columns).select_from(whole).where(*wanted)
    by_due = view not in ("answered", "low")
    query = query.order_by(cases.c.due_at, cases.c.id) if by_due else query.order_by(cases.c.id.desc())
    rows = await conn.execute(query.limit(limit).offset(offset))
    return [Case(**row._mapping) for row in rows]  # noqa: SLF001  (the documented mapping view of a row)


_WAITING = and_(cases.c.state != "closed", cases.c.answered_at.is_(None))
_VIEWS: Mapping[str, Any] = {
    "open": lambda _now: _WAITING,
    "late": lambda now: and_(_WAITING, cases.c.due_at < now),
    "answered": lambda _now: or_(cases.c.state == "closed", cases.c.answered_at.is_not(None)),
    "low": lambda _now: cases.c.satisfaction <= 2,
}


@dataclass(frozen=True, slots=True)
class Figures:
    """The closed loop in numbers. `in_time` of the answered ones; `late` wait beyond their day; `scores` by 1 to 5."""

    number: int = 0
    answered: int = 0
    in_time: int = 0
    late: int = 0
    scores: Mapping[int, int] = field(default_factory=dict)

    @property
    def rated(self) -> int:
        """How many parents said how it was."""
        return sum(self.scores.values())

    @property
    def content(self) -> int:
        """How many of them were content (4 or 5)."""
        return sum(many for score, many in self.scores.items() if score >= 4)


async def figures(
    conn: AsyncConnection,
    seen_by: Staff,
    since: datetime,
    until: datetime,
    now: datetime,
    *,
    station_id: int | None = None,
    department: str | None = None,
) -> Figures:
    """Count the suggestions of a period (by when they came) that somebody may see, of a station or department."""
    wanted: list[ColumnElement[bool]] = [
        cases.c.kind == KIND,
        cases.c.opened_at >= since,
        cases.c.opened_at < until,
        sees(seen_by),
    ]
    if station_id is not None:
        wanted.append(cases.c.station_id == station_id)
    if department is not None:
        wanted.append(cases.c.department == department)
    answered = cases.c.answered_at.is_not(None)
    query = select(
        func.count(),
        func.count().filter(answered),
        func.count().filter(cases.c.answered_at <= cases.c.due_at),
        func.count().filter(and_(_WAITING, cases.c.due_at < now)),
        *(func.count(case((cases.c.satisfaction == score, 1))) for score in range(1, 6)),
    ).where(*wanted)
    number, done, in_time, late, *scores = (await conn.execute(query)).one()
    return Figures(number, done, in_time, late, {n: many for n, many in enumerate(scores, 1) if many})
