"""The funnel: what was detected, alerted, acknowledged, answered, closed, and how long each took."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.messages import Inbound
from bot.store import alerts, cases, conversations, inbounds
from bot.store.events import CaseTag
from bot.store.funnel import Spread, funnel
from bot.store.tables import detections

DAY = timedelta(days=1)


async def a_case(conn: AsyncConnection, at: datetime, level: str = "urgent", **steps: float | str) -> int:
    """Open a case and let it take steps, each after so many seconds."""
    values = {"kind": "crisis", "level": level, "opened_at": at, "due_at": at}
    case_id = await cases.open_case(conn, values)
    if "alert" in steps:
        moment = at + timedelta(seconds=float(steps["alert"]))
        event = await alerts.take(conn, case_id, CaseTag.ALERTED, expect=0, at=moment, detail={"round": 1})
        assert event is not None
        await alerts.finish(conn, event, [str(steps.get("reached", "staff"))])
    if "look" in steps:
        moment = at + timedelta(seconds=float(steps["look"]))
        await cases.change(conn, case_id, expect=("open",), acknowledged_at=moment)
        await cases.add_event(conn, case_id, CaseTag.ACKNOWLEDGED, actor="周老师", at=moment)
    if "answer" in steps:
        moment = at + timedelta(seconds=float(steps["answer"]))
        await cases.change(conn, case_id, expect=("open",), answered_at=moment)
    if "outcome" in steps:
        await cases.change(conn, case_id, expect=("open",), state="closed", outcome=steps["outcome"], closed_at=at)
    return case_id


async def test_a_period_without_danger_is_all_nothing(engine: AsyncEngine, now: datetime) -> None:
    async with engine.connect() as conn:
        found = await funnel(conn, now - DAY, now)
    assert (found.opened, found.closed, found.outcomes) == (0, 0, {})
    assert found.detected == {"high": 0, "urgent": 0}
    assert (found.to_alert, found.to_acknowledge, found.to_answer) == (None, None, None)


async def test_each_case_is_counted_as_far_as_it_came(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        await a_case(conn, now)
        await a_case(conn, now, alert=1, reached="desk")
        await a_case(conn, now, alert=1, look=60)
        await a_case(conn, now, "high", alert=1, look=60, answer=120)
        await a_case(conn, now, alert=1, look=60, answer=120, outcome="已转介：去了区里的站")
        await a_case(conn, now, alert=1, look=60, outcome="已转介")
        await a_case(conn, now, outcome="erased")
        await a_case(conn, now, "concern", look=60, answer=120, outcome="已解决")
        await a_case(conn, now - DAY, alert=1)
        found = await funnel(conn, now, now + DAY)
    steps = (found.opened, found.alerted, found.reached, found.acknowledged, found.answered, found.closed)
    assert steps == (7, 5, 4, 4, 2, 3)
    assert found.outcomes == {"已转介": 2, "erased": 1}


async def test_times_are_told_by_their_median_and_their_slow_end(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        for minute in range(11):
            await a_case(conn, now, alert=1, look=60 * minute, answer=120 * minute)
        found = await funnel(conn, now, now + DAY)
    assert found.to_alert == Spread(1, 1)
    assert found.to_acknowledge == Spread(300, 540)
    assert found.to_answer == Spread(600, 1080)


async def test_news_that_asks_again_leaves_the_first_times(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        case_id = await a_case(conn, now, alert=2, look=30)
        again = {"acknowledged_at": None, "alerts": 0, "alerted_at": None}
        await cases.change(conn, case_id, expect=("open",), **again)
        later = now + timedelta(hours=3)
        await alerts.take(conn, case_id, CaseTag.ALERTED, expect=0, at=later, detail={"round": 1})
        found = await funnel(conn, now, now + DAY)
    assert (found.to_alert, found.to_acknowledge) == (Spread(2, 2), Spread(30, 30))
    assert (found.opened, found.alerted, found.acknowledged) == (1, 1, 1)


async def test_a_clock_that_was_put_back_makes_no_time_of_less_than_nothing(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        await a_case(conn, now, alert=-3600)
        assert (await funnel(conn, now, now + DAY)).to_alert == Spread(0, 0)


async def test_messages_are_counted_by_level(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        receipt = await inbounds.receive(conn, Inbound("wechat", "o-mei", "m:1", "text", "…", now), now)
        for level in ("urgent", "urgent", "high", "concern"):
            row = {"conversation_id": receipt.conversation_id, "level": level, "at": now}
            await conn.execute(detections.insert().values(row))
        assert (await funnel(conn, now, now + DAY)).detected == {"high": 1, "urgent": 2}
        assert (await funnel(conn, now - DAY, now)).detected == {"high": 0, "urgent": 0}
        await conversations.erase_person(conn, "wechat", "o-mei")
        assert (await funnel(conn, now, now + DAY)).detected == {"high": 0, "urgent": 0}
