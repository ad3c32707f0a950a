"""Figures of use: counted rightly, small ones hidden, scoped, taken along; and what the offices report."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta

import pytest
from desk_browser import PAGE, Browser, post, text
from openpyxl import load_workbook
from sqlalchemy import insert

from bot.store import office_counts, people, use_figures
from bot.store.people import Role
from bot.store.tables import cases, conversations, feedback, parents, reads, turns
from bot.store.use_figures import Count, Sieve
from tests.house import KEPT, PASSWORD, House, rows

ENTRY, PUTUO = "screens-junior-phone-conflict", "上海市普陀区"


async def a_month(house: House, number: int = 6, region: str = "putuo", **more: object) -> None:
    """Let so many parents ask on the same evening; each is answered, half of them then call for a person."""
    at: datetime = house.clock() - timedelta(days=1)
    async with house.app_engine.begin() as conn:
        for n in range(number):
            parent = insert(parents).values(channel="web", sender=f"{region}{n}{len(more)}").returning(parents.c.id)
            talk = insert(conversations).values(parent_id=(await conn.execute(parent)).scalar_one())
            [[own]] = await conn.execute(talk.returning(conversations.c.id))
            common = {"conversation_id": own, "channel": "web", "region": region, "stage": "junior"}
            shown = {"intent": "guidance", "outcome": "answered", "entries": [ENTRY], "listings": []}
            asked = common | shown | more | {"at": at + timedelta(minutes=n)}
            await conn.execute(insert(turns).values(**asked))
            if n % 2:
                called = common | {"intent": "handoff", "outcome": "person", "at": at + timedelta(minutes=n + 9)}
                await conn.execute(insert(turns).values(**called))
            said = {"conversation_id": own, "entry_id": ENTRY, "verdict": "yes", "at": at}
            await conn.execute(insert(feedback).values(**said))


@pytest.fixture
async def chief(house: House) -> Browser:
    return await house.staff("tang", "唐老师", Role.CHIEF_EDITOR)


def table(page: str, title: str) -> list[list[str]]:
    """Read the table under a heading."""
    section = next(part for part in page.split("<section")[1:] if f">{title}</h2>" in part)
    found = re.findall(r"<tr>(.*?)</tr>", section, re.DOTALL)
    return [[re.sub(r"<.*?>", "", cell) for cell in re.findall(r"<td.*?>(.*?)</td>", row)] for row in found[1:]]


async def test_acts_are_counted_by_outcome_hour_place_stage_and_what_was_shown(house: House) -> None:
    await a_month(house)
    await a_month(house, 2, "changzhou", outcome="abstained", entries=[])
    now = house.clock()
    async with house.app_engine.connect() as conn:
        found = await use_figures.use([conn], Sieve(now - timedelta(days=2), now))
        there = await use_figures.use([conn], Sieve(now - timedelta(days=2), now, ["changzhou"]))
        past = await use_figures.whole(conn, Sieve(now - timedelta(days=9), now - timedelta(days=5)))
    assert found.whole == Count(12, 8)
    assert found.by_outcome == {"answered": Count(6, 6), "person": Count(4, 4), "abstained": Count(2, 2)}
    assert found.by_region == {"putuo": Count(9, 6), "changzhou": Count(3, 2)}
    assert found.by_stage == {"junior": Count(12, 8)}
    assert sum(found.by_hour.values()) == 12
    assert {day for day, _ in found.by_hour} == {1}  # a Monday, in China
    shown = found.entries[ENTRY]
    assert (shown.acts, shown.parents, shown.helpful, shown.judged, shown.led) == (6, 6, 8, 8, 3)
    assert there.whole == Count(3, 2)
    assert past == Count()


async def test_a_service_is_counted_each_time_it_is_shown_and_apart_at_night(house: House) -> None:
    await a_month(house, 5, intent="service", entries=[], listings=["mental-health-12356", "public-security-110"])
    await a_month(house, 3, intent="service", entries=[], listings=["mental-health-12356"], at=0)
    async with house.app_engine.connect() as conn:
        now = house.clock()
        found = await use_figures.use([conn], Sieve(now - timedelta(days=2), now))
    assert found.listings == {"mental-health-12356": Count(8, 8), "public-security-110": Count(5, 5)}
    assert found.at_night == 0


async def test_an_act_between_midnight_and_six_counts_as_night_in_china(house: House) -> None:
    house.clock.set(house.clock().replace(hour=17, minute=0))  # 01:00 of the next day in China
    await a_month(house, 5, intent="service", entries=[], listings=["mental-health-12356"])
    async with house.app_engine.connect() as conn:
        found = await use_figures.use([conn], Sieve(house.clock() - timedelta(days=2), house.clock()))
    assert found.at_night == 5
    assert {hour for _, hour in found.by_hour} == {1}


async def test_the_page_shows_what_was_counted_and_hides_what_is_small(house: House, chief: Browser) -> None:
    await a_month(house)
    await a_month(house, 2, "changzhou")
    page = await text(chief, "/admin/figures")
    assert ["直接答上", "8", "8", "67%"] in table(page, "答得怎样")
    assert [PUTUO, "9", "6", "75%"] in table(page, "哪里来问")
    assert ["常州市", "不足 5 人", "—", "—"] in table(page, "哪里来问")
    [first] = table(page, "哪些内容最管用")
    assert first[1:] == ["8", "0", "100%", "8", "不足 5"]
    assert "转人工" in page
    assert 'data-chart="heat"' in page


async def test_opening_an_article_is_counted_by_day_and_nothing_of_who(house: House, chief: Browser) -> None:
    for _ in range(6):
        assert (await house.browser().get(f"/e/{ENTRY}")).status == 200
    [row] = await rows(house.database_url, reads)
    assert (row.entry_id, row.times, row.day.isoformat()) == (ENTRY, 6, "2026-05-12")
    assert [row[2] for row in table(await text(chief, "/admin/figures"), "哪些内容最管用")] == ["6"]


async def test_a_supervisor_of_a_region_sees_no_other(house: House) -> None:
    await a_month(house)
    await a_month(house, 6, "changzhou")
    async with house.app_engine.begin() as conn:
        await people.add(conn, login="lu", name="陆主管", role="supervisor", password_hash=KEPT, region="putuo")
    lu = house.browser()
    await post(lu, "/desk/login", name="lu", password=PASSWORD)
    page = await text(lu, "/admin/figures")
    assert [row[0] for row in table(page, "哪里来问")] == [PUTUO]
    assert "常州" not in page
    assert (await lu.get("/admin/figures?region=changzhou")).status == 404
    assert (await lu.get("/admin/figures/reported?region=changzhou")).status == 404
    exported = await (await lu.get("/admin/figures/export?format=csv")).text()
    assert "普陀区" in exported
    assert "常州" not in exported


@pytest.mark.parametrize("query", ["region=nowhere", "stage=grown-up", "format=pdf"])
async def test_what_is_not_there_is_not_found(chief: Browser, query: str) -> None:
    path = "/admin/figures/export" if "format" in query else "/admin/figures"
    assert (await chief.get(f"{path}?{query}")).status == 404


async def test_the_tables_are_taken_along_as_csv_and_as_a_workbook(house: House, chief: Browser) -> None:
    await a_month(house)
    sheet = (await (await chief.get("/admin/figures/export?format=csv", headers=PAGE)).read()).decode("utf-8-sig")
    assert ["直接答上", "6", "6", "67%"] in list(csv.reader(io.StringIO(sheet)))
    book = load_workbook(io.BytesIO(await (await chief.get("/admin/figures/export?format=xlsx")).read()))
    assert ("直接答上", 6, 6, "67%") in list(book["答得怎样"].iter_rows(values_only=True))


async def test_an_office_reports_its_month_corrects_it_and_finds_it_in_the_figures(
    house: House, chief: Browser
) -> None:
    month = {"region": "putuo", "month": "2026-05"}
    assert (await post(chief, "/admin/figures/reported", **month, events="12", people="1,486", courses="", calls="0"))[
        0
    ] == 303
    await post(chief, "/admin/figures/reported", **month, events="13", people="", courses="", calls="")
    async with house.app_engine.connect() as conn:
        held = await office_counts.of_month(conn, "putuo", house.clock().date().replace(day=1))
    assert held == {"events": 13, "people": 1486, "calls": 0}
    page = await text(chief, "/admin/figures?from=2026-05-01&to=2026-05-12")
    [row] = [row for row in table(page, "上报口径") if row[0] == PUTUO]
    assert row[1:6] == ["13", "1486", "没有填", "0", "0"]


@pytest.mark.parametrize("number", ["十二", "-3", "1.5", "9" * 12])
async def test_what_is_no_number_is_said_and_stays_on_the_page(house: House, chief: Browser, number: str) -> None:
    given = {"region": "putuo", "month": "2026-05", "events": number, "people": "7"}
    status, page = await post(chief, "/admin/figures/reported", **given)
    assert status == 422
    assert "活动场次要写数字" in page
    assert f'value="{number}"' in page
    async with house.app_engine.connect() as conn:
        assert await office_counts.of_month(conn, "putuo", house.clock().date().replace(day=1)) == {}


async def test_suggestions_of_a_place_stand_beside_its_counts(house: House, chief: Browser) -> None:
    now = house.clock()
    async with house.app_engine.begin() as conn:
        for n in range(6):
            given = {"kind": "suggestion", "region": "putuo", "opened_at": now - timedelta(days=1), "due_at": now}
            if n < 5:
                given |= {"state": "closed", "closed_at": now, "satisfaction": 5 if n else 1}
            await conn.execute(insert(cases).values(**given))
    [row] = [row for row in table(await text(chief, "/admin/figures"), "上报口径") if row[0] == PUTUO]
    assert row[-2:] == ["83%", "80%"]
