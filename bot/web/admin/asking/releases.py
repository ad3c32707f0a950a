"""The releases that can be asked: the live one, and those that lie built beside it; of these one is open at a time."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field

from bot.dialogue.bearings import prepared
from bot.dialogue.decision import Tools
from bot.web.admin.given import Given
from indexes.engine import SearchEngine
from indexes.manifest import BadIndex

_NAME = re.compile(r"(\d{1,9})-[0-9a-f]{8}")
_SHOWN = 12
GONE = "这一版的索引已经不在了，请换一版。"


class UnknownReleaseError(Exception):
    """A release that cannot be asked; the sentence says what to do."""


@dataclass(slots=True)
class Releases:
    """Gives what can be asked. The other index that was opened last stays open, so that several tries share it."""

    given: Given
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    _other: tuple[SearchEngine, Tools] | None = None

    async def choices(self) -> list[tuple[str, str]]:
        """List directories with what people call them, the live one first, then the newest."""
        live = self.given.live.engine
        name = live.path.name if live is not None else ""
        found = await asyncio.to_thread(self._built)
        rest = [(one, said(one)) for one in found if one != name][:_SHOWN]
        return [*([(name, f"{said(name)}（在用）")] if name else []), *rest]

    async def open(self, name: str) -> tuple[SearchEngine | None, Tools]:
        """Give a release's engine and what is looked up beside it; without a name the live one, both of one release.

        Raises:
            UnknownReleaseError: there is none of that name, or it is broken.
        """
        live = self.given.live.engine
        if not name or (live is not None and name == live.path.name):
            tools = self.given.tools()
            return (live if live is not None and live.release.library is tools.library else None), tools
        if not _NAME.fullmatch(name):
            raise UnknownReleaseError(GONE)
        async with self._opening:
            if self._other is None or self._other[0].path.name != name:
                self._other = None  # let go of the one before the next is read
                self._other = await asyncio.to_thread(self._open, name, live)
            self._other[0].limits = self.given.live.limits  # they may be others by now
            return self._other

    def _open(self, name: str, like: SearchEngine | None) -> tuple[SearchEngine, Tools]:
        try:
            engine = SearchEngine.open(self.given.settings.indexes_dir / name, like=like)
            engine.load_dense(like)
        except (BadIndex, OSError) as error:
            raise UnknownReleaseError(GONE) from error
        return engine, prepared(engine.release.library, self.given.settings.default_region or None)

    def _built(self) -> list[str]:
        """The directories that hold a whole index, the highest number first."""
        held = [path.parent.name for path in self.given.settings.indexes_dir.glob("*/manifest.json")]
        return sorted((one for one in held if _NAME.fullmatch(one)), key=_number, reverse=True)


def said(name: str) -> str:
    """What people call a release by its directory."""
    return f"第 {_number(name)} 版" if _NAME.fullmatch(name) else "在用的一版"


def _number(name: str) -> int:
    found = _NAME.fullmatch(name)
    return int(found[1]) if found else 0
