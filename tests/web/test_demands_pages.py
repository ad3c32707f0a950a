"""What units counted beside what is asked of them, over HTTP: standings, whose they are, evidence, whole places."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import UTC, date, datetime

import pytest
from desk_browser import PAGE, Browser, post, text
from openpyxl import load_workbook
from test_pages_render import assert_usable

from bot.store import office_counts, people, units
from bot.store.people import Role
from bot.store.tables import audit
from tests.house import KEPT, PASSWORD, House, rows

DECEMBER = datetime(2025, 12, 18, 2, 0, tzinfo=UTC)  # week 16 of the term
SEPTEMBER = date(2025, 9, 1)


@pytest.fixture
async def chief(house: House) -> Browser:
    house.clock.set(DECEMBER)
    return await house.staff("tang", "唐老师", Role.CHIEF_EDITOR)


async def supervisor(house: House, region: str) -> Browser:
    async with house.app_engine.begin() as conn:
        await people.add(conn, login="lu", name="陆主管", role="supervisor", password_hash=KEPT, region=region)
    browser = house.browser()
    await post(browser, "/desk/login", name="lu", password=PASSWORD)
    return browser


async def counted(house: House, region: str, name: str, sort: str = "school", **numbers: int) -> int:
    """Let a unit be there that told numbers in September; the number of the unit."""
    async with house.app_engine.begin() as conn:
        await units.add(conn, region, [(name, sort)], house.clock())
        [own] = [one.id for one in await units.listing(conn, [region]) if one.name == name]
        told = {(own, SEPTEMBER, count.replace("_", "-")): number for count, number in numbers.items()}
        await units.write(conn, told, "周老师", house.clock())
    return own


def row(page: str, name: str) -> dict[str, str]:
    """Read a unit's row: what stands under each head."""
    [found] = [part for part in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL) if f">{name}</a>" in part]
    cells = re.findall(r'<td data-label="(.*?)">(.*?)</td>', found, re.DOTALL)
    return {html.unescape(head): re.sub(r"<.*?>", " ", cell).strip() for head, cell in cells}


def tiles(page: str) -> dict[str, str]:
    return dict(re.findall(r'class="stat"><span>(.*?)</span><strong>(.*?)</strong>', page))


async def test_a_school_with_one_meeting_by_week_sixteen_is_told_so(house: House, chief: Browser) -> None:
    await counted(house, "baoji", "一小", parent_meetings=1, guidance=2)
    page = await text(chief, "/admin/demands")
    assert_usable(page)
    found = row(page, "一小")
    assert found["家长会，每学期 2 次"].split() == ["还差", "1", "次", "约第", "16", "周，已有", "1"]
    assert found["家庭教育指导活动，每学期 2 次"].split() == ["2", "次", "够了"]
    assert found["家长学校"] == "没有报"
    assert "约第 16 周" in page
    assert '<a href="/admin/services/source/baoji-2024-10">' in page
    assert "学校每学期至少召开2次家长会" in page


async def test_the_tiles_count_units_by_how_they_stand(house: House, chief: Browser) -> None:
    await counted(house, "putuo", "甲校", guidance=2, parent_school=1, parent_committee=1, mind_teachers=1)
    await counted(house, "putuo", "乙校", guidance=2)
    await counted(house, "putuo", "丙校", guidance=0, parent_school=1, parent_committee=1, mind_teachers=1)
    await counted(house, "putuo", "丁园", "kindergarten")
    page = await text(chief, "/admin/demands?region=putuo")
    assert tiles(page) == {"单位": "4", "还差的": "1", "没有报全": "1", "时间还够": "0", "都够了": "1"}
    assert "1 个没有对应的要求" in page
    behind = await text(chief, "/admin/demands?region=putuo&sort=school&show=behind")
    assert ">丙校</a>" in behind
    assert ">甲校</a>" not in behind
    assert "家长学校" in behind, "the columns stay"
    assert "只报数" in await text(chief, "/admin/demands?region=putuo&sort=kindergarten")


async def test_who_is_behind_and_has_not_told_all_stands_under_both(house: House, chief: Browser) -> None:
    await counted(house, "putuo", "丙校", guidance=0)
    page = await text(chief, "/admin/demands?region=putuo")
    assert tiles(page) == {"单位": "1", "还差的": "1", "没有报全": "1", "时间还够": "0", "都够了": "0"}
    for show in ("behind", "unreported"):
        assert ">丙校</a>" in await text(chief, f"/admin/demands?region=putuo&show={show}")
    assert ">丙校</a>" not in await text(chief, "/admin/demands?region=putuo&show=done")


