"""How often entries were shown and helped, counted without anybody's words; the day of a review."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.messages import Inbound
from bot.store import changes, entry_figures, inbounds, learning, people, turns
from bot.store.entry_figures import Helped
from knowledge.editorial import Step

NOW = datetime(2026, 5, 12, 12, tzinfo=UTC)


async def test_what_was_shown_is_counted_by_entry_since_a_day(engine: AsyncEngine) -> None:
    async with engine.begin() as conn:
        asked = Inbound("web", "v", "p:1", "text", "在吗", NOW, surface="page")
        number = (await inbounds.receive(conn, asked, NOW)).conversation_id
        for days, entries in ((1, ("screens-a", "b")), (2, ("screens-a",)), (3, ()), (200, ("screens-a",))):
            act = turns.Act("web", "guidance", "answered", entries, (), None, None, "none")
            await turns.record(conn, number, act, NOW - timedelta(days=days))
        assert await entry_figures.shown(conn, NOW - timedelta(days=90)) == {"screens-a": 2}


async def test_helped_counts_articles_and_chat(engine: AsyncEngine) -> None:
    async with engine.begin() as conn:
        for verdict in ("yes", "yes", "no"):
            await learning.rated(conn, "screens-a", verdict=verdict, at=NOW)
        assert await entry_figures.helped(conn) == {"screens-a": Helped(2, 1)}


async def test_an_approval_writes_its_day_and_makes_no_author(engine: AsyncEngine) -> None:
    async with engine.begin() as conn:
        await people.add(conn, login="lin", name="林编辑", role="editor", password_hash="x")
        staff = await people.named(conn, "lin")
        assert staff is not None
        number = await changes.save(conn, staff, "entry", "a", {"title": "甲"}, title="甲", seen=0, now=NOW)
        change = await changes.find(conn, number)
        assert change is not None
        await changes.stamp(conn, change, date(2026, 5, 12))
        after = await changes.find(conn, number)
    assert after is not None
    assert after.body == {"title": "甲", "reviewed": "2026-05-12"}
    assert (after.authors, after.saved) == (change.authors, change.saved)


async def test_what_is_over_and_not_live_is_found_and_every_id_is_known(engine: AsyncEngine) -> None:
    async with engine.begin() as conn:
        await people.add(conn, login="lin", name="林编辑", role="editor", password_hash="x")
        staff = await people.named(conn, "lin")
        assert staff is not None
        numbers = [
            await changes.save(conn, staff, "entry", key, None, title=key, seen=0, now=NOW) for key in ("a", "b", "c")
        ]
        await changes.released(conn, numbers[:2], Step.PUBLISH, NOW, number=2)
        assert [change.key for change in await changes.absent(conn, "entry", {"b"})] == ["a"]
        assert [change.key for change in await changes.absent(conn, "entry", ())] == ["b", "a"]
        assert await changes.keys(conn, "entry") == {"a", "b", "c"}
