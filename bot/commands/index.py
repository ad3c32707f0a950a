"""`index build`, `index rollback` and what `serve` needs of them: making an index from the packaged library."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bot import clock
from bot.commands.database import database, upgraded
from bot.jobs.publish import publish, roll_back
from bot.services import open_live
from bot.settings import Settings
from indexes import scope
from indexes.build import build
from indexes.embed import OWN
from indexes.engine import MODEL
from indexes.live import Live, read_pointer, write_pointer
from indexes.manifest import BadIndex, verify
from knowledge import files
from knowledge.model import Library
from knowledge.release import digest, freeze

_STEPS = {
    "words": "lexical index",
    "model": "training the model from the library",
    "vectors": "vectors",
    "check": "checking as a stranger would",
    "exam": "sitting the exam",
    "done": "done",
}
FIRST = 0  # the release number of an index that was made without asking the database, so that answers come at once


def build_and_publish(settings: Settings, *, content: Path | None = None) -> str:
    """Check, freeze, build and publish the library; the name of the new index. Progress goes to standard error."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=False) as bar, database(settings) as url:
        task = bar.add_task("reading the library", total=1.0)
        library = files.load(content) if content else files.load()

        def progress(step: str, share: float) -> None:
            bar.update(task, description=_STEPS.get(step, step), completed=share)

        async def run() -> str:
            async with upgraded(url) as engine:
                return await publish(
                    engine,
                    library,
                    settings.indexes_dir,
                    clock=clock.now,
                    model=settings.embedding_model or None,
                    progress=progress,
                )

        built = asyncio.run(run())
        _taken(settings).write_text(_fingerprint(files.load() if content else library), encoding="utf-8")
        return built


def _taken(settings: Settings) -> Path:
    """The file that says which packaged library was there at the last publishing.

    While it is the same, what somebody chose since (an older index, a folder of their own) is not undone at a start.
    """
    return settings.indexes_dir / "PACKAGED"


def point_back(settings: Settings, directory: str) -> None:
    """Make an older index the live one."""

    async def run(url: str) -> None:
        async with upgraded(url) as engine:
            await roll_back(engine, settings.indexes_dir, directory, clock=clock.now)

    with database(settings) as url:
        asyncio.run(run(url))


def first_live(settings: Settings) -> Live:
    """Open the live index; without a sound one, make a small one in a few seconds, so that there is something.

    It has no dense leg and knows no paraphrases, which are two thirds of the lines.
    """
    live = open_live(settings)
    if live.engine is None:
        root = settings.indexes_dir
        root.mkdir(parents=True, exist_ok=True)
        curated = replace(files.load(), paraphrases={})
        write_pointer(root, build(freeze(curated, FIRST), root, dense=False).name)
        live = open_live(settings)
    return live


def stale(settings: Settings) -> bool:
    """Whether the live index is not that of the packaged library, or lacks its dense leg or the configured model."""
    root = settings.indexes_dir
    name = read_pointer(root)
    if name is None:
        return True
    try:
        held = verify(root / name)
    except BadIndex:
        return True
    if held.model != (settings.embedding_model or OWN):
        return True
    packaged, taken = files.load(), _read(_taken(settings))
    return taken != _fingerprint(packaged) if taken else held.digest != digest(packaged)


def _fingerprint(packaged: Library) -> str:
    """What an index is made from: the library, and the messages that the gate learns from."""
    return hashlib.sha256(digest(packaged).encode() + scope.source()).hexdigest()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def train_model(target: Path) -> None:
    """Train the embedding model from the packaged library into a folder."""
    with tempfile.TemporaryDirectory() as work:
        built = build(freeze(files.load(), FIRST), Path(work))
        shutil.copytree(built / MODEL, target)
