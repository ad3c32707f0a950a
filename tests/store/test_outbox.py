"""The outbox as a queue: who takes what and when, how it ends, what rides along on a passive reply."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.messages import Inbound
from bot.store import inbounds, outbox
from bot.store.tables import outbox as table


async def a_conversation(conn: AsyncConnection, now: datetime, sender: str = "o-mei") -> int:
    receipt = await inbounds.receive(conn, Inbound("wechat", sender, "m:1", "text", "在吗", now), now)
    return receipt.conversation_id


def parcel(conversation_id: int, text: str, due_at: datetime, **changes: Any) -> dict[str, Any]:
    sound = {
        "conversation_id": conversation_id,
        "message_id": None,
        "channel": "wechat",
        "recipient": "o-mei",
        "text": text,
        "automatic": False,
        "author": "周老师",
        "due_at": due_at,
    }
    return {**sound, **changes}


async def test_one_line_of_a_conversation_is_taken_at_a_time_and_all_conversations_go_on(
    engine: AsyncEngine, now: datetime
) -> None:
    async with engine.begin() as conn:
        mei, lan = await a_conversation(conn, now), await a_conversation(conn, now, "o-lan")
        await outbox.put(conn, [parcel(mei, "一", now), parcel(mei, "二", now), parcel(lan, "三", now)])
        taken = await outbox.claim(conn, now)
        assert {found.text for found in taken} == {"一", "三"}
        assert await outbox.claim(conn, now) == []
        await outbox.finish(conn, next(found for found in taken if found.text == "一"), "sent")
        [second] = await outbox.claim(conn, now)
    assert (second.text, second.attempts, second.author) == ("二", 1, "周老师")


async def test_what_is_not_due_yet_is_left_alone(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        mei = await a_conversation(conn, now)
        await outbox.put(conn, [parcel(mei, "一", now + timedelta(seconds=1))])
        assert await outbox.claim(conn, now) == []
        assert len(await outbox.claim(conn, now + timedelta(seconds=1))) == 1


async def test_a_failed_line_does_not_hold_back_the_next(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        mei = await a_conversation(conn, now)
        await outbox.put(conn, [parcel(mei, "一", now), parcel(mei, "二", now)])
        [first] = await outbox.claim(conn, now)
        await outbox.finish(conn, first, "failed", reason="送不到")
        [second] = await outbox.claim(conn, now)
        kept = (await conn.execute(select(table.c.state, table.c.text, table.c.reason).order_by(table.c.id))).all()
    assert second.text == "二"
    assert kept[0] == ("failed", "一", "送不到")  # a failed row keeps its words: somebody may have to read them


async def test_no_more_is_taken_than_was_asked_for(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        for number in range(3):
            conversation_id = await a_conversation(conn, now, f"o-{number}")
            await outbox.put(conn, [parcel(conversation_id, "在", now)])
        assert len(await outbox.claim(conn, now, limit=2)) == 2
        assert len(await outbox.claim(conn, now, limit=2)) == 1


async def test_two_transactions_never_take_the_same_line(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        mei = await a_conversation(conn, now)
        await outbox.put(conn, [parcel(mei, "一", now), parcel(mei, "二", now)])
    async with engine.begin() as one, engine.begin() as other:
        assert [found.text for found in await outbox.claim(one, now)] == ["一"]
        assert await outbox.claim(other, now) == []  # neither the line that is taken nor the one behind it


async def test_parked_words_are_taken_oldest_first_to_ride_on_a_reply(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        mei = await a_conversation(conn, now)
        assert await outbox.take_parked(conn, mei) is None
        await outbox.put(conn, [parcel(mei, words, now, state="parked") for words in "一二"])
        for words in "一二":
            found = await outbox.take_parked(conn, mei)
            assert found is not None
            assert found.text == words
            await outbox.finish(conn, found, "sent")
        assert await outbox.take_parked(conn, mei) is None


async def test_parked_words_of_one_family_are_let_go_by_that_family_only(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        mei, lan = await a_conversation(conn, now), await a_conversation(conn, now, "o-lan")
        await outbox.put(conn, [parcel(who, "在", now, state="parked", reason="等家长") for who in (mei, lan)])
        assert await outbox.unpark(conn, mei, now) == 1
        assert [found.conversation_id for found in await outbox.claim(conn, now)] == [mei]


@pytest.mark.parametrize(
    ("state", "counts"), [("pending", 1), ("sending", 1), ("sent", 0), ("parked", 0), ("failed", 0)]
)
async def test_what_waits_is_counted(engine: AsyncEngine, now: datetime, state: str, counts: int) -> None:
    async with engine.begin() as conn:
        mei = await a_conversation(conn, now)
        await outbox.put(conn, [parcel(mei, "在", now, state=state)])
        assert await outbox.pending(conn) == counts
