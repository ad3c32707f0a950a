"""Releases of the library: asked for, built, live or refused; and the one row that points at the live one.

Whoever works on a release holds `BUILDING`, an advisory lock of their connection: who dies loses it at once, and the
next one finds the row as it was left. So there is no lease to wait for, and never two that build.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.tables import changes, live, releases, serving
from knowledge.editorial import State

ASKED, BUILDING, BUILT, REFUSED, FAILED = "asked", "building", "built", "refused", "failed"
PENDING = (ASKED, BUILDING)
COMMAND = "命令行"  # the author of what was published by a command
PROGRAM = "程序"  # of what the program asks for itself
_LOCK = 7270003


@dataclass(frozen=True, slots=True)
class Publishing:
    """One release as its row tells it.

    `changes` are all that it has over the packaged library. `report` holds `new`, the changes that it was asked for
    with; `trial`, whether it waits for a second yes; `again`, that it was built before and is brought back; and what
    came of it: `problems`, `missed`, `sentence`, `exam`, `asked`.
    """

    number: int
    digest: str | None
    directory: str | None
    state: str
    author: str
    note: str
    base: int | None
    changes: tuple[int, ...]
    asked_at: datetime
    taken_at: datetime | None
    built_at: datetime | None
    live_at: datetime | None
    progress: str = ""
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def new(self) -> tuple[int, ...]:
        """The changes that it was asked for with."""
        return tuple(self.report.get("new", ()))

    @property
    def trial(self) -> bool:
        """Whether it is only built, to be looked at first."""
        return bool(self.report.get("trial"))


_COLUMNS = (
    *(releases.c.number, releases.c.digest, releases.c.directory, releases.c.state, releases.c.author),
    *(releases.c.note, releases.c.base, releases.c.changes, releases.c.asked_at, releases.c.taken_at),
    *(releases.c.built_at, releases.c.live_at, releases.c.progress, releases.c.report),
)


async def hold(conn: AsyncConnection) -> bool:
    """Become the one who builds, for as long as this connection lasts or until `let_go`; False: somebody else is."""
    held: bool = (await conn.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK})).scalar_one()
    return held


async def let_go(conn: AsyncConnection) -> None:
    """Be the one who builds no longer."""
    await conn.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})


@asynccontextmanager
async def builder(engine: AsyncEngine, *, every: float | None = None) -> AsyncIterator[bool]:
    """Be the one who builds: whether one is. With `every` somebody else is waited for, asked again so often."""
    async with engine.connect() as conn:
        await conn.execution_options(isolation_level="AUTOCOMMIT")
        held = await hold(conn)
        while not held and every is not None:
            await asyncio.sleep(every)
            held = await hold(conn)
        try:
            yield held
        finally:
            if held:
                await let_go(conn)


@asynccontextmanager
async def learner(engine: AsyncEngine) -> AsyncIterator[bool]:
    """Be the one who learns: whether one is. Whoever builds a release does not wait for it."""
    async with engine.connect() as conn:
        await conn.execution_options(isolation_level="AUTOCOMMIT")
        held: bool = (await conn.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK + 2})).scalar_one()
        try:
            yield held
        finally:
            if held:
                await conn.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK + 2})


async def learned(conn: AsyncConnection, directory: str) -> bool:
    """Whether a release was asked for that was learned from the one in this directory, whatever came of it."""
    query = select(releases.c.number).where(releases.c.report["learned"].astext == directory).limit(1)
    return (await conn.execute(query)).first() is not None


async def next_number(conn: AsyncConnection) -> int:
    """Give the number of the next release; until the end of the transaction nobody else gets it."""
    await conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK + 1})
    last: int | None = await conn.scalar(select(func.max(releases.c.number)))
    return (last or 0) + 1


async def record(conn: AsyncConnection, *, number: int, digest: str, directory: str, at: datetime) -> None:
    """Remember a release that was built without being asked for; the same directory again changes nothing."""
    values = {"number": number, "digest": digest, "directory": directory, "built_at": at, "asked_at": at}
    await conn.execute(upsert(releases).values(**values, author=COMMAND, state=BUILT).on_conflict_do_nothing())


async def ask(
    conn: AsyncConnection, *, author: str, note: str, report: dict[str, Any], at: datetime, state: str = ASKED
) -> int:
    """Ask for a release; its number."""
    number = await next_number(conn)
    values = {"number": number, "author": author, "note": note, "report": report, "asked_at": at, "state": state}
    await conn.execute(releases.insert().values(**values))
    return number


async def ask_again(conn: AsyncConnection, number: int, author: str, at: datetime) -> bool:
    """Ask for a release to be built once more from its kept library; False: it is being built already."""
    told = releases.c.report.op("||")({"again": author})
    again = update(releases).where(releases.c.number == number, releases.c.state == BUILT)
    return (await conn.execute(again.values(state=ASKED, asked_at=at, report=told))).rowcount > 0


async def waiting(conn: AsyncConnection) -> bool:
    """Whether there is anything to build."""
    query = select(releases.c.number).where(releases.c.state.in_(PENDING)).limit(1)
    return await conn.scalar(query) is not None


async def take(conn: AsyncConnection, at: datetime) -> Publishing | None:
    """Take the oldest release to be built, for who holds the lock; `progress` of it tells that it was begun before."""
    query = select(*_COLUMNS).where(releases.c.state.in_(PENDING)).order_by(releases.c.number).limit(1)
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        return None
    await conn.execute(update(releases).where(releases.c.number == row.number).values(state=BUILDING, taken_at=at))
    return _read(row)


async def tell(conn: AsyncConnection, number: int, **values: Any) -> None:
    """Write down how far a release is, or what became of it."""
    if "report" in values:
        values["report"] = releases.c.report.op("||")(values["report"])
    await conn.execute(update(releases).where(releases.c.number == number).values(**values))


async def find(conn: AsyncConnection, number: int) -> Publishing | None:
    """Find a release by its number."""
    row = (await conn.execute(select(*_COLUMNS).where(releases.c.number == number))).one_or_none()
    return _read(row) if row else None


async def of_directory(conn: AsyncConnection, directory: str | None) -> Publishing | None:
    """Find the release whose index lies in a directory."""
    row = (await conn.execute(select(*_COLUMNS).where(releases.c.directory == directory))).one_or_none()
    return _read(row) if row else None


async def listed(conn: AsyncConnection, limit: int = 30) -> list[Publishing]:
    """List releases, newest first."""
    rows = await conn.execute(select(*_COLUMNS).order_by(releases.c.number.desc()).limit(limit))
    return [_read(row) for row in rows]


async def history(conn: AsyncConnection, limit: int = 20) -> list[tuple[int, str, str, datetime]]:
    """List built releases, newest first: number, digest, directory, time."""
    rows = await conn.execute(
        select(releases.c.number, releases.c.digest, releases.c.directory, releases.c.built_at)
        .where(releases.c.directory.is_not(None))
        .order_by(releases.c.number.desc())
        .limit(limit)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


async def standing(conn: AsyncConnection, ids: Collection[int]) -> dict[int, State]:
    """Give the states of changes, which stay so until the transaction ends."""
    query = select(changes.c.id, changes.c.state).where(changes.c.id.in_(ids)).order_by(changes.c.id).with_for_update()
    return {row[0]: State(row[1]) for row in await conn.execute(query)}


async def point(conn: AsyncConnection, directory: str, at: datetime) -> None:
    """Make a built directory the live one; rolling back is pointing at an older one."""
    statement = upsert(live).values(id=1, directory=directory, since=at)
    await conn.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_={"directory": directory, "since": at})
    )
    await conn.execute(update(releases).where(releases.c.directory == directory).values(live_at=at))


async def pointer(conn: AsyncConnection, *, locked: bool = False) -> str | None:
    """Read which directory is live; locked, it stays so until the transaction ends."""
    query = select(live.c.directory).where(live.c.id == 1)
    found: str | None = await conn.scalar(query.with_for_update() if locked else query)
    return found


async def serves(conn: AsyncConnection, process: str, directory: str, at: datetime) -> None:
    """Let a process say which index it answers from."""
    said = upsert(serving).values(process=process, directory=directory, at=at)
    await conn.execute(said.on_conflict_do_update(index_elements=["process"], set_={"directory": directory, "at": at}))


async def served(conn: AsyncConnection, since: datetime) -> dict[str, str]:
    """Give what each process that was heard of since then answers from; those long gone are forgotten."""
    await conn.execute(serving.delete().where(serving.c.at < since))
    rows = await conn.execute(select(serving.c.process, serving.c.directory))
    return {row[0]: row[1] for row in rows}


def _read(row: Any) -> Publishing:
    return Publishing(**{**row._mapping, "changes": tuple(row.changes)})  # noqa: SLF001 - its documented way
