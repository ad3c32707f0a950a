"""Searching the audit trail: by person, act, thing, day and words. `bot.store.audit` writes it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.audit import Trace
from bot.store.tables import audit

_COLUMNS = (audit.c.at, audit.c.staff_id, audit.c.name, audit.c.act, audit.c.subject, audit.c.detail)


@dataclass(frozen=True, slots=True)
class Meant:
    """Rows that words may mean: they stand in the row, or it is about one of these."""

    words: str
    acts: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()  # how subjects begin
    what: tuple[str, ...] = ()  # short words of the details

    def condition(self) -> ColumnElement[bool]:
        """Give it as a condition on `audit`."""
        said = audit.c.detail.cast(Text)
        return or_(
            audit.c.name.contains(self.words, autoescape=True),
            audit.c.act.in_(self.acts),
            audit.c.subject.in_(self.subjects),
            audit.c.subject.contains(self.words, autoescape=True),
            *(audit.c.subject.startswith(kind, autoescape=True) for kind in self.kinds),
            said.contains(self.words, autoescape=True),
            audit.c.detail["what"].astext.in_(self.what),
            audit.c.detail["role"].astext.in_(self.what),
        )


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; empty means any. `since` counts, `until` does not; `subject` is a whole one: case:12."""

    since: datetime
    until: datetime
    name: str = ""
    act: str = ""
    subject: str = ""
    meant: Meant | None = None


async def found(conn: AsyncConnection, search: Search, *, first: int, limit: int) -> tuple[int, list[Trace]]:
    """Give how many rows there are, and a page of them, newest first."""
    total = await conn.scalar(select(func.count()).select_from(audit).where(*_where(search)))
    query = select(*_COLUMNS).where(*_where(search)).order_by(audit.c.id.desc()).offset(first).limit(limit)
    return total or 0, [Trace(*row) for row in await conn.execute(query)]


async def all_of(conn: AsyncConnection, search: Search) -> AsyncIterator[Trace]:
    """Give every row, newest first, without holding them all: a trail grows for years."""
    result = await conn.stream(select(*_COLUMNS).where(*_where(search)).order_by(audit.c.id.desc()))
    async for row in result:
        yield Trace(*row)


async def names(conn: AsyncConnection) -> list[str]:
    """List everybody who stands in the trail."""
    rows = await conn.execute(select(audit.c.name).distinct().order_by(audit.c.name))
    return [row[0] for row in rows]


def _where(search: Search) -> list[ColumnElement[Any]]:
    where: list[ColumnElement[Any]] = [audit.c.at >= search.since, audit.c.at < search.until]
    given = ((audit.c.name, search.name), (audit.c.act, search.act), (audit.c.subject, search.subject))
    where += [column == value for column, value in given if value]
    return where if search.meant is None else [*where, search.meant.condition()]
