"""Danger at the desk: somebody says that they look at it; news asks again; a quiet conversation is not written to."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.handoff import desk, moving
from bot.handoff.desk import DeskError
from bot.messages import Inbound, Level, Opening
from bot.store import cases, conversations, inbounds, people, queue, thread
from bot.store.cases import Case
from bot.store.events import CaseTag
from bot.store.people import Staff
from bot.store.queue import Wanted
from bot.store.tables import outbox


def danger(level: Level = "urgent", kind: str = "suicide") -> Opening:
    return Opening("crisis", level, "可能有轻生危险", {"risk_kind": kind})


async def says(engine: AsyncEngine, opening: Opening, now: datetime) -> int:
    """Let a parent say something grave; the case."""
    act = Inbound("wechat", "o-mei", f"m:{now.timestamp()}", "text", "…", now)
    async with engine.begin() as conn:
        receipt = await inbounds.receive(conn, act, now)
        conversation = await conversations.lock(conn, receipt.conversation_id)
        assert conversation is not None
        opened = await desk.open_case(conn, conversation, opening, now=now, on_duty=True, facts={})
        await conversations.save(conn, conversation.id, case_id=opened.id)
    return opened.id


async def knocked(engine: AsyncEngine, case_id: int) -> None:
    """Pretend that a round of alerts went out."""
    async with engine.begin() as conn:
        case = await cases.find(conn, case_id)
        assert case is not None
        await cases.change(conn, case_id, expect=("open", "claimed"), alerts=case.alerts + 1)


async def a_counsellor(engine: AsyncEngine, login: str = "zhou", name: str = "周老师") -> Staff:
    async with engine.begin() as conn:
        staff_id = await people.add(conn, login=login, name=name, role="counsellor", password_hash="x")
    return Staff(staff_id, login, name, "counsellor", True)


async def stored(engine: AsyncEngine, case_id: int) -> Case:
    async with engine.connect() as conn:
        case = await cases.find(conn, case_id)
    assert case is not None
    return case


async def tags(engine: AsyncEngine, case_id: int) -> list[str]:
    async with engine.connect() as conn:
        return [step.tag for step in await cases.timeline(conn, case_id)]


async def test_saying_that_one_looks_stops_the_alerts_without_taking_the_case(
    engine: AsyncEngine, now: datetime
) -> None:
    case_id, zhou = await says(engine, danger(), now), await a_counsellor(engine)
    later = now + timedelta(minutes=2)
    for _ in range(2):  # pressed twice
        async with engine.begin() as conn:
            await desk.acknowledge(conn, case_id, zhou, later)
    case = await stored(engine, case_id)
    assert (case.state, case.owner, case.acknowledged_at, case.unseen) == ("open", None, later, False)
    assert await tags(engine, case_id) == [CaseTag.OPENED, CaseTag.ACKNOWLEDGED]


async def test_claiming_acknowledges(engine: AsyncEngine, now: datetime) -> None:
    case_id, zhou = await says(engine, danger("high"), now), await a_counsellor(engine)
    async with engine.begin() as conn:
        await desk.claim(conn, case_id, zhou, now)
    assert (await stored(engine, case_id)).acknowledged_at == now
    assert await tags(engine, case_id) == [CaseTag.OPENED, CaseTag.ACKNOWLEDGED, CaseTag.CLAIMED]


@pytest.mark.parametrize("step", ["reply", "note"])
async def test_words_of_the_owner_acknowledge_news(engine: AsyncEngine, now: datetime, step: str) -> None:
    case_id, zhou = await says(engine, danger("high"), now), await a_counsellor(engine)
    async with engine.begin() as conn:
        await desk.claim(conn, case_id, zhou, now)
    await says(engine, danger("urgent"), now + timedelta(minutes=1))
    assert (await stored(engine, case_id)).unseen
    async with engine.begin() as conn:
        await getattr(desk, step)(conn, case_id, zhou, "我在", "k1", now + timedelta(minutes=2))
    assert not (await stored(engine, case_id)).unseen


async def test_the_first_words_of_a_person_are_the_answer(engine: AsyncEngine, now: datetime) -> None:
    case_id, zhou = await says(engine, danger(), now), await a_counsellor(engine)
    async with engine.begin() as conn:
        await desk.claim(conn, case_id, zhou, now)
        await desk.note(conn, case_id, zhou, "声音在抖", "n1", now + timedelta(minutes=1))
        await desk.reply(conn, case_id, zhou, "我在", "k1", now + timedelta(minutes=2))
        await desk.reply(conn, case_id, zhou, "您说", "k2", now + timedelta(minutes=3))
    assert (await stored(engine, case_id)).answered_at == now + timedelta(minutes=2)


@pytest.mark.parametrize(
    ("first", "second", "minutes", "again"),
    [
        (danger("high"), danger("urgent"), 1, True),
        (danger("urgent"), danger("high"), 1, False),
        (danger("urgent"), danger("urgent"), 1, False),
        (danger("urgent"), danger("urgent", "poisoning"), 1, True),
        (danger("urgent"), danger("urgent"), 31, True),
        (danger("urgent"), danger("urgent"), -600, True),
        (danger("urgent"), danger("concern"), 60, False),
        (danger("urgent"), Opening("chat"), 60, False),
    ],
    ids=["worse", "less", "the same", "another", "the same later", "the clock was put back", "a concern", "a call"],
)
async def test_news_of_a_danger_that_somebody_looked_at_alerts_again(
    engine: AsyncEngine, now: datetime, first: Opening, second: Opening, minutes: int, again: bool
) -> None:
    case_id, zhou = await says(engine, first, now), await a_counsellor(engine)
    await knocked(engine, case_id)
    async with engine.begin() as conn:
        await desk.claim(conn, case_id, zhou, now)
    assert await says(engine, second, now + timedelta(minutes=minutes)) == case_id
    case = await stored(engine, case_id)
    assert (case.unseen, case.alerts) == (again, 0 if again else 1)
    assert case.state == "claimed"


async def test_another_danger_is_what_the_case_then_tells_and_quiet_stays_quiet(
    engine: AsyncEngine, now: datetime
) -> None:
    first = Opening("crisis", "urgent", "可能有家庭暴力", {"risk_kind": "domestic-violence", "quiet": True})
    case_id, zhou = await says(engine, first, now), await a_counsellor(engine)
    async with engine.begin() as conn:
        await desk.acknowledge(conn, case_id, zhou, now)
    second = Opening("crisis", "urgent", "可能误服了有害的东西", {"risk_kind": "poisoning", "quiet": False})
    await says(engine, second, now + timedelta(minutes=1))
    case = await stored(engine, case_id)
    assert (case.reason, case.detail) == ("可能误服了有害的东西", {"risk_kind": "poisoning", "quiet": True})


async def test_what_nobody_has_looked_at_goes_on_climbing_whatever_is_said_again(
    engine: AsyncEngine, now: datetime
) -> None:
    case_id = await says(engine, danger(), now)
    await knocked(engine, case_id)
    await says(engine, danger("urgent", "poisoning"), now + timedelta(hours=2))
    assert (await stored(engine, case_id)).alerts == 1


async def test_a_case_is_not_closed_over_news_that_nobody_has_read(engine: AsyncEngine, now: datetime) -> None:
    case_id, zhou = await says(engine, danger("high"), now), await a_counsellor(engine)
    async with engine.begin() as conn:
        await desk.claim(conn, case_id, zhou, now)
    await says(engine, danger("urgent"), now + timedelta(minutes=1))
    async with engine.begin() as conn:
        with pytest.raises(DeskError, match="我看到了"):
            await moving.close(conn, case_id, zhou, "已解决", now)
        await desk.acknowledge(conn, case_id, zhou, now)
        await moving.close(conn, case_id, zhou, "已解决", now)
    assert (await stored(engine, case_id)).state == "closed"


async def test_dangers_that_nobody_has_seen_stand_first(engine: AsyncEngine, now: datetime) -> None:
    zhou = await a_counsellor(engine)
    async with engine.begin() as conn:
        values = {"kind": "crisis", "opened_at": now, "due_at": now}
        seen = await cases.open_case(conn, {**values, "level": "urgent"})
        chat = await cases.open_case(conn, {**values, "kind": "chat"})
        high = await cases.open_case(conn, {**values, "level": "high"})
        urgent = await cases.open_case(conn, {**values, "level": "urgent"})
        await cases.change(conn, seen, expect=("open",), acknowledged_at=now, owner_id=zhou.id)
        found, more = await queue.listed(conn, zhou, Wanted("all"), now)
        assert ([case.id for case in found], more) == ([urgent, high, seen, chat], False)
        assert await cases.unseen(conn) == [(high, 0), (urgent, 0)]


async def be_quiet(engine: AsyncEngine) -> None:
    async with engine.begin() as conn:
        found = await conversations.find(conn, "wechat", "o-mei")
        assert found is not None
        await conversations.save(conn, found, state={"quiet": True})


async def parcels(engine: AsyncEngine) -> list[tuple[str, str]]:
    async with engine.connect() as conn:
        return [(row[0], row[1]) for row in await conn.execute(select(outbox.c.text, outbox.c.state))]


async def test_words_in_a_quiet_conversation_wait_unless_the_parent_said_that_it_is_safe(
    engine: AsyncEngine, now: datetime
) -> None:
    case_id, zhou = await says(engine, danger("high", "domestic-violence"), now), await a_counsellor(engine)
    await be_quiet(engine)
    async with engine.begin() as conn:
        await desk.claim(conn, case_id, zhou, now)
        await desk.reply(conn, case_id, zhou, "您方便说话吗", "k1", now)
        await desk.reply(conn, case_id, zhou, "我在", "k2", now, safe=True)
        found = await conversations.find(conn, "wechat", "o-mei")
        assert found is not None
        said = {line.text: (line.state, line.reason) for line in await thread.lines(conn, found) if line.author}
    assert said == {"您方便说话吗": ("parked", "安静模式：等家长再来说话时送出"), "我在": ("pending", "")}
    assert await parcels(engine) == [("周老师：您方便说话吗", "parked"), ("周老师：我在", "pending")]


async def test_taking_handing_back_and_closing_push_nothing_into_any_conversation(
    engine: AsyncEngine, now: datetime
) -> None:
    case_id, zhou = await says(engine, danger("high", "domestic-violence"), now), await a_counsellor(engine)
    async with engine.begin() as conn:
        await desk.claim(conn, case_id, zhou, now)
        await moving.hand_back(conn, case_id, zhou, now)
        await moving.close(conn, case_id, zhou, "已转介", now)
    assert await parcels(engine) == []
