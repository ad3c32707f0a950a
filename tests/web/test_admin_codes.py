"""The codes of all stations on one page, one a sheet of paper."""

from __future__ import annotations

from bot.demo.wechat.faults import Fault
from bot.store import stations
from bot.web.admin.paging import PAGE as MANY
from tests.house import House
from tests.web.desk_browser import PAGE, text


async def test_every_station_in_use_has_a_sheet(house: House) -> None:
    admin = await house.staff("shen", "沈主任", "admin")
    assert "还没有站点" in await text(admin, "/admin/codes")
    async with house.app_engine.begin() as conn:
        await stations.add(conn, slug="putuo", name="普陀站")
        await stations.add(conn, slug="tianning", name="天宁站")
        gone = await stations.add(conn, slug="old", name="旧站")
        await stations.change(conn, gone, active=False)
    page = await text(admin, "/admin/codes")
    assert page.count("data:image/svg+xml") == 2
    assert page.count("微信扫一扫") == 2
    assert "旧站" not in page


async def test_many_stations_are_turned_over_by_pages(house: House) -> None:
    admin = await house.staff("shen", "沈主任", "admin")
    async with house.app_engine.begin() as conn:
        for at in range(MANY + 1):
            await stations.add(conn, slug=f"s{at:02}", name=f"第{at:02}站")
    assert (await text(admin, "/admin/codes")).count("data:image/svg+xml") == MANY
    assert (await text(admin, "/admin/codes?page=2")).count("data:image/svg+xml") == 1


async def test_without_wechat_the_codes_open_our_page_and_say_so(house: House) -> None:
    admin = await house.staff("shen", "沈主任", "admin")
    async with house.app_engine.begin() as conn:
        await stations.add(conn, slug="putuo", name="普陀站")
    house.fake.world.faults.order("qrcode/create", Fault(errcode=45009, times=None))
    page = await text(admin, "/admin/codes")
    assert "/chat?s=putuo" in page
    assert "公众号码暂时没有取到" in page
    assert (await (await house.staff("gu", "顾编辑", "editor")).get("/admin/codes", headers=PAGE)).status == 403
