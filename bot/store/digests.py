"""The weekly digests: one row a week, drafted by the job, changed and approved by people, sent once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.subscriptions import ABOUT, DONE
from bot.store.tables import changes, digests, messages, outbox, reads
from knowledge.editorial import State

# Its states: draft, in-review, approved and dropped as in knowledge/editorial.py, then these.
SENDING, SENT, UNSENT = "sending", "sent", "unsent"
READY = (State.APPROVED.value, SENDING)
_LOCK = 7270011


@dataclass(frozen=True, slots=True)
class Digest:
    """One week's digest. `week` is its Monday; `entries` are ids by group of knowledge/digest.py.

    `why` says of an entry why it was proposed; `authors` are all who wrote in it; `note` is why it went back to its
    author or was not sent. `saved` rises with every step.
    """

    week: date
    state: str
    opening: str
    entries: Mapping[str, tuple[str, ...]]
    why: Mapping[str, str]
    authors: tuple[int, ...]
    note: str
    author: str
    approved_by: str
    due_at: datetime
    sent_at: datetime | None
    sent: int
    skipped: int
    left: int
    saved: int

    @property
    def chosen(self) -> set[str]:
        """The ids of all its entries."""
        return {one for group in self.entries.values() for one in group}

    def body(self, **changed: Any) -> dict[str, Any]:
        """Give what its row keeps as JSON, with some of it changed."""
        kept = {
            "opening": self.opening,
            "entries": {group: list(ids) for group, ids in self.entries.items()},
            "why": dict(self.why),
            "authors": list(self.authors),
            "note": self.note,
        }
        return kept | changed


def key_of(week: date) -> str:
    """Give the key of the thread's lines that carry the digest of a week."""
    return f"{ABOUT}:{week.isoformat()}"


async def propose(conn: AsyncConnection, week: date, due_at: datetime, body: dict[str, Any], now: datetime) -> bool:
    """Keep a draft for a week that has none; whether it had none."""
    row = upsert(digests).values(week=week, due_at=due_at, body=body, at=now)
    return (await conn.execute(row.on_conflict_do_nothing())).rowcount > 0


async def find(conn: AsyncConnection, week: date, *, locked: bool = False) -> Digest | None:
    """Find the digest of a week."""
    query = select(digests).where(digests.c.week == week)
    row = (await conn.execute(query.with_for_update() if locked else query)).one_or_none()
    return _read(row) if row else None


async def weeks(conn: AsyncConnection, first: date) -> list[Digest]:
    """List the digests from a week on, in order."""
    rows = await conn.execute(select(digests).where(digests.c.week >= first).order_by(digests.c.week))
    return [_read(row) for row in rows]


async def past(
    conn: AsyncConnection, limit: int, *, before: date | None = None, states: Collection[str] = DONE
) -> list[Digest]:
    """List digests that went out (or are in other `states`), newest first."""
    query = select(digests).where(digests.c.state.in_(states))
    if before is not None:
        query = query.where(digests.c.week < before)
    return [_read(row) for row in await conn.execute(query.order_by(digests.c.week.desc()).limit(limit))]


async def change(conn: AsyncConnection, week: date, *, seen: int, **values: Any) -> bool:
    """Write a step down if nobody took one since `seen`."""
    mine = update(digests).where(digests.c.week == week, digests.c.saved == seen)
    return (await conn.execute(mine.values(saved=digests.c.saved + 1, **values))).rowcount > 0


async def count(conn: AsyncConnection, week: date, name: str) -> None:
    """Count one more parent, `sent` to or `skipped`."""
    await conn.execute(update(digests).where(digests.c.week == week).values({name: digests.c[name] + 1}))


async def lead(conn: AsyncConnection) -> bool:
    """Be the one process that sends digests until the transaction ends; who dies, leaves it to the next at once."""
    held: bool = (await conn.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _LOCK})).scalar_one()
    return held


async def due(conn: AsyncConnection, now: datetime) -> Digest | None:
    """Lock the oldest digest that is approved or being sent and whose time has come."""
    query = select(digests).where(digests.c.state.in_(READY), digests.c.due_at <= now).order_by(digests.c.week)
    row = (await conn.execute(query.limit(1).with_for_update())).one_or_none()
    return _read(row) if row else None


async def expire(conn: AsyncConnection, week: date, note: str) -> None:
    """Close what was not approved until its week was over: nothing of it is sent any more."""
    waits = (State.DRAFT.value, State.IN_REVIEW.value, State.APPROVED.value)
    over = update(digests).where(digests.c.week < week, digests.c.state.in_(waits))
    body = digests.c.body.op("||")(func.jsonb_build_object("note", note))
    await conn.execute(over.values(state=UNSENT, body=body, saved=digests.c.saved + 1))


async def used(conn: AsyncConnection, first: date, besides: date) -> set[str]:
    """Give the ids of entries in digests since a week, without the one of `besides` and those that never went."""
    live = (*DONE, State.APPROVED.value, State.IN_REVIEW.value, State.DRAFT.value)
    query = select(digests).where(digests.c.week >= first, digests.c.week != besides, digests.c.state.in_(live))
    return {one for row in await conn.execute(query) for one in _read(row).chosen}


async def fresh_entries(conn: AsyncConnection, since: datetime) -> set[str]:
    """Give the ids of entries that were published or changed since then."""
    new = (changes.c.sort == "entry", changes.c.state == State.PUBLISHED.value, changes.c.updated_at >= since)
    return set(await conn.scalars(select(changes.c.key).where(*new)))


async def waiting(conn: AsyncConnection, now: datetime) -> dict[str, int]:
    """Count the lines that wait for their parents to write and may still go, by the key of their week."""
    line = and_(messages.c.conversation_id == outbox.c.conversation_id, messages.c.id == outbox.c.message_id)
    query = select(messages.c.key, func.count()).select_from(outbox.join(messages, line))
    waits = (outbox.c.about == ABOUT, outbox.c.state == "parked", outbox.c.expires_at > now)
    rows = await conn.execute(query.where(*waits).group_by(messages.c.key))
    return {row[0]: row[1] for row in rows}


async def opened(conn: AsyncConnection, ids: Sequence[str], first: date, last: date) -> int:
    """Count how often the articles were opened on some days, by whomever."""
    query = select(func.coalesce(func.sum(reads.c.times), 0))
    found: int | None = await conn.scalar(
        query.where(reads.c.entry_id.in_(ids), reads.c.day >= first, reads.c.day <= last)
    )
    return found or 0


def _read(row: Row[Any]) -> Digest:
    body = row.body
    return Digest(
        week=row.week,
        state=row.state,
        opening=str(body.get("opening", "")),
        entries={group: tuple(ids) for group, ids in body.get("entries", {}).items()},
        why=body.get("why", {}),
        authors=tuple(body.get("authors", ())),
        note=str(body.get("note", "")),
        author=row.author,
        approved_by=row.approved_by,
        due_at=row.due_at,
        sent_at=row.sent_at,
        sent=row.sent,
        skipped=row.skipped,
        left=row.left,
        saved=row.saved,
    )
