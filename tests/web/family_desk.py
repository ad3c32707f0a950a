"""A family's file at the desk, for the tests of pairings and of home visits: opened, and agreed to in the chat."""

from __future__ import annotations

from typing import Any

from desk_browser import OURS, Browser, a_case, post
from sqlalchemy import insert, update

from bot.store.tables import cases, staff, stations
from tests.house import House, rows


async def a_file(house: House, *, agreed: bool = True) -> Browser:
    """A counsellor who talks with a parent in case 1 and has the family's file, case 2."""
    assert await a_case(house) == 1
    browser = await house.staff()
    assert (await post(browser, "/desk/cases/1/claim"))[0] == 303
    answer = await browser.post("/desk/cases/1/file", headers=OURS, allow_redirects=False)
    assert answer.headers["Location"] == "/desk/cases/2"
    if agreed:
        assert (await step(browser, "ask", key="ask-0001"))[0] == 303
        assert "记下了：您同意建档" in await house.say("同意建档")
    return browser


async def step(browser: Browser, name: str, **given: str) -> tuple[int, str]:
    return await post(browser, f"/desk/cases/2/file/{name}", **given)


async def of_table(house: House, table: Any) -> list[Any]:
    """Read a table in the order in which it was written."""
    return sorted(await rows(house.database_url, table), key=lambda row: int(row.id))


async def a_station(house: House, slug: str, logins: tuple[str, ...], *, with_file: bool = False) -> int:
    """Make a station with these people; with the file of case 2, if asked for."""
    async with house.app_engine.begin() as conn:
        made = insert(stations).values(slug=slug, name=f"{slug}站", region="changzhou-tianning")
        number: int = (await conn.execute(made.returning(stations.c.id))).scalar_one()
        await conn.execute(update(staff).where(staff.c.login.in_(logins)).values(station_id=number))
        if with_file:
            await conn.execute(update(cases).where(cases.c.id == 2).values(station_id=number))
    return number
