"""The database of a command: the configured one, or the private server under the data directory."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.settings import Settings
from bot.store import embedded, schema
from bot.store.database import open_engine


@contextlib.contextmanager
def database(settings: Settings) -> Iterator[str]:
    """Give the URL of the database, with the private server running while it is used."""
    if settings.database_url:
        yield settings.database_url
        return
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with embedded.running(settings.data_dir) as url:
        yield url


@contextlib.asynccontextmanager
async def upgraded(url: str) -> AsyncIterator[AsyncEngine]:
    """Give an engine on a database that has this version's schema."""
    engine = open_engine(url)
    try:
        await schema.upgrade(engine)
        yield engine
    finally:
        await engine.dispose()


def upgrade(settings: Settings) -> str:
    """Bring the database to this version's schema; its version."""

    async def run(url: str) -> None:
        async with upgraded(url):
            pass

    with database(settings) as url:
        asyncio.run(run(url))
    return schema.HEAD
