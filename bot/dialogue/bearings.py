"""What the dialogue looks things up in: the library of the live index, prepared once for each release."""

from __future__ import annotations

from functools import cache

from bot.dialogue.decision import Tools
from indexes.engine import SearchEngine
from indexes.live import Live
from knowledge import files
from knowledge.calendar import china
from knowledge.directory import Directory
from knowledge.model import Library
from knowledge.regions import RegionTree


class Bearings:
    """Gives the tools of the release that is live now; without any index those of the packaged library."""

    def __init__(self, live: Live, default_region: str | None) -> None:
        """Take the live index and the region assumed for parents who have not told theirs."""
        self._live = live
        self._default_region = default_region
        self._of: SearchEngine | None = None
        self._tools: Tools | None = None

    def tools(self) -> Tools:
        """Give the tools; a swap of the index is noticed at the next call."""
        engine = self._live.engine
        if self._tools is None or engine is not self._of:
            library = engine.release.library if engine is not None else _packaged()
            self._tools = prepared(library, self._default_region, engine, self._tools)
            self._of = engine
        return self._tools


def prepared(
    library: Library, default_region: str | None, engine: SearchEngine | None = None, before: Tools | None = None
) -> Tools:
    """Prepare a library for looking things up; the tree of places is that of `before` where no place has changed.

    Making one takes a tenth of a second, in which a published entry would keep every parent waiting.
    """
    same = before is not None and before.library.regions == library.regions
    tree = before.tree if before is not None and same else RegionTree(library.regions)
    directory = Directory(library, tree, china())
    return Tools(library, directory, tree, default_region or None, engine)


@cache
def _packaged() -> Library:
    return files.load()
