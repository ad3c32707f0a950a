"""What the rules find in the live library."""

from __future__ import annotations

import asyncio

from knowledge.check import Problem, check
from knowledge.model import Library

_last: tuple[Library, list[Problem]] | None = None  # of this process, however many applications it serves


class Findings:
    """The problems of a library, looked for once: that takes some seconds, which parents must not wait for."""

    def __init__(self) -> None:
        self._looking = asyncio.Lock()

    async def of(self, library: Library) -> list[Problem]:
        """Give the problems of `library`; a thread looks for them when it is another one than the last."""
        global _last  # noqa: PLW0603 - one library is live in a process, and checking it twice helps nobody
        async with self._looking:
            if _last is None or _last[0] is not library:
                _last = library, await asyncio.to_thread(check, library)
            return _last[1]
