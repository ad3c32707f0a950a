"""Reading files that editors send, and taking chosen rows of them as drafts. Nothing reaches the library from here.

What can go wrong: a file that is a trap is stopped in a process of its own; a process of ours that dies leaves what it
held, and another goes on after the last rows that are saved; somebody who saves one of the things meanwhile keeps
their words, and that row is told as too late.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot import observe
from bot.jobs.runner import Job
from bot.store import audit, changes, people, uploads
from bot.store.audit import Act
from bot.store.changes import Change
from bot.store.people import Staff
from bot.store.uploads import Upload
from knowledge.editorial import STATE_WORDS, State, StepError
from knowledge.imports.apart import read_apart
from knowledge.imports.base import Complaint, Parsed, RefusedFile
from knowledge.imports.judge import Row, judged
from knowledge.model import Library

EVERY_SECONDS = 0.5
TOGETHER = 20  # rows that are saved in one transaction
FAILED = "没有读成。请再上传一次；还不行，请告诉管理员。"

_log = observe.logger("imports")


def job(engine: AsyncEngine, library: Callable[[], Library], clock: Callable[[], datetime]) -> Job:
    """Make the job that reads and imports what waits."""

    async def run() -> int:
        async with engine.begin() as conn:
            taken = await uploads.take(conn, clock())
        if taken is None:
            return 0
        upload, data = taken
        if upload.state == "reading":
            await _read(engine, library(), clock, upload, data)
        else:
            await _import(engine, clock, upload)
        return 1

    return Job("imports", EVERY_SECONDS, run)


async def _read(
    engine: AsyncEngine, library: Library, clock: Callable[[], datetime], upload: Upload, data: bytes
) -> None:
    try:
        parsed: Parsed = await asyncio.to_thread(read_apart, data, upload.name)
        async with engine.begin() as conn:
            await uploads.hold(conn, upload.id, clock(), found=len(parsed.rows))
        rows: list[Row] = await asyncio.to_thread(judged, parsed, library)
    except RefusedFile as refused:
        await _refused(engine, upload, str(refused))
        return
    except Exception as error:  # noqa: BLE001  (whatever a file leads to, the one who sent it is told)
        _log.error("import failed", upload=upload.id, error=type(error).__name__)
        await _refused(engine, upload, FAILED)
        return
    async with engine.begin() as conn:
        open_ = {(one.sort, one.key): one for one in await changes.listed(conn)}
        kept = [plain(row, open_.get((row.sort, row.key)), upload.staff_id) for row in rows]
        await uploads.read(conn, upload.id, kept, [asdict(note) for note in parsed.notes])


async def _refused(engine: AsyncEngine, upload: Upload, sentence: str) -> None:
    async with engine.begin() as conn:
        await uploads.refuse(conn, upload.id, sentence)


def plain(row: Row, change: Change | None, reader: int | None) -> dict[str, Any]:
    """Give a row as the table keeps it, with the open change of its thing: `seen` is the version to be followed."""
    held = _holds(row, change, reader)
    return {
        "place": row.place,
        "sort": row.sort,
        "key": row.key,
        "title": row.title,
        "standing": row.standing,
        "body": row.body,
        "changed": list(row.changed),
        "faults": [_said(one) for one in row.faults],
        "advice": [_said(one) for one in row.advice],
        "seen": change.saved if change else 0,
        "held": held,
    }


def _holds(row: Row, change: Change | None, reader: int | None) -> str:
    """Say why a row cannot be imported over an open change; empty if it can."""
    if change is None or row.standing not in ("new", "changed"):
        return ""
    if change.body == row.body:
        return f"和已有的一份{STATE_WORDS[change.state]}一样"
    if change.state != State.DRAFT:
        return f"{change.author}的修改{STATE_WORDS[change.state]}，先等那一份定下来"
    return "" if change.authors == (reader,) else f"{change.author}正在改这一条，先和他说一声"


def _said(one: Complaint) -> dict[str, str]:
    return asdict(one)


async def _import(engine: AsyncEngine, clock: Callable[[], datetime], upload: Upload) -> None:
    """Save the chosen rows as drafts, some at a time; how far it is comes with them, so that no row is saved twice."""
    chosen = sorted(
        (upload.rows[number] for number in upload.report["chosen"] if 0 <= number < len(upload.rows)),
        key=lambda row: (row["sort"], row["key"]),  # two imports wait for each other's things in one order
    )
    saved, late = list(upload.report.get("saved", [])), list(upload.report.get("late", []))
    for start in range(upload.report["done"], len(chosen), TOGETHER):
        async with engine.begin() as conn:
            staff = await people.find(conn, upload.staff_id) if upload.staff_id else None
            if staff is None or not staff.active:
                await uploads.refuse(conn, upload.id, "账号已经停用，没有导入。")
                return
            for row in chosen[start : start + TOGETHER]:
                if why := await _save(conn, staff, row, clock()):
                    late.append(why)
                else:
                    saved.append({"sort": row["sort"], "key": row["key"], "title": row["title"]})
            done = {"done": start + TOGETHER, "saved": saved, "late": late}
            await uploads.hold(conn, upload.id, clock(), **done)
            if start + TOGETHER >= len(chosen):
                detail = {"title": upload.name[:80], "entries": len(saved)}
                await audit.record(conn, staff, Act.IMPORTED, f"import:{upload.id}", clock(), detail)
    async with engine.begin() as conn:
        await uploads.finish(conn, upload.id, saved, late)
    _log.info("imported", upload=upload.id, rows=len(saved), late=len(late))


async def _save(conn: AsyncConnection, staff: Staff, row: dict[str, Any], now: datetime) -> str:
    """Save one draft; why not, if somebody was quicker."""
    sort, key, title = row["sort"], row["key"], row["title"]
    try:
        await changes.save(conn, staff, sort, key, row["body"], title=title, seen=row["seen"], now=now, origin="import")
    except StepError as error:
        return f"{title}：{error}"
    return ""
