"""Changes of the library on their way: opened, saved, taken step by step; and what stood in a thing before.

What a step needs and where it leads is `knowledge.editorial`; a change is locked before it is asked there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.people import Staff
from bot.store.tables import changes, remarks, versions
from knowledge.amend import Sort
from knowledge.editorial import OPEN, RULES, State, Step, StepError, refusal

TAKEN = "{who}刚刚存过这一条。您写的还在这里，请看看新的一版，再存一次。"


@dataclass(frozen=True, slots=True)
class Change:
    """A change with its newest version: `body` are the fields of the thing, None takes it out of the library.

    `authors` are all who wrote a version of it; `saved` is the number of the newest version, which who saves must
    have seen.
    """

    id: int
    sort: Sort
    key: str
    title: str
    state: State
    origin: str
    release_number: int | None
    opened_at: datetime
    updated_at: datetime
    saved: int
    body: dict[str, Any] | None
    author: str
    authors: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """One saving, for the history of a thing."""

    id: int
    change_id: int
    body: dict[str, Any] | None
    author: str
    at: datetime
    state: State
    release_number: int | None


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody said or did about a change."""

    id: int
    change_id: int
    step: str
    text: str
    author: str
    at: datetime


async def open_of(conn: AsyncConnection, sort: Sort, key: str) -> Change | None:
    """Find the open change of a thing."""
    found = await _list(conn, changes.c.sort == sort, changes.c.key == key, changes.c.state.in_(OPEN))
    return found[0] if found else None


async def find(conn: AsyncConnection, change_id: int, *, locked: bool = False) -> Change | None:
    """Find a change, open or not."""
    if locked:
        await conn.execute(select(changes.c.id).where(changes.c.id == change_id).with_for_update())
    found = await _list(conn, changes.c.id == change_id)
    return found[0] if found else None


async def listed(
    conn: AsyncConnection, states: Collection[State] = OPEN, *, sort: Sort | None = None, limit: int = 5000
) -> list[Change]:
    """List changes in some states, the one touched last first."""
    where = [changes.c.state.in_(states), *([changes.c.sort == sort] if sort else [])]
    return await _list(conn, *where, limit=limit)


async def absent(conn: AsyncConnection, sort: Sort, live: Collection[str]) -> list[Change]:
    """List the changes that are over of things that are not live, the one touched last first."""
    over = tuple(state for state in State if state not in OPEN)
    return await _list(conn, changes.c.sort == sort, changes.c.state.in_(over), changes.c.key.not_in(live))


async def keys(conn: AsyncConnection, sort: Sort) -> set[str]:
    """Give the ids of all things that ever had a change."""
    return set(await conn.scalars(select(changes.c.key).where(changes.c.sort == sort).distinct()))


async def among(conn: AsyncConnection, ids: Collection[int]) -> list[Change]:
    """Give the changes with these numbers, in the order of their numbers."""
    return sorted(await _list(conn, changes.c.id.in_(ids)), key=lambda change: change.id)


async def counts(conn: AsyncConnection) -> dict[tuple[Sort, State], int]:
    """Count open changes by sort and state."""
    query = select(changes.c.sort, changes.c.state, func.count()).where(changes.c.state.in_(OPEN))
    rows = await conn.execute(query.group_by(changes.c.sort, changes.c.state))
    return {(cast("Sort", row[0]), State(row[1])): row[2] for row in rows}


async def history(conn: AsyncConnection, sort: Sort, key: str, limit: int = 100) -> list[Version]:
    """List every saving of a thing, newest first."""
    query = (
        select(versions, changes.c.state, changes.c.release_number)
        .join(changes, changes.c.id == versions.c.change_id)
        .where(changes.c.sort == sort, changes.c.key == key)
        .order_by(versions.c.id.desc())
        .limit(limit)
    )
    return [
        Version(row.id, row.change_id, row.body, row.author, row.at, State(row.state), row.release_number)
        for row in await conn.execute(query)
    ]


async def said(conn: AsyncConnection, change_ids: Collection[int]) -> list[Remark]:
    """List what was said and done about changes, oldest first."""
    query = select(remarks).where(remarks.c.change_id.in_(change_ids)).order_by(remarks.c.id)
    return [Remark(row.id, row.change_id, row.step, row.text, row.author, row.at) for row in await conn.execute(query)]


async def save(
    conn: AsyncConnection,
    staff: Staff,
    sort: Sort,
    key: str,
    body: dict[str, Any] | None,
    *,
    title: str,
    seen: int,
    now: datetime,
    origin: str = "edit",
) -> int:
    """Keep a version of a thing in its open change, which is opened where there is none; the change's number.

    `seen` is the newest version that the writer had before them, 0 for none.

    Raises:
        StepError: somebody saved meanwhile, or the change is no draft any more.
    """
    # One who opens a change of a thing waits for the other.
    await conn.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:thing, 7270002))"), {"thing": sort + key})
    held = await open_of(conn, sort, key)
    if held is None and seen:
        raise StepError("这一条刚刚已经定下来了。请重新打开，在新的一版上改。")
    if held is not None:
        if why := refusal(Step.SAVE, held.state, staff.id, held.authors):
            raise StepError(why)
        if held.saved != seen:
            raise StepError(TAKEN.format(who=held.author))
        change_id = held.id
        await conn.execute(update(changes).where(changes.c.id == change_id).values(title=title, updated_at=now))
    else:
        values = {"sort": sort, "key": key, "title": title, "origin": origin, "opened_at": now, "updated_at": now}
        change_id = (await conn.execute(insert(changes).values(**values).returning(changes.c.id))).scalar_one()
    values = {"change_id": change_id, "body": body, "author_id": staff.id, "author": staff.name, "at": now}
    await conn.execute(insert(versions).values(**values))
    return change_id


