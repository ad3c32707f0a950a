"""Waiting for what a loop, another process or a page brings about in its own time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Seen = TypeVar("Seen")
PATIENT_SECONDS = 30.0  # on a busy machine; how fast things are is measured by benchmarks
BETWEEN_SECONDS = 0.05


async def until(look: Callable[[], Awaitable[Seen]], seconds: float = PATIENT_SECONDS) -> Seen:
    """Look until what is seen is true, or time is up; give what was seen last, for the assertion that follows."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    while not (seen := await look()) and loop.time() < ends:  # noqa: ASYNC110 - what is looked at is no event
        await asyncio.sleep(BETWEEN_SECONDS)
    return seen
