"""Calls to listings: all are kept, and how many in a row nobody answered is counted from the last that somebody did."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import changes, people, verifications
from knowledge.editorial import State, StepError


async def test_unanswered_calls_in_a_row_are_counted_for_each_listing(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        await people.add(conn, login="xu", name="许老师", role="editor", password_hash="x")
        staff = await people.named(conn, "xu")
    assert staff is not None
    calls = [
        ("a", "no-answer"),
        ("a", "right"),
        ("a", "no-answer"),
        ("b", "no-answer"),
        ("a", "no-answer"),
        ("c", "gone"),
    ]
    async with engine.begin() as conn:
        for n, (listing, outcome) in enumerate(calls):
            at = now + timedelta(minutes=n)
            await verifications.add(conn, staff, listing, outcome, at, answered="前台", note=f"第 {n} 次")
        lasts = await verifications.last_of_each(conn)
        past = await verifications.of_listing(conn, "a")
    assert {key: (last.call.outcome, last.unanswered) for key, last in lasts.items()} == {
        "a": ("no-answer", 2),
        "b": ("no-answer", 1),
        "c": ("gone", 0),
    }
    assert [call.note for call in past] == ["第 4 次", "第 2 次", "第 1 次", "第 0 次"]
    assert (past[0].name, past[0].answered, past[0].at) == ("许老师", "前台", now + timedelta(minutes=4))


async def test_ones_own_draft_is_passed_unread_once(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        await people.add(conn, login="xu", name="许老师", role="editor", password_hash="x")
        staff = await people.named(conn, "xu")
    assert staff is not None
    async with engine.begin() as conn:
        number = await changes.save(
            conn, staff, "listing", "a", {"id": "a"}, title="甲", seen=0, now=now, origin="call"
        )
        await changes.pass_unread(conn, number, staff, now, words="打过")
        found = await changes.find(conn, number)
        assert found is not None
        assert found.state is State.APPROVED
        assert [remark.text for remark in await changes.said(conn, [number])] == ["打过"]
        with pytest.raises(StepError):
            await changes.pass_unread(conn, number, staff, now, words="又打过")
        with pytest.raises(LookupError):
            await changes.pass_unread(conn, number + 1, staff, now, words="")
