"""Board, figures and quality over HTTP: what a lead sees of their station, live, exported, reviewed."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from desk_browser import OURS, PAGE, a_case, events, post, text
from sqlalchemy import insert, update

from bot.store import audit, cases, people, stations
from bot.store.audit import Act
from bot.store.tables import cases as rows_of_cases
from bot.store.tables import shifts, staff
from tests.house import House

PAGES = ("/desk/board", "/desk/board/stream", "/desk/figures", "/desk/figures/export", "/desk/quality")
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def world(house: House) -> dict[str, Any]:
    """Two stations; a lead and a counsellor of the first, a lead of the second, an administrator."""
    async with house.app_engine.begin() as conn:
        here = await stations.add(conn, slug="tianning", name="天宁站")
        there = await stations.add(conn, slug="zhonglou", name="钟楼站")
    made: dict[str, Any] = {"house": house, "here": here, "there": there}
    for login, name, role, station in (
        ("lin", "林站长", "lead", here),
        ("zhou", "周老师", "counsellor", here),
        ("jiang", "蒋站长", "lead", there),
        ("boss", "管理员甲", "admin", None),
    ):
        made[login] = await house.staff(login, name, role)
        async with house.app_engine.begin() as conn:
            await conn.execute(update(staff).where(staff.c.login == login).values(station_id=station))
            made[f"{login}_id"] = (await people.named(conn, login)).id  # type: ignore[union-attr]
    return made


async def opened(world: dict[str, Any], **values: Any) -> int:
    at = values.pop("at", world["house"].clock())
    async with world["house"].app_engine.begin() as conn:
        given = {"kind": "chat", "opened_at": at, "due_at": at + 30 * MINUTE, "station_id": world["here"], **values}
        return await cases.open_case(conn, given)


async def closed(world: dict[str, Any], who: str = "o-mei") -> int:
    """Make a closed talk of 周老师 that can be read."""
    number = await a_case(world["house"], who)
    now = world["house"].clock()
    values = {
        "state": "closed",
        "owner_id": world["zhou_id"],
        "station_id": world["here"],
        "outcome": "已解决：她好多了",
    }
    async with world["house"].app_engine.begin() as conn:
        one = update(rows_of_cases).where(rows_of_cases.c.id == number)
        await conn.execute(one.values(closed_at=now, claimed_at=now, answered_at=now, **values))
    return number


@pytest.mark.parametrize("path", [*PAGES, "/desk/quality/1", "/desk/quality/mine"])
async def test_an_outsider_is_led_to_the_login(house: House, path: str) -> None:
    answer = await house.browser().get(path, headers=PAGE, allow_redirects=False)
    assert (answer.status, answer.headers["Location"].split("?")[0]) == (303, "/desk/login")


@pytest.mark.parametrize("path", [*PAGES, "/desk/quality/1"])
async def test_a_counsellor_may_not(house: House, path: str) -> None:
    assert (await (await house.staff()).get(path)).status == 403


async def test_an_outsider_and_a_counsellor_mark_nothing(house: House) -> None:
    answer = await house.browser().post("/desk/quality/1", data={"warm": "5"}, headers=OURS, allow_redirects=False)
    assert answer.status == 401
    assert (await post(await house.staff(), "/desk/quality/1", warm="5"))[0] == 403


async def test_what_belongs_to_another_station_is_not_there(world: dict[str, Any]) -> None:
    number = await closed(world)
    for path in (
        f"/desk/board?station={world['here']}",
        f"/desk/board/stream?station={world['here']}",
        f"/desk/figures?station={world['here']}",
        f"/desk/figures?person={world['zhou_id']}",
        f"/desk/figures/export?station={world['here']}",
        f"/desk/quality?person={world['zhou_id']}",
        f"/desk/quality/{number}",
        "/desk/board?station=nonsense",
        "/desk/figures?kind=nonsense",
    ):
        assert (await world["jiang"].get(path)).status == 404, path
    assert (await post(world["jiang"], f"/desk/quality/{number}", warm="1"))[0] == 404
    assert (await world["lin"].get(f"/desk/quality/{number}")).status == 200


async def test_the_board_shows_who_waits_and_who_is_there(world: dict[str, Any]) -> None:
    now = world["house"].clock()
    late = await opened(world, at=now - 40 * MINUTE)
    await opened(world, at=now - 5 * MINUTE)
    foreign = await opened(world, at=now - 50 * MINUTE, station_id=world["there"])
    async with world["house"].app_engine.begin() as conn:
        shift = {"staff_id": world["zhou_id"], "station_id": world["here"], "hours": "all 00:00-00:00"}
        await conn.execute(insert(shifts).values(**shift, from_day=date(2026, 1, 1)))
    page = await text(world["lin"], "/desk/board")
    assert re.search(r"超时没人接</span><strong>1</strong>", page)
    assert re.search(r"等着的</span><strong>2</strong>", page)
    assert re.search(r"等得最久</span><strong>40:\d\d</strong><small>时限 30:00", page)
    assert re.search(r"在值班</span><strong>1<small> / 2</small>", page)
    assert f'href="/desk/cases/{late}"' in page
    assert f'href="/desk/cases/{foreign}"' not in page
    assert "钟楼站" not in page
    assert "超 10:" in page
    assert "0 / 5" in page
    whole = await text(world["boss"], "/desk/board")
    assert "钟楼站" in whole
    assert re.search(r"等着的</span><strong>3</strong>", whole)
    one = await text(world["boss"], f"/desk/board?station={world['there']}")
    assert re.search(r"等着的</span><strong>1</strong>", one)


async def test_the_board_is_live_and_sends_only_what_changed(world: dict[str, Any]) -> None:
    answer = await world["lin"].get("/desk/board/stream")
    first = await events(answer, "event: funnel")
    assert "等着的</span><strong>0</strong>" in first
    number = await opened(world, at=world["house"].clock() - 31 * MINUTE)
    told = await events(answer, f"/desk/cases/{number}")
    assert "event: stats" in told
    assert "event: hours" not in told
    answer.close()


async def test_figures_count_the_period_and_hide_what_is_few(world: dict[str, Any]) -> None:
    now = world["house"].clock()
    for minutes in range(6):
        done = {"state": "closed", "owner_id": world["zhou_id"], "closed_at": now, "answered_at": now}
        await opened(world, at=now - (minutes + 1) * MINUTE, outcome="已解决：孩子叫小明", satisfaction=5, **done)
    await opened(world, kind="suggestion")
    await opened(world, at=now - timedelta(days=40))
    page = await text(world["lin"], "/desk/figures")
    assert re.search(r"来了</span><strong>7</strong>", page)
    assert re.search(r"首次回应</span><strong>3 分 30 秒</strong>", page)
    assert "周老师" in page
    assert "不足 5 件" in page
    assert "小明" not in page
    assert re.search(r"来了</span><strong>0</strong>", await text(world["jiang"], "/desk/figures"))
    other = await text(world["lin"], "/desk/figures?from=2026-01-01&to=2026-01-31")
    assert "这段时间没有" in other


@pytest.mark.parametrize(
    ("asked", "said"),
    [("from=gestern", "日期没有看懂"), ("from=2026-05-10&to=2026-05-01", "开始的日子"), ("from=2020-01-01", "366 天")],
)
async def test_days_that_cannot_be_are_said_so(world: dict[str, Any], asked: str, said: str) -> None:
    assert said in await text(world["lin"], f"/desk/figures?{asked}")


async def test_figures_are_taken_along_as_tables_and_it_is_kept_who_did(world: dict[str, Any]) -> None:
    now = world["house"].clock()
    for minutes in range(6):
        await opened(world, at=now - minutes * MINUTE, owner_id=world["zhou_id"], state="claimed")
    answer = await world["lin"].get("/desk/figures/export?format=csv")
    rows = list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
    assert ["周老师", "6", "—", "—", "0", "—", "—", "0"] in rows
    assert "attachment" in answer.headers["Content-Disposition"]
    book = await (await world["lin"].get(f"/desk/figures/export?format=xlsx&station={world['here']}")).read()
    assert book[:2] == b"PK"
    assert (await world["lin"].get("/desk/figures/export?format=exe")).status == 404
    async with world["house"].app_engine.connect() as conn:
        trail = await audit.of_subject(conn, "figures")
    assert [(one.act, one.name, one.detail["format"]) for one in trail] == [
        (Act.EXPORTED, "林站长", "xlsx"),
        (Act.EXPORTED, "林站长", "csv"),
    ]


async def test_a_review_is_kept_and_read_by_whom_it_is_about(world: dict[str, Any]) -> None:
    number = await closed(world)
    sample = await text(world["lin"], "/desk/quality?seed=abc&n=5")
    assert f"/desk/quality/{number}?back=" in sample
    assert "抽签号 abc" in sample
    page = await text(world["lin"], f"/desk/quality/{number}")
    assert "我想找老师聊聊" in page
    status, said = await post(world["lin"], f"/desk/quality/{number}", warm="", comment="  ")
    assert status == 409
    assert "还没有打分" in said
    given = {
        "prompt": "4",
        "warm": "5",
        "safe": "",
        "right": "9",
        "comment": "停顿给得好",
        "back": "/desk/quality?seed=abc",
    }
    answer = await world["lin"].post(f"/desk/quality/{number}", data=given, headers=OURS, allow_redirects=False)
    assert answer.headers["Location"] == "/desk/quality?seed=abc&saved=1"
    mine = await text(world["zhou"], "/desk/quality/mine")
    assert "停顿给得好" in mine
    assert "林站长" in mine
    assert "停顿给得好" not in await text(world["lin"], "/desk/quality/mine")
    table = await text(world["lin"], "/desk/quality")
    assert re.search(r'data-label="回应及时">4\.0<', table)
    assert re.search(r'data-label="说得准">—<', table)  # 9 is no mark
    async with world["house"].app_engine.connect() as conn:
        acts = [one.act for one in await audit.of_subject(conn, f"case:{number}")]
    assert acts == [Act.REVIEWED, Act.READ_CASE]


async def test_nobody_reviews_their_own_case_or_one_that_goes_on(world: dict[str, Any]) -> None:
    number = await closed(world)
    async with world["house"].app_engine.begin() as conn:
        await conn.execute(update(rows_of_cases).values(owner_id=world["lin_id"]))
    status, said = await post(world["lin"], f"/desk/quality/{number}", warm="5", comment="很好")
    assert status == 409
    assert "请别的同事来看" in said
    going_on = await opened(world)
    assert (await world["lin"].get(f"/desk/quality/{going_on}")).status == 404


async def test_what_was_typed_is_given_back_and_the_way_back_stays_inside(world: dict[str, Any]) -> None:
    number = await closed(world)
    long = "好" * 1001
    status, said = await post(world["lin"], f"/desk/quality/{number}", warm="2", comment=long, back="//evil.example/x")
    assert status == 409
    assert long in said
    assert re.search(r'name="warm" value="2" checked', said)
    assert "evil.example" not in said
