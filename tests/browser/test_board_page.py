"""The board, the figures and the review of a talk in Chromium: live, at both widths, in both themes."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from chromium import PATIENT, Person
from sqlalchemy import insert, update

from bot.store import cases, people, stations
from bot.store.tables import cases as rows_of_cases
from bot.store.tables import shifts
from tests.house import KEPT, PASSWORD, House

pytestmark = pytest.mark.browser

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def lead(house: House, person: Person) -> Person:
    """Give a function that opens a page as a supervisor; whatever the console says fails the test."""
    async with house.app_engine.begin() as conn:
        await people.add(conn, login="lu", name="陆主管", role="supervisor", password_hash=KEPT)

    async def open_(path: str, viewport: dict[str, int], scheme: str = "light") -> Any:
        page = await person(f"/desk/login?next={path}", viewport, color_scheme=scheme)
        await page.fill("#name", "lu")
        await page.fill("#password", PASSWORD)
        await page.click("button[type=submit]")
        await page.wait_for_selector("h1")
        return page

    return open_


async def picture(page: Any, name: str) -> None:
    """Keep a screenshot where somebody asked for them."""
    if folder := os.environ.get("SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / f"E8-{name}.png", full_page=True)


async def fits(page: Any) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


async def opened(house: House, at: datetime, **values: Any) -> int:
    async with house.app_engine.begin() as conn:
        given = {"kind": "chat", "opened_at": at, "due_at": at + 30 * MINUTE, **values}
        return await cases.open_case(conn, given)


@pytest.fixture
async def city(house: House) -> House:
    """Three stations, people on duty, cases of today and of last week."""
    now, owners = house.clock(), []
    async with house.app_engine.begin() as conn:
        places = [
            await stations.add(conn, slug=f"s{n}", name=name, hours="workday 08:30-17:30")
            for n, name in enumerate(("天宁站", "钟楼站", "武进站"))
        ]
        for n, name in enumerate(("周老师", "沈老师", "蒋老师")):
            where = {"station_id": places[n % 2]}
            owners.append(
                await people.add(conn, login=f"t{n}", name=name, role="counsellor", password_hash="x", **where)
            )
            hours = "all 22:00-08:00" if n == 2 else "all 08:00-22:00"  # the third one comes for the night
            shift = {"staff_id": owners[-1], "station_id": places[n % 2], "hours": hours}
            await conn.execute(insert(shifts).values(**shift, from_day=now.date() - timedelta(days=9)))
    for n in range(48):
        at = now - timedelta(minutes=17 * n + 3) - timedelta(days=7 if n % 2 else 0)
        owner = owners[n % 3]
        done = {"state": "closed", "claimed_at": at + MINUTE, "answered_at": at + (n % 7 + 1) * MINUTE}
        more = {"owner_id": owner, "closed_at": at + 90 * MINUTE, "satisfaction": 4 + n % 2, "rated_at": now}
        level = "high" if n % 9 == 0 else "none"
        await opened(house, at, station_id=places[n % 2], level=level, outcome="已解决", **done, **more)
    await opened(house, now - 38 * MINUTE, station_id=places[1], moves=1)
    await opened(house, now - 4 * MINUTE, station_id=places[0])
    claimed = {"state": "claimed", "owner_id": owners[0], "claimed_at": now}
    await opened(house, now - 3 * MINUTE, station_id=places[0], answered_at=now, **claimed)
    return house


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("viewport", "name"), [(PHONE, "phone"), (DESKTOP, "desktop")], ids=["phone", "desktop"])
async def test_the_board_is_readable_everywhere_and_live(
    lead: Person, city: House, viewport: dict[str, int], name: str, scheme: str
) -> None:
    page = await lead("/desk/board", viewport, scheme)
    await page.wait_for_selector("h1 >> text=此刻")
    assert await fits(page)
    await picture(page, f"board-{name}-{scheme}")
    row = page.locator("#list a")
    assert await row.count() == 1
    number = await opened(city, city.clock(), kind="crisis", level="urgent")
    await page.wait_for_selector(f'#list a[href="/desk/cases/{number}"]', timeout=PATIENT)
    await page.wait_for_selector("#stats >> text=没人确认的急事", timeout=PATIENT)
    assert await fits(page)
    await picture(page, f"board-danger-{name}-{scheme}")


async def test_what_has_the_focus_keeps_it_while_the_board_changes(lead: Person, city: House) -> None:
    page = await lead("/desk/board", DESKTOP)
    await page.locator("#list a").focus()
    before = await page.evaluate("document.activeElement.getAttribute('href')")
    number = await opened(city, city.clock(), kind="crisis", level="urgent")
    await page.wait_for_selector(f'#list a[href="/desk/cases/{number}"]', timeout=PATIENT)
    assert await page.evaluate("document.activeElement.getAttribute('href')") == before


async def test_a_station_is_chosen_without_a_button(lead: Person, city: House) -> None:
    page = await lead("/desk/board", DESKTOP)
    await page.select_option("#station", label="武进站")
    await page.wait_for_url("**/desk/board?station=*")
    assert await page.locator("#stations tbody tr").count() == 1
    assert "钟楼站" not in await page.inner_text("#stations")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("viewport", "name"), [(PHONE, "phone"), (DESKTOP, "desktop")], ids=["phone", "desktop"])
async def test_figures_and_quality_are_readable_everywhere(
    lead: Person, city: House, viewport: dict[str, int], name: str, scheme: str
) -> None:
    await city.say("我想找老师聊聊，孩子三天没去学校", "o-mei")
    async with city.app_engine.begin() as conn:
        owner = (await people.named(conn, "t0")).id  # type: ignore[union-attr]
        closed = {"state": "closed", "owner_id": owner, "closed_at": city.clock(), "outcome": "已解决"}
        closed |= {"satisfaction": 1, "rated_at": city.clock()}  # it stands first on the page of quality
        read = rows_of_cases.c.conversation_id.is_not(None)
        await conn.execute(update(rows_of_cases).where(read).values(**closed))
    page = await lead("/desk/figures", viewport, scheme)
    await page.wait_for_selector("svg.chart rect")
    assert await fits(page)
    await picture(page, f"figures-{name}-{scheme}")
    await page.goto(f"{city.url}/desk/quality")
    assert await page.locator("#low tbody tr").count() == 1
    await picture(page, f"quality-low-{name}-{scheme}")
    await page.goto(f"{city.url}/desk/board")
    await page.wait_for_selector("#list >> text=有 1 件家长说不满意")
    await picture(page, f"board-low-{name}-{scheme}")
    await page.goto(f"{city.url}/desk/quality")
    await page.click("text=抽一次 >> visible=true")
    await page.wait_for_selector("text=抽签号")
    assert await fits(page)
    await picture(page, f"quality-{name}-{scheme}")
    await page.click("#sample td a")
    await page.wait_for_selector("h2 >> text=回得怎么样")
    assert await fits(page)
    await page.check('input[name=warm][value="5"]')
    await page.fill("#comment", "先接住了情绪，再谈办法")
    await picture(page, f"review-{name}-{scheme}")
    await page.click("#marks button")
    await page.wait_for_selector("text=记下了")
    assert "陆主管" in await page.inner_text("#sample")
