"""What a board says beyond this moment: who comes next, what waited yesterday, and where a parent was not helped."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from desk_browser import post, text
from sqlalchemy import insert, update
from test_desk_board import MINUTE, closed, opened, world

from bot.handoff.duty.shifts import Plan
from bot.store.duty import Absence, Person, Shift
from bot.store.stations import Station
from bot.store.tables import cases as rows_of_cases
from bot.store.tables import shifts
from bot.web.desk.lead.coming import Coming, coming, first_of
from knowledge.calendar import CHINA, china

__all__ = ["world"]

ZHOU, SHEN, GU = Person(1, "周老师", 7, 2), Person(2, "沈老师", 7, 1), Person(3, "顾老师", 7, 1)
SINCE = date(2026, 1, 1)
TUESDAY = datetime(2026, 5, 12, 10, 0, tzinfo=CHINA)
DAY = timedelta(days=1)


def plan(*hours: tuple[Person, str], absences: tuple[Absence, ...] = ()) -> Plan:
    shifts_ = tuple(Shift(n, who.id, 7, when, SINCE, None) for n, (who, when) in enumerate(hours, 1))
    return Plan(Station(7, "tianning", "天宁站"), (ZHOU, SHEN, GU), shifts_, absences)


@pytest.mark.parametrize(
    ("planned", "words"),
    [
        (plan((ZHOU, "workday 08:30-12:00"), (SHEN, "workday 13:30-17:30")), "今天 13:30 沈老师"),
        (plan((ZHOU, "workday 08:30-12:00"), (SHEN, "mon 13:30-17:30")), "明天 8:30 周老师"),
        (plan((ZHOU, "all 08:00-20:00"), (SHEN, "all 20:00-08:00")), "今天 20:00 沈老师"),
        (plan((SHEN, "all 18:00-20:00"), (GU, "all 18:00-22:00")), "今天 18:00 沈老师、顾老师"),
        (
            plan((ZHOU, "all 18:00-20:00"), (SHEN, "all 18:00-20:00"), (GU, "all 18:00-22:00")),
            "今天 18:00 周老师、沈老师等 3 位",
        ),
        (
            plan(
                (ZHOU, "all 08:00-20:00"),
                (SHEN, "all 13:00-20:00"),
                absences=(Absence(1, 2, TUESDAY, TUESDAY + 5 * 60 * MINUTE),),
            ),
            "今天 15:00 沈老师",
        ),
    ],
    ids=["later today", "tomorrow the same", "past midnight", "two at once", "many at once", "away till then"],
)
def test_the_next_shift_is_who_comes_and_is_not_there_now(planned: Plan, words: str) -> None:
    found = coming(planned, TUESDAY, china())
    assert found is not None
    assert found.words(TUESDAY) == words


def test_where_nobody_is_planned_or_nobody_knows_no_shift_is_named() -> None:
    assert coming(plan(), TUESDAY, china()) is None
    assert coming(plan((ZHOU, "sat 08:30-12:00")), TUESDAY, china()) is None  # later than a board looks
    unknown = datetime(2027, 5, 3, 10, 0, tzinfo=CHINA)  # the notice of that year is not out
    assert coming(plan((ZHOU, "workday 13:30-17:30")), unknown, china()) is None


def test_of_several_stations_the_first_to_be_joined_is_named() -> None:
    found = {1: Coming(TUESDAY.replace(hour=22), ("周老师",)), 2: Coming(TUESDAY.replace(hour=18), ("沈老师",))}
    names = [(1, "天宁站"), (2, "钟楼站"), (3, "新北站")]
    assert first_of(found, names, TUESDAY) == "下一班 今天 18:00 钟楼站"
    assert first_of({}, names, TUESDAY) == ""


async def test_the_board_tells_who_comes_next(world: dict[str, Any]) -> None:
    world["house"].clock.set(TUESDAY)
    async with world["house"].app_engine.begin() as conn:
        given = {"station_id": world["here"], "from_day": SINCE}
        await conn.execute(insert(shifts).values(staff_id=world["zhou_id"], hours="all 08:30-12:00", **given))
        await conn.execute(insert(shifts).values(staff_id=world["lin_id"], hours="all 13:30-17:30", **given))
    page = await text(world["lin"], "/desk/board")
    assert re.search(r"周老师 <small>下一班 今天 13:30 林站长</small>", page)
    assert "下一班 今天 13:30 天宁站" in page


async def test_the_board_compares_with_yesterday_at_this_time(world: dict[str, Any]) -> None:
    now = world["house"].clock()
    yesterday = now - DAY
    await opened(world, at=yesterday - 10 * MINUTE)  # waits since then
    taken = {"state": "claimed", "owner_id": world["zhou_id"]}
    await opened(world, at=yesterday - 10 * MINUTE, claimed_at=yesterday + 5 * MINUTE, **taken)  # waited then
    await opened(world, at=yesterday - 10 * MINUTE, claimed_at=yesterday - 5 * MINUTE, **taken)
    await opened(world, at=yesterday - 10 * MINUTE, state="closed", closed_at=yesterday - MINUTE)
    await opened(world, at=yesterday + 10 * MINUTE)
    await opened(world, at=yesterday - 10 * MINUTE, kind="report")
    await opened(world, at=yesterday - 10 * MINUTE, station_id=world["there"])
    page = await text(world["lin"], "/desk/board")
    assert re.search(r"等着的</span><strong>2</strong><small>昨天此时 2 · 另有 1 件不在对话里</small>", page)


async def rate(world: dict[str, Any], number: int, score: int, at: datetime | None = None) -> None:
    async with world["house"].app_engine.begin() as conn:
        one = update(rows_of_cases).where(rows_of_cases.c.id == number)
        await conn.execute(one.values(satisfaction=score, rated_at=at or world["house"].clock()))


async def test_who_was_not_helped_is_on_the_list_of_those_who_lead_until_somebody_has_looked(
    world: dict[str, Any],
) -> None:
    low, well = await closed(world), await closed(world, "o-lan")
    await rate(world, low, 2)
    await rate(world, well, 3)
    assert "有 1 件家长说不满意，还没有人看过" in await text(world["lin"], "/desk/board")
    assert "家长说不满意" not in await text(world["jiang"], "/desk/board")  # of another station
    listed = (await text(world["lin"], "/desk/quality")).partition('id="low"')[2].partition("</section>")[0]
    assert f"/desk/quality/{low}?" in listed
    assert f"/desk/quality/{well}?" not in listed
    assert ">不满意<" in listed
    assert (await post(world["lin"], f"/desk/quality/{low}", warm="2", comment="再打一次电话"))[0] == 303
    assert "家长说不满意" not in await text(world["lin"], "/desk/board")
    assert 'id="low"' not in await text(world["lin"], "/desk/quality")
    async with world["house"].app_engine.connect() as conn:
        states = set(await conn.scalars(rows_of_cases.select().with_only_columns(rows_of_cases.c.state)))
    assert states == {"closed"}  # nothing opens again by itself


async def test_a_later_low_word_brings_a_case_back_and_an_old_one_is_left_out(world: dict[str, Any]) -> None:
    number = await closed(world)
    await rate(world, number, 1, world["house"].clock() - 31 * DAY)
    assert "家长说不满意" not in await text(world["lin"], "/desk/board")
    assert (await post(world["lin"], f"/desk/quality/{number}", warm="2"))[0] == 303
    await rate(world, number, 1)
    assert "有 1 件家长说不满意" in await text(world["lin"], "/desk/board")


async def test_what_was_handed_to_somebody_who_has_not_opened_it_is_watched(world: dict[str, Any]) -> None:
    now = world["house"].clock()
    taken = {"state": "claimed", "owner_id": world["zhou_id"], "claimed_at": now, "answered_at": now - 50 * MINUTE}
    handed = await opened(world, at=now - 60 * MINUTE, detail={"handed": "林站长"}, **taken)
    seen = await opened(world, at=now - 60 * MINUTE, **taken)
    page = await text(world["lin"], "/desk/board")
    assert f'href="/desk/cases/{handed}"' in page
    assert "转给周老师了，还没有打开" in page
    assert f'href="/desk/cases/{seen}"' not in page
