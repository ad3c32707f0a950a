"""The job of the weekly digest: drafts, what is sent and what not, once each, also when its process dies in between."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.dialogue.bearings import prepared
from bot.dialogue.decision import Tools
from bot.jobs.digest import LATE, PAGE, Drafts, Mailing
from bot.messages import Reply
from bot.store import digests, outbox
from bot.store import tables as t
from indexes.engine import SearchEngine
from knowledge.calendar import CHINA
from knowledge.digest import GROUPS
from tests.jobs.a_digest import FRIDAY, TUESDAY, WEEK, approved, lines, of, parents, parts
from tests.jobs.conftest import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock(TUESDAY)


@pytest.fixture(scope="module")
def tools(search_engine: SearchEngine) -> Tools:
    return prepared(search_engine.release.library, None, search_engine)


@pytest.fixture
def mailing(engine: AsyncEngine, tools: Tools, clock: Clock) -> Mailing:
    return Mailing(engine, lambda: tools, parts, clock)


async def test_this_week_and_the_next_are_drafted_once_for_friday_evening(
    engine: AsyncEngine, tools: Tools, clock: Clock
) -> None:
    drafts = Drafts(engine, lambda: tools, clock)
    await drafts.run()
    first = await of(engine)
    assert first.due_at == datetime(2026, 5, 15, 19, 0, tzinfo=CHINA)
    assert set(first.entries) == set(GROUPS)
    assert all(len(ids) == 3 for ids in first.entries.values())
    following = await of(engine, WEEK + timedelta(days=7))
    assert not first.chosen & following.chosen
    await drafts.run()
    assert await of(engine) == first


async def test_after_friday_evening_only_the_next_week_is_drafted(
    engine: AsyncEngine, tools: Tools, clock: Clock
) -> None:
    clock.now = FRIDAY + timedelta(hours=2)
    await Drafts(engine, lambda: tools, clock).run()
    async with engine.connect() as conn:
        assert [one.week for one in await digests.weeks(conn, WEEK)] == [WEEK + timedelta(days=7)]


async def test_without_an_index_nothing_is_drafted(engine: AsyncEngine, tools: Tools, clock: Clock) -> None:
    await Drafts(engine, lambda: replace(tools, engine=None), clock).run()
    async with engine.connect() as conn:
        assert await digests.weeks(conn, WEEK) == []


async def test_without_an_approval_nothing_is_sent_and_the_week_says_so(
    engine: AsyncEngine, tools: Tools, mailing: Mailing, clock: Clock
) -> None:
    await parents(engine, clock, ["o-mei"])
    await Drafts(engine, lambda: tools, clock).run()
    clock.now = FRIDAY
    await mailing.run()
    assert await lines(engine) == []
    clock.now = FRIDAY + timedelta(days=4)
    await Drafts(engine, lambda: tools, clock).run()
    held = await of(engine)
    assert (held.state, held.note) == ("unsent", LATE)


async def test_an_approval_of_a_week_that_is_over_sends_nothing(
    engine: AsyncEngine, tools: Tools, mailing: Mailing, clock: Clock
) -> None:
    await parents(engine, clock, ["o-mei"])
    await approved(engine, tools, clock)
    clock.now = FRIDAY + timedelta(days=4)
    await mailing.run()
    assert await lines(engine) == []
    assert (await of(engine)).state == "unsent"


async def test_everybody_gets_it_once_and_then_it_is_sent(
    engine: AsyncEngine, tools: Tools, mailing: Mailing, clock: Clock
) -> None:
    ids = await parents(engine, clock, [f"o-{n}" for n in range(PAGE + 3)])
    await approved(engine, tools, clock)
    await mailing.run()
    assert await lines(engine) == []
    clock.now = FRIDAY
    await mailing.run()
    assert len(await lines(engine)) == PAGE
    await mailing.run()
    await mailing.run()
    await mailing.run()
    assert await lines(engine) == sorted(ids)
    held = await of(engine)
    assert (held.state, held.sent, held.skipped) == ("sent", len(ids), 0)
    async with engine.connect() as conn:
        rows = (await conn.execute(select(t.outbox))).all()
    assert len(rows) == len(ids)
    assert {(row.automatic, row.about, row.expires_at - row.created_at) for row in rows} == {
        (True, "digest", timedelta(days=6))
    }


async def test_a_process_that_dies_in_between_goes_on_where_it_was(
    engine: AsyncEngine, tools: Tools, clock: Clock
) -> None:
    ids = await parents(engine, clock, [f"o-{n}" for n in range(12)])
    await approved(engine, tools, clock)
    clock.now = FRIDAY
    dying: list[asyncio.Task[int]] = []
    written = 0

    def until_the_fifth(reply: Reply, sender: str) -> tuple[str, ...]:
        nonlocal written
        written += 1
        if written == 5:
            dying[0].cancel()
        return parts(reply, sender)

    dying.append(asyncio.create_task(Mailing(engine, lambda: tools, until_the_fifth, clock).run()))
    with pytest.raises(asyncio.CancelledError):
        await dying[0]
    before = await lines(engine)
    assert len(before) == 4
    again = Mailing(engine, lambda: tools, parts, clock)
    for _ in range(3):
        await again.run()
    assert await lines(engine) == sorted(ids)
    held = await of(engine)
    assert (held.state, held.sent) == ("sent", len(ids))


async def test_two_processes_at_once_write_to_nobody_twice(engine: AsyncEngine, tools: Tools, clock: Clock) -> None:
    ids = await parents(engine, clock, [f"o-{n}" for n in range(20)])
    await approved(engine, tools, clock)
    clock.now = FRIDAY
    for _ in range(3):
        await asyncio.gather(*(Mailing(engine, lambda: tools, parts, clock).run() for _ in range(3)))
    assert await lines(engine) == sorted(ids)
    assert (await of(engine)).sent == len(ids)


@pytest.mark.parametrize("hour", [21, 23, 2, 7])
async def test_nothing_is_written_at_night(
    engine: AsyncEngine, tools: Tools, mailing: Mailing, clock: Clock, hour: int
) -> None:
    await parents(engine, clock, ["o-mei"], "web")
    await approved(engine, tools, clock)
    clock.now = (FRIDAY + timedelta(days=1)).replace(hour=hour)
    await mailing.run()
    assert await lines(engine) == []
    clock.now = clock.now.replace(hour=8)
    await mailing.run()
    assert len(await lines(engine)) == 1


async def without(tools: Tools, gone: set[str]) -> Tools:
    entries = {one: entry for one, entry in tools.library.entries.items() if one not in gone}
    return prepared(replace(tools.library, entries=entries), None, None, tools)


async def test_what_was_retired_since_is_left_out(engine: AsyncEngine, tools: Tools, clock: Clock) -> None:
    await parents(engine, clock, ["o-mei"], "web")
    held = await approved(engine, tools, clock)
    gone, *kept = held.entries["all"]
    fewer = await without(tools, {gone})
    clock.now = FRIDAY
    await Mailing(engine, lambda: fewer, parts, clock).run()
    async with engine.connect() as conn:
        said = await conn.scalar(select(t.messages.c.text).where(t.messages.c.key == digests.key_of(WEEK)))
    assert tools.library.entries[gone].title not in said
    assert all(tools.library.entries[one].title in said for one in kept)


async def test_where_all_was_retired_nothing_is_sent_and_the_page_says_why(
    engine: AsyncEngine, tools: Tools, clock: Clock
) -> None:
    await parents(engine, clock, ["o-mei"], "web")
    held = await approved(engine, tools, clock)
    fewer = await without(tools, held.chosen)
    clock.now = FRIDAY
    await Mailing(engine, lambda: fewer, parts, clock).run()
    assert await lines(engine) == []
    closed = await of(engine)
    assert (closed.state, "不在用" in closed.note) == ("unsent", True)


async def test_while_the_sender_is_behind_no_more_is_written(
    engine: AsyncEngine, tools: Tools, mailing: Mailing, clock: Clock
) -> None:
    await parents(engine, clock, [f"o-{n}" for n in range(3 * PAGE)])
    await approved(engine, tools, clock)
    clock.now = FRIDAY
    for _ in range(4):
        await mailing.run()
    assert len(await lines(engine)) == 2 * PAGE
    assert (await of(engine)).state == "sending"
    async with engine.begin() as conn:
        for parcel in await outbox.claim(conn, clock(), limit=1):
            await outbox.finish(conn, parcel, "sent")
    await mailing.run()
    assert len(await lines(engine)) == 3 * PAGE
