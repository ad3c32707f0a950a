"""Trials: many questions put to one or two releases, with what each found; kept to be looked at and run again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import trials

State = Literal["asked", "running", "done", "failed"]
SILENT = timedelta(minutes=2)  # a run that has told nothing for so long has died with its process
RUNS = 8  # of the older ones the oldest go


@dataclass(frozen=True, slots=True)
class Line:
    """One question; `expected` is the entry or listing that answers it, where somebody said so."""

    text: str
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a release had for a question: its first, how sure it was, and whether the expected one is among three."""

    id: str
    title: str
    verdict: str
    score: float
    right: bool | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One release asked all of it; `found` stands in the order of the questions."""

    directory: str
    at: str
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial: `wanted` are the directories still to be asked, `done` how many questions the one under way has."""

    id: int
    name: str
    state: State
    author: str
    at: datetime
    lines: tuple[Line, ...]
    runs: tuple[Run, ...]
    wanted: tuple[str, ...]
    done: int
    fault: str


async def ask(
    conn: AsyncConnection, name: str, lines: Sequence[Line], directories: Sequence[str], author: str, now: datetime
) -> int:
    """Keep a new trial, to be run by a job."""
    values = {
        "name": name,
        "questions": [asdict(line) for line in lines],
        "results": {"wanted": list(directories), "touched": now.isoformat()},
        "author": author,
        "at": now,
    }
    number: int = (await conn.execute(insert(trials).values(**values).returning(trials.c.id))).scalar_one()
    return number


async def again(conn: AsyncConnection, number: int, directories: Sequence[str], now: datetime) -> bool:
    """Ask for further runs of a trial; False while it runs."""
    held = await _locked(conn, number)
    if held is None or held.state in ("asked", "running"):
        return False
    results = {**_results(held.runs), "wanted": list(directories), "touched": now.isoformat()}
    await conn.execute(update(trials).where(trials.c.id == number).values(state="asked", results=results))
    return True


async def take(conn: AsyncConnection, now: datetime) -> Trial | None:
    """Take the oldest that waits, for this process alone; None where none does."""
    query = select(trials).where(trials.c.state == "asked").order_by(trials.c.id).limit(1)
    row = (await conn.execute(query.with_for_update(skip_locked=True))).one_or_none()
    if row is None:
        return None
    results = {**row.results, "done": 0, "fault": "", "touched": now.isoformat()}
    await conn.execute(update(trials).where(trials.c.id == row.id).values(state="running", results=results))
    return _trial(row)


async def progress(conn: AsyncConnection, number: int, done: int, now: datetime) -> bool:
    """Tell how far a run has come; False when it is not ours any more."""
    results = trials.c.results.op("||")({"done": done, "touched": now.isoformat()})
    where = (trials.c.id == number, trials.c.state == "running")
    return (await conn.execute(update(trials).where(*where).values(results=results))).rowcount == 1


async def finished(conn: AsyncConnection, number: int, run: Run, now: datetime) -> None:
    """Keep what one release found; with the last one the trial is done."""
    held = await _locked(conn, number)
    if held is None:
        return
    wanted = [one for one in held.wanted if one != run.directory]
    results = {**_results((*held.runs, run)[-RUNS:]), "wanted": wanted, "touched": now.isoformat()}
    state = "running" if wanted else "done"
    await conn.execute(update(trials).where(trials.c.id == number).values(state=state, results=results))


async def failed(conn: AsyncConnection, number: int, fault: str) -> None:
    """Say why a trial could not be run to its end; what was found before stays."""
    results = trials.c.results.op("||")({"fault": fault, "wanted": []})
    await conn.execute(update(trials).where(trials.c.id == number).values(state="failed", results=results))


async def give_up_silent(conn: AsyncConnection, now: datetime) -> int:
    """Call those failed whose process has died in the middle; how many."""
    rows = await conn.execute(select(trials).where(trials.c.state == "running").with_for_update(skip_locked=True))
    gone = [row.id for row in rows if datetime.fromisoformat(row.results["touched"]) < now - SILENT]
    for number in gone:
        await failed(conn, number, "没有试完就停了，前面试过的还在。请再试一次。")
    return len(gone)


async def find(conn: AsyncConnection, number: int) -> Trial | None:
    """Find a trial."""
    row = (await conn.execute(select(trials).where(trials.c.id == number))).one_or_none()
    return _trial(row) if row is not None else None


async def listed(conn: AsyncConnection, limit: int = 50) -> list[Trial]:
    """List trials, newest first."""
    return [_trial(row) for row in await conn.execute(select(trials).order_by(trials.c.id.desc()).limit(limit))]


async def _locked(conn: AsyncConnection, number: int) -> Trial | None:
    row = (await conn.execute(select(trials).where(trials.c.id == number).with_for_update())).one_or_none()
    return _trial(row) if row is not None else None


def _results(runs: Sequence[Run]) -> dict[str, Any]:
    return {"runs": [asdict(run) for run in runs]}


def _trial(row: Any) -> Trial:
    held = row.results
    runs = tuple(
        Run(one["directory"], one["at"], tuple(Found(**found) for found in one["found"]))
        for one in held.get("runs", ())
    )
    lines = tuple(Line(**line) for line in row.questions)
    wanted = tuple(held.get("wanted", ()))
    state = cast("State", row.state)
    done, fault = held.get("done", 0), held.get("fault", "")
    return Trial(row.id, row.name, state, row.author, row.at, lines, runs, wanted, done, fault)
