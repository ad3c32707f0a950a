"""Schools, kindergartens, stations, towns and offices for which somebody counts, and what they counted by month."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import unit_counts, units

AT_ONCE = 4000  # rows of one statement: six values each, and PostgreSQL takes 32,767

Key = tuple[date, str]  # a month (its first day) and a count


@dataclass(frozen=True, slots=True)
class Unit:
    """One of them. `sort` is a word of knowledge/demands.py; who is closed is asked for nothing any more."""

    id: int
    region: str
    name: str
    sort: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Written:
    """One number of a unit, and who wrote it when."""

    number: int
    author: str
    at: datetime


_COLUMNS = (units.c.id, units.c.region, units.c.name, units.c.sort, units.c.active)


async def listing(
    conn: AsyncConnection, regions: Collection[str] | None, *, closed: bool = False, sort: str = ""
) -> list[Unit]:
    """List the units of some regions (None: of all) by name, those in use first."""
    query = select(*_COLUMNS).order_by(units.c.active.desc(), units.c.name, units.c.id)
    if regions is not None:
        query = query.where(units.c.region.in_(regions))
    if not closed:
        query = query.where(units.c.active)
    if sort:
        query = query.where(units.c.sort == sort)
    return [Unit(*row) for row in await conn.execute(query)]


async def find(conn: AsyncConnection, unit_id: int, regions: Collection[str] | None) -> Unit | None:
    """Load a unit of some regions (None: of all)."""
    row = (await conn.execute(select(*_COLUMNS).where(units.c.id == unit_id))).one_or_none()
    found = Unit(*row) if row else None
    return found if found and (regions is None or found.region in regions) else None


async def add(conn: AsyncConnection, region: str, given: Sequence[tuple[str, str]], at: datetime) -> list[str]:
    """Add units of a region, each with its name and sort; the names that were free. Who is there already stays."""
    if not given:
        return []
    rows = [{"region": region, "name": name, "sort": sort, "at": at} for name, sort in dict(given).items()]
    statement = upsert(units).values(rows).on_conflict_do_nothing(index_elements=["region", "name"])
    return list(await conn.scalars(statement.returning(units.c.name)))


async def change(conn: AsyncConnection, unit: Unit, *, name: str | None = None, active: bool | None = None) -> bool:
    """Rename a unit, close it or open it again; False when another one of its region has the name.

    What is None stays, also where somebody else has just changed it.
    """
    values = {key: value for key, value in (("name", name), ("active", active)) if value is not None}
    statement = update(units).where(units.c.id == unit.id).values(values)
    try:
        async with conn.begin_nested():
            return (await conn.execute(statement)).rowcount == 1
    except IntegrityError:  # the name is taken
        return False


async def hold(conn: AsyncConnection, ids: Collection[int]) -> None:
    """Let nobody else write the numbers of some units until this transaction ends; in order, so that two can wait."""
    await conn.execute(select(units.c.id).where(units.c.id.in_(ids)).order_by(units.c.id).with_for_update())


async def of_unit(conn: AsyncConnection, unit_id: int, since: date, until: date) -> dict[Key, Written]:
    """Read what a unit counted from one month to another."""
    asked = (unit_counts.c.unit_id == unit_id) & unit_counts.c.month.between(since, until)
    query = select(*(unit_counts.c[name] for name in ("month", "name", "number", "author", "at"))).where(asked)
    return {(row[0], row[1]): Written(*row[2:]) for row in await conn.execute(query)}


async def write(
    conn: AsyncConnection, numbers: Mapping[tuple[int, date, str], int | None], author: str, at: datetime
) -> None:
    """Keep numbers by unit, month and count; None takes one away. The last word counts."""
    gone = [key for key, number in numbers.items() if number is None]
    for start in range(0, len(gone), AT_ONCE):
        keys = tuple_(unit_counts.c.unit_id, unit_counts.c.month, unit_counts.c.name)
        await conn.execute(delete(unit_counts).where(keys.in_(gone[start : start + AT_ONCE])))
    rows = [
        {"unit_id": unit, "month": month, "name": name, "number": number, "author": author, "at": at}
        for (unit, month, name), number in numbers.items()
        if number is not None
    ]
    for start in range(0, len(rows), AT_ONCE):
        statement = upsert(unit_counts).values(rows[start : start + AT_ONCE])
        changed = {name: statement.excluded[name] for name in ("number", "author", "at")}
        await conn.execute(statement.on_conflict_do_update(index_elements=["unit_id", "month", "name"], set_=changed))


async def counted(
    conn: AsyncConnection,
    regions: Collection[str] | None,
    since: date,
    until: date,
    stands: Collection[str],
    unit_id: int | None = None,
    names: Collection[str] | None = None,
) -> dict[int, dict[str, dict[date, int]]]:
    """Read what the units of some regions (or one of them) counted from one month to another, by unit, count, month.

    Of counts that stand (their names: `stands`) the last number before counts too. `names` None: all counts.
    """
    own = select(unit_counts.c.unit_id, unit_counts.c.month, unit_counts.c.name, unit_counts.c.number)
    own = own.join(units, units.c.id == unit_counts.c.unit_id)
    if regions is not None:
        own = own.where(units.c.region.in_(regions))
    if unit_id is not None:
        own = own.where(units.c.id == unit_id)
    if names is not None:
        own = own.where(unit_counts.c.name.in_(names))
    last = (
        own.where(unit_counts.c.month < since, unit_counts.c.name.in_(stands))
        .ext(distinct_on(unit_counts.c.unit_id, unit_counts.c.name))
        .order_by(unit_counts.c.unit_id, unit_counts.c.name, unit_counts.c.month.desc())
    )
    found: dict[int, dict[str, dict[date, int]]] = {}
    for query in (own.where(unit_counts.c.month.between(since, until)), last):
        for row in await conn.execute(query):
            found.setdefault(row[0], {}).setdefault(row[2], {})[row[1]] = row[3]
    return found


async def by_region(
    conn: AsyncConnection, since: date, until: date, names: Collection[str]
) -> dict[str, dict[Key, int]]:
    """Add up what the units of each region counted in the months that begin in a period (the end is not in it)."""
    asked = and_(unit_counts.c.month >= since, unit_counts.c.month < until, unit_counts.c.name.in_(names))
    query = (
        select(units.c.region, unit_counts.c.month, unit_counts.c.name, func.sum(unit_counts.c.number))
        .join(units, units.c.id == unit_counts.c.unit_id)
        .where(asked)
        .group_by(units.c.region, unit_counts.c.month, unit_counts.c.name)
    )
    found: dict[str, dict[Key, int]] = {}
    for region, month, name, number in await conn.execute(query):
        found.setdefault(region, {})[month, name] = int(number)
    return found
