"""Every page of a case that follows a stream is given one: a page that asks for what is not there never rests."""

from __future__ import annotations

import re
from typing import Any

import pytest
from desk_browser import a_case, events, text
from sqlalchemy import update

from bot.store import cases
from bot.store.tables import cases as rows_of_cases
from bot.store.tables import files
from tests.house import House


async def a_case_of(house: House, kind: str) -> int:
    """Make a case of a kind, with a conversation if kinds like it have one."""
    number = await a_case(house)
    now = house.clock()
    async with house.app_engine.begin() as conn:
        talk = await conn.scalar(rows_of_cases.select().with_only_columns(rows_of_cases.c.conversation_id))
        if kind == "chat":
            return number
        given: dict[str, Any] = {"kind": kind, "opened_at": now, "due_at": now, "detail": {"text": "周末也开门"}}
        if kind != "report":
            given["conversation_id"] = talk
        if kind == "file":
            owner = (await conn.exec_driver_sql("SELECT id FROM staff WHERE login = 'boss'")).scalar_one()
            given |= {"state": "claimed", "owner_id": owner, "claimed_at": now}
        number = await cases.open_case(conn, given)
        if kind == "file":
            await conn.execute(files.insert().values(case_id=number))
    return number


def followed(page: str) -> str:
    """Give the address of the stream that a page follows; "" for none."""
    found = re.search(r'data-stream="([^"]*)"', page)
    return found[1] if found else ""


@pytest.mark.parametrize("erased", [False, True], ids=["as it is", "erased"])
@pytest.mark.parametrize("kind", ["chat", "crisis", "suggestion", "appointment", "file"])
async def test_what_a_page_follows_is_there(house: House, kind: str, *, erased: bool) -> None:
    boss = await house.staff("boss", "顾主任", "admin")
    number = await a_case_of(house, kind)
    if erased:
        async with house.app_engine.begin() as conn:
            await conn.execute(update(rows_of_cases).where(rows_of_cases.c.id == number).values(conversation_id=None))
    address = followed(await text(boss, f"/desk/cases/{number}"))
    asked = await boss.get(f"/desk/cases/{number}/stream")
    if address:
        assert address == f"/desk/cases/{number}/stream"
        assert asked.status == 200
        assert "retry" in await events(asked, "retry")
    assert bool(address) == (kind == "file" or (kind in ("chat", "crisis") and not erased))
    asked.close()
