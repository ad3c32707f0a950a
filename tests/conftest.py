"""What all tests share: a real PostgreSQL from the wheel, a fresh database for each test that asks, a fixed clock."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import embedded, schema
from bot.store.database import open_engine

# The fixtures `house`, `second_process` and what they need; `packaged_afterwards`.
pytest_plugins = ("tests.house", "tests.paper_boat")

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Give the URL of a private server with a migrated template database.

    Not below pytest's own folder: another run's start closes that to everybody but its owner, and as root the server
    runs as somebody else.
    """
    with tempfile.TemporaryDirectory(prefix="bot-tests-") as folder, embedded.running(Path(folder)) as url:

        async def prepare() -> None:
            engine = open_engine(url)
            await schema.upgrade(engine)
            await engine.dispose()

        asyncio.run(prepare())
        yield url


@pytest.fixture
async def database_url(postgres: str) -> AsyncIterator[str]:
    """Give the URL of a database of this test's own, already migrated."""
    name = f"t{next(_numbers)}"
    admin = postgres.replace("/postgres?", "/template1?")
    connection = await asyncpg.connect(admin)
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE postgres")
    finally:
        await connection.close()
    yield postgres.replace("/postgres?", f"/{name}?")
    connection = await asyncpg.connect(admin)
    try:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Give an engine on a database of this test's own."""
    opened = open_engine(database_url)
    yield opened
    await opened.dispose()


@pytest.fixture
def now() -> datetime:
    """Give a Tuesday evening in China."""
    return datetime(2026, 5, 12, 12, 41, tzinfo=UTC)
