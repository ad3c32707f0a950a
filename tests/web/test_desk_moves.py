"""Handing over, putting off and opening again over HTTP: forms that keep what was typed, and where they lead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from desk_browser import OURS, Browser, a_case, post, text
from test_desk_queue import order, placed

from bot.store import cases
from bot.store.cases import Case
from bot.web.desk.moves import snoozed_until
from tests.house import House


@pytest.fixture
async def zhou(house: House) -> Browser:
    """A counsellor who has taken case 1."""
    assert await a_case(house) == 1
    browser = await house.staff()
    assert (await post(browser, "/desk/cases/1/claim"))[0] == 303
    return browser


async def stored(house: House) -> Case:
    async with house.app_engine.connect() as conn:
        case = await cases.find(conn, 1)
    assert case is not None
    return case


async def number(house: House, login: str) -> int:
    async with house.app_engine.connect() as conn:
        found: int = (await conn.exec_driver_sql(f"SELECT id FROM staff WHERE login = '{login}'")).scalar_one()  # noqa: S608
    return found


async def test_a_colleague_finds_what_was_handed_to_them_as_new_until_they_open_it(house: House, zhou: Browser) -> None:
    shen = await house.staff("shen", "沈老师")
    page = await text(zhou, "/desk/cases/1/move")
    whom = f"person:{await number(house, 'shen')}"
    assert f'value="{whom}"' in page
    status, _ = await post(zhou, "/desk/cases/1/hand-over", to=whom, note="妈妈刚平静下来")
    assert status == 303
    assert "新转来" not in await text(zhou, "/desk?view=all")
    page = await text(shen, "/desk")
    assert "新转来" in page
    assert "周老师转来" in page
    page = await text(shen, "/desk/cases/1")
    assert "转给沈老师：妈妈刚平静下来" in page  # the colleague's note
    assert "转给沈老师" in page
    assert "新转来" not in await text(shen, "/desk")
    assert [line for line in ("已转给沈老师，请稍等。",) if line in page]


async def test_who_is_full_can_be_chosen_and_the_page_says_so(house: House, zhou: Browser) -> None:
    await house.staff("shen", "沈老师")
    async with house.app_engine.begin() as conn:
        await conn.exec_driver_sql("UPDATE staff SET capacity = 0 WHERE login = 'shen'")
    assert "手上 0 / 0" in (page := await text(zhou, "/desk/cases/1/move"))
    assert "已满，请先问一声" in page
    whom = f"person:{await number(house, 'shen')}"
    assert (await post(zhou, "/desk/cases/1/hand-over", to=whom, note="请接"))[0] == 303


async def test_a_refused_handing_over_gives_back_what_was_typed(house: House, zhou: Browser) -> None:
    for to in ("", "person:999", "station:1", "department:没有的部门", "nobody:1", "person:x"):
        status, page = await post(zhou, "/desk/cases/1/hand-over", to=to, note="妈妈刚平静下来")
        assert (status, "妈妈刚平静下来" in page) == (409, True), to
    assert (await stored(house)).owner == "周老师"


async def test_a_department_of_the_duty_table_is_named_on_the_case(house: House, zhou: Browser) -> None:
    async with house.app_engine.begin() as conn:
        await cases.change(conn, 1, expect=("claimed",), region="changzhou")
    page = await text(zhou, "/desk/cases/1/move")
    names = [part.split('"')[0] for part in page.split('value="department:')[1:]]
    assert names
    status, _ = await post(zhou, "/desk/cases/1/hand-over", to=f"department:{names[0]}", note="请他们答复")
    assert status == 303
    assert (await stored(house)).department == names[0]
    assert f"等{names[0]}" in await text(zhou, "/desk")


async def test_a_case_given_to_another_station_is_out_of_sight(house: House, zhou: Browser) -> None:
    await house.staff("shen", "沈老师")
    await placed(house, "zhou", "a", "天宁站")
    there = await placed(house, "shen", "b", "钟楼站")
    status, _ = await post(zhou, "/desk/cases/1/hand-over", to=f"station:{there}", note="家在钟楼")
    assert status == 303
    assert order(await text(zhou, "/desk?view=all")) == []
    for path in ("/desk/cases/1", "/desk/cases/1/move"):
        assert (await zhou.get(path)).status == 404
    for step in ("hand-over", "snooze", "rouse", "reopen"):
        assert (await post(zhou, f"/desk/cases/1/{step}", to="person:1", note="x", until="hour", why="x"))[0] == 404


async def test_what_is_put_off_stands_under_later_and_comes_back(house: House, zhou: Browser) -> None:
    status, page = await post(zhou, "/desk/cases/1/snooze", until="own", at="2020-01-01T08:00", why="等孩子放学")
    assert (status, "以后的时间" in page, "等孩子放学" in page) == (409, True, True)
    assert (await post(zhou, "/desk/cases/1/snooze", until="morning", why="等孩子放学"))[0] == 303
    assert order(await text(zhou, "/desk")) == []
    page = await text(zhou, "/desk?view=later")
    assert order(page) == [1]
    assert "稍后到 明天 8:30" in page
    assert "等孩子放学" in await text(zhou, "/desk/cases/1")  # the timeline tells why
    await house.act("say", text="老师，孩子回来了")
    assert order(await text(zhou, "/desk?view=mine")) == [1]
    assert (await post(zhou, "/desk/cases/1/snooze", until="hour", why="吃饭"))[0] == 303
    assert (await post(zhou, "/desk/cases/1/rouse"))[0] == 303
    assert order(await text(zhou, "/desk?view=mine")) == [1]


async def test_a_closed_case_is_opened_again_by_who_sees_it(house: House, zhou: Browser) -> None:
    shen = await house.staff("shen", "沈老师")
    await post(zhou, "/desk/cases/1/close", outcome="已解决")
    assert "重新打开" in await text(shen, "/desk/cases/1/move")
    assert (await post(shen, "/desk/cases/1/reopen"))[0] == 303
    assert (await stored(house)).owner == "沈老师"
    assert (await post(zhou, "/desk/cases/1/reopen"))[0] == 409
    await post(shen, "/desk/cases/1/close", outcome="已解决")
    house.clock.forward(timedelta(days=31))
    again = await house.staff("shen", "沈老师")
    status, page = await post(again, "/desk/cases/1/reopen")
    assert (status, "30 天" in page) == (409, True)


@pytest.mark.parametrize(
    ("choice", "own", "until"),
    [
        ("hour", "", datetime(2026, 5, 12, 13, 41, tzinfo=UTC)),
        ("morning", "", datetime(2026, 5, 13, 0, 30, tzinfo=UTC)),
        ("own", "2026-05-14T15:00", datetime(2026, 5, 14, 7, 0, tzinfo=UTC)),
        ("own", "", None),
        ("", "morgen", None),
    ],
)
def test_a_moment_is_chosen_in_chinas_time(choice: str, own: str, until: datetime | None, now: datetime) -> None:
    assert snoozed_until(choice, own, now) == until


async def test_what_was_handed_over_by_mistake_is_taken_back_from_the_next_page(house: House, zhou: Browser) -> None:
    shen = await house.staff("shen", "沈老师")
    given = {"to": f"person:{await number(house, 'shen')}", "note": "请接"}
    answer = await zhou.post("/desk/cases/1/hand-over", data=given, headers=OURS, allow_redirects=False)
    assert answer.headers["Location"] == "/desk?handed=1"
    page = await text(zhou, "/desk?handed=1")
    assert "第 1 件已转给沈老师，还没有打开。" in page
    assert 'action="/desk/cases/1/take-back"' in page
    assert "take-back" not in await text(shen, "/desk?handed=1")
    assert (await post(shen, "/desk/cases/1/take-back"))[0] == 409
    answer = await zhou.post("/desk/cases/1/take-back", headers=OURS, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/desk/cases/1")
    assert (await stored(house)).owner == "周老师"
    assert "从沈老师手上撤回" in await text(zhou, "/desk/cases/1")
    assert "第 1 件已转给" not in await text(zhou, "/desk?handed=1")


async def test_too_late_to_take_it_back_one_reads_who_has_it(house: House, zhou: Browser) -> None:
    shen = await house.staff("shen", "沈老师")
    await post(zhou, "/desk/cases/1/hand-over", to=f"person:{await number(house, 'shen')}", note="请接")
    await text(shen, "/desk/cases/1")
    answer = await zhou.post("/desk/cases/1/take-back", headers=OURS, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/desk?handed=1")
    page = await text(zhou, "/desk?handed=1")
    assert "第 1 件在沈老师手上，已经打开了。" in page
    assert "take-back" not in page
    assert (await stored(house)).owner == "沈老师"


@pytest.mark.parametrize("given", ["", "999", "x", "9" * 30])
async def test_a_queue_that_is_told_of_nothing_handed_over_is_a_queue(zhou: Browser, given: str) -> None:
    assert "take-back" not in await text(zhou, f"/desk?handed={given}")
