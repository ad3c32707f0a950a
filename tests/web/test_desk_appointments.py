"""Appointments at the desk over HTTP: the week of slots, one booking, who may do what, and who sees nothing of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from desk_browser import OURS, PAGE, Browser, post, text

from bot.store.events import CaseTag
from bot.store.tables import audit, case_events, cases, messages, slots
from tests.house import House, rows
from tests.slots import FRIDAY, THURSDAY, TITLE, a_booking, a_house_with_times, a_slot, a_station, colleague, states

FORM = {"title": "坐诊", "day": "2026-05-14", "at": "14:00", "minutes": "30", "places": "2"}
CONFIRM = "/desk/cases/1/bookings/1/confirm"


@pytest.fixture
async def booked(house: House) -> tuple[House, int]:
    """A house with a station, two slots, and a parent who has asked for the first: case 1, booking 1."""
    station = await a_house_with_times(house)
    async with house.app_engine.begin() as conn:
        await a_booking(conn, 1, house.clock())
        await conn.execute(cases.update().values(station_id=station))
    return house, station


async def test_the_week_shows_its_slots_with_who_has_a_place(booked: tuple[House, int]) -> None:
    house, station = booked
    zhou = await colleague(house, station)
    page = await text(zhou, "/desk/slots")
    assert "5 月 11 日到 5 月 17 日" in page
    assert "14:00 到 14:50" in page
    assert re.search(r'href="/desk/cases/1">家长 [0-9a-f]{4}', page)
    assert "o-mei" not in page
    assert "等确认" in page
    assert "这一周没有放时间" in await text(zhou, "/desk/slots?week=2026-05-18")
    assert "5 月 11 日到" in await text(zhou, "/desk/slots?week=nonsense")


async def test_one_slot_or_a_series_is_added_and_nothing_twice(house: House) -> None:
    async with house.app_engine.begin() as conn:
        station = await a_station(conn)
    zhou = await colleague(house, station)
    assert (await post(zhou, "/desk/slots", **FORM))[0] == 303
    assert (await post(zhou, "/desk/slots", **FORM, until="2026-06-04", day1="1", day3="1"))[0] == 303
    made = await rows(house.database_url, slots)
    assert len(made) == 7  # Thursdays and Tuesdays from 14 May to 4 June, the first of them once
    assert {(row.title, row.minutes, row.places, row.station_id) for row in made} == {("坐诊", 30, 2, station)}
    assert [row.act for row in await rows(house.database_url, audit)].count("slots:changed") == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": " "}, "请写上是什么"),
        ({"title": "长" * 31}, "名称最多 30 个字"),
        ({"day": "morgen"}, "请选哪一天"),
        ({"at": "25:99"}, "请选几点开始"),
        ({"minutes": "0"}, "每次多少分钟请填 5 到 480 之间的数"),
        ({"places": "-1"}, "位子请填 1 到 200 之间的数"),
        ({"day": "2026-05-11"}, "这个时间已经过了"),
        ({"until": "2026-05-01"}, "要在第一天之后"),
        ({"until": "2027-05-01"}, "一次最多往后加半年"),
    ],
)
async def test_what_cannot_be_added_comes_back_with_a_sentence_and_as_typed(
    house: House, wrong: dict[str, str], said: str
) -> None:
    async with house.app_engine.begin() as conn:
        station = await a_station(conn)
    status, page = await post(await colleague(house, station), "/desk/slots", **{**FORM, **wrong})
    assert status == 409
    assert said in page
    assert 'value="30"' in page or "minutes" in wrong
    assert await rows(house.database_url, slots) == []


async def test_who_has_no_station_is_told_so(house: House) -> None:
    zhou = await colleague(house, None)
    assert "您还不属于一个站点" in await text(zhou, "/desk/slots")
    assert (await post(zhou, "/desk/slots", **FORM))[0] == 409


async def test_an_appointment_shows_who_what_when_and_what_can_be_done(booked: tuple[House, int]) -> None:
    house, station = booked
    zhou = await colleague(house, station)
    page = await text(zhou, "/desk/cases/1")
    assert "5 月 14 日（周四）14:00，家庭教育咨询，天宁站" in page
    assert "确认约好" in page
    assert "换一个时间" in page
    assert "/bookings/1/attended" not in page
    assert 'class="composer"' in await text(zhou, "/desk/cases/1?view=talk") or "接手以后" in await text(
        zhou, "/desk/cases/1?view=talk"
    )
    house.clock.forward(timedelta(days=2))
    page = await text(await colleague(house, station), "/desk/cases/1")
    assert "还没记" in page
    assert "/bookings/1/attended" in page
    assert "确认约好" not in page


async def test_who_decides_takes_the_case_and_others_can_no_longer_decide(booked: tuple[House, int]) -> None:
    house, station = booked
    zhou, shen = await colleague(house, station), await colleague(house, station, "shen", "沈老师")
    assert (await post(zhou, CONFIRM, word="带上孩子的作业本"))[0] == 303
    status, page = await post(shen, "/desk/cases/1/bookings/1/decline", word="换个人说")
    assert (status, "这一件现在由周老师在跟" in page, "换个人说" in page) == (409, True, True)
    lead = await colleague(house, station, "li", "李站长", "lead")
    assert (await post(lead, "/desk/cases/1/bookings/1/decline"))[0] == 303
    [case] = await rows(house.database_url, cases)
    assert (case.state, case.answered_at is not None) == ("closed", True)
    tags = [row.tag for row in await rows(house.database_url, case_events)]
    assert tags == [CaseTag.CLAIMED, CaseTag.CONFIRMED, CaseTag.DECLINED, CaseTag.CLOSED]
    assert "5 月 14 日（周四）14:00" in await text(lead, "/desk/cases/1")


async def test_a_case_whose_booking_stands_cannot_be_closed(booked: tuple[House, int]) -> None:
    house, station = booked
    zhou = await colleague(house, station)
    assert (await post(zhou, "/desk/cases/1/claim"))[0] == 303
    status, page = await post(zhou, "/desk/cases/1/close", outcome="已解决")
    assert (status, "还有一个预约没有了结" in page) == (409, True)
    assert [row.state for row in await rows(house.database_url, cases)] == ["claimed"]


async def test_anybody_of_the_station_may_write_down_who_came(booked: tuple[House, int]) -> None:
    house, station = booked
    zhou = await colleague(house, station)
    await post(zhou, CONFIRM)
    house.clock.set(THURSDAY + timedelta(minutes=5))
    shen = await colleague(house, station, "shen", "沈老师")
    assert (await post(shen, "/desk/cases/1/bookings/1/missed"))[0] == 303
    assert await states(house.app_engine) == ["missed"]
    status, page = await post(shen, "/desk/cases/1/bookings/1/attended")
    assert (status, "现在是“没来”" in page) == (409, True)


async def test_a_time_that_is_full_or_elsewhere_cannot_be_proposed(booked: tuple[House, int]) -> None:
    house, station = booked
    async with house.app_engine.begin() as conn:
        await a_booking(conn, 2, house.clock(), "o-lan")
        away = await a_slot(conn, await a_station(conn, "away", "远站"), FRIDAY)
    zhou = await colleague(house, station)
    for slot in ("2", str(away), "999", "", "9" * 30, "x"):
        status, page = await post(zhou, "/desk/cases/1/bookings/1/propose", slot=slot)
        assert (status, "刚刚没有位子了" in page) == (409, True), slot
    assert await states(house.app_engine) == ["asked", "asked"]


async def test_a_word_that_is_too_long_is_given_back(booked: tuple[House, int]) -> None:
    house, station = booked
    status, page = await post(await colleague(house, station), CONFIRM, word="长" * 301)
    assert (status, "最多 300 个字" in page, "长" * 301 in page) == (409, True, True)


PATHS = [
    ("GET", "/desk/cases/1"),
    ("POST", CONFIRM),
    ("POST", "/desk/cases/1/bookings/1/propose"),
    ("POST", "/desk/slots/1/close"),
    ("GET", "/desk/slots?station=1"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_a_colleague_of_another_station_finds_nothing(booked: tuple[House, int], method: str, path: str) -> None:
    house, _ = booked
    async with house.app_engine.begin() as conn:
        away = await a_station(conn, "away", "远站")
    shen = await colleague(house, away, "shen", "沈老师")
    answer = await shen.request(method, path, headers=OURS)
    assert answer.status == 404
    assert TITLE not in await answer.text()
    assert await states(house.app_engine) == ["asked"]
    assert (await post(shen, "/desk/slots", **FORM, station="1"))[0] == 404
    assert "14:00 到" not in await text(shen, "/desk/slots")


@pytest.mark.parametrize(("method", "path"), [*PATHS, ("GET", "/desk/slots"), ("POST", "/desk/slots")])
async def test_an_outsider_is_sent_to_the_login_and_an_editor_away(
    booked: tuple[House, int], method: str, path: str
) -> None:
    house, station = booked
    outsider: Browser = house.browser()
    answer = await outsider.request(method, path, headers={**OURS, **PAGE}, allow_redirects=False)
    assert answer.status in (302, 303, 401)
    editor = await colleague(house, station, "wang", "王编辑", "editor")
    assert (await editor.request(method, path, headers=OURS)).status == 403
    assert await states(house.app_engine) == ["asked"]


async def test_the_booking_of_another_case_is_not_there(booked: tuple[House, int]) -> None:
    house, station = booked
    async with house.app_engine.begin() as conn:
        other = await a_booking(conn, 2, house.clock(), "o-lan")
    zhou = await colleague(house, station)
    assert (await post(zhou, f"/desk/cases/1/bookings/{other}/confirm"))[0] == 404
    assert (await post(zhou, "/desk/cases/1/bookings/99/confirm"))[0] == 404


async def test_the_appointment_of_a_parent_who_left_says_so(booked: tuple[House, int]) -> None:
    house, station = booked
    async with house.app_engine.begin() as conn:
        await conn.exec_driver_sql("DELETE FROM parents")
    zhou = await colleague(house, station)
    assert "资料已按要求删除" in await text(zhou, "/desk/cases/1")
    assert (await post(zhou, CONFIRM))[0] == 409


async def test_a_time_that_has_begun_or_is_off_already_is_not_taken_off(booked: tuple[House, int]) -> None:
    house, station = booked
    zhou = await colleague(house, station)
    assert (await post(zhou, "/desk/slots/2/close"))[0] == 303
    status, page = await post(zhou, "/desk/slots/2/close")
    assert (status, "已经撤下了" in page) == (409, True)
    house.clock.set(THURSDAY)
    status, page = await post(await colleague(house, station), "/desk/slots/1/close")
    assert (status, "请记下谁来了" in page) == (409, True)
    assert await states(house.app_engine) == ["asked"]


async def test_who_came_is_told_of_the_day_when_it_is_written_down_later(booked: tuple[House, int]) -> None:
    house, station = booked
    house.clock.set(FRIDAY)
    assert (await post(await colleague(house, station), "/desk/cases/1/bookings/1/attended"))[0] == 303
    said = [row.text for row in await rows(house.database_url, messages)]
    assert [words for words in said if words.startswith("5 月 14 日见到您了")]
