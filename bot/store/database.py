"""The engine: one pool a process, with a time limit on everything that waits for the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.store.embedded import asyncpg_url

# What "the database is down" looks like from here: refused, gone, hung, pool exhausted.
DOWN = (OSError, asyncio.TimeoutError, InterfaceError, OperationalError, PoolTimeout, DBAPIError)

CONNECT_SECONDS = 2.0
STATEMENT_SECONDS = 10.0  # a turn may wait so long for its conversation; a parent never does (see bot.dialogue.turn)

__all__ = ["DOWN", "SQLAlchemyError", "open_engine", "undone"]


def open_engine(url: str, *, size: int = 10) -> AsyncEngine:
    """Make the pool; nothing is connected until it is used. `url` starts with postgresql."""
    return create_async_engine(
        asyncpg_url(url),
        pool_size=size,
        max_overflow=size,
        pool_timeout=CONNECT_SECONDS,
        pool_use_lifo=True,
        hide_parameters=True,  # they are what parents wrote: an error's text must not carry them
        connect_args={"timeout": CONNECT_SECONDS, "command_timeout": STATEMENT_SECONDS},
    )


@asynccontextmanager
async def undone(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Give a connection of which nothing stays: closed without a commit, everything is taken back.

    Locks and statements wait shortly, so that who means it never waits long for who only tries.
    """
    async with engine.connect() as conn:
        for limit in ("SET LOCAL lock_timeout = '1s'", "SET LOCAL statement_timeout = '3s'"):
            await conn.execute(text(limit))
        yield conn