async def test_what_only_gives_the_meaning_is_no_quotation(house: House, chief: Browser) -> None:
    await counted(house, "putuo", "甲校", guidance=2)
    page, meant = await text(chief, "/admin/demands?region=putuo"), "学校每学期至少组织两次家庭教育指导的活动"
    assert f"：{meant}（大意）" in page
    assert f"“{meant}" not in page
    answer = await chief.get("/admin/demands/export?region=putuo&format=csv")
    lines = list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
    assert [one[7] for one in lines if len(one) == 9 and meant in one[7]] == [f"（大意）{meant}"]


async def test_the_term_before_is_judged_as_it_ended(house: House) -> None:
    await counted(house, "baoji", "一小", parent_meetings=1)
    house.clock.set(datetime(2026, 3, 10, 2, 0, tzinfo=UTC))
    chief = await house.staff("tang", "唐老师", Role.CHIEF_EDITOR)
    found = row(await text(chief, "/admin/demands?term=2025-autumn"), "一小")
    assert found["家长会，每学期 2 次"].split() == ["还差", "1", "次", "到期末共", "1"]
    now = row(await text(chief, "/admin/demands"), "一小")
    assert now["家长会，每学期 2 次"].startswith("没有报")


async def test_a_supervisor_sees_their_region_and_below_and_nothing_else(house: House, chief: Browser) -> None:
    del chief
    theirs = await counted(house, "320402", "天宁一小", guidance=2)
    other = await counted(house, "putuo", "普陀一小", guidance=2)
    lu = await supervisor(house, "changzhou")
    page = await text(lu, "/admin/demands")
    assert "天宁一小" in page
    assert "普陀" not in page
    assert "/admin/services/source/" not in page, "supervisors may not open the library"
    listed = await text(lu, "/admin/units")
    assert "天宁区" in listed
    assert "普陀" not in listed
    for path in ("demands", "demands/export", "units"):
        assert (await lu.get(f"/admin/{path}?region=putuo")).status == 404
    assert (await lu.get(f"/admin/units/{theirs}")).status == 200
    assert (await lu.get(f"/admin/units/{other}")).status == 404
    for path in ("", "/rename", "/close"):
        assert (await post(lu, f"/admin/units/{other}{path}", name="别的名字"))[0] == 404
    assert (await post(lu, "/admin/units", region="putuo", sort="school", names="新学校"))[0] == 422
    exported = await (await lu.get("/admin/demands/export?format=csv")).text()
    assert "天宁一小" in exported
    assert "普陀一小" not in exported


@pytest.mark.parametrize(
    "query", ["region=nowhere", "term=2026-summer", "term=2031-autumn", "sort=church", "show=bad", "format=pdf"]
)
async def test_what_is_not_there_is_not_found(chief: Browser, query: str) -> None:
    path = "/admin/demands/export" if "format" in query else "/admin/demands"
    assert (await chief.get(f"{path}?{query}")).status == 404


async def test_shares_say_who_has_told_nothing(house: House, chief: Browser) -> None:
    await counted(house, "baoji", "一小", parent_school=1, in_need=20, paired=12)
    await counted(house, "baoji", "二小", parent_school=0)
    await counted(house, "baoji", "三小")
    await counted(house, "baoji", "东街", "town", communities=10, guidance_stations=9)
    plain = re.sub(r"\s+", " ", re.sub(r"<.*?>", " ", await text(chief, "/admin/demands?region=baoji")))
    assert "有家长学校的学校和幼儿园 至少 33% 1 / 3 所 1 个单位没有报" in plain
    assert "有指导服务站点的社区、村 90% 9 / 10 个 都报了" in plain
    assert "已经结对的学生 60% 12 / 20 名 2 个单位没有报" in plain


async def test_a_share_behind_which_few_children_stand_is_not_shown(house: House, chief: Browser) -> None:
    await counted(house, "baoji", "一小", in_need=20, paired=3)
    page = await text(chief, "/admin/demands?region=baoji")
    assert "不足 5" in page
    assert "3 / 20" not in page


