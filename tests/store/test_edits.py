"""Every version of an edit is kept; the last one of a key counts, and two savings don't cross."""

from __future__ import annotations

import asyncio
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import edits
from bot.store.edits import LIMITS, SAFETY


async def saved(engine: AsyncEngine, key: str, body: str | None, seen: int, now: datetime) -> int | None:
    values = {"sort": "pattern", "key": key, "body": body, "author": "沈主任", "at": now}
    async with engine.begin() as conn:
        return await edits.add(conn, values, among=SAFETY, seen=seen)


async def test_the_last_version_of_each_key_is_given_and_all_are_kept(engine: AsyncEngine, now: datetime) -> None:
    async with engine.connect() as conn:
        assert await edits.newest(conn, SAFETY) == 0
        assert await edits.last_of_each(conn, SAFETY) == []
    first = await saved(engine, "note", "id: note", 0, now)
    assert first
    second = await saved(engine, "gone", "id: gone", first, now)
    assert second
    third = await saved(engine, "note", None, second, now)
    async with engine.connect() as conn:
        assert await edits.newest(conn, SAFETY) == third
        assert [(one.key, one.body) for one in await edits.last_of_each(conn, SAFETY)] == [
            ("gone", "id: gone"),
            ("note", None),
        ]
        past = await edits.history(conn, "pattern", "note")
        assert [(one.id, one.body, one.author, one.at) for one in past] == [
            (third, None, "沈主任", now),
            (first, "id: note", "沈主任", now),
        ]
        assert await edits.history(conn, "card", "note") == []
        assert await edits.newest(conn, LIMITS) == 0
        assert await edits.last_of_each(conn, LIMITS) == []


async def test_of_two_who_save_at_once_one_is_told_that_there_is_news(engine: AsyncEngine, now: datetime) -> None:
    both = await asyncio.gather(*(saved(engine, key, "x", 0, now) for key in ("note", "gone")))
    assert sorted(both, key=bool) == [None, max(filter(None, both))]
