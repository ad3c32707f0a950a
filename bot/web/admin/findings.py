"""What the rules find in the live library."""

from __future__ import annotations

import asyncio

from knowledge.check import Problem, check
from knowledge.model import Library


class Findings:
    """The problems of a library, looked for once: that takes most of a second, which parents must not wait for."""

    def __init__(self) -> None:
        self._library: Library | None = None
        self._found: list[Problem] = []
        self._looking = asyncio.Lock()

    async def of(self, library: Library) -> list[Problem]:
        """Give the problems of `library`; a thread looks for them when it is another one than the last."""
        async with self._looking:
            if library is not self._library:
                self._found, self._library = await asyncio.to_thread(check, library), library
            return self._found
