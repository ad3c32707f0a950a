"""The engine that answers now. A pointer names the index that is live; whoever follows it swaps one attribute."""

from __future__ import annotations

import asyncio
import gc
import os
import tempfile
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

from indexes import manifest
from indexes.engine import PROBE, SearchEngine
from indexes.hits import Query
from indexes.limits import Limits

POINTER = "LIVE"

Trouble = Callable[[str, Exception], None]


def read_pointer(root: Path) -> str | None:
    """The name of the live index below `root`; None where none has been published."""
    try:
        return (root / POINTER).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def write_pointer(root: Path, name: str) -> None:
    """Point to another index: a reader sees the old name or the new one, never half of one."""
    handle, beside = tempfile.mkstemp(prefix=f".{POINTER}-", dir=root)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(name + "\n")
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(root / POINTER)
    finally:
        Path(beside).unlink(missing_ok=True)
    manifest.sync_one(root)


def _silent(_name: str, _error: Exception) -> None:
    """Tell nobody."""


class Live:
    """Holds the engine that answers, and the limits by which it does. Readers take `engine` once for a search.

    Neither a swap nor other limits disturb a search; whichever comes first, an engine that answers has these limits.
    """

    def __init__(
        self, engine: SearchEngine | None = None, *, expect_model: str | None = None, on_trouble: Trouble = _silent
    ) -> None:
        self.engine: SearchEngine | None = None
        self.limits = Limits()
        self._setting = threading.Lock()  # a release may go live in the loop while a thread takes over limits
        if engine is not None:
            self.swap(engine)
        self._expect_model = expect_model
        self._on_trouble = on_trouble
        self._told: tuple[str, str] | None = None

    def swap(self, engine: SearchEngine) -> None:
        """Let another engine answer from now on."""
        with self._setting:
            engine.limits = self.limits
            self.engine = engine
        gc.freeze()  # half a million objects that stay: walking them takes a full collection a quarter of a second

    def tune(self, limits: Limits) -> None:
        """Let other limits hold from now on, for this engine and all that come after it."""
        with self._setting:
            self.limits = limits
            if (engine := self.engine) is not None:
                engine.limits = limits

    async def follow(self, root: Path, read: Callable[[], Awaitable[str | None]], every: float) -> None:
        """Ask `read` for the live index's name every so many seconds and go along with it, until cancelled.

        A changed index is opened and warmed in a thread, then swapped in. A broken one is reported once, the old
        one stays, and it is tried again next time: a copy may still be under way. The very first engine answers
        as soon as its lexical leg is there.
        """
        while True:
            await self._step(root, read)
            await asyncio.sleep(every)

    async def _step(self, root: Path, read: Callable[[], Awaitable[str | None]]) -> None:
        name: str | None = None
        try:
            name = await read()
            if name is not None and not self._is_live(root / name):
                await self._change(root / name)
            elif self.engine is not None and not self.engine.dense_ready:
                await asyncio.to_thread(self.engine.load_dense)
                gc.freeze()
            self._told = None
        except Exception as error:  # noqa: BLE001 - the loop's edge: whatever is wrong, the old index answers on
            self._report(name or "", error)

    def _is_live(self, path: Path) -> bool:
        return self.engine is not None and self.engine.path.resolve() == path.resolve()

    async def _change(self, path: Path) -> None:
        before = self.engine
        engine = await asyncio.to_thread(SearchEngine.open, path, self._expect_model, before)
        if before is None:
            self.swap(engine)
        await asyncio.to_thread(warm, engine, before)
        self.swap(engine)

    def _report(self, name: str, error: Exception) -> None:
        told = (name, str(error))
        if told != self._told:
            self._told = told
            self._on_trouble(name, error)


def warm(engine: SearchEngine, before: SearchEngine | None = None) -> None:
    """Load what is loaded late and search once, so that no parent pays for it."""
    engine.load_dense(before)
    engine.search(Query(PROBE))
