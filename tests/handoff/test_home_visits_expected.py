"""Who expects somebody: told when nobody comes, whatever came between; a nod answers only what was read."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from a_visited_family import MORNING, NIGHT, THURSDAY, Family, the_family
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.handoff.desk import DeskError
from bot.handoff.family import contacts, files, visiting
from bot.store import files as rows
from bot.store import outbox, thread


@pytest.fixture
async def family(engine: AsyncEngine, now: datetime) -> Family:
    return await the_family(engine, now)


async def move(family: Family, one: int, at: datetime, now: datetime) -> None:
    async with family.engine.begin() as conn:
        await contacts.move(conn, family.case_id, family.by(now), one, at)


async def last_is_meant(family: Family, now: datetime) -> list[bool]:
    async with family.engine.connect() as conn:
        return [one.last for one in await visiting.of_parent(conn, family.conversation_id, now)]


async def test_what_has_not_arrived_is_answered_by_no_nod(family: Family, now: datetime) -> None:
    await family.plan(now)
    assert await last_is_meant(family, now) == [False]
    await family.delivered(now)
    assert await last_is_meant(family, now) == [True]


async def test_a_danger_in_the_night_keeps_the_morning_from_inviting(family: Family) -> None:
    await family.plan(NIGHT)
    await family.state(risk={"level": "urgent", "kind": "suicide", "at": NIGHT.isoformat()})
    await family.morning()
    assert await family.said() == []
    assert [one.told for one in await family.visits()] == ["untold"]


async def test_who_read_of_the_first_time_is_told_that_nobody_comes_though_the_second_never_arrived(
    family: Family, now: datetime
) -> None:
    one = await family.plan(now)
    await family.delivered(now)
    await move(family, one, THURSDAY + timedelta(days=1), now)  # its words are not sent yet
    await family.finish(one, now, off=True)
    texts = [words for words, _ in await family.said()]
    assert "这次先不来了" in texts[-1]
    assert "5 月" not in texts[-1]


async def test_who_read_of_a_visit_that_was_moved_and_called_off_at_night_is_told_in_the_morning(
    family: Family, now: datetime
) -> None:
    one = await family.plan(now)
    await family.delivered(now)
    await move(family, one, THURSDAY + timedelta(days=1), NIGHT)
    await family.finish(one, NIGHT, off=True)
    assert [each.told for each in await family.visits()] == ["off"]
    await family.morning()
    assert "这次先不来了" in (await family.said())[-1][0]


async def test_who_read_of_a_former_time_is_told_of_another_one_in_the_morning(family: Family, now: datetime) -> None:
    one = await family.plan(now)
    await family.delivered(now)
    await move(family, one, THURSDAY + timedelta(days=1), now)
    async with family.engine.begin() as conn:
        [parcel] = await outbox.claim(conn, now)
        await outbox.finish(conn, parcel, "failed", reason="拒收")
        await thread.mark(conn, family.conversation_id, parcel.message_id or 0, "failed", "拒收")
    await move(family, one, THURSDAY + timedelta(days=2), NIGHT)
    await family.morning()
    assert "改到 5 月 16 日" in (await family.said())[-1][0]


@pytest.mark.parametrize("off", [False, True])
async def test_a_file_stays_while_the_morning_still_has_to_tell(family: Family, now: datetime, off: bool) -> None:
    one = await family.plan(now if off else NIGHT)
    if off:
        await family.delivered(now)
        await family.finish(one, NIGHT, off=True)
    async with family.engine.begin() as conn:
        with pytest.raises(DeskError, match="家长在等"):
            await files.close(conn, family.case_id, family.staff, "好转", NIGHT)
        with pytest.raises(DeskError, match="家长在等"):
            await files.staff_withdraws(conn, family.case_id, family.staff, NIGHT)
    await family.morning()
    async with family.engine.begin() as conn:
        if not off:
            await contacts.finish_follow_up(
                conn, family.case_id, family.by(MORNING), one, "不去了", contacts.Came(off=True)
            )
        await files.close(conn, family.case_id, family.staff, "好转", MORNING)


async def test_only_a_helper_whose_pairing_runs_is_announced(family: Family, now: datetime) -> None:
    async with family.engine.begin() as conn:
        number = await rows.add(conn, "helpers", family.case_id, side="school", who="许老师", role="tutor")
        assert number is not None
        contact = contacts.Contact("home", number)
        await contacts.plan_follow_up(conn, family.case_id, family.by(now), "", THURSDAY, contact, tell=True)
        [own] = await visiting.of_parent(conn, family.conversation_id, now)
        assert own.who == "许老师"
        await rows.change(conn, "helpers", family.case_id, number, ended_day=now.date(), ended_why="搬走了")
        [own] = await visiting.of_parent(conn, family.conversation_id, now)
        assert own.who == "周老师"
    [(words, _)] = await family.said()
    assert "许老师想来家里坐坐" in words
    assert "我" not in words


async def test_a_double_tap_plans_one_visit_and_writes_one_note(family: Family, now: datetime) -> None:
    await family.plan(now)
    await family.plan(now + timedelta(seconds=1))
    assert len(await family.visits()) == 1
    await family.plan(now, THURSDAY + timedelta(days=1))
    for seconds in (0, 1, 600):
        async with family.engine.begin() as conn:
            by = family.by(now + timedelta(seconds=seconds))
            await contacts.write_down(conn, family.case_id, by, "说好了十点半", contacts.Contact("phone"))
    assert len(await family.visits()) == 4
    assert len(await family.said()) == 2
