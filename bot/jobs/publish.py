"""Publishing a whole library by a command, and which index is live. What editors publish is `publishing`."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.jobs import building
from bot.jobs.edits import limits_in_force
from bot.jobs.lookups import LookUps, refuse_lost
from bot.store import changes, exam_questions, pointing, releases
from bot.store.changes import Change
from indexes import live
from indexes.build import BuildError, FailedExam, Progress, build
from indexes.engine import SearchEngine
from indexes.patch import patch
from knowledge import exam
from knowledge.amend import SORTS, Amendment, amended, decode, of, title
from knowledge.check import Problem, check
from knowledge.exam import Question
from knowledge.files import CONTENT
from knowledge.model import Library
from knowledge.release import Release, freeze

SHOWN = 5  # problems told


class PublishError(Exception):
    """A library that may not go live; the message is for the one who publishes, `problems` are the first of them."""

    def __init__(self, sentence: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(sentence)
        self.problems = tuple(problems)


def refuse_problems(problems: list[Problem]) -> None:
    """Stop when a rule is broken.

    Raises:
        PublishError: with the first few problems.
    """
    if problems:
        first = "；".join(f"{problem.where}：{problem.message}" for problem in problems[:SHOWN])
        raise PublishError(f"有 {len(problems)} 处要改，没有发布。{first}", problems[:50])


def named(problems: Sequence[Problem], library: Library) -> list[Problem]:
    """Put the title of the thing before each sentence: who reads them on a page does not know files."""
    titles = {key: title(sort, thing) for sort in SORTS for key, thing in of(library, sort).items()}
    keys = [re.split(r"[/#]", problem.where)[-1].removesuffix(".md") for problem in problems]
    return [
        replace(problem, message=f"《{titles[key]}》{problem.message}") if key in titles else problem
        for key, problem in zip(keys, problems, strict=True)
    ]


def amendments(held: Sequence[Change]) -> tuple[Amendment, ...]:
    """Read what changes make of their things.

    Raises:
        PublishError: one that cannot be read, as after a release of the product that asks for more.
    """
    made = []
    for one in held:
        thing, wrongs = decode(one.sort, one.body) if one.body is not None else (None, [])
        if wrongs:
            raise PublishError(f"“{one.title}”读不出来：{wrongs[0].what}，请{wrongs[0].mend}。")
        made.append(Amendment(one.sort, one.key, thing))
    return tuple(made)


async def examination(conn: AsyncConnection) -> tuple[Question, ...]:
    """Give every question that a release is examined with: the packaged ones, and those that editors added."""
    return (*await asyncio.to_thread(packaged_exam), *await exam_questions.active(conn))


@cache
def packaged_exam() -> tuple[Question, ...]:
    """Give the questions that came with the product; they are read once, because that takes long."""
    return exam.load(CONTENT / exam.FOLDER)


async def publish(
    engine: AsyncEngine,
    library: Library,
    root: Path,
    *,
    clock: Callable[[], datetime],
    model: str | None = None,
    progress: Progress | None = None,
    base: SearchEngine | None = None,
) -> str:
    """Make `library`, with all that editors have published on the last one, the live release; its directory's name.

    With the engine that is live as `base` a small change is added to its index, in a fraction of a second; a large one,
    or none without `base`, is learned anew. Refused, it stands among the releases with the reason. What editors ask for
    meanwhile waits, so that it is built on this.
    """
    async with releases.builder(engine, every=0.5):
        return await _published(engine, library, root, clock=clock, model=model, progress=progress, base=base)


async def _published(
    engine: AsyncEngine,
    library: Library,
    root: Path,
    *,
    clock: Callable[[], datetime],
    model: str | None,
    progress: Progress | None,
    base: SearchEngine | None,
) -> str:
    async with engine.begin() as conn:
        before = await releases.of_directory(conn, await releases.pointer(conn))
        held = await changes.among(conn, before.changes) if before else []
        questions, limits = await examination(conn), await limits_in_force(conn)
        report = {"packaged": True}
        number = await releases.ask(
            conn, author=releases.COMMAND, note="", report=report, at=clock(), state=releases.BUILDING
        )
    try:
        whole = amended(library, amendments(held))
        refuse_problems(check(whole))
        release = freeze(whole, number)
        if base is not None:
            base.limits = limits
            refuse_lost(LookUps().compared(base.release.library, whole, questions, clock()))
        place = patch(release, root, base, questions) if base is not None else None
        directory = (place or build(release, root, model=model, progress=progress, exam=questions, limits=limits)).name
    except (PublishError, BuildError) as error:
        await _refused(engine, number, error)
        raise
    await _go_live(engine, release, directory, tuple(one.id for one in held), clock())
    live.write_pointer(root, directory)
    building.tidy(root, directory)
    return directory


async def _refused(engine: AsyncEngine, number: int, error: Exception) -> None:
    cause = error.__cause__
    report = {
        "sentence": str(error),
        "missed": list(cause.missed) if isinstance(cause, FailedExam) else [],
        "problems": [problem.message for problem in error.problems] if isinstance(error, PublishError) else [],
    }
    async with engine.begin() as conn:
        await releases.tell(conn, number, state=releases.REFUSED, report=report)


async def _go_live(engine: AsyncEngine, release: Release, directory: str, held: tuple[int, ...], at: datetime) -> None:
    """Point at what was built. Changes that went live while it was built are not in it: the row tells so."""
    async with engine.begin() as conn:
        before = await releases.of_directory(conn, await releases.pointer(conn))
        values = {"digest": release.digest, "directory": directory, "built_at": at, "changes": list(held)}
        base = before.number if before else None
        await releases.tell(conn, release.number, state=releases.BUILT, base=base, **values)
        target = await releases.find(conn, release.number)
        assert target is not None  # noqa: S101 - its row was written above
        await pointing.bring(conn, target, at)


async def roll_back(engine: AsyncEngine, root: Path, directory: str, *, clock: Callable[[], datetime]) -> None:
    """Point at an older build; every process goes along within a second.

    Raises:
        PublishError: there is no such build on this machine.
    """
    if not (root / directory / "manifest.json").is_file():
        raise PublishError(f"这台机器上没有 {directory} 这一版索引。")
    async with engine.begin() as conn:
        target = await releases.of_directory(conn, directory)
        if target is not None and target.state == releases.BUILT and directory != await releases.pointer(conn):
            await pointing.bring(conn, target, clock())
        else:
            await releases.point(conn, directory, clock())
    live.write_pointer(root, directory)


async def pointer(engine: AsyncEngine, root: Path) -> str | None:
    """Read which build is live: from the database, or, when it cannot be asked, from the file beside the builds.

    The file is kept as the database has it, so that it tells the truth when it is needed.
    """
    try:
        async with engine.connect() as conn:
            found = await releases.pointer(conn)
    except Exception:  # noqa: BLE001  (whatever is wrong with the database, the index on disk still answers)
        found = None
    beside = live.read_pointer(root)
    if not found or not (root / found).is_dir():
        return beside
    if found != beside and (root / found / "manifest.json").is_file():
        live.write_pointer(root, found)
    return found
