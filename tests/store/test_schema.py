"""The schema: the migrations lead from nothing to the tables, and HEAD names the newest."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import schema
from bot.store.tables import metadata


def test_head_is_the_newest_migration() -> None:
    files = sorted((Path(schema.__file__).parent / "migrations" / "versions").glob("[0-9]*.py"))
    assert files[-1].name.split("_")[0] == schema.HEAD


async def test_the_migrations_lead_to_the_tables(engine: AsyncEngine) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_upgrading_an_up_to_date_database_does_nothing(engine: AsyncEngine) -> None:
    assert await schema.current(engine) == schema.HEAD
    assert not await schema.upgrade(engine)


async def test_an_empty_database_is_brought_to_head(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    assert await schema.current(engine) is None
    assert await schema.upgrade(engine)
    assert await schema.current(engine) == schema.HEAD