async def take(
    conn: AsyncConnection, change_id: int, staff: Staff, step: Step, now: datetime, *, words: str = "", seen: int = 0
) -> Change:
    """Take a step of a person; the change as it was before.

    `seen` is the newest version that they had before them, where that matters: nobody approves what they did not read.

    Raises:
        LookupError: there is no such change.
        StepError: not in this state, not by this person, or it was saved again meanwhile.
    """
    change = await find(conn, change_id, locked=True)
    if change is None:
        raise LookupError(change_id)
    if why := refusal(step, change.state, staff.id, change.authors, words):
        raise StepError(why)
    if seen and seen != change.saved:
        raise StepError(f"{change.author}刚刚又改过，请看了新的一版再定。")
    if step is Step.REVIVE and await open_of(conn, change.sort, change.key) is not None:
        raise StepError("这一条已经有一份在改的草稿，请先看看那一份。")
    await _moved(conn, [change_id], RULES[step].to, now)
    await note(conn, [change_id], step, staff, now, words=words)
    return change


async def pass_unread(conn: AsyncConnection, change_id: int, staff: Staff, now: datetime, *, words: str) -> None:
    """Approve one's own draft: for the caller to call only where `knowledge.editorial.needs_review` says no.

    Raises:
        LookupError: there is no such change.
        StepError: it is no draft.
    """
    change = await find(conn, change_id, locked=True)
    if change is None:
        raise LookupError(change_id)
    if why := refusal(Step.SUBMIT, change.state, staff.id, change.authors):
        raise StepError(why)
    await _moved(conn, [change_id], State.APPROVED, now)
    await note(conn, [change_id], Step.APPROVE, staff, now, words=words)


async def stamp(conn: AsyncConnection, change: Change, on: date) -> None:
    """Write into an approved entry the day on which a second person read it; that makes them no author."""
    if change.body is not None:
        body = change.body | {"reviewed": on.isoformat()}
        await conn.execute(update(versions).where(versions.c.id == change.saved).values(body=body))


async def released(
    conn: AsyncConnection, ids: Sequence[int], step: Step, now: datetime, *, number: int | None = None
) -> None:
    """Let publishing or rolling back take its step with changes; `number` is the release that has them now."""
    await _moved(conn, ids, RULES[step].to, now)
    if number is not None and ids:
        await conn.execute(
            update(changes)
            .where(changes.c.id.in_(ids), changes.c.release_number.is_(None))
            .values(release_number=number)
        )
    await note(conn, ids, step, None, now)


async def note(
    conn: AsyncConnection, ids: Iterable[int], step: Step, staff: Staff | None, now: datetime, *, words: str = ""
) -> None:
    """Write down what was done or said; without a person it was the publishing."""
    who = {"author_id": staff.id, "author": staff.name} if staff else {"author_id": None, "author": "发布"}
    values = [{"change_id": one, "step": step, "text": words.strip(), "at": now, **who} for one in ids]
    if values:
        await conn.execute(insert(remarks), values)


async def _moved(conn: AsyncConnection, ids: Sequence[int], to: State | None, now: datetime) -> None:
    values = {"updated_at": now} | ({"state": to} if to is not None else {})
    await conn.execute(update(changes).where(changes.c.id.in_(ids)).values(**values))


async def _list(conn: AsyncConnection, *where: Any, limit: int = 5000) -> list[Change]:
    newest = (
        select(versions.c.id, versions.c.body, versions.c.author)
        .where(versions.c.change_id == changes.c.id)
        .order_by(versions.c.id.desc())
        .limit(1)
        .lateral("newest")
    )
    authors = (
        select(func.array_agg(versions.c.author_id.distinct()))
        .where(versions.c.change_id == changes.c.id, versions.c.author_id.is_not(None))
        .scalar_subquery()
    )
    query = (
        select(changes, newest.c.id.label("saved"), newest.c.body, newest.c.author, authors.label("authors"))
        .join(newest, text("true"))
        .where(*where)
        .order_by(changes.c.updated_at.desc(), changes.c.id.desc())
        .limit(limit)
    )
    return [
        Change(
            row.id,
            row.sort,
            row.key,
            row.title,
            State(row.state),
            row.origin,
            row.release_number,
            row.opened_at,
            row.updated_at,
            row.saved,
            row.body,
            row.author,
            tuple(row.authors or ()),
        )
        for row in await conn.execute(query)
    ]
