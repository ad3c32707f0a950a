"""Counting who agreed to which version of the privacy notice."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import consents, conversations


async def test_parents_are_counted_by_the_version_that_they_agreed_to_last(engine: AsyncEngine) -> None:
    async with engine.begin() as conn:
        assert await consents.by_version(conn) == {}
        for at, version in enumerate(("2026-11", "2026-11", "2026-11-23", None)):
            profile = {"consent_version": version, "region": "changzhou"} if version else {"region": "changzhou"}
            await conversations.prepare(conn, "web", f"p-{at}", profile)
        assert await consents.by_version(conn) == {"2026-11": 2, "2026-11-23": 1}
