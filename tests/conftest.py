"""What all tests share: a real PostgreSQL from the wheel, an empty database for each test that asks, a fixed clock."""

from __future__ import annotations

import asyncio
import gc
import itertools
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import hypothesis
import pytest
import structlog
from aiohttp import web_app
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import embedded, schema
from bot.store.database import open_engine

# The fixtures `house`, `second_process` and what they need; `packaged_afterwards`.
pytest_plugins = ("tests.house", "tests.paper_boat", "tests.phrases_packaged")

_numbers = itertools.count(1)

# A busy machine is no fault of a property; the same examples in every run, so that a failure can be looked at again.
hypothesis.settings.register_profile("ours", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ours")

LONGEST = ("commands", "journeys", "browser", "jobs")  # rooms where a single file takes tens of seconds


def pytest_configure(config: pytest.Config) -> None:
    """Let several processes take the files as they are ordered below; else those with few tests would come last."""
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that at the end no process waits for another one's last file."""
    root = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        room = item.path.relative_to(root).parts[0] if item.path.is_relative_to(root) else ""
        return LONGEST.index(room) if room in LONGEST else len(LONGEST)

    items.sort(key=place)  # within a room as they were


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """Give back what a test had loaded for good: a product keeps it, the next test has its own.

    A process of tests builds a thousand applications; aiohttp remembers the last thousand by their routes, and the
    collector would look through gigabytes of them, for seconds at a time.
    """
    yield
    gc.unfreeze()
    web_app._cached_build_middleware.cache_clear()


@pytest.fixture(autouse=True)
def _logs_are_shown() -> None:
    """Let the log of a test that fails stand below it, whatever an earlier test has set up."""
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def _turns_take_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait on a busy machine; what a parent hears when the index or the database hangs is a test of its own."""
    monkeypatch.setattr("bot.dialogue.turn.SEARCH_SECONDS", 30.0)
    monkeypatch.setattr("bot.dialogue.turn.CRISIS_WINDOW", 4.0)  # WeChat waits for five


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Give the URL of a private server with a migrated template database.

    Not below pytest's own folder: another run's start closes that to everybody but its owner, and as root the server
    runs as somebody else.
    """
    with tempfile.TemporaryDirectory(prefix="bot-tests-") as folder, embedded.running(Path(folder)) as url:

        async def prepare() -> None:
            for careful in ("fsync", "full_page_writes", "synchronous_commit"):  # a busy disk stops no test
                await _ask(url, f"ALTER SYSTEM SET {careful} = off")
            await _ask(url, "SELECT pg_reload_conf()")
            engine = open_engine(url)
            await schema.upgrade(engine)
            await engine.dispose()
            connection = await asyncpg.connect(url)
            _shapes.add(await connection.fetchval(_SHAPE))
            await connection.close()

        asyncio.run(prepare())
        yield url


@pytest.fixture(scope="session")
def spare() -> list[str]:
    """Databases that a test has left and that are empty again: making one costs a quarter of a second."""
    return []


@pytest.fixture
async def database_url(postgres: str, spare: list[str]) -> AsyncIterator[str]:
    """Give the URL of a database of this test's own, migrated and empty."""
    name = spare.pop() if spare else await _created(postgres)
    url = postgres.replace("/postgres?", f"/{name}?")
    yield url
    if await _emptied(url):
        spare.append(name)
    else:
        await _ask(postgres.replace("/postgres?", "/template1?"), f"DROP DATABASE {name} WITH (FORCE)")


async def _created(postgres: str) -> str:
    name = f"t{next(_numbers)}"
    await _ask(postgres.replace("/postgres?", "/template1?"), f"CREATE DATABASE {name} TEMPLATE postgres")
    return name


# What a test may have made of the schema; how many rows statistics hold is not part of it.
_SHAPE = """
    SELECT md5(string_agg(
            concat_ws(' ', c.relname, c.relkind, a.attname, a.atttypid, a.attnotnull), ',' ORDER BY c.oid, a.attnum))
        || (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal OR tgenabled <> 'O')
        || (SELECT count(*) FROM pg_constraint WHERE convalidated)
        || (SELECT version_num FROM alembic_version)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace"""
_ALONE = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
_EMPTY = """
    DO $$ DECLARE name text; BEGIN
        SET LOCAL session_replication_role = replica;
        FOR name IN SELECT quote_ident(relname) FROM pg_class
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
        LOOP EXECUTE 'DELETE FROM ' || name; END LOOP;
        PERFORM setval(oid::regclass, 1, false) FROM pg_class
            WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace;
    END $$"""
_shapes: set[str] = set()  # that of the template


async def _emptied(url: str) -> bool:
    """Take everything out of a database that a test has left; whether the next test may have it."""
    try:
        connection = await asyncpg.connect(url)
    except (asyncpg.PostgresError, OSError):
        return False
    try:
        for _ in range(200):
            if not await connection.fetchval(_ALONE):
                break
            await asyncio.sleep(0.01)
        else:
            return False  # something that the test started still comes back
        await connection.execute(_EMPTY)
        return await connection.fetchval(_SHAPE) in _shapes
    except asyncpg.PostgresError:
        return False
    finally:
        await connection.close()


async def _ask(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
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
