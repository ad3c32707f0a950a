"""The rows of the weekly digest: who has it, whose turn it is, what is taken back, what goes with the parent."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.handoff.kinds import TALKS
from bot.messages import Inbound
from bot.store import conversations, digests, inbounds, outbox, subscriptions, thread
from bot.store import tables as t
from knowledge.digest import week_of

WEEK = date(2026, 5, 11)


async def a_parent(conn: AsyncConnection, now: datetime, sender: str = "o-mei") -> int:
    receipt = await inbounds.receive(conn, Inbound("wechat", sender, "m:1", "text", "在吗", now), now)
    return receipt.conversation_id


async def a_line(conn: AsyncConnection, talk: int, now: datetime, state: str = "parked", about: str = "digest") -> int:
    row = {**thread.said("bot", "这一周", key=digests.key_of(WEEK)), "state": state}
    [number] = await thread.add(conn, talk, [row], at=now, case_id=None)
    parcel = {
        "conversation_id": talk,
        "message_id": number,
        "channel": "wechat",
        "recipient": "o-mei",
        "text": "这一周",
    }
    given = {"automatic": True, "author": "", "state": state, "due_at": now, "expires_at": now + timedelta(days=6)}
    await outbox.put(conn, [{**parcel, **given, "about": about}])
    return number


async def test_a_turn_of_a_week_is_taken_once(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        mei, lan = await a_parent(conn, now), await a_parent(conn, now, "o-lan")
        for one in (mei, lan, mei):
            await subscriptions.add(conn, one, now)
        assert await subscriptions.page(conn, WEEK, 10) == [mei, lan]
        assert await subscriptions.take(conn, mei, WEEK)
        assert not await subscriptions.take(conn, mei, WEEK)
        assert await subscriptions.page(conn, WEEK, 10) == [lan]
        assert await subscriptions.page(conn, WEEK + timedelta(days=7), 10) == [mei, lan]


async def test_leaving_takes_back_what_waits_and_is_counted_without_a_name(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        mei = await a_parent(conn, now)
        await subscriptions.add(conn, mei, now)
        await conn.execute(t.digests.insert().values(week=WEEK, state="sent", due_at=now))
        await a_line(conn, mei, now)
        await a_line(conn, mei, now, about="")
        await subscriptions.remove(conn, mei)
        await subscriptions.remove(conn, mei)
        assert await subscriptions.since(conn, mei) is None
        assert [row.about for row in await conn.execute(select(t.outbox))] == [""]
        lines = await thread.lines(conn, mei, for_parent=True)
        assert [line.state for line in lines] == ["parked"]
        found = await digests.find(conn, WEEK)
    assert found is not None
    assert found.left == 1


async def test_a_subscription_goes_with_its_parent(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        mei = await a_parent(conn, now)
        await subscriptions.add(conn, mei, now)
        assert await conversations.erase_person(conn, "wechat", "o-mei")
        assert list(await conn.execute(select(t.subscriptions))) == []


async def test_subscribers_are_counted_by_the_stage_that_they_told(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        for sender, profile in (("o-a", {"stage": "junior"}), ("o-b", {"stage": "junior"}), ("o-c", {})):
            talk = await a_parent(conn, now, sender)
            await conn.execute(update(t.parents).where(t.parents.c.sender == sender).values(profile=profile))
            await subscriptions.add(conn, talk, now)
        assert await subscriptions.by_stage(conn) == {"junior": 2, None: 1}


async def test_danger_is_seen_in_detections_and_cases(engine: AsyncEngine, now: datetime) -> None:
    after = now - timedelta(days=14)
    async with engine.begin() as conn:
        mei = await a_parent(conn, now)
        assert await subscriptions.danger(conn, mei, after, TALKS) == subscriptions.Danger(False, False, False)
        await conn.execute(t.detections.insert().values(conversation_id=mei, level="high", at=after))
        assert (await subscriptions.danger(conn, mei, after, TALKS)).grave
        late = after + timedelta(seconds=1)
        assert not (await subscriptions.danger(conn, mei, late, TALKS)).grave
        opened = {"opened_at": after, "due_at": now}
        await conn.execute(t.cases.insert().values(conversation_id=mei, kind="suggestion", **opened))
        assert await subscriptions.danger(conn, mei, late, TALKS) == subscriptions.Danger(False, False, False)
        await conn.execute(t.cases.insert().values(conversation_id=mei, kind="chat", **opened))
        assert (await subscriptions.danger(conn, mei, late, TALKS)).open_talk
        await conn.execute(t.cases.insert().values(conversation_id=mei, kind="crisis", level="concern", **opened))
        assert (await subscriptions.danger(conn, mei, late, TALKS)).open_danger


async def test_a_step_is_written_once_and_late_ones_are_not(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        assert await digests.propose(conn, WEEK, now, {"opening": "一"}, now)
        assert not await digests.propose(conn, WEEK, now, {"opening": "二"}, now)
        assert await digests.change(conn, WEEK, seen=0, state="in-review")
        assert not await digests.change(conn, WEEK, seen=0, state="approved")
        found = await digests.find(conn, WEEK)
    assert found is not None
    assert (found.opening, found.state, found.saved) == ("一", "in-review", 1)


async def test_only_what_is_approved_and_due_is_sent_and_what_is_late_is_closed(
    engine: AsyncEngine, now: datetime
) -> None:
    later = WEEK + timedelta(days=7)
    async with engine.begin() as conn:
        for week, due in ((WEEK, now), (later, now + timedelta(days=7))):
            await digests.propose(conn, week, due, {}, now)
        assert await digests.due(conn, now) is None
        await digests.change(conn, later, seen=0, state="approved")
        assert await digests.due(conn, now) is None
        found = await digests.due(conn, now + timedelta(days=7))
        assert found is not None
        assert found.week == later
        await digests.expire(conn, later, "没有人批准")
        closed = await digests.find(conn, WEEK)
        kept = await digests.find(conn, later)
    assert closed is not None
    assert (closed.state, closed.note) == ("unsent", "没有人批准")
    assert kept is not None
    assert kept.state == "approved"


async def test_what_was_chosen_lately_is_known_except_for_the_week_itself(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        for back, ids in ((0, ["now"]), (1, ["last"]), (9, ["long-ago"])):
            week = WEEK - timedelta(weeks=back)
            await digests.propose(conn, week, now, {"entries": {"all": ids}}, now)
        assert await digests.used(conn, WEEK - timedelta(weeks=8), WEEK) == {"last"}


async def test_what_waits_is_counted_while_it_may_still_go(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        await a_line(conn, await a_parent(conn, now), now)
        assert await digests.waiting(conn, now) == {digests.key_of(WEEK): 1}
        assert await digests.waiting(conn, now + timedelta(days=6)) == {}


async def test_words_of_people_are_sent_before_digests_and_do_not_wait_behind_them(
    engine: AsyncEngine, now: datetime
) -> None:
    async with engine.begin() as conn:
        talks = [await a_parent(conn, now, f"o-{n}") for n in range(6)]
        for talk in talks:
            await a_line(conn, talk, now - timedelta(minutes=5), "pending")
        await a_line(conn, talks[0], now, "pending", about="")
        [first] = await outbox.claim(conn, now)
        assert (first.conversation_id, first.about) == (talks[0], "")
        await outbox.finish(conn, first, "sent")
        later = await outbox.claim(conn, now)
    assert [one.about for one in later] == ["digest"] * outbox.LATER


def test_weeks_begin_on_monday() -> None:
    assert week_of(WEEK) == WEEK
