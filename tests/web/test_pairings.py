"""Pairings over HTTP: in the file, in the ledger of those who are in it, in numbers for those who lead, on paper."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from desk_browser import Browser, text
from family_desk import a_file, a_station, of_table, step
from sqlalchemy import insert

from bot.store import audit, family_data
from bot.store.audit import Act
from bot.store.tables import audit as trail
from bot.store.tables import follow_ups, helpers, staff
from bot.web.desk.lead.sheets import HIDDEN
from tests.house import House

TUTOR = {"side": "school", "who": "许老师", "role": "tutor", "part": "每周三谈话", "since": "2026-05-01"}


@pytest.fixture
async def zhou(house: House) -> Browser:
    return await a_file(house)


async def test_a_pairing_stands_in_the_file_with_role_days_and_contacts(house: House, zhou: Browser) -> None:
    assert (await step(zhou, "pair", **TUTOR, until="2026-05-20"))[0] == 303
    [helper] = await of_table(house, helpers)
    page = await text(zhou, "/desk/cases/2")
    for words in ("学生导师", "5 月 1 日起，到 5 月 20 日", "8 天后到期", "还没有记过联系", "许老师的结对到期"):
        assert words in page
    given = {"words": "一起吃了午饭", "way": "school", "helper": str(helper.id), "on": "2026-05-10"}
    assert (await step(zhou, "note", **given))[0] == 303
    page = await text(zhou, "/desk/cases/2")
    assert "上次联系 5 月 10 日" in page
    assert "到校 · 许老师" in page


async def test_a_helper_who_is_there_already_is_paired_and_not_written_twice(house: House, zhou: Browser) -> None:
    await step(zhou, "helper", side="school", who="许老师", part="每周三谈话", day="2026-05-27")
    await step(zhou, "pair", **{**TUTOR, "part": ""})
    [helper] = await of_table(house, helpers)
    assert (helper.role, helper.part, helper.next_day.day) == ("tutor", "每周三谈话", 27)
    status, page = await step(zhou, "pair", **TUTOR)
    assert (status, "已经结对了" in page) == (409, True)


async def test_a_pairing_that_is_ended_stays_with_why_and_cannot_be_taken_out(house: House, zhou: Browser) -> None:
    await step(zhou, "pair", **TUTOR)
    [helper] = await of_table(house, helpers)
    status, page = await step(zhou, "helper-out", item=str(helper.id))
    assert (status, "请用“结束结对”" in page) == (409, True)
    status, page = await step(zhou, "pair-end", item=str(helper.id), why="", day="2026-05-11")
    assert (status, "还没写“为什么结束”" in page) == (409, True)
    assert (await step(zhou, "pair-end", item=str(helper.id), why="孩子升学了", day="2026-05-11"))[0] == 303
    page = await text(zhou, "/desk/cases/2")
    assert "5 月 11 日结束：孩子升学了" in page
    assert (await step(zhou, "pair-end", item=str(helper.id), why="再结束一次"))[0] == 409
    assert "许老师" not in await text(zhou, "/desk/pairings")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"role": "boss"}, "请选结对的身份"),
        ({"side": "mars"}, "请选是哪一边的"),
        ({"who": " "}, "还没写“是谁”"),
        ({"until": "2026-04-01"}, "到哪天要在从哪天的后面"),
        ({"since": "昨天"}, "日期没有看懂"),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_typed_stays(
    house: House, zhou: Browser, given: dict[str, str], words: str
) -> None:
    status, page = await step(zhou, "pair", **{**TUTOR, **given})
    assert status == 409
    assert words in page
    assert 'value="每周三谈话"' in page
    assert await of_table(house, helpers) == []


async def test_a_pairing_is_put_right_and_a_refused_change_keeps_what_was_typed(house: House, zhou: Browser) -> None:
    await step(zhou, "pair", **TUTOR)
    [helper] = await of_table(house, helpers)
    given = {
        "item": str(helper.id),
        "role": "teacher",
        "since": "2026-05-01",
        "until": "2026-04-01",
        "part": "改成周四",
    }
    status, page = await step(zhou, "pair-change", **given)
    assert status == 409
    for words in ("到哪天要在从哪天的后面", 'value="改成周四"', 'value="2026-04-01"'):
        assert words in page
    assert (await step(zhou, "pair-change", **{**given, "until": "2026-07-01"}))[0] == 303
    [helper] = await of_table(house, helpers)
    assert (helper.role, helper.part, helper.until_day.isoformat()) == ("teacher", "改成周四", "2026-07-01")


async def test_the_helper_of_another_file_cannot_be_named(house: House, zhou: Browser) -> None:
    status, page = await step(zhou, "note", words="打了电话", helper="999", way="phone")
    assert (status, "没有找到这位帮手" in page) == (409, True)
    assert await of_table(house, follow_ups) == []


async def test_the_ledger_shows_what_is_overdue_and_can_be_narrowed(house: House, zhou: Browser) -> None:
    await step(zhou, "pair", **{**TUTOR, "since": "2026-03-01"})
    await step(zhou, "pair", side="community", who="陈阿姨", role="neighbour", until="2026-05-15")
    await step(zhou, "follow-up", way="home", day="2026-05-14", time="18:30")
    page = await text(zhou, "/desk/pairings")
    for words in ("许老师", "陈阿姨", "一个多月没有联系", "3 天后到期", "到家里坐坐", "还没有告诉家长"):
        assert words in page
    assert "各站点的数" not in page
    silent = await text(zhou, "/desk/pairings?view=silent")
    assert "许老师 <span" in silent
    assert "陈阿姨 <span" not in silent
    neighbours = await text(zhou, "/desk/pairings?role=neighbour")
    assert "许老师 <span" not in neighbours
    assert "陈阿姨 <span" in neighbours
    assert "没有这样的结对" in await text(zhou, "/desk/pairings?helper=没有这个人")


async def test_who_is_not_in_the_file_finds_nothing_of_it_in_the_ledger(house: House, zhou: Browser) -> None:
    await step(zhou, "pair", **TUTOR)
    wu, lead = await house.staff("wu", "吴老师"), await house.staff("lead", "钱站长", "lead")
    other = await house.staff("other", "孙站长", "lead")
    boss = await house.staff("boss", "沈主任", "admin")
    await a_station(house, "tianning", ("zhou", "wu", "lead"), with_file=True)
    await a_station(house, "zhonglou", ("other",))
    for browser in (wu, lead, other, boss):
        page = await text(browser, "/desk/pairings")
        for secret in ("许老师", "/desk/cases/2", "每周三谈话"):
            assert secret not in page
        for path in ("/desk/cases/2", "/desk/cases/2/file/pdf"):
            assert (await browser.get(path)).status == 404
        assert (await step(browser, "pair", **TUTOR))[0] == 404
        assert (await step(browser, "visit-tell", item="1"))[0] == 404
    assert f">{HIDDEN}<" in await text(lead, "/desk/pairings")
    assert f">{HIDDEN}<" not in await text(other, "/desk/pairings")
    assert (await wu.get("/desk/pairings/export")).status == 403


async def test_the_numbers_are_exported_by_station_and_month_and_that_is_kept(house: House, zhou: Browser) -> None:
    lead = await house.staff("lead", "钱站长", "lead")
    await a_station(house, "tianning", ("zhou", "lead"), with_file=True)
    async with house.app_engine.begin() as conn:
        for n in range(6):
            pair = {"case_id": 2, "side": "school", "who": f"老师{n}", "role": "teacher"}
            await conn.execute(insert(helpers).values(**pair, since_day=house.clock().date()))
            seen = {"case_id": 2, "what": "", "way": "home", "due_at": house.clock(), "done_at": house.clock()}
            await conn.execute(insert(follow_ups).values(**seen, confirmed="yes" if n < 5 else "no"))
    answer = await lead.get("/desk/pairings/export?format=csv")
    table = list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
    assert table[1:3] == [
        ["月份", "站点", "结对", "家访", "家长说来过的"],
        ["2026 年 5 月", "tianning站", "6", "6", "5"],
    ]
    assert (await lead.get("/desk/pairings/export?format=xlsx")).status == 200
    assert (await lead.get("/desk/pairings/export?format=doc")).status == 404
    kept = [row for row in await of_table(house, trail) if row.act == Act.EXPORTED]
    assert [(row.name, row.subject) for row in kept] == [("钱站长", "pairings")] * 2


async def test_what_is_kept_of_pairings_is_printed_and_given_out_with_the_familys_data(
    house: House, zhou: Browser
) -> None:
    await step(zhou, "pair", **TUTOR)
    await step(zhou, "note", words="到家里坐了坐", way="home", agreed="十点半放下手机")
    page = await text(zhou, "/desk/cases/2/file/print")
    for words in ("结对", "学生导师", "上门家访", "说好了：十点半放下手机"):
        assert words in page
    answer = await zhou.get("/desk/cases/2/file/pdf")
    assert (answer.status, (await answer.read())[:5]) == (200, b"%PDF-")
    async with house.app_engine.connect() as conn:
        number = await family_data.of_case(conn, 2)
        assert number is not None
        given = str(await family_data.everything(conn, number))
    for words in ("tutor", "2026-05-01", "十点半放下手机", "'way': 'home'"):
        assert words in given


async def test_the_trail_and_the_timeline_hold_no_word_of_the_pairing(house: House, zhou: Browser) -> None:
    await step(zhou, "pair", **TUTOR)
    async with house.app_engine.connect() as conn:
        told = str(await audit.of_subject(conn, "case:2"))
    page = await text(zhou, "/desk/cases/2")
    past = page[page.index('id="past"') :]
    assert "记了结对" in past
    assert "许老师" not in told + past


async def test_a_pairing_goes_on_when_the_day_has_passed_and_says_so(house: House, zhou: Browser) -> None:
    await step(zhou, "pair", **TUTOR, until="2026-05-13")
    house.clock.set(house.clock() + timedelta(hours=11))  # the next morning
    assert "今天到期" in await text(zhou, "/desk/pairings?view=ending")
    assert re.search(
        r"<b>许老师</b><span class=\"badge\" data-state=\"brand\">学生导师", await text(zhou, "/desk/cases/2")
    )


async def test_somebody_who_leaves_the_file_loses_the_ledger_of_it(house: House, zhou: Browser) -> None:
    await step(zhou, "pair", **TUTOR)
    wu = await house.staff("wu", "吴老师")
    number = next(row.id for row in await of_table(house, staff) if row.login == "wu")
    await step(zhou, "member", person=str(number), part="家访")
    assert "许老师" in await text(wu, "/desk/pairings")
    await step(zhou, "member-out", person=str(number))
    assert "许老师" not in await text(wu, "/desk/pairings")
