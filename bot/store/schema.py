"""Bringing the database to the schema of this version. Alembic is imported only when there is something to do."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.database import CONNECT_SECONDS, DOWN

# The newest migration; a test compares it with the files. Knowing it here keeps alembic off the path to the start.
HEAD = "0009"

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 7270001  # advisory lock: of several processes that start together one migrates, the others wait


def _config(connection: Connection) -> Any:
    from alembic.config import Config  # noqa: PLC0415  (see the module's docstring)

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    return config


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _upgrade(connection: Connection) -> bool:
    if _current(connection) == HEAD:
        return False
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    if _current(connection) == HEAD:
        return False
    from alembic import command  # noqa: PLC0415  (see the module's docstring)

    command.upgrade(_config(connection), "head")
    return True


async def upgrade(engine: AsyncEngine) -> bool:
    """Bring the schema to HEAD in one transaction; whether there was anything to do."""
    async with engine.begin() as connection:
        return await connection.run_sync(_upgrade)


async def current(engine: AsyncEngine) -> str | None:
    """Read the schema's version; None for an empty database."""
    async with engine.connect() as connection:
        return await connection.run_sync(_current)


async def usable(engine: AsyncEngine) -> bool:
    """Whether the database answers now and has this version's schema."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            return await current(engine) == HEAD
    except DOWN:
        return False
