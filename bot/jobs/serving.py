"""Telling which index this process answers from, so that a page can show when all have gone along."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from bot import observe
from bot.store import releases
from bot.store.database import DOWN, SQLAlchemyError
from indexes.live import Live

LOOK_SECONDS = 0.1
AGAIN_SECONDS = 10.0  # how often it is said though nothing has changed

_log = observe.logger("serving")


async def keep_telling(engine: AsyncEngine, live: Live, clock: Callable[[], datetime]) -> None:
    """Say it at each change, and every few seconds, until cancelled; a database that is away is told later."""
    process = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(2)}"
    told, waited = "", AGAIN_SECONDS
    while True:
        name = live.engine.path.name if live.engine is not None else ""
        if name != told or waited >= AGAIN_SECONDS:
            try:
                async with engine.begin() as conn:
                    await releases.serves(conn, process, name, clock())
                told, waited = name, 0.0
            except (*DOWN, SQLAlchemyError) as error:
                _log.debug("not told what is served", error=type(error).__name__)
                waited = AGAIN_SECONDS - 1.0
        await asyncio.sleep(LOOK_SECONDS)
        waited += LOOK_SECONDS
