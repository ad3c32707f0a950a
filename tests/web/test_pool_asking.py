"""Somebody is asked for a half day: clashes are said, what came of it is kept, figures are counted and taken along."""

from __future__ import annotations

import asyncio
import csv
import html
import io
import re

import pytest
from desk_browser import Browser, post, text
from openpyxl import load_workbook
from test_pages_render import assert_usable
from test_pool_pages import LIN, OTHER, PUTUO, TIANNING, add, lin, of_region

from bot.store.people import Role
from bot.store.tables import audit, engagements
from tests.house import House, rows

TALK = {"on_day": "2026-05-09", "part": "morning", "region": PUTUO, "place": "某某小学报告厅", "topic": "青春期怎么谈"}
SATURDAY = TALK | {"on_day": "2026-05-16"}


@pytest.fixture
async def boss(house: House) -> Browser:
    return await house.staff("gu", "顾主任", Role.ADMIN)


async def shown(browser: Browser, path: str) -> str:
    page = await text(browser, path)
    assert_usable(page)
    return html.unescape(page)


async def ask(browser: Browser, page: str, **fields: str) -> tuple[int, str]:
    return await post(browser, f"{page}/engagements", **fields)


async def states(house: House) -> list[tuple[str, int | None]]:
    found = await rows(house.database_url, engagements)
    return [(row.state, row.people) for row in sorted(found, key=lambda row: row.id)]


def table(page: str, title: str) -> list[list[str]]:
    [body] = re.findall(rf"<caption[^>]*>{title}</caption>.*?<tbody>(.*?)</tbody>", page, re.DOTALL)
    lines = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", line)] for line in lines]


async def test_somebody_is_asked_agrees_and_it_is_done_with_its_people(house: House, boss: Browser) -> None:
    page = await lin(boss)
    assert (await ask(boss, page, **TALK))[0] == 303
    told = await shown(boss, page)
    for words in ("5 月 9 日（周六）上午", "已邀请", "青春期怎么谈", "某某小学报告厅"):
        assert words in told
    one = f"{page}/engagements/1"
    assert (await post(boss, one, was="asked", step="agreed"))[0] == 303
    assert (await post(boss, one, was="agreed", step="done", people="1,120"))[0] == 303
    assert "办过了 1120 人" in await shown(boss, page)
    assert (await post(boss, one, was="done", step="done", people="120"))[0] == 303
    assert await states(house) == [("done", 120)]
    did = [row.detail["what"] for row in await rows(house.database_url, audit) if row.act == "pool:engaged"]
    assert did == ["请 5 月 9 日（周六）", *(f"5 月 9 日（周六）{words}" for words in ("答应了", "办过了", "办过了"))]


async def test_the_same_half_day_twice_is_said_and_only_done_where_it_is_meant(house: House, boss: Browser) -> None:
    page = await lin(boss)
    await ask(boss, page, **SATURDAY)
    twice = SATURDAY | {"place": "社区活动室", "topic": "手机怎么管"}
    status, told = await ask(boss, page, **twice)
    assert status == 409
    assert "这半天已经有安排了：5 月 16 日（周六）在某某小学报告厅，青春期怎么谈" in told
    assert "社区活动室" in told
    assert "手机怎么管" in told
    assert_usable(told)
    assert len(await states(house)) == 1
    assert (await ask(boss, page, **twice, anyway="1"))[0] == 303
    assert (await shown(boss, page)).count("撞了时间") == 2
    month = await shown(boss, "/admin/pool/month?month=2026-05")
    assert month.count("撞了时间</span>") == 2
    assert "2 场撞了时间" in month
    assert (await post(boss, f"{page}/engagements/1", was="asked", step="declined"))[0] == 303
    assert "撞了时间" not in await shown(boss, page)
    assert (await ask(boss, page, **SATURDAY | {"part": "afternoon"}))[0] == 303  # the other half of the day


async def test_of_two_who_ask_for_the_same_half_day_at_once_the_second_is_told(house: House, boss: Browser) -> None:
    page = await lin(boss)
    answers = await asyncio.gather(*(ask(boss, page, **SATURDAY) for _ in range(5)))
    assert sorted(status for status, _ in answers) == [303, 409, 409, 409, 409]
    assert len(await states(house)) == 1


async def test_the_same_of_some_weeks_is_asked_at_once_and_each_is_looked_at(house: House, boss: Browser) -> None:
    page = await lin(boss)
    await ask(boss, page, **SATURDAY | {"on_day": "2026-05-30"})
    status, told = await ask(boss, page, **SATURDAY, weeks="4")
    assert status == 409
    assert "5 月 30 日（周六）" in told
    assert len(await states(house)) == 1
    assert (await ask(boss, page, **SATURDAY, weeks="2"))[0] == 303
    assert len(await states(house)) == 3


