"""The queue: which cases somebody may see wait for whom, in which order, how many, and what the parents said last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, and_, case, exists, func, literal, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.cases import REAL, UNSEEN, URGENCY, Case, of_row, whole
from bot.store.people import Staff
from bot.store.scope import sees
from bot.store.tables import cases, messages, staff, stations
from bot.store.thread import Reach

PAGE = 50  # rows of one page
JUST = timedelta(minutes=1)  # a row that a colleague takes stays this long, and says who


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the queue. `view`: open, mine, later, all or closed; the others narrow it, None means any.

    `state` narrows the view of all: open, claimed or later. `owner` 0 stands for nobody. `page` counts from 0.
    """

    view: str = "open"
    station: int | None = None
    kind: str | None = None
    state: str | None = None
    owner: int | None = None
    level: str | None = None
    page: int = 0

    @property
    def narrowed(self) -> bool:
        """Whether anything but the view is asked for."""
        return (self.station, self.kind, self.state, self.owner, self.level) != (None,) * 5


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cases each view holds, as it is narrowed; `waiting` and `unseen` are of all that somebody may see."""

    open: int
    mine: int
    later: int
    all: int
    waiting: int
    unseen: int


@dataclass(frozen=True, slots=True)
class Heard:
    """The parent's last words, when they were said, and whether a person has said something since."""

    words: str
    at: datetime
    answered: bool


@dataclass(frozen=True, slots=True)
class Pressing:
    """A case that the pages of the desk tell of: a danger that nobody has looked at, or one that nobody has taken."""

    id: int
    level: str
    alerts: int
    unseen: bool
    waits: bool
    overdue: bool


_ALIVE = cases.c.state != "closed"


def _later(now: datetime) -> ColumnElement[bool]:
    # A danger that nobody has looked at is never out of sight.
    return and_(_ALIVE, func.coalesce(cases.c.snoozed_until > now, False), not_(UNSEEN))


def _views(person: Staff, now: datetime) -> dict[str, ColumnElement[bool]]:
    later, mine = _later(now), cases.c.owner_id == person.id
    return {
        "open": and_(cases.c.state == "open", not_(later)),
        "mine": and_(_ALIVE, mine, not_(later)),
        "later": later,
        "all": _ALIVE,
        "closed": cases.c.state == "closed",
    }


def _narrowed(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.station is not None:
        conditions.append(cases.c.station_id == wanted.station)
    if wanted.kind is not None:
        conditions.append(cases.c.kind == wanted.kind)
    if wanted.level is not None:
        conditions.append(cases.c.level == wanted.level)
    if wanted.owner is not None:
        conditions.append(cases.c.owner_id == wanted.owner if wanted.owner else cases.c.owner_id.is_(None))
    if wanted.state == "later":
        conditions.append(_later(now))
    elif wanted.state is not None:
        conditions += [cases.c.state == wanted.state, not_(_later(now))]
    return conditions


async def listed(
    conn: AsyncConnection, person: Staff, wanted: Wanted, now: datetime, limit: int = PAGE
) -> tuple[list[Case], bool]:
    """List a page of the cases that somebody may see, and whether more come after it.

    Dangers that nobody has looked at come first, then the gravest, by due time. Of those put off the next comes first;
    of closed ones the newest. In the view of open ones stands for a minute what a colleague has just taken.
    """
    condition = _views(person, now)[wanted.view]
    if wanted.view == "open":
        theirs = and_(cases.c.state == "claimed", cases.c.owner_id != person.id, cases.c.claimed_at > now - JUST)
        condition = or_(condition, theirs)
    query = whole().where(sees(person), condition, *_narrowed(wanted, now)).order_by(*_order(wanted.view))
    rows = (await conn.execute(query.limit(limit + 1).offset(wanted.page * limit))).all()
    return [of_row(row) for row in rows[:limit]], len(rows) > limit


def _order(view: str) -> tuple[Any, ...]:
    if view == "closed":
        return cases.c.closed_at.desc(), cases.c.id.desc()
    if view == "later":
        return cases.c.snoozed_until, cases.c.id
    return case((UNSEEN, 0), else_=1), URGENCY, cases.c.due_at, cases.c.id


async def counts(conn: AsyncConnection, person: Staff, wanted: Wanted, now: datetime) -> Counts:
    """Count the views of the open cases, in one pass over them. Closed ones are many and say nothing: uncounted."""
    views, narrow = _views(person, now), _narrowed(wanted, now)
    columns = [func.count().filter(views[name], *narrow) for name in ("open", "mine", "later", "all")]
    waiting = func.count().filter(views["open"])
    query = select(*columns, waiting, func.count().filter(UNSEEN)).where(_ALIVE, sees(person))
    row = (await conn.execute(query)).one()
    return Counts(*map(int, row))


async def last_words(
    conn: AsyncConnection, conversation_ids: Sequence[int], person: Staff, length: int = 80
) -> dict[int, Heard]:
    """Read what the parents of conversations said last, all in one query, within what this person may see."""
    ids = func.unnest(literal(list(conversation_ids), ARRAY(BigInteger))).table_valued("id").render_derived()
    newest = (
        select(messages.c.id, func.left(messages.c.text, length).label("words"), messages.c.at)
        .where(messages.c.conversation_id == ids.c.id, messages.c.who == "parent", Reach(person).condition())
        .order_by(messages.c.id.desc())
        .limit(1)
        .lateral("newest")
    )
    since = exists().where(
        messages.c.conversation_id == ids.c.id,
        messages.c.id > newest.c.id,
        messages.c.who == "person",
        messages.c.state != "withdrawn",
    )
    query = select(ids.c.id, newest.c.words, newest.c.at, since)
    return {row[0]: Heard(row[1], row[2], row[3]) for row in await conn.execute(query)} if conversation_ids else {}


async def pressing(conn: AsyncConnection, person: Staff, now: datetime, limit: int = 500) -> list[Pressing]:
    """List what the pages of the desk tell somebody of, by number.

    Where more than `limit` wait, dangers that nobody has looked at stay in it first, then the gravest, then the newest:
    however many wait, a new danger rings.
    """
    waits = and_(cases.c.state == "open", not_(_later(now)))
    query: Select[Any] = (
        select(cases.c.id, cases.c.level, cases.c.alerts, UNSEEN, waits, and_(waits, cases.c.due_at < now))
        .where(_ALIVE, or_(UNSEEN, waits), REAL, sees(person))
        .order_by(case((UNSEEN, 0), else_=1), URGENCY, cases.c.id.desc())
        .limit(limit)
    )
    return sorted((Pressing(*row) for row in await conn.execute(query)), key=lambda one: one.id)


async def places(conn: AsyncConnection, person: Staff) -> list[tuple[int, str]]:
    """List the stations whose open cases somebody may see, by name: what they can filter by."""
    query = select(stations.c.id, stations.c.name).join(cases, cases.c.station_id == stations.c.id)
    rows = await conn.execute(query.where(_ALIVE, sees(person)).distinct().order_by(stations.c.name, stations.c.id))
    return [(row[0], row[1]) for row in rows]


async def holders(conn: AsyncConnection, person: Staff) -> list[tuple[int, str]]:
    """List who holds open cases that somebody may see, by name."""
    query = select(staff.c.id, staff.c.name).join(cases, cases.c.owner_id == staff.c.id)
    rows = await conn.execute(query.where(_ALIVE, sees(person)).distinct().order_by(staff.c.name, staff.c.id))
    return [(row[0], row[1]) for row in rows]
