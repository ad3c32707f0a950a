"""Findings are kept with their message, marked, counted and handed out; they go with the conversation."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.messages import Assessment, Inbound
from bot.store import conversations, detections, inbounds, people, thread
from bot.store.detections import Filter, Mark

NOTE = Assessment("urgent", "suicide", ("翻到遗书",), found=("note", "classifier"))
SIGH = Assessment("concern", "self-harm", ("划痕",), child_writing=True, found=("self-harm",))


@pytest.fixture
async def said(engine: AsyncEngine, now: datetime) -> dict[str, int]:
    """Let a parent write three messages, of which the first two show something; a command line writes one."""
    words = ("翻到遗书了，人找不到", "发现手臂上有划痕", "他说晚上想吃 100% 纯果汁", "试一句")
    made: dict[str, int] = {}
    for number, text in enumerate(words):
        channel, sender = ("cli", "x") if number == 3 else ("web", "v-1")
        async with engine.begin() as conn:
            inbound = Inbound(channel, sender, f"k{number}", "text", text, now, surface="page")  # type: ignore[arg-type]
            receipt = await inbounds.receive(conn, inbound, now)
            (line,) = await thread.add(
                conn,
                receipt.conversation_id,
                [thread.said("parent", text)],
                at=now + timedelta(minutes=number),
                case_id=None,
            )
            made |= {"conversation": receipt.conversation_id} if number < 3 else {"cli": receipt.conversation_id}
            made[f"line{number}"] = line
            if number != 2:
                await detections.record(
                    conn,
                    receipt.conversation_id,
                    SIGH if number == 1 else NOTE,
                    message_id=line,
                    case_id=None,
                    at=now + timedelta(minutes=number),
                )
        made["staff"] = made.get("staff") or await _admin(engine)
    return made


async def _admin(engine: AsyncEngine) -> int:
    async with engine.begin() as conn:
        return await people.add(conn, login="shen", name="沈主任", role="admin", password_hash="-")


async def listed(engine: AsyncEngine, **chosen: str) -> list[detections.Detection]:
    async with engine.connect() as conn:
        found = await detections.listing(conn, Filter(**chosen), limit=10)
        assert await detections.count(conn, Filter(**chosen)) == len(found)
    return found


async def test_findings_come_newest_first_with_their_words_and_without_questions_from_the_command_line(
    engine: AsyncEngine, said: dict[str, int]
) -> None:
    newest, oldest = await listed(engine)
    assert (newest.text, newest.level, newest.child_writing) == ("发现手臂上有划痕", "concern", True)
    assert (oldest.found, oldest.evidence) == (("note", "classifier"), ("翻到遗书",))
    assert oldest.verdict is None


@pytest.mark.parametrize(
    ("chosen", "number"),
    [
        ({"level": "urgent"}, 1),
        ({"kind": "self-harm"}, 1),
        ({"kind": "abuse"}, 0),
        ({"verdict": "open"}, 2),
        ({"verdict": "right"}, 0),
        ({"by": "classifier"}, 1),
        ({"by": "self-harm", "level": "concern"}, 1),
    ],
)
async def test_findings_are_filtered(
    engine: AsyncEngine, said: dict[str, int], chosen: dict[str, str], number: int
) -> None:
    assert len(await listed(engine, **chosen)) == number


async def test_a_mark_is_kept_can_be_changed_and_taken_back(
    engine: AsyncEngine, said: dict[str, int], now: datetime
) -> None:
    one = (await listed(engine, level="urgent"))[0]
    for mark in (
        Mark("right", None, None, said["staff"], now),
        Mark("wrong", "high", "missing", said["staff"], now),
    ):
        async with engine.begin() as conn:
            assert await detections.mark(conn, one.conversation_id, one.id, mark)
        (shown,) = await listed(engine, verdict=mark.verdict)
        assert (shown.right_level, shown.right_kind, shown.marked_by) == (mark.level, mark.kind, "沈主任")
    async with engine.begin() as conn:
        await detections.unmark(conn, one.conversation_id, one.id)
        assert not await detections.mark(conn, one.conversation_id, 10_000, mark)
    assert await listed(engine, verdict="wrong") == []
    assert len(await listed(engine, verdict="open")) == 2


async def test_what_was_missed_is_added_once_from_messages_in_which_nothing_was_found(
    engine: AsyncEngine, said: dict[str, int], now: datetime
) -> None:
    async with engine.connect() as conn:
        (silent,), total = await detections.silent(conn, now - timedelta(days=1), "", limit=10)
        assert (silent.text, total) == ("他说晚上想吃 100% 纯果汁", 1)
        assert (await detections.silent(conn, now - timedelta(days=1), "0% 纯", limit=10))[1] == 1
        assert (await detections.silent(conn, now - timedelta(days=1), "_", limit=10))[1] == 0
        assert (await detections.silent(conn, now + timedelta(days=1), "", limit=10))[1] == 0
    mark = Mark("missed", "high", "suicide", said["staff"], now)
    async with engine.begin() as conn:
        assert await detections.miss(conn, silent.conversation_id, silent.id, mark)
        assert not await detections.miss(conn, silent.conversation_id, silent.id, mark)
        assert not await detections.miss(conn, silent.conversation_id, said["line0"], mark)
        assert (await detections.silent(conn, now - timedelta(days=1), "", limit=10))[1] == 0
    (missed,) = await listed(engine, verdict="missed")
    assert (await listed(engine, level="high", kind="suicide")) == [missed]
    async with engine.begin() as conn:
        changed = Mark("wrong", "concern", "suicide", said["staff"], now)
        assert await detections.mark(conn, missed.conversation_id, missed.id, changed)
    (missed,) = await listed(engine, verdict="missed")
    assert missed.right_level == "concern"
    async with engine.begin() as conn:
        await detections.unmark(conn, missed.conversation_id, missed.id)
    assert await listed(engine, verdict="missed") == []
    assert len(await listed(engine)) == 2


async def test_a_period_is_counted_by_level_kind_and_marks(
    engine: AsyncEngine, said: dict[str, int], now: datetime
) -> None:
    one = (await listed(engine, level="urgent"))[0]
    async with engine.begin() as conn:
        await detections.mark(conn, one.conversation_id, one.id, Mark("right", None, None, said["staff"], now))
        await detections.miss(
            conn, said["conversation"], said["line2"], Mark("missed", "high", "suicide", said["staff"], now)
        )
        tally = await detections.tally(conn, now - timedelta(days=7))
        assert (tally.total, tally.marked, tally.right, tally.missed) == (2, 1, 1, 1)
        assert tally.by_level == {"urgent": 1, "concern": 1}
        assert tally.by_kind == {"suicide": 1, "self-harm": 1}
        assert [found.text for found in await detections.marked(conn)] == [
            "翻到遗书了，人找不到",
            "他说晚上想吃 100% 纯果汁",
        ]
        assert (await detections.tally(conn, now + timedelta(days=1))).total == 0


async def test_findings_go_with_the_conversation(engine: AsyncEngine, said: dict[str, int]) -> None:
    async with engine.begin() as conn:
        await conversations.erase_person(conn, "web", "v-1")
        await conversations.erase_person(conn, "cli", "x")
        left = (await conn.exec_driver_sql("SELECT count(*) FROM detections")).scalar_one()
    assert left == 0