async def test_who_has_nothing_yet_on_a_day_is_found_and_asked_for_it(boss: Browser) -> None:
    page = await lin(boss)  # can on Saturday mornings
    found = await shown(boss, "/admin/pool?on=2026-05-16&part=morning")
    [to] = re.findall(r'href="(/admin/pool/1[^"]*)"', found)
    assert to == f"{page}?on=2026-05-16&part=morning#ask"
    assert 'value="2026-05-16"' in await shown(boss, to.partition("#")[0])
    assert "林老师" not in await shown(boss, "/admin/pool?on=2026-05-17")  # a Sunday
    await ask(boss, page, **SATURDAY)
    assert "林老师" not in await shown(boss, "/admin/pool?on=2026-05-16")
    assert "林老师" not in await shown(boss, "/admin/pool?on=2026-05-16&part=morning")
    assert "林老师" in await shown(boss, "/admin/pool?on=2026-05-23")
    await post(boss, f"{page}/engagements/1", was="asked", step="declined")
    assert "林老师" in await shown(boss, "/admin/pool?on=2026-05-16")
    assert "林老师" in await shown(boss, "/admin/pool?on=nonsense")


async def test_a_time_at_which_they_usually_cannot_is_said(boss: Browser) -> None:
    page = await lin(boss)  # can on Saturday mornings
    await ask(boss, page, **SATURDAY)
    assert "不在常来的时间里" not in await shown(boss, page)
    await ask(boss, page, **SATURDAY | {"on_day": "2026-05-15"})
    assert "不在常来的时间里" in await shown(boss, page)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"on_day": "明天"}, "请选一个日子"),
        ({"on_day": "1999-12-31"}, "请选一个日子"),
        ({"on_day": "9999-12-31"}, "请选一个日子"),
        ({"part": "night"}, "请选上午、下午或晚上"),
        ({"place": ""}, "请写在哪里"),
        ({"topic": ""}, "请写讲什么"),
        ({"region": "没有这里"}, "没有找到这个地方"),
        ({"weeks": "0"}, "请写 1 到 20"),
        ({"weeks": "21"}, "请写 1 到 20"),
        ({"weeks": "二"}, "请写 1 到 20"),
    ],
)
async def test_what_cannot_be_asked_is_said_beside_it(
    house: House, boss: Browser, wrong: dict[str, str], sentence: str
) -> None:
    page = await lin(boss)
    status, told = await ask(boss, page, **SATURDAY | wrong)
    assert status == 422
    assert sentence in told
    assert "待改" not in told
    assert_usable(told)
    assert await states(house) == []


async def test_what_came_of_it_is_refused_where_it_cannot_be(house: House, boss: Browser) -> None:
    page = await lin(boss)
    await ask(boss, page, **SATURDAY)
    await ask(boss, page, **TALK)
    ahead, past = f"{page}/engagements/1", f"{page}/engagements/2"
    for path, given, status, sentence in (
        (ahead, {"was": "asked", "step": "done", "people": "9"}, 422, "还没到这一天"),
        (past, {"was": "asked", "step": "done", "people": "很多"}, 422, "请写来了多少人"),
        (past, {"was": "asked", "step": "done", "people": "9" * 9}, 422, "请写来了多少人"),
        (past, {"was": "agreed", "step": "done", "people": "9"}, 409, "刚刚有同事记过"),
        (past, {"was": "asked", "step": "deleted"}, 409, "刚刚有同事记过"),
        (past, {}, 409, "刚刚有同事记过"),
    ):
        found, told = await post(boss, path, **given)
        assert found == status, given
        assert sentence in told
        if given.get("people") == "很多":
            assert 'value="很多"' in told
    assert (await post(boss, f"{page}/engagements/9", was="asked", step="agreed"))[0] == 404
    assert await states(house) == [("asked", None), ("asked", None)]


async def test_an_engagement_is_only_found_behind_its_own_person(boss: Browser) -> None:
    page, other = await lin(boss), await add(boss, **OTHER)
    await ask(boss, page, **SATURDAY)
    assert (await post(boss, f"{other}/engagements/1", was="asked", step="agreed"))[0] == 404


async def test_who_is_not_asked_any_more_is_not_asked(house: House, boss: Browser) -> None:
    page = await lin(boss)
    await post(boss, f"{page}/close", seen="0")
    status, told = await ask(boss, page, **SATURDAY)
    assert status == 409
    assert "这一位不再请了" in told
    assert await states(house) == []


