"""What safety found in parents' messages and what administrators say of it: recorded, listed, marked, handed out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, case, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages import Assessment
from bot.store.tables import conversations, detections, messages, parents, staff

# A question from the command line has nobody behind it.
_REAL = ~exists().where(
    conversations.c.id == detections.c.conversation_id,
    parents.c.id == conversations.c.parent_id,
    parents.c.channel == "cli",
)


@dataclass(frozen=True, slots=True)
class Detection:
    """One finding with the words it was found in. `verdict` is right, wrong, missed or None while nobody has looked."""

    conversation_id: int
    id: int
    message_id: int | None
    case_id: int | None
    level: str
    kind: str | None
    found: tuple[str, ...]
    evidence: tuple[str, ...]
    child_writing: bool
    at: datetime
    verdict: str | None
    right_level: str | None
    right_kind: str | None
    marked_at: datetime | None
    marked_by: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Silent:
    """A parent's message in which nothing was found."""

    conversation_id: int
    id: int
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """How many findings of a period: by level and kind, how many were looked at, how many of these were right."""

    by_level: Mapping[str, int]
    by_kind: Mapping[str, int]
    total: int
    marked: int
    right: int
    missed: int


@dataclass(frozen=True, slots=True)
class Filter:
    """Which findings to list; empty means all. `verdict` may be `open`: nobody has looked; `by` a layer or pattern."""

    level: str = ""
    kind: str = ""
    verdict: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """What an administrator says of a finding: its verdict, and the right level and kind where ours were not."""

    verdict: str
    level: str | None
    kind: str | None
    by: int
    at: datetime


async def record(
    conn: AsyncConnection,
    conversation_id: int,
    assessment: Assessment,
    *,
    message_id: int | None,
    case_id: int | None,
    at: datetime,
) -> None:
    """Write down what was found in a message."""
    await conn.execute(
        insert(detections).values(
            conversation_id=conversation_id,
            message_id=message_id,
            case_id=case_id,
            level=assessment.level,
            kind=assessment.kind,
            found=list(assessment.found),
            evidence=list(assessment.evidence),
            child_writing=assessment.child_writing,
            at=at,
        )
    )


def _chosen(query: Select[Any], wanted: Filter) -> Select[Any]:
    query = query.where(_REAL)
    # A missed one has no level of its own: it is found under the one that it should have had.
    level = case((detections.c.verdict == "missed", detections.c.right_level), else_=detections.c.level)
    kind = case((detections.c.verdict == "missed", detections.c.right_kind), else_=detections.c.kind)
    if wanted.level:
        query = query.where(level == wanted.level)
    if wanted.kind:
        query = query.where(kind == wanted.kind)
    if wanted.verdict:
        query = query.where(
            detections.c.verdict.is_(None) if wanted.verdict == "open" else detections.c.verdict == wanted.verdict
        )
    if wanted.by:
        query = query.where(detections.c.found.contains([wanted.by]))
    return query


def _listed() -> Select[Any]:
    words = and_(messages.c.conversation_id == detections.c.conversation_id, messages.c.id == detections.c.message_id)
    return (
        select(detections, messages.c.text, staff.c.name.label("marker"))
        .join_from(detections, messages, words, isouter=True)
        .join(staff, staff.c.id == detections.c.marked_by, isouter=True)
    )


async def listing(conn: AsyncConnection, wanted: Filter, *, limit: int, offset: int = 0) -> list[Detection]:
    """Read findings, newest first."""
    query = _chosen(_listed(), wanted).order_by(detections.c.at.desc(), detections.c.id.desc())
    return [_detection(row) for row in await conn.execute(query.limit(limit).offset(offset))]


async def count(conn: AsyncConnection, wanted: Filter) -> int:
    """Count findings."""
    query = _chosen(select(func.count()).select_from(detections), wanted)
    found: int = (await conn.execute(query)).scalar_one()
    return found


async def marked(conn: AsyncConnection, limit: int = 20_000) -> list[Detection]:
    """Read everything that was marked and whose words are still there, oldest mark first."""
    query = _listed().where(_REAL, detections.c.verdict.is_not(None), messages.c.text.is_not(None))
    return [
        _detection(row)
        for row in await conn.execute(query.order_by(detections.c.marked_at, detections.c.id).limit(limit))
    ]


