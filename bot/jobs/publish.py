"""Publishing a library: checked, frozen into a release, built beside, then pointed at; or pointed back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import releases
from indexes import live
from indexes.build import Progress, build
from indexes.engine import SearchEngine
from indexes.patch import patch
from knowledge import exam
from knowledge.check import Problem, check
from knowledge.files import CONTENT
from knowledge.model import Library
from knowledge.release import freeze

SHOWN, KEPT = 5, 5  # problems told, builds on disk


class PublishError(Exception):
    """A library that may not go live; the message is for the one who publishes."""


def refuse_problems(problems: list[Problem]) -> None:
    """Stop when a rule is broken.

    Raises:
        PublishError: with the first few problems.
    """
    if problems:
        first = "；".join(f"{problem.where}：{problem.message}" for problem in problems[:SHOWN])
        message = f"有 {len(problems)} 处要改，没有发布。{first}"
        raise PublishError(message)


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
    """Make `library` the live release; the name of its directory below `root`.

    With the engine that is live as `base` a small change is added to its index, in a fraction of a second; a large one,
    or none without `base`, is learned anew.
    """
    refuse_problems(check(library))
    async with engine.begin() as conn:
        number = await releases.next_number(conn)
    release = freeze(library, number)
    questions = exam.load(CONTENT / exam.FOLDER)
    place = patch(release, root, base, questions) if base is not None else None
    directory = (place or build(release, root, model=model, progress=progress, exam=questions)).name
    async with engine.begin() as conn:
        await releases.record(conn, number=number, digest=release.digest, directory=directory, at=clock())
        await releases.point(conn, directory, clock())
    live.write_pointer(root, directory)
    _tidy(root, directory)
    return directory


def _tidy(root: Path, directory: str) -> None:
    """Keep the newest builds to roll back to, and the live one; older ones go."""
    builds = sorted(root.glob("*/manifest.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in (made.parent for made in builds[KEPT:] if made.parent.name != directory):
        shutil.rmtree(old, ignore_errors=True)


async def roll_back(engine: AsyncEngine, root: Path, directory: str, *, clock: Callable[[], datetime]) -> None:
    """Point at an older build; every process goes along within a second.

    Raises:
        PublishError: there is no such build on this machine.
    """
    if not (root / directory / "manifest.json").is_file():
        message = f"这台机器上没有 {directory} 这一版索引。"
        raise PublishError(message)
    async with engine.begin() as conn:
        await releases.point(conn, directory, clock())
    live.write_pointer(root, directory)


async def pointer(engine: AsyncEngine, root: Path) -> str | None:
    """Read which build is live: from the database, or, when it cannot be asked, from the file beside the builds."""
    try:
        async with engine.connect() as conn:
            found = await releases.pointer(conn)
    except Exception:  # noqa: BLE001  (whatever is wrong with the database, the index on disk still answers)
        found = None
    return found if found and (root / found).is_dir() else live.read_pointer(root)
