"""Making an index, or examining one, in a process of its own; and what is left of indexes on the disk."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from indexes.apart import sent
from indexes.build import kept_library
from indexes.engine import RELEASE
from indexes.limits import Limits
from knowledge.exam import Question
from knowledge.release import Release, write

KEPT = 12  # builds on disk: so far back one goes in a second
LIBRARIES = 60  # older releases of which the library is kept, so that they can be built again
_LONGEST = 30 * 60.0  # seconds that a build may take; one that hangs must not keep the next from being built
_ASKING = 90.0  # seconds in which questions beside the exam are put to two indexes; what is left then is left out

Told = Callable[[str, float], Awaitable[None]]


def learned_place(root: Path, name: str) -> Path:
    """Where an index lies that was learned from a release which answers already; nobody answers from it itself."""
    return root / "learned" / name


class NotBuiltError(Exception):
    """An index that was not made; the message is for the one who publishes, `missed` the questions that it failed."""

    def __init__(self, sentence: str, missed: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.missed = tuple(missed)


async def build(
    release: Release,
    root: Path,
    *,
    model: str | None,
    dense: bool,
    exam: Sequence[Question],
    told: Told,
    limits: Limits | None = None,
) -> str:
    """Build a release's index in another process, examined under `limits`; the name of its directory.

    Raises:
        NotBuiltError: it was refused, or that process died or hangs.
    """
    wanted = {"do": "build", "model": model, "dense": dense, "exam": sent(exam), "limits": asdict(limits or Limits())}
    return await _made(release, root, wanted, told)


async def patch(
    release: Release, root: Path, base: Path, *, exam: Sequence[Question], told: Told, limits: Limits
) -> str:
    """Make a release's index on another one, with what that has learned, however much differs; its directory's name.

    Raises:
        NotBuiltError: as `build`.
    """
    wanted = {"do": "patch", "base": str(base), "exam": sent(exam), "limits": asdict(limits)}
    return await _made(release, root, wanted, told)


async def _made(release: Release, root: Path, wanted: dict[str, Any], told: Told) -> str:
    await asyncio.to_thread(root.mkdir, exist_ok=True)
    path = root / f".release-{release.number}.json"
    await asyncio.to_thread(write, release, path)
    try:
        outcome = await _apart({**wanted, "release": str(path), "root": str(root)}, told)
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)
    return str(outcome["directory"])


async def compare(
    before: Path, after: Path, exam: Sequence[Question], asked: Sequence[dict[str, Any]], limits: Limits | None = None
) -> dict[str, Any]:
    """Put the exam and what parents asked to two indexes in another process: figures, and what changes.

    Raises:
        NotBuiltError: that process died or hangs.
    """
    wanted = {"do": "compare", "before": str(before), "after": str(after), "exam": sent(exam), "asked": list(asked)}
    return await _apart({**wanted, "limits": asdict(limits or Limits()), "seconds": _ASKING}, _nobody)


async def _nobody(_step: str, _share: float) -> None:
    """Tell nobody."""


async def _apart(wanted: dict[str, Any], told: Told) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "indexes.apart"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=16 * 2**20,
    )
    try:
        async with asyncio.timeout(_LONGEST):
            return await _heard(process, wanted, told)
    except TimeoutError as error:
        raise NotBuiltError("建索引用了半个小时还没有好，停下了。请告诉管服务器的人。") from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _heard(process: asyncio.subprocess.Process, wanted: dict[str, Any], told: Told) -> dict[str, Any]:
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - both are pipes
    with contextlib.suppress(ConnectionError):
        process.stdin.write(json.dumps(wanted, ensure_ascii=False).encode() + b"\n")
        await process.stdin.drain()
    async for line in process.stdout:
        said: dict[str, Any] = json.loads(line)
        if "step" in said:
            await told(said["step"], said["share"])
        elif "sentence" in said:
            raise NotBuiltError(said["sentence"], said["missed"])
        else:
            return said
    raise NotBuiltError("建索引的程序中途停了，在用的版本没有变。可以再发布一次。")


def tidy(root: Path, directory: str | None) -> None:
    """Keep the newest builds to go back to, and the live one; of older ones only the library stays."""
    builds = sorted(root.glob("*/manifest.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in (made.parent for made in builds[KEPT:] if made.parent.name != directory):
        _shelve(old, root)
        shutil.rmtree(old, ignore_errors=True)
    shelf = sorted(kept_library(root, "").parent.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in shelf[LIBRARIES:]:
        path.unlink(missing_ok=True)


def _shelve(old: Path, root: Path) -> None:
    if (old / RELEASE).is_file():
        kept = kept_library(root, old.name)
        kept.parent.mkdir(exist_ok=True)
        with contextlib.suppress(OSError):
            (old / RELEASE).replace(kept)


def clear(root: Path) -> None:
    """Take away what a build that was killed has left half done; only for who holds the lock."""
    for left in root.glob(".*-*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        elif left.name.startswith(".release-"):
            left.unlink(missing_ok=True)