async def test_who_has_something_else_by_then_is_asked_again_only_where_that_is_meant(
    house: House, boss: Browser
) -> None:
    page = await lin(boss)
    one = f"{page}/engagements/1"
    await ask(boss, page, **SATURDAY)
    await post(boss, one, was="asked", step="declined")
    await ask(boss, page, **SATURDAY | {"place": "社区活动室", "topic": "手机怎么管"})
    status, told = await post(boss, one, was="declined", step="asked")
    assert status == 409
    assert_usable(told)
    assert told.count("这半天已经有安排了：5 月 16 日（周六）在社区活动室，手机怎么管") == 1
    assert told.count("还是要请</label>") == 1
    assert await states(house) == [("declined", None), ("asked", None)]
    assert (await post(boss, one, was="declined", step="asked", anyway="1"))[0] == 303
    assert await states(house) == [("asked", None), ("asked", None)]


async def test_who_is_not_asked_any_more_is_not_asked_again(house: House, boss: Browser) -> None:
    page = await lin(boss)
    one = f"{page}/engagements/1"
    await ask(boss, page, **SATURDAY)
    await post(boss, one, was="asked", step="declined")
    assert "再请一次" in await shown(boss, page)
    await post(boss, f"{page}/close", seen="0")
    assert "再请一次" not in await shown(boss, page)
    status, told = await post(boss, one, was="declined", step="asked")
    assert status == 409
    assert "这一位不再请了" in told
    assert await states(house) == [("declined", None)]


async def test_figures_count_what_was_done_where_it_was_and_are_taken_along(house: House, boss: Browser) -> None:
    page = await lin(boss)
    for day, region, people in (
        ("2026-05-09", PUTUO, "100"),
        ("2026-05-02", PUTUO, "20"),
        ("2026-04-30", PUTUO, "0"),
        ("2026-05-03", TIANNING, "7"),
    ):
        await ask(boss, page, **TALK | {"on_day": day, "region": region})
        number = len(await states(house))
        await post(boss, f"{page}/engagements/{number}", was="asked", step="done", people=people)
    await ask(boss, page, **SATURDAY)  # still to come: not counted
    told = await shown(boss, "/admin/pool/figures?from=2026-01&to=2026-05")
    assert table(told, "各地") == [[PUTUO, "3", "120"], [TIANNING, "1", "7"], ["合计", "4", "127"]]
    assert table(told, "各月") == [["2026 年 4 月", "1", "0"], ["2026 年 5 月", "3", "127"], ["合计", "4", "127"]]
    only = await shown(boss, "/admin/pool/figures?from=2026-04&to=2026-04")
    assert table(only, "各地各月") == [[PUTUO, "2026 年 4 月", "1", "0"]]
    path = "/admin/pool/figures/export?from=2026-05&to=2026-05&format="
    book = load_workbook(io.BytesIO(await (await boss.get(f"{path}xlsx")).read()))
    assert (PUTUO, 2, 120) in list(book["各地"].iter_rows(values_only=True))
    lines = list(csv.reader(io.StringIO((await (await boss.get(f"{path}csv")).read()).decode("utf-8-sig"))))
    assert ["合计", "3", "127"] in lines
    assert not [cell for line in lines for cell in line if "林老师" in cell]
    month = await shown(boss, "/admin/pool/month?month=2026-05&region=putuo")
    assert "办过 2 场、120 人次，还有 1 场没办" in month


@pytest.mark.parametrize(
    ("query", "sentence"),
    [("from=2026-05&to=2026-01", "写反了"), ("from=2001-01&to=2026-05", "一次最多看 36 个月"), ("from=x&to=y", "")],
)
async def test_months_that_cannot_be_shown_are_put_right_and_said(boss: Browser, query: str, sentence: str) -> None:
    assert sentence in await shown(boss, f"/admin/pool/figures?{query}")


async def test_each_sees_what_takes_place_at_theirs_and_no_person_of_others(house: House, boss: Browser) -> None:
    page = await lin(boss)
    await ask(boss, page, **TALK | {"region": TIANNING, "place": "天宁的学校"})
    await post(boss, f"{page}/engagements/1", was="asked", step="done", people="8")
    home, away = await of_region(house, "putuo"), await of_region(house, "320402")
    far = await of_region(house, "500112")
    path = "/admin/pool/month?month=2026-05"
    assert f'<a href="{page}">林老师</a>' in await shown(home, path)
    there = await shown(away, path)
    assert "林老师" in there
    assert page not in there
    assert (await away.get(page)).status == 404
    assert "林老师" not in await shown(far, path)
    figures = "/admin/pool/figures?from=2026-05&to=2026-05"
    assert table(await shown(away, figures), "各地")[0] == [TIANNING, "1", "8"]
    assert "天宁" not in await shown(home, figures)


async def test_hostile_words_stay_text(boss: Browser) -> None:
    bad = "<img src=x onerror=alert(1)>"
    page = await add(boss, **LIN | {"name": bad[:30], "note": bad, "contact": bad})
    await ask(boss, page, **SATURDAY | {"place": bad, "topic": bad, "note": bad})
    for path in (page, "/admin/pool", "/admin/pool/month?month=2026-05", f"/admin/pool?q={bad}"):
        assert "<img" not in await text(boss, path)
