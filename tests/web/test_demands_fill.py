"""Numbers of many units in a table: taken away, filled in, brought back; all of a file or nothing of it."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date

import pytest
from aiohttp import FormData
from desk_browser import OURS, Browser, post, text
from openpyxl import Workbook, load_workbook
from test_pages_render import assert_usable

from bot.store import people, units
from bot.store.people import Role
from bot.store.tables import audit, unit_counts
from bot.web.admin.offices.filling import READING
from tests.house import KEPT, PASSWORD, House, rows

HEAD = "辖区,单位,数,2026 年 3 月,2026年4月"
GOOD = f'{HEAD}\n宝鸡市,渭滨一小,家长会,1,\n宝鸡市,金陵站,普惠性指导活动,"1,200",0\n'


@pytest.fixture
async def chief(house: House) -> Browser:
    async with house.app_engine.begin() as conn:
        await units.add(conn, "baoji", [("渭滨一小", "school"), ("金陵站", "station")], house.clock())
        await units.add(conn, "putuo", [("普陀一小", "school")], house.clock())
    return await house.staff("tang", "唐老师", Role.CHIEF_EDITOR)


def workbook(lines: list[list[str | int]]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for line in lines:
        book.active.append(line)
    book.save(out)
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as held:
        held.writestr("xl/worksheets/sheet1.xml", b" " * (30 * 1024 * 1024))
    return out.getvalue()


async def bring(browser: Browser, data: bytes, name: str = "numbers.csv", query: str = "") -> tuple[int, str]:
    form = FormData()
    form.add_field("file", io.BytesIO(data), filename=name, content_type="text/csv")
    answer = await browser.post(f"/admin/demands/fill{query}", data=form, headers=OURS, allow_redirects=False)
    return answer.status, await answer.text()


async def kept(house: House) -> dict[tuple[str, int], int]:
    return {(one.name, one.month.month): one.number for one in await rows(house.database_url, unit_counts)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
async def test_a_filled_in_table_is_kept_in_any_encoding(house: House, chief: Browser, encoding: str) -> None:
    assert_usable(await text(chief, "/admin/demands/fill"))
    assert (await bring(chief, GOOD.encode(encoding)))[0] == 303
    assert await kept(house) == {("parent-meetings", 3): 1, ("open-events", 3): 1200, ("open-events", 4): 0}
    last = (await rows(house.database_url, audit))[-1]
    assert (last.act, last.subject, last.detail["entries"]) == ("figures:reported", "demands", 3)


async def test_the_table_comes_back_as_it_went(house: House, chief: Browser) -> None:
    await bring(chief, GOOD.encode())
    answer = await chief.get("/admin/demands/form?region=baoji&year=2026&format=csv")
    table = await answer.read()
    held = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
    assert held[0] == ["辖区", "单位", "数", *(f"2026 年 {month} 月" for month in range(1, 6))]
    assert ["宝鸡市", "渭滨一小", "家长会", "", "", "1", "", ""] in held
    assert not any("普陀" in one[0] for one in held[1:])
    before = await kept(house)
    status, _ = await bring(chief, table)
    assert status == 303
    assert await kept(house) == before
    assert "没有改动" in await text(chief, "/admin/demands/fill?done=0")


async def test_a_workbook_is_filled_in_and_brought_back(house: House, chief: Browser) -> None:
    await bring(chief, GOOD.encode())
    answer = await chief.get("/admin/demands/form?region=baoji&year=2026")
    book, out = load_workbook(io.BytesIO(await answer.read())), io.BytesIO()
    heads, *lines = book["填报"].iter_rows()
    [meetings] = [line for line in lines if (line[1].value, line[2].value) == ("渭滨一小", "家长会")]
    assert meetings[5].value == 1
    assert heads[6].value == "2026 年 4 月"
    meetings[6].value = 2
    book.save(out)
    assert (await bring(chief, out.getvalue(), "numbers.xlsx"))[0] == 303
    held = await kept(house)
    assert held["parent-meetings", 4] == 2
    assert len(held) == 4
    assert (await chief.get("/admin/demands/form?format=pdf")).status == 404


async def test_an_empty_cell_leaves_what_is_there(house: House, chief: Browser) -> None:
    await bring(chief, GOOD.encode())
    assert (await bring(chief, f"{HEAD}\n宝鸡市,渭滨一小,家长会,,2\n".encode()))[0] == 303
    assert (await kept(house))["parent-meetings", 3] == 1
    assert (await kept(house))["parent-meetings", 4] == 2


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (f"{GOOD}宝鸡市,渭滨九小,家长会,1,\n".encode(), "第 4 行：宝鸡市没有叫“渭滨九小”的单位"),
        (f"{GOOD}上海市普陀区,渭滨一小,家长会,1,\n".encode(), "没有叫“渭滨一小”的单位"),
        (f"{GOOD}宝鸡市,渭滨一小,热线接听,1,\n".encode(), "第 4 行：“热线接听”不是这种单位要报的数"),
        (f"{GOOD}宝鸡市,渭滨一小,家访,=1+1,-2\n".encode(), "第 4 行 D 列：要写整数"),
        (f"{GOOD}宝鸡市,渭滨一小,家长学校,7,\n".encode(), "第 4 行 D 列：有写 1，没有写 0"),
        (GOOD.replace("2026年4月", "2026年9月").encode(), "第 1 行 E 列：2026年9月现在不能填"),
        (GOOD.replace("2026年4月", "Apr-26").encode(), "第 1 行 E 列：不认识“Apr-26”"),
        (GOOD.replace("2026年4月", "2026年13月").encode(), "不认识“2026年13月”"),
        ("学校,家长会\n渭滨一小,1\n".encode(), "请用下载的填报表"),
        ("辖区,单位,数\n宝鸡市,渭滨一小,家长会\n".encode(), "请用下载的填报表"),
        (f"{HEAD}\n".encode(), "文件里一个数也没有"),
        (b"", "文件是空的"),
        (b"PK\x03\x04" + b"\x00" * 40, "文件坏了，打不开"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 40, "旧格式（.xls）"),
        (workbook([[*HEAD.split(",")], ["宝鸡市", "渭滨一小", "家访", "=1+1", 3]]), "第 2 行 D 列：要写整数"),
        (bomb(), "解开来太大"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "里面不是文字"),
        (("辖区,单位,数" + "," * 200 + "\n").encode(), "列，不像是这里的表"),
        ((HEAD + "\n" + "宝鸡市,渭滨一小,家长会,1,\n" * 5100).encode(), "超过 5000 行"),
        ((HEAD + "\n" + "哪里,没有,什么,1,\n" * 40).encode(), "只列出前 20 处"),
    ],
)
async def test_of_a_file_with_a_fault_nothing_is_kept(house: House, chief: Browser, data: bytes, said: str) -> None:
    status, page = await bring(chief, data)
    assert status == 422
    assert said in page
    assert "什么都没有改" in page
    assert await kept(house) == {}


async def test_a_form_without_a_file_and_a_file_that_is_too_long_are_refused(house: House, chief: Browser) -> None:
    assert (await post(chief, "/admin/demands/fill"))[0] == 422
    status, page = await bring(chief, b"x" * (11 * 1024 * 1024))
    assert status == 413
    assert "超过 10 MB" in page
    assert await kept(house) == {}


async def test_a_supervisor_fills_in_their_own_units_alone(house: House, chief: Browser) -> None:
    del chief
    async with house.app_engine.begin() as conn:
        await people.add(conn, login="lu", name="陆主管", role="supervisor", password_hash=KEPT, region="putuo")
    lu = house.browser()
    await post(lu, "/desk/login", name="lu", password=PASSWORD)
    status, page = await bring(lu, GOOD.encode())
    assert status == 422
    assert "宝鸡市没有叫“渭滨一小”的单位" in page
    assert await kept(house) == {}
    assert (await bring(lu, f"{HEAD}\n上海市普陀区,普陀一小,家长会,1,\n".encode()))[0] == 303
    [own] = await rows(house.database_url, unit_counts)
    assert (own.month, own.number, own.author) == (date(2026, 3, 1), 1, "陆主管")
    form = await (await lu.get("/admin/demands/form?format=csv")).text()
    assert "普陀一小" in form
    assert "渭滨" not in form
    assert (await lu.get("/admin/demands/form?region=baoji")).status == 404


async def test_a_number_that_is_there_is_another_one_only_where_that_is_meant(house: House, chief: Browser) -> None:
    await bring(chief, GOOD.encode())
    before = await kept(house)
    later = GOOD.replace("家长会,1,", "家长会,4,2").encode()
    status, page = await bring(chief, later)
    assert status == 409
    assert_usable(page)
    assert "渭滨一小 家长会 2026 年 3 月：现在是 1，表里是 4。" in page
    assert "请把这个文件再选一次" in page
    assert 'formaction="/admin/demands/fill?over=1"' in page
    assert await kept(house) == before
    assert (await bring(chief, later, query="?over=1"))[0] == 303
    assert await kept(house) == before | {("parent-meetings", 3): 4, ("parent-meetings", 4): 2}


async def test_of_many_such_numbers_some_are_told_and_the_others_counted(house: House, chief: Browser) -> None:
    table = "\n".join(["辖区,单位,数,2026-03", *(f"宝鸡市,{n} 小,家长会,{{much}}" for n in range(22))])
    async with house.app_engine.begin() as conn:
        await units.add(conn, "baoji", [(f"{n} 小", "school") for n in range(22)], house.clock())
    assert (await bring(chief, table.format(much=1).encode()))[0] == 303
    status, page = await bring(chief, table.format(much=2).encode())
    assert status == 409
    assert page.count("现在是 1，表里是 2。") == 20
    assert "还有 2 处没有列出" in page


async def test_one_table_is_read_at_a_time(house: House, chief: Browser) -> None:
    async with READING:
        status, page = await bring(chief, GOOD.encode())
    assert status == 503
    assert "正在读别人传的表" in page
    assert await kept(house) == {}
    assert (await bring(chief, GOOD.encode()))[0] == 303
