"""kill -9 in the middle of a build: the old release answers on, nothing half-made stays, the next process finishes."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import psutil
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs.publishing import Publisher
from bot.store import releases
from indexes.engine import SearchEngine
from indexes.live import Live, read_pointer
from indexes.patch import SMALL
from knowledge.amend import encode
from tests.jobs.a_change import a_change, asked
from tests.jobs.conftest import Clock


async def many_changes(engine: AsyncEngine, held: SearchEngine, clock: Clock) -> list[int]:
    """More changes than are added to an open index: another process adds them."""
    listings = list(held.release.library.listings.values())[: SMALL + 2]
    made = []
    for at, listing in enumerate(listings):
        fields = encode(listing) | {"about": f"{listing.about}有事可以先问一问。"}
        made.append(await a_change(engine, clock(), sort="listing", key=listing.id, fields=fields, login=f"e{at}"))
    return made


async def building(root: Path) -> psutil.Process:
    """Wait until a folder is being filled; the process that fills it."""
    for _ in range(600):
        if await asyncio.to_thread(_begun, root):
            for process in psutil.process_iter(["cmdline"]):
                if "indexes.apart" in (process.info["cmdline"] or ()) and str(root) in _opened(process):
                    return process
        await asyncio.sleep(0.05)
    raise AssertionError("it never began")


def _begun(root: Path) -> bool:
    return any(path.is_dir() for path in root.glob(".1-*"))


def _opened(process: psutil.Process) -> str:
    try:
        parent = process.parent()
        return " ".join(parent.cmdline()) if parent else ""
    except psutil.Error:
        return ""


async def test_a_killed_build_leaves_the_old_one_live_and_the_next_process_builds_it_again(
    engine: AsyncEngine,
    database_url: str,
    search_engine: SearchEngine,
    index_path: Path,
    tmp_path: Path,
    clock: Clock,
) -> None:
    root = tmp_path / "indexes"
    await asyncio.to_thread(root.mkdir)
    number = await asked(engine, await many_changes(engine, search_engine, clock), clock())
    command = [sys.executable, "-m", "tests.jobs.a_publisher", database_url, str(root), str(index_path)]
    first = await asyncio.create_subprocess_exec(*command)
    worker = await building(root)
    first.kill()
    assert await first.wait() == -9
    await asyncio.to_thread(worker.wait, 20)  # nobody waits for what it makes any more

    async with engine.connect() as conn:
        assert await releases.pointer(conn) is None
        left = await releases.find(conn, number)
    assert left is not None
    assert left.state == releases.BUILDING
    assert read_pointer(root) is None

    publisher = Publisher(engine, Live(search_engine), root, clock)
    for _ in range(100):
        if await publisher.run():
            break
        await asyncio.sleep(0.1)
    async with engine.connect() as conn:
        made = await releases.find(conn, number)
    assert made is not None
    assert (made.state, made.report["tries"]) == (releases.BUILT, 2), made.report
    assert read_pointer(root) == made.directory
    assert {path.name for path in root.iterdir()} == {made.directory, "LIVE"}
