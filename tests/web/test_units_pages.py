"""Schools and stations: added one or many, their numbers typed by month, renamed, closed; over HTTP."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from desk_browser import Browser, post, text
from test_pages_render import assert_usable

from bot.store import units
from bot.store.people import Role
from bot.store.tables import audit, unit_counts
from bot.store.tables import units as units_table
from tests.house import House, rows

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture
async def chief(house: House) -> Browser:
    return await house.staff("tang", "唐老师", Role.CHIEF_EDITOR)


@pytest.fixture
async def school(house: House) -> int:
    async with house.app_engine.begin() as conn:
        await units.add(conn, "baoji", [("渭滨一小", "school")], house.clock())
        return (await units.listing(conn, None))[0].id


async def kept(house: House) -> dict[tuple[str, int], int]:
    return {(one.name, one.month.month): one.number for one in await rows(house.database_url, unit_counts)}


async def test_many_are_added_at_once_and_those_there_stay(house: House, chief: Browser) -> None:
    pasted = "渭滨一小\n  渭滨  二小 \n\n小太阳幼儿园\t幼儿园\n经二路站，社区站点\n渭滨一小"
    status, _ = await post(chief, "/admin/units", region="baoji", sort="school", names=pasted)
    assert status == 303
    found = {one.name: (one.region, one.sort) for one in await rows(house.database_url, units_table)}
    assert found == {
        "渭滨一小": ("baoji", "school"),
        "渭滨 二小": ("baoji", "school"),
        "小太阳幼儿园": ("baoji", "kindergarten"),
        "经二路站": ("baoji", "station"),
    }
    answer = await chief.post(
        "/admin/units",
        data={"region": "baoji", "sort": "town", "names": "渭滨一小\n渭滨三小"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    page = await answer.text()
    assert_usable(page)
    assert "加了 1 个，1 个本来就有，没有动" in page
    assert {one.sort for one in await rows(house.database_url, units_table) if one.name == "渭滨一小"} == {"school"}
    trail = sorted(await rows(house.database_url, audit), key=lambda one: one.id)
    acts = [(one.act, one.subject, one.detail.get("entries")) for one in trail]
    assert acts[-2:] == [("figures:units", "units", 4), ("figures:units", "units", 1)]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"region": "", "names": "一小"}, "请先选在哪里"),
        ({"region": "nowhere", "names": "一小"}, "请先选在哪里"),
        ({"region": "baoji", "sort": "church", "names": "一小"}, "请先选是哪一种"),
        ({"region": "baoji", "names": " \n "}, "请写上名称"),
        ({"region": "baoji", "names": "一小\n" + "长" * 61}, "第 2 行太长"),
        ({"region": "baoji", "names": "一小\n,学校"}, "第 2 行没有名称"),
        ({"region": "baoji", "names": "一小\n\n， \t幼儿园"}, "第 3 行没有名称"),
        ({"region": "baoji", "names": "一小\n，，"}, "第 2 行没有名称"),
        ({"region": "baoji", "names": "\n".join(f"{n} 小" for n in range(501))}, "一次最多加 500 个"),
    ],
)
async def test_what_cannot_be_added_is_said_and_stays_on_the_page(
    house: House, chief: Browser, given: dict[str, str], said: str
) -> None:
    status, page = await post(chief, "/admin/units", **{"sort": "school"} | given)
    assert status == 422
    assert said in page
    assert given["names"].split("\n")[0].strip() in page
    assert await rows(house.database_url, units_table) == []


async def test_a_year_of_numbers_is_typed_changed_and_taken_away(house: House, chief: Browser, school: int) -> None:
    path = f"/admin/units/{school}"
    page = await text(chief, path)
    assert_usable(page)
    assert 'name="parent-meetings.5"' in page
    assert 'name="parent-meetings.6"' not in page, "June has not begun"
    given = {"year": "2026", "seen": "0", "parent-meetings.3": "1", "people.3": "1,200", "events.4": "0"}
    assert (await post(chief, path, **given))[0] == 303
    assert await kept(house) == {("parent-meetings", 3): 1, ("people", 3): 1200, ("events", 4): 0}
    seen = (await text(chief, path)).split('name="seen" value="')[1].split('"')[0]
    more = {"year": "2026", "seen": seen, "parent-meetings.3": "2", "people.3": "", "events.4": "0"}
    assert (await post(chief, path, **more))[0] == 303
    assert await kept(house) == {("parent-meetings", 3): 2, ("events", 4): 0}
    trail = sorted(await rows(house.database_url, audit), key=lambda one: one.id)
    acts = [(one.act, one.subject, one.detail) for one in trail if one.act == "figures:reported"]
    told = {"what": "2026 年", "title": "渭滨一小"}
    assert acts == [
        ("figures:reported", f"unit:{school}", told | {"entries": 3}),
        ("figures:reported", f"unit:{school}", told | {"entries": 2}),
    ]


@pytest.mark.parametrize(
    ("field", "number", "said"),
    [
        ("events.4", "十二", "活动场次 4 月要改一下再存"),
        ("events.4", "-3", "要写整数"),
        ("events.4", "1.5", "要写整数"),
        ("events.4", "9" * 12, "要写整数"),
        ("parent-school.4", "2", "家长学校 4 月要改一下再存"),
    ],
)
async def test_what_is_no_number_is_said_beside_it_and_nothing_is_kept(
    house: House, chief: Browser, school: int, field: str, number: str, said: str
) -> None:
    given = {"year": "2026", "seen": "0", field: number, "people.4": "7"}
    status, page = await post(chief, f"/admin/units/{school}", **given)
    assert status == 422
    assert said in page
    assert f'value="{number}"' in page
    assert 'value="7"' in page
    assert await kept(house) == {}


async def test_months_to_come_and_counts_of_other_sorts_are_passed_over(
    house: House, chief: Browser, school: int
) -> None:
    given = {"year": "2026", "seen": "0", "events.6": "3", "communities.4": "9", "nothing.4": "9", "events.13": "1"}
    assert (await post(chief, f"/admin/units/{school}", **given))[0] == 303
    assert await kept(house) == {}


async def test_who_saves_late_is_told_and_keeps_what_they_typed(house: House, chief: Browser, school: int) -> None:
    path, given = f"/admin/units/{school}", {"year": "2026", "seen": "0", "events.4": "5", "people.4": "80"}
    async with house.app_engine.begin() as conn:
        theirs = {(school, APRIL, "events"): 9, (school, MARCH, "events"): 2}
        await units.write(conn, theirs, "吴老师", datetime(2026, 5, 12, 12, 0, tzinfo=UTC))
    status, page = await post(chief, path, **given)
    assert status == 409
    assert "吴老师刚才也改了这一年" in page
    assert "现在是 9（吴老师）" in page
    assert 'name="events.4" value="5"' in page
    assert 'name="events.3" value="2"' in page
    assert await kept(house) == {("events", 4): 9, ("events", 3): 2}
    seen = page.split('name="seen" value="')[1].split('"')[0]
    assert (await post(chief, path, **given | {"seen": seen}))[0] == 303
    assert await kept(house) == {("events", 4): 5, ("events", 3): 2, ("people", 4): 80}


async def test_a_unit_is_renamed_closed_and_opened_again(house: House, chief: Browser, school: int) -> None:
    path = f"/admin/units/{school}"
    async with house.app_engine.begin() as conn:
        await units.add(conn, "baoji", [("渭滨二小", "school")], house.clock())
    status, page = await post(chief, f"{path}/rename", name="渭滨二小")
    assert status == 422
    assert "已经有叫这个名字的了" in page
    for name in ("", "长" * 61):
        assert (await post(chief, f"{path}/rename", name=name))[0] == 422
    assert (await post(chief, f"{path}/rename", name=" 实验 一小 "))[0] == 303
    assert "<h1>实验 一小</h1>" in await text(chief, path)
    assert (await post(chief, f"{path}/close"))[0] == 303
    assert "实验 一小" not in await text(chief, "/admin/demands")
    assert "停用" in await text(chief, "/admin/units")
    assert (await post(chief, f"{path}/open"))[0] == 303
    assert "实验 一小" in await text(chief, "/admin/demands")
    admin = await house.staff("gu", "顾主任", Role.ADMIN)
    assert f'<a href="{path}">“实验 一小”</a>' in await text(admin, "/admin/trail")


@pytest.mark.parametrize("number", ["999", "0", "9" * 18])
async def test_a_unit_that_is_not_there_is_not_found(chief: Browser, number: str) -> None:
    assert (await chief.get(f"/admin/units/{number}")).status == 404
    assert (await post(chief, f"/admin/units/{number}", year="2026", seen="0"))[0] == 404
