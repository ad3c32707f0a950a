"""How often each button of the menu was tapped: counted from acts that are kept; of few parents nothing is said."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from desk_browser import Browser, text
from sqlalchemy import insert

from bot.store import conversations, menu_taps
from bot.store.menu_taps import Taps
from bot.store.tables import conversations as talks
from bot.store.tables import inbounds
from tests.house import House


@pytest.fixture
async def admin(house: House) -> Browser:
    return await house.staff("shen", "沈主任", "admin")


async def tapped(house: House, parents: int, key: str, times: int = 1, days: int = 1) -> None:
    """Let so many parents have tapped a button."""
    at = house.clock() - timedelta(days=days)
    async with house.app_engine.begin() as conn:
        for number in range(parents):
            await conversations.prepare(conn, "web", f"{key}-{days}-{number}", {})
            parent = (await conn.exec_driver_sql("SELECT max(id) FROM parents")).scalar_one()
            talk = (await conn.execute(insert(talks).values(parent_id=parent).returning(talks.c.id))).scalar_one()
            for time in range(times):
                row = {"key": f"e:{1778500000 + time}:{key}", "body": {}, "received_at": at, "leased_until": at}
                await conn.execute(insert(inbounds).values(conversation_id=talk, **row))


def counts(page: str) -> dict[str, str]:
    part = page[page.index('id="taps"') :]
    return dict(re.findall(r"<tr><td>(.*?)</td><td class=\"num\">(.*?)</td></tr>", part))


async def test_every_button_has_its_count_and_what_is_older_or_no_tap_is_left_out(house: House, admin: Browser) -> None:
    await tapped(house, 6, "CLICK:ASK", times=2)
    await tapped(house, 7, "CLICK:ASK", days=31)
    await tapped(house, 4, "CLICK:HUMAN", times=9)
    await tapped(house, 5, "CLICK:SAY:孩子写作业磨蹭怎么办")
    await tapped(house, 9, "subscribe:")
    shown = counts(await text(admin, "/admin/menu"))
    assert shown["问一问"] == "12"
    assert shown["找老师"] == "不足 5 人"
    assert shown["附近服务"] == "0"
    assert shown["换下来的按钮"] == "5"
    assert "更多" not in shown


async def test_a_tap_of_a_parent_is_counted(house: House) -> None:
    await house.act("event", event="CLICK", key="ASK")
    await house.act("event", event="VIEW", key="https://example.cn/e/one")
    async with house.app_engine.connect() as conn:
        found = await menu_taps.tapped(conn, house.clock() - timedelta(days=1))
    assert found == {"ASK": Taps(1, 1), "https://example.cn/e/one": Taps(1, 1)}


async def test_where_taps_cannot_be_counted_the_menu_opens_and_it_is_not_tried_again_at_once(
    house: House, admin: Browser
) -> None:
    await tapped(house, 6, "CLICK:ASK")
    async with house.app_engine.begin() as conn:
        await conn.exec_driver_sql("LOCK TABLE inbounds IN ACCESS EXCLUSIVE MODE")
        page = await text(admin, "/admin/menu")
    assert "现在数不出来" in page
    assert "放到公众号上" in page
    assert "现在数不出来" in await text(admin, "/admin/menu")
    house.clock.forward(timedelta(minutes=11))
    assert counts(await text(admin, "/admin/menu"))["问一问"] == "6"
