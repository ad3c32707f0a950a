"""The store of families' files: no word without consent, nothing of another file, all of it gone when asked."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.messages import Inbound
from bot.store import cases, conversations, files, follow_ups, inbounds, people
from bot.store.files import Page
from bot.store.people import Staff
from bot.store.tables import case_members, helpers, plan_items, referrals
from bot.store.tables import files as table
from bot.store.tables import follow_ups as looks

ROWS: dict[Page, dict[str, Any]] = {
    "plan": {"goal": "早睡", "who": "家里"},
    "helpers": {"side": "school", "who": "许老师"},
    "referrals": {"to_whom": "学校", "on_day": date(2026, 5, 14)},
    "follow_ups": {"what": "电话回访"},
}


async def a_person(conn: AsyncConnection, login: str = "zhou", name: str = "周老师") -> Staff:
    staff_id = await people.add(conn, login=login, name=name, role="counsellor", password_hash="x")
    return Staff(staff_id, login, name, "counsellor", True)


async def a_file(
    conn: AsyncConnection, owner: Staff, now: datetime, *, consent: str = "given", sender: str = "o-mei"
) -> int:
    receipt = await inbounds.receive(conn, Inbound("wechat", sender, "m:1", "text", "在吗", now), now)
    case_id = await cases.open_case(
        conn,
        {
            "conversation_id": receipt.conversation_id,
            "kind": "file",
            "state": "claimed",
            "owner_id": owner.id,
            "due_at": now + timedelta(days=3),
            "opened_at": now,
        },
    )
    await files.create(conn, case_id)
    await files.set_consent(conn, case_id, consent, expect=("",), at=now)
    return case_id


def values(page: Page, now: datetime) -> dict[str, Any]:
    return ROWS[page] | ({"due_at": now + timedelta(days=2)} if page == "follow_ups" else {})


@pytest.mark.parametrize("consent", ["", "asked", "refused", "withdrawn"])
async def test_no_statement_writes_a_word_without_consent(engine: AsyncEngine, now: datetime, consent: str) -> None:
    async with engine.begin() as conn:
        case_id = await a_file(conn, await a_person(conn), now, consent=consent)
        assert not await files.write_situation(conn, case_id, {"home": "两个人住"})
        for page in ROWS:
            assert await files.add(conn, page, case_id, **values(page, now)) is None
        for rows in (plan_items, helpers, referrals, looks):
            assert await conn.scalar(select(func.count()).select_from(rows)) == 0


async def test_with_consent_each_page_is_written_changed_and_read_back(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        case_id = await a_file(conn, await a_person(conn), now)
        assert await files.write_situation(conn, case_id, {"home": "两个人住"})
        ids = {page: await files.add(conn, page, case_id, **values(page, now)) for page in ROWS}
        assert await files.change(conn, "plan", case_id, ids["plan"] or 0, state="done")
        assert [(one.goal, one.state) for one in await files.plan(conn, case_id)] == [("早睡", "done")]
        assert [one.who for one in await files.aides(conn, case_id)] == ["许老师"]
        assert [(one.to_whom, one.answer) for one in await files.referred(conn, case_id)] == [("学校", "waiting")]
        assert [one.what for one in await follow_ups.of_case(conn, case_id)] == ["电话回访"]
        assert await files.remove(conn, "helpers", case_id, ids["helpers"] or 0)
        file = await files.find(conn, case_id)
        assert file is not None
        assert (file.situation, await files.aides(conn, case_id)) == ({"home": "两个人住"}, [])


async def test_a_row_of_another_file_is_not_reached(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        zhou = await a_person(conn)
        mine, theirs = await a_file(conn, zhou, now), await a_file(conn, zhou, now, sender="o-lan")
        row = await files.add(conn, "plan", theirs, goal="早睡", who="家里")
        assert row is not None
        assert not await files.change(conn, "plan", mine, row, state="done")
        assert not await files.remove(conn, "plan", mine, row)


async def test_a_closed_file_takes_no_word(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        case_id = await a_file(conn, await a_person(conn), now)
        row = await files.add(conn, "plan", case_id, goal="早睡", who="家里")
        await cases.change(conn, case_id, expect=("claimed",), state="closed", closed_at=now)
        assert await files.add(conn, "plan", case_id, goal="再早一点", who="家里") is None
        assert not await files.change(conn, "plan", case_id, row or 0, state="done")


async def test_erasing_a_parent_leaves_no_word_of_their_file(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        zhou, shen = await a_person(conn), await a_person(conn, "shen", "沈老师")
        case_id = await a_file(conn, zhou, now)
        other = await a_file(conn, zhou, now, sender="o-lan")
        for one in (case_id, other):
            await files.write_situation(conn, one, {"home": "两个人住"})
            await files.let_in(conn, one, shen.id, "探访", now)
            for page in ROWS:
                await files.add(conn, page, one, **values(page, now))
    async with engine.begin() as conn:
        assert await conversations.erase_person(conn, "wechat", "o-mei")
    async with engine.connect() as conn:
        for rows in (plan_items, helpers, referrals, looks, case_members):
            left = await conn.execute(select(rows.c.case_id))
            assert [row[0] for row in left] == [other]
        kept = {row.case_id: row.situation for row in await conn.execute(select(table))}
        assert kept == {case_id: {}, other: {"home": "两个人住"}}
        case = await cases.find(conn, case_id)
        assert case is not None
        assert case.state == "closed"


async def test_only_who_is_in_a_file_finds_it_in_their_list_what_is_overdue_first(
    engine: AsyncEngine, now: datetime
) -> None:
    async with engine.begin() as conn:
        zhou, shen = await a_person(conn), await a_person(conn, "shen", "沈老师")
        later, late = await a_file(conn, zhou, now), await a_file(conn, zhou, now, sender="o-lan")
        await files.add(conn, "follow_ups", later, what="以后", due_at=now + timedelta(days=2))
        await files.add(conn, "follow_ups", late, what="昨天", due_at=now - timedelta(days=1))
        await files.add(conn, "follow_ups", late, what="明天", due_at=now + timedelta(days=1))
        await files.add(conn, "plan", late, goal="早睡", who="家里", until_day=date(2026, 5, 28))
        await cases.change(conn, late, expect=("claimed",), due_at=now - timedelta(days=1))
        found = await follow_ups.files_of(conn, zhou, now=now)
        assert [(one.id, one.next_what, one.until) for one in found] == [
            (late, "昨天", date(2026, 5, 28)),
            (later, "以后", None),
        ]
        assert await follow_ups.files_of(conn, shen, now=now) == []
        await files.let_in(conn, late, shen.id, "探访", now)
        assert [one.id for one in await follow_ups.files_of(conn, shen, now=now)] == [late]
        assert await files.let_out(conn, late, shen.id)
        assert await follow_ups.files_of(conn, shen, now=now) == []
        assert await follow_ups.files_of(conn, zhou, closed=True, now=now) == []
