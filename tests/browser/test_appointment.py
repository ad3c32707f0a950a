"""A parent and a counsellor, each in a browser: a time is put up, asked for and confirmed; both widths and themes."""

from __future__ import annotations

from typing import Any

import pytest
from chromium import Person
from screens import DESKTOP, PHONE, at_the_desk, fits, picture
from sqlalchemy import update

from bot.store.tables import staff
from tests.house import House
from tests.slots import THURSDAY, a_booking, a_house_with_times, a_slot, a_station

pytestmark = pytest.mark.browser


async def says(page: Any, words: str) -> None:
    await page.fill("#say", words)
    await page.click("#composer button[type=submit]")


async def at_the_station(person: Person, house: House, station: int, viewport: dict[str, int]) -> Any:
    page = await at_the_desk(person, house, viewport)
    async with house.app_engine.begin() as conn:
        await conn.execute(update(staff).where(staff.c.login == "zhou").values(station_id=station))
    return page


@pytest.mark.parametrize(("viewport", "name"), [(PHONE, "phone"), (DESKTOP, "desktop")], ids=["phone", "desktop"])
async def test_a_time_is_put_up_asked_for_and_confirmed(
    person: Person, house: House, viewport: dict[str, int], name: str
) -> None:
    async with house.app_engine.begin() as conn:
        station = await a_station(conn)
        await a_booking(conn, await a_slot(conn, station, THURSDAY, "坐诊", places=8, minutes=180), house.clock())
    desk = await at_the_station(person, house, station, viewport)
    await desk.goto(house.url + "/desk/slots")
    await desk.fill("#title", "家庭教育咨询")
    await desk.fill("#day", "2026-05-14")
    await desk.fill("#at", "09:30")
    await desk.click("text=每周都有，一次加上")
    await desk.fill("#until", "2026-05-28")
    assert await fits(desk)
    await picture(desk, f"slots-form-{name}")
    await desk.click("#add form > button")
    await desk.wait_for_selector("text=加好了 3 个时间")

    parent = await person("/chat", PHONE)
    await says(parent, "我要预约")
    await parent.click("button:has-text('5 月 14 日（周四）9:30')")
    await parent.wait_for_selector("text=替您问了")
    await picture(parent, f"appointment-asked-{name}")

    for theme in ("light", "dark"):
        await desk.emulate_media(color_scheme=theme)
        await desk.goto(house.url + "/desk/slots")
        assert await fits(desk)
        await picture(desk, f"slots-{name}-{theme}")
    await desk.click(".guests a >> nth=0")
    await desk.wait_for_selector("text=确认约好")
    for theme in ("dark", "light"):
        await desk.emulate_media(color_scheme=theme)
        assert await fits(desk)
        await picture(desk, f"appointment-{name}-{theme}")
    await desk.fill("textarea[name=word]", "在二楼 203，带上作业本")
    await desk.click("text=确认约好")
    await desk.wait_for_selector(".badge >> text=约好了")
    await parent.wait_for_selector(".turn[data-who=person] >> text=在二楼 203")
    await desk.click("text=换一个时间")
    await desk.wait_for_selector("text=问家长行不行")
    assert await fits(desk)
    await picture(desk, f"appointment-confirmed-{name}")


async def test_a_time_is_taken_off_without_script(person: Person, house: House) -> None:
    station = await a_house_with_times(house)
    desk = await at_the_station(person, house, station, PHONE)
    await desk.goto(house.url + "/desk/slots")
    await desk.click("#slot1 summary")
    await desk.click("text=确定撤掉")
    await desk.wait_for_selector("#slot1 >> text=撤了")
