"""站点 over HTTP: admins keep them, the robot's address never comes back, leads print the code of their own."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientResponse
from desk_browser import PAGE, Browser, post, text

from bot.store import audit, people, stations
from bot.store.tables import stations as station_rows
from tests.house import KEPT, House, rows

ROBOT = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=3f2c-secret-9d41"
GIVEN = {
    "name": "天宁站",
    "slug": "tianning",
    "region": "常州市天宁区",
    "hours": "工作日 8:30-17:30",
    "kind-chat": "1",
    "kind-crisis": "1",
    "languages": "粤语、英文、普通话",
    "robot": ROBOT,
    "active": "1",
}


@pytest.fixture
async def admin(house: House) -> Browser:
    return await house.staff("boss", "管理员", "admin")


async def stored(house: House) -> Any:
    [row] = await rows(house.database_url, station_rows)
    return row


async def test_a_station_is_added_and_changed_and_its_robot_is_never_shown_again(house: House, admin: Browser) -> None:
    assert (await post(admin, "/desk/stations/new", **GIVEN))[0] == 303
    kept = await stored(house)
    assert (kept.name, kept.hours, kept.kinds) == ("天宁站", "workday 08:30-17:30", ["crisis", "chat"])
    assert (kept.languages, kept.robot, kept.active) == (["粤语", "英语"], ROBOT, True)
    listed, one = await text(admin, "/desk/stations"), await text(admin, f"/desk/stations/{kept.id}")
    for page in (listed, one):
        assert "secret" not in page
        assert "…9d41" in page
    assert "常州市天宁区" in one
    changed = GIVEN | {"name": "天宁总站", "robot": ""}
    assert (await post(admin, f"/desk/stations/{kept.id}", **changed))[0] == 303
    assert ((await stored(house)).name, (await stored(house)).robot) == ("天宁总站", ROBOT)
    assert (await post(admin, f"/desk/stations/{kept.id}", **changed, **{"no-robot": "1"}))[0] == 303
    assert (await stored(house)).robot == ""
    async with house.app_engine.connect() as conn:
        trail = await audit.of_subject(conn, f"station:{kept.id}")
    assert [trace.detail["changed"] for trace in trail] == [["robot"], ["name"], ["new"]]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": ""}, "请写站点的名字"),
        ({"slug": "Tian Ning"}, "代号用"),
        ({"slug": "putuo"}, "别的站点在用"),
        ({"region": "不存在的地方"}, "没有找到这个地区"),
        ({"hours": "看情况"}, "没有看懂"),
        ({"robot": "http://127.0.0.1:8080/admin"}, "群机器人的地址"),
        ({"robot": "https://qyapi.weixin.qq.com.evil.example/cgi-bin/webhook/send?key=12345678"}, "群机器人的地址"),
        ({"next": "999"}, "另选一个下一站"),
    ],
)
async def test_a_mistake_keeps_what_was_typed(house: House, admin: Browser, given: dict[str, str], words: str) -> None:
    async with house.app_engine.begin() as conn:
        await stations.add(conn, slug="putuo", name="普陀站")
    status, page = await post(admin, "/desk/stations/new", **GIVEN | given)
    assert status == 400
    assert words in page
    assert 'value="粤语、英文、普通话"' in page
    assert len(await rows(house.database_url, station_rows)) == 1


async def test_a_station_is_not_its_own_next_one(house: House, admin: Browser) -> None:
    async with house.app_engine.begin() as conn:
        number = await stations.add(conn, slug="putuo", name="普陀站")
    assert (await post(admin, f"/desk/stations/{number}", **GIVEN, next=str(number)))[0] == 400


async def test_the_code_is_wechats_own_and_one_of_our_page_while_wechat_is_away(house: House, admin: Browser) -> None:
    async with house.app_engine.begin() as conn:
        number = await stations.add(conn, slug="putuo", name="普陀站")
    page = await text(admin, f"/desk/stations/{number}/code")
    assert "data:image/svg+xml" in page
    assert "微信扫一扫" in page
    assert "/chat?s=putuo" not in page


async def test_only_admins_keep_stations_and_a_lead_prints_their_own_code(house: House) -> None:
    async with house.app_engine.begin() as conn:
        own = await stations.add(conn, slug="tianning", name="天宁站")
        other = await stations.add(conn, slug="putuo", name="普陀站")
        await people.add(conn, login="lin", name="林站长", role="lead", password_hash=KEPT, station_id=own)
    lead = await house.staff("lin", "林站长", "lead")
    for path in ("/desk/stations", "/desk/stations/new", f"/desk/stations/{own}"):
        assert (await lead.get(path, headers=PAGE)).status == 403, path
    assert (await post(lead, f"/desk/stations/{own}", **GIVEN))[0] == 403
    assert (await lead.get(f"/desk/stations/{own}/code", headers=PAGE)).status == 200
    assert (await lead.get(f"/desk/stations/{other}/code", headers=PAGE)).status == 404
    outside: ClientResponse = await house.browser().get("/desk/stations", headers=PAGE, allow_redirects=False)
    assert outside.status == 303


async def test_a_station_that_is_not_there_is_not_found(admin: Browser) -> None:
    for path in ("/desk/stations/77", "/desk/stations/77/code"):
        assert (await admin.get(path, headers=PAGE)).status == 404
    assert (await post(admin, "/desk/stations/77", **GIVEN))[0] == 404
