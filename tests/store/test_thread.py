"""The thread: in order, by page, without what the parent must not see, once for each key."""

from __future__ import annotations

from datetime import datetime

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.messages import Inbound, Paragraph, Reply, Tap
from bot.store import conversations, inbounds, thread
from bot.store.embedded import asyncpg_url


async def a_conversation(conn: AsyncConnection, now: datetime, sender: str = "o-mei") -> int:
    receipt = await inbounds.receive(conn, Inbound("web", sender, "p:1", "text", "在吗", now, surface="page"), now)
    return receipt.conversation_id


async def filled(conn: AsyncConnection, now: datetime, *words: str) -> tuple[int, list[int]]:
    conversation_id = await a_conversation(conn, now)
    rows = [thread.said("parent", text) for text in words]
    return conversation_id, await thread.add(conn, conversation_id, rows, at=now, case_id=None)


def texts(lines: list[thread.Line]) -> str:
    return "".join(line.text for line in lines)


async def test_lines_keep_their_order_and_get_growing_ids(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        conversation_id, ids = await filled(conn, now, *"一二三四五")
        lines = await thread.lines(conn, conversation_id)
    assert [line.id for line in lines] == ids == sorted(ids)
    assert texts(lines) == "一二三四五"


@pytest.mark.parametrize(
    ("after", "before", "limit", "newest", "expected"),
    [
        (2, None, 200, False, "三四五"),
        (0, None, 2, False, "一二"),
        (0, None, 2, True, "四五"),
        (0, 4, 2, True, "二三"),
        (5, None, 200, False, ""),
    ],
)
async def test_a_page_reads_what_it_asks_for(
    engine: AsyncEngine, now: datetime, after: int, before: int | None, limit: int, *, newest: bool, expected: str
) -> None:
    async with engine.begin() as conn:
        conversation_id, ids = await filled(conn, now, *"一二三四五")
        found = await thread.lines(
            conn,
            conversation_id,
            after=ids[after - 1] if after else 0,
            before=ids[before - 1] if before else None,
            limit=limit,
            newest=newest,
        )
    assert texts(found) == expected


async def test_another_family_s_lines_are_never_among_them(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        mine, _ = await filled(conn, now, "我的")
        other = await a_conversation(conn, now, "o-lan")
        await thread.add(conn, other, [thread.said("parent", "别家的")], at=now, case_id=None)
        assert texts(await thread.lines(conn, mine)) == "我的"


async def test_the_parent_reads_no_notes_and_nothing_that_they_cleared(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        conversation_id, ids = await filled(conn, now, "旧")
        await conversations.save(conn, conversation_id, cleared_to=ids[-1])
        rows = [thread.said("parent", "新"), thread.said("note", "附注", author="周老师")]
        await thread.add(conn, conversation_id, rows, at=now, case_id=None)
        assert texts(await thread.lines(conn, conversation_id, for_parent=True)) == "新"
        assert texts(await thread.lines(conn, conversation_id)) == "旧新附注"


async def test_a_reply_comes_back_as_it_was_said(engine: AsyncEngine, now: datetime) -> None:
    automatic = Reply((Paragraph("先不收。"),), taps=(Tap("那初中呢"),))
    written = Reply((Paragraph("您好，我在。"),), automatic=False, author="周老师")
    async with engine.begin() as conn:
        conversation_id = await a_conversation(conn, now)
        rows = [thread.answered(automatic), thread.answered(written, state="pending", key="k1")]
        await thread.add(conn, conversation_id, rows, at=now, case_id=None)
        by_bot, by_person = await thread.lines(conn, conversation_id)
    assert (by_bot.who, by_bot.reply, by_bot.text) == ("bot", automatic, "先不收。")
    assert (by_person.who, by_person.author, by_person.reply, by_person.state) == (
        "person", "周老师", written, "pending",
    )  # fmt: skip


async def test_how_a_delivery_went_is_marked_on_its_line_alone(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        conversation_id, ids = await filled(conn, now, "一", "二")
        await thread.mark(conn, conversation_id, ids[0], "failed", "送不到")
        states = [(line.state, line.reason) for line in await thread.lines(conn, conversation_id)]
    assert states == [("failed", "送不到"), ("sent", "")]


async def test_a_key_is_known_in_its_own_conversation_only(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        conversation_id = await a_conversation(conn, now)
        other = await a_conversation(conn, now, "o-lan")
        row = thread.said("person", "您好", key="k1")
        await thread.add(conn, conversation_id, [row], at=now, case_id=None)
        assert await thread.has_key(conn, conversation_id, "k1")
        assert not await thread.has_key(conn, conversation_id, "k2")
        assert not await thread.has_key(conn, conversation_id, "")
        assert not await thread.has_key(conn, other, "k1")


async def test_pages_are_woken_when_the_transaction_commits_and_not_before(
    engine: AsyncEngine, database_url: str, now: datetime
) -> None:
    heard: list[str] = []
    url = asyncpg_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    listener = await asyncpg.connect(url)
    await listener.add_listener("lines", lambda _c, _pid, _channel, payload: heard.append(payload))
    async with engine.begin() as conn:
        conversation_id, _ = await filled(conn, now, "在吗")
        await thread.wake(conn, conversation_id)
        await listener.execute("SELECT 1")  # what was sent would have been heard with this answer
        assert heard == []
    await listener.execute("SELECT 1")
    assert heard == [str(conversation_id)]
    await listener.close()
