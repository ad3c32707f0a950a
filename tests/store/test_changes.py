"""Changes of the library in the database: opened once, saved over nobody, stepped through by the rules."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import changes, people
from bot.store.people import Staff
from knowledge.editorial import State, Step, StepError

KEY = "screens-bedtime"


async def person(engine: AsyncEngine, login: str, name: str) -> Staff:
    async with engine.begin() as conn:
        await people.add(conn, login=login, name=name, role="editor", password_hash="x")
        found = await people.named(conn, login)
    assert found is not None
    return found


async def saved(engine: AsyncEngine, staff: Staff, title: str, now: datetime, seen: int = 0) -> changes.Change:
    async with engine.begin() as conn:
        number = await changes.save(conn, staff, "entry", KEY, {"title": title}, title=title, seen=seen, now=now)
        found = await changes.find(conn, number)
    assert found is not None
    return found


async def take(
    engine: AsyncEngine, change: changes.Change, staff: Staff, step: Step, now: datetime, **more: object
) -> None:
    async with engine.begin() as conn:
        await changes.take(conn, change.id, staff, step, now, **more)  # type: ignore[arg-type]


async def test_a_draft_is_saved_reviewed_by_another_and_published(engine: AsyncEngine, now: datetime) -> None:
    xu, gu = await person(engine, "xu", "许老师"), await person(engine, "gu", "顾老师")
    first = await saved(engine, xu, "睡前交手机", now)
    assert (first.state, first.author, first.authors) == (State.DRAFT, "许老师", (xu.id,))
    second = await saved(engine, xu, "睡前怎么交手机", now + timedelta(minutes=1), seen=first.saved)
    assert second.id == first.id
    await take(engine, second, xu, Step.SUBMIT, now)
    with pytest.raises(StepError, match="另一位同事"):
        await take(engine, second, xu, Step.APPROVE, now, seen=second.saved)
    await take(engine, second, gu, Step.APPROVE, now, seen=second.saved)
    async with engine.begin() as conn:
        await changes.released(conn, [second.id], Step.PUBLISH, now, number=7)
        assert await changes.open_of(conn, "entry", KEY) is None
        [row] = await changes.listed(conn, [State.PUBLISHED])
        assert (row.release_number, row.body) == (7, {"title": "睡前怎么交手机"})
        assert [one.body for one in await changes.history(conn, "entry", KEY)] == [
            {"title": "睡前怎么交手机"},
            {"title": "睡前交手机"},
        ]
        told = [(one.step, one.author) for one in await changes.said(conn, [row.id])]
    assert told == [("submit", "许老师"), ("approve", "顾老师"), ("publish", "发布")]


async def test_a_second_saving_over_a_colleague_is_told_who_was_there(engine: AsyncEngine, now: datetime) -> None:
    xu, gu = await person(engine, "xu", "许老师"), await person(engine, "gu", "顾老师")
    first = await saved(engine, xu, "一", now)
    await saved(engine, gu, "二", now, seen=first.saved)
    with pytest.raises(StepError, match="顾老师刚刚存过"):
        await saved(engine, xu, "三", now, seen=first.saved)
    async with engine.connect() as conn:
        found = await changes.open_of(conn, "entry", KEY)
    assert found is not None
    assert found.body == {"title": "二"}
    assert set(found.authors) == {xu.id, gu.id}


async def test_of_two_who_begin_the_same_thing_at_once_one_opens_it(engine: AsyncEngine, now: datetime) -> None:
    xu, gu = await person(engine, "xu", "许老师"), await person(engine, "gu", "顾老师")
    made = await asyncio.gather(saved(engine, xu, "甲", now), saved(engine, gu, "乙", now), return_exceptions=True)
    assert sorted(type(one).__name__ for one in made) == ["Change", "StepError"]
    async with engine.connect() as conn:
        assert len(await changes.listed(conn)) == 1


async def test_nobody_approves_a_version_that_they_have_not_read(engine: AsyncEngine, now: datetime) -> None:
    xu, gu, lu = [await person(engine, login, name) for login, name in (("xu", "许"), ("gu", "顾"), ("lu", "陆"))]
    first = await saved(engine, xu, "一", now)
    await take(engine, first, xu, Step.SUBMIT, now)
    await take(engine, first, xu, Step.TAKE_BACK, now)
    await saved(engine, lu, "二", now, seen=first.saved)
    await take(engine, first, lu, Step.SUBMIT, now)
    with pytest.raises(StepError, match="刚刚又改过"):
        await take(engine, first, gu, Step.APPROVE, now, seen=first.saved)


async def test_saving_what_was_decided_meanwhile_opens_nothing(engine: AsyncEngine, now: datetime) -> None:
    xu = await person(engine, "xu", "许老师")
    first = await saved(engine, xu, "一", now)
    await take(engine, first, xu, Step.DROP, now)
    with pytest.raises(StepError, match="已经定下来"):
        await saved(engine, xu, "二", now, seen=first.saved)
    async with engine.connect() as conn:
        assert await changes.listed(conn) == []
        assert await changes.counts(conn) == {}


async def test_what_was_given_up_is_taken_out_again_unless_another_draft_is_there(
    engine: AsyncEngine, now: datetime
) -> None:
    xu = await person(engine, "xu", "许老师")
    first = await saved(engine, xu, "一", now)
    await take(engine, first, xu, Step.DROP, now)
    second = await saved(engine, xu, "二", now)
    with pytest.raises(StepError, match="已经有一份"):
        await take(engine, first, xu, Step.REVIVE, now)
    await take(engine, second, xu, Step.DROP, now)
    await take(engine, first, xu, Step.REVIVE, now)
    async with engine.connect() as conn:
        found = await changes.open_of(conn, "entry", KEY)
        counted = await changes.counts(conn)
    assert found is not None
    assert found.id == first.id
    assert counted == {("entry", State.DRAFT): 1}


async def test_taking_a_thing_out_is_a_version_without_a_body(engine: AsyncEngine, now: datetime) -> None:
    xu = await person(engine, "xu", "许老师")
    async with engine.begin() as conn:
        number = await changes.save(conn, xu, "entry", KEY, None, title="旧的一条", seen=0, now=now)
        [found] = await changes.among(conn, [number])
    assert found.body is None
    assert found.title == "旧的一条"