async def test_the_evidence_is_taken_along_and_who_took_it_is_kept(house: House, chief: Browser) -> None:
    await counted(house, "baoji", "=一小", parent_meetings=1, guidance=2, aided=3)
    answer = await chief.get("/admin/demands/export?region=baoji&format=xlsx", headers=PAGE)
    book = load_workbook(io.BytesIO(await answer.read()))
    assert book.sheetnames == ["达标", "覆盖率", "分月", "依据"]
    met = list(book["达标"].iter_rows(values_only=True))
    assert met[0][7] == "2025—2026 学年上学期"
    [own] = [one for one in met if one[3] == "家长会每学期至少 2 次"]
    assert own[:3] == ("'=一小", "学校", "宝鸡市")
    assert own[4:8] == (2, 1, 1, "还差的")
    assert own[8].endswith("第 7 条")
    monthly = list(book["分月"].iter_rows(values_only=True))
    held = {one[3]: dict(zip(monthly[0], one, strict=True)) for one in monthly[1:]}
    assert held["家长会"]["2025 年 9 月"] == 1
    assert held["家长会"]["本学期合计或最近"] == 1
    assert held["已经资助的学生"]["2025 年 9 月"] == "不足 5", "behind so few somebody may be known"
    assert any("学校每学期至少召开2次家长会" in one for one in book["依据"].iter_rows(values_only=True))
    sheet = (await (await chief.get("/admin/demands/export?format=csv")).read()).decode("utf-8-sig")
    assert ["达标"] in list(csv.reader(io.StringIO(sheet)))
    taken = [one for one in await rows(house.database_url, audit) if one.subject == "demands"]
    assert [(one.act, one.detail["format"]) for one in taken] == [("read:export", "xlsx"), ("read:export", "csv")]


async def test_sums_are_those_of_the_term_and_tell_no_hidden_number(house: House, chief: Browser) -> None:
    own = await counted(house, "baoji", "一小", parent_meetings=1, interventions=7, aided=9)
    told = {
        (own, date(2025, 3, 1), "parent-meetings"): 40,
        (own, date(2025, 10, 1), "parent-meetings"): 2,
        (own, date(2025, 10, 1), "interventions"): 3,
        (own, date(2025, 3, 1), "aided"): 30,
        (own, date(2025, 3, 1), "home-visits"): 8,
    }
    async with house.app_engine.begin() as conn:
        await units.write(conn, told, "周老师", house.clock())
    answer = await chief.get("/admin/demands/export?region=baoji&format=xlsx", headers=PAGE)
    monthly = list(load_workbook(io.BytesIO(await answer.read()))["分月"].iter_rows(values_only=True))
    sums = {one[3]: one[-1] for one in monthly[1:]}
    assert monthly[0][-1] == "本学期合计或最近"
    assert sums["家长会"] == 3
    assert sums["危机干预"] == "—", "7 and a hidden month: their sum would tell it"
    assert sums["已经资助的学生"] == 9
    assert sums["家访"] in (None, "")


async def test_the_number_of_a_whole_place_is_what_was_typed_else_what_its_units_told(
    house: House, chief: Browser
) -> None:
    await counted(house, "320402", "天宁一小", events=3, people=90)
    await counted(house, "changzhou", "市站", "station", events=4)
    async with house.app_engine.begin() as conn:
        await office_counts.report(conn, "changzhou", SEPTEMBER, {"people": 500}, "唐老师", house.clock())
        await office_counts.report(conn, "changzhou", date(2025, 10, 1), {"events": 11}, "唐老师", house.clock())
    plain = re.sub(r"\s+", " ", re.sub(r"<.*?>", " ", await text(chief, "/admin/demands?region=changzhou")))
    assert "活动场次 18 场 填报，缺的月份用单位合计" in plain
    assert "参加人次 500 人次 填报" in plain
    assert "热线接听 — 没有填" in plain
    figures = await text(chief, "/admin/figures?from=2025-09-01&to=2025-12-18")
    [own] = [one for one in re.findall(r"<tr>(.*?)</tr>", figures, re.DOTALL) if "<b>常州市</b>" in one]
    cells = [re.sub(r"<.*?>", "", cell) for cell in re.findall(r"<td.*?>(.*?)</td>", own)]
    assert cells[1:4] == ["18", "500", "没有填"]
    assert cells[6] == "填报，缺的月份用单位合计"
    assert "常州市天宁区" in figures


async def test_a_workbook_that_nobody_could_wait_for_is_refused_and_csv_is_not(
    house: House, chief: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await counted(house, "baoji", "一小", parent_meetings=1)
    monkeypatch.setattr("bot.web.admin.offices.pages.MOST_CELLS", 10)
    answer = await chief.get("/admin/demands/export?format=xlsx", headers=PAGE)
    assert answer.status == 413
    assert "或者导出 CSV" in await answer.text()
    assert (await chief.get("/admin/demands/export?format=csv")).status == 200
