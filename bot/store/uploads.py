"""Files to be imported: kept between sending, looking and importing, so that every process finds them; gone soon after.

Who works on one holds it until `report.until`. A process that dies leaves it, and another goes on when that has passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import cast, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import uploads

KEPT = timedelta(hours=1)
WAITING = ("reading", "importing")
_HELD = timedelta(seconds=90)  # longer than reading any file may take


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way: `rows` are what was read, `report` how far it is and what came of it."""

    id: int
    name: str
    state: str
    rows: list[dict[str, Any]]
    report: dict[str, Any]
    staff_id: int | None
    author: str
    at: datetime


async def add(conn: AsyncConnection, staff_id: int, author: str, name: str, file: bytes, now: datetime) -> int:
    """Keep a file that has come in; its number."""
    values = {"name": name, "file": file, "staff_id": staff_id, "author": author, "at": now}
    made: int = (await conn.execute(insert(uploads).values(**values).returning(uploads.c.id))).scalar_one()
    return made


async def find(conn: AsyncConnection, upload_id: int, staff_id: int, now: datetime) -> Upload | None:
    """Find a file of somebody's own that is still kept."""
    mine = (uploads.c.id == upload_id, uploads.c.staff_id == staff_id, uploads.c.at > now - KEPT)
    row = (await conn.execute(_upload().where(*mine))).one_or_none()
    return Upload(*row) if row else None


async def of(conn: AsyncConnection, staff_id: int, now: datetime) -> list[tuple[int, str, str, datetime]]:
    """List the files of somebody that are still kept, newest first: number, name, state, when."""
    columns = (uploads.c.id, uploads.c.name, uploads.c.state, uploads.c.at)
    mine = (uploads.c.staff_id == staff_id, uploads.c.at > now - KEPT)
    rows = await conn.execute(select(*columns).where(*mine).order_by(uploads.c.id.desc()).limit(10))
    return [(row[0], row[1], row[2], row[3]) for row in rows]


async def waiting(conn: AsyncConnection, staff_id: int, now: datetime) -> int:
    """Count the files of somebody that are not read yet."""
    mine = (uploads.c.staff_id == staff_id, uploads.c.state.in_(WAITING), uploads.c.at > now - KEPT)
    found: int = (await conn.execute(select(func.count()).where(*mine))).scalar_one()
    return found


async def take(conn: AsyncConnection, now: datetime) -> tuple[Upload, bytes] | None:
    """Take the oldest file on which there is something to do and nobody works, with its bytes."""
    free = func.coalesce(uploads.c.report["until"].astext, "") < now.isoformat()
    next_ = (
        select(uploads.c.id)
        .where(uploads.c.state.in_(WAITING), free)
        .order_by(uploads.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = await conn.scalar(next_)
    if found is None:
        return None
    await hold(conn, found, now)
    row = (await conn.execute(_upload().add_columns(uploads.c.file).where(uploads.c.id == found))).one()
    return Upload(*row[:-1]), row[-1] or b""


async def hold(conn: AsyncConnection, upload_id: int, now: datetime, **report: Any) -> None:
    """Say how far it is, and hold it on."""
    said = {"until": (now + _HELD).isoformat(), **report}
    await _say(conn, upload_id, said)


async def read(
    conn: AsyncConnection, upload_id: int, rows: Sequence[dict[str, Any]], notes: Sequence[dict[str, str]]
) -> None:
    """Keep what was read; the file itself is not needed any more."""
    await _say(conn, upload_id, {"until": "", "notes": list(notes)}, state="read", rows=list(rows), file=None)


async def refuse(conn: AsyncConnection, upload_id: int, sentence: str) -> None:
    """Nothing of the file was taken."""
    await _say(conn, upload_id, {"until": "", "refused": sentence}, state="refused", file=None)


async def choose(conn: AsyncConnection, upload_id: int, chosen: Sequence[int]) -> bool:
    """Let the chosen rows be imported; False when that was asked for before."""
    report = uploads.c.report.op("||")(cast({"until": "", "chosen": list(chosen), "done": 0}, JSONB))
    done = await conn.execute(
        update(uploads)
        .where(uploads.c.id == upload_id, uploads.c.state == "read")
        .values(state="importing", report=report)
    )
    return done.rowcount == 1


async def pick(conn: AsyncConnection, upload_id: int, picked: Sequence[int]) -> None:
    """Keep which rows are ticked so far, while the pages of a long file are turned."""
    added = uploads.c.report.op("||")(cast({"picked": list(picked)}, JSONB))
    await conn.execute(update(uploads).where(uploads.c.id == upload_id, uploads.c.state == "read").values(report=added))


async def finish(conn: AsyncConnection, upload_id: int, saved: Sequence[dict[str, str]], late: Sequence[str]) -> None:
    """Say what became of the chosen rows."""
    await _say(conn, upload_id, {"until": "", "saved": list(saved), "late": list(late)}, state="done", rows=[])


async def forget(conn: AsyncConnection, now: datetime) -> int:
    """Drop what is kept no longer."""
    return (await conn.execute(delete(uploads).where(uploads.c.at < now - KEPT))).rowcount


async def _say(conn: AsyncConnection, upload_id: int, report: dict[str, Any], **values: Any) -> None:
    added = uploads.c.report.op("||")(cast(report, JSONB))
    await conn.execute(update(uploads).where(uploads.c.id == upload_id).values(report=added, **values))


def _upload() -> Any:
    names = ("id", "name", "state", "rows", "report", "staff_id", "author", "at")
    return select(*(uploads.c[name] for name in names))