async def tally(conn: AsyncConnection, since: datetime) -> Tally:
    """Count what was found since a moment."""
    query = (
        select(detections.c.level, detections.c.kind, detections.c.verdict, func.count())
        .where(_REAL, detections.c.at >= since)
        .group_by(detections.c.level, detections.c.kind, detections.c.verdict)
    )
    by_level: dict[str, int] = {}
    by_kind: dict[str, int] = {}
    verdicts: dict[str | None, int] = {}
    for level, kind, verdict, number in await conn.execute(query):
        verdicts[verdict] = verdicts.get(verdict, 0) + number
        if verdict != "missed":
            by_level[level] = by_level.get(level, 0) + number
            by_kind[kind or ""] = by_kind.get(kind or "", 0) + number
    right, wrong = verdicts.get("right", 0), verdicts.get("wrong", 0)
    return Tally(by_level, by_kind, sum(by_level.values()), right + wrong, right, verdicts.get("missed", 0))


async def mark(conn: AsyncConnection, conversation_id: int, id_: int, said: Mark) -> bool:
    """Say whether a finding is right; whether it is still there. One that was missed stays so, with what it is."""
    missed = detections.c.verdict == "missed"
    result = await conn.execute(
        update(detections)
        .where(detections.c.conversation_id == conversation_id, detections.c.id == id_)
        .values(
            verdict=case((missed, "missed"), else_=said.verdict),
            right_level=said.level,
            right_kind=said.kind,
            marked_by=said.by,
            marked_at=said.at,
        )
    )
    return result.rowcount == 1


async def unmark(conn: AsyncConnection, conversation_id: int, id_: int) -> None:
    """Take a mark back; what was only added as missed goes altogether."""
    one = (detections.c.conversation_id == conversation_id, detections.c.id == id_)
    await conn.execute(delete(detections).where(*one, detections.c.verdict == "missed"))
    await conn.execute(
        update(detections)
        .where(*one)
        .values(verdict=None, right_level=None, right_kind=None, marked_by=None, marked_at=None)
    )


async def silent(
    conn: AsyncConnection, since: datetime, words: str, *, limit: int, offset: int = 0
) -> tuple[list[Silent], int]:
    """Read parents' messages in which nothing was found, newest first, and how many there are."""
    known = exists().where(
        detections.c.conversation_id == messages.c.conversation_id, detections.c.message_id == messages.c.id
    )
    real = exists().where(
        conversations.c.id == messages.c.conversation_id,
        parents.c.id == conversations.c.parent_id,
        parents.c.channel != "cli",
    )
    where = [messages.c.who == "parent", messages.c.at >= since, ~known, real, messages.c.text != ""]
    if words:
        where.append(messages.c.text.contains(words, autoescape=True))
    number: int = (await conn.execute(select(func.count()).select_from(messages).where(*where))).scalar_one()
    query = select(messages.c.conversation_id, messages.c.id, messages.c.text, messages.c.at).where(*where)
    rows = await conn.execute(query.order_by(messages.c.id.desc()).limit(limit).offset(offset))
    return [Silent(*row) for row in rows], number


async def miss(conn: AsyncConnection, conversation_id: int, message_id: int, said: Mark) -> bool:
    """Add a message that should have been found; False if it is gone, or was found or added meanwhile."""
    # The message's row is held, so that two who add it at once add it once.
    at = await conn.scalar(
        select(messages.c.at)
        .where(messages.c.conversation_id == conversation_id, messages.c.id == message_id, messages.c.who == "parent")
        .with_for_update()
    )
    there = select(detections.c.id).where(
        detections.c.conversation_id == conversation_id, detections.c.message_id == message_id
    )
    if at is None or await conn.scalar(there.limit(1)) is not None:
        return False
    await conn.execute(
        insert(detections).values(
            conversation_id=conversation_id,
            message_id=message_id,
            level="none",
            at=at,
            verdict="missed",
            right_level=said.level,
            right_kind=said.kind,
            marked_by=said.by,
            marked_at=said.at,
        )
    )
    return True


def _detection(row: Row[Any]) -> Detection:
    return Detection(
        conversation_id=row.conversation_id,
        id=row.id,
        message_id=row.message_id,
        case_id=row.case_id,
        level=row.level,
        kind=row.kind,
        found=tuple(row.found),
        evidence=tuple(row.evidence),
        child_writing=row.child_writing,
        at=row.at,
        verdict=row.verdict,
        right_level=row.right_level,
        right_kind=row.right_kind,
        marked_at=row.marked_at,
        marked_by=row.marker,
        text=row.text or "",
    )
