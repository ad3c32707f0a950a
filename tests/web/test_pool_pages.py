"""The list of people who can be asked: found, kept, checked, closed; who may see whom and how to reach them."""

from __future__ import annotations

import csv
import html
import io
import re
from pathlib import Path

import pytest
from desk_browser import Browser, post, text
from test_pages_render import assert_usable

from bot.store import people, pool
from bot.store.people import Role
from bot.store.tables import audit
from bot.web.permissions import MAY
from tests.house import KEPT, PASSWORD, House, rows

PUTUO, TIANNING = "上海市普陀区", "常州市天宁区"
LIN = {"name": "林老师", "sort": "lecturer", "region": PUTUO, "contact": "021-5555 0101", "note": "会带教具"}
LIN_CAN = {"topic-adolescence": "1", "topic-communication": "1", "stage-junior": "1", "time-sat-morning": "1"}
OTHER = {"name": "赵师傅", "sort": "firefighter", "region": TIANNING, "contact": "0519-5555 0102"}


@pytest.fixture
async def boss(house: House) -> Browser:
    return await house.staff("gu", "顾主任", Role.ADMIN)


async def of_region(house: House, region: str, role: str = "supervisor") -> Browser:
    """Sign somebody in who looks after one region."""
    async with house.app_engine.begin() as conn:
        await people.add(conn, login=region, name=f"{region}主管", role=role, password_hash=KEPT, region=region)
    browser = house.browser()
    assert (await post(browser, "/desk/login", name=region, password=PASSWORD))[0] == 303
    return browser


async def add(browser: Browser, **fields: str) -> str:
    """Put somebody on the list; the address of their page."""
    sent = {"Sec-Fetch-Site": "same-origin"}
    answer = await browser.post("/admin/pool/new", data=fields, headers=sent, allow_redirects=False)
    assert answer.status == 303, await answer.text()
    return answer.headers["Location"].partition("?")[0]


async def lin(browser: Browser) -> str:
    return await add(browser, **LIN, **LIN_CAN)


async def shown(browser: Browser, path: str) -> str:
    page = await text(browser, path)
    assert_usable(page)
    return html.unescape(page)


async def acts(house: House, act: str) -> list[str]:
    return [row.subject for row in await rows(house.database_url, audit) if row.act == act]


async def test_a_speaker_on_puberty_in_putuo_on_saturday_is_found(boss: Browser) -> None:
    await lin(boss)
    await add(boss, **OTHER, **{"topic-safety": "1", "time-sun-morning": "1"})
    for query in (
        "q=青春期 普陀 周六",
        "q=青春期%2B普陀%2B周六",
        "topic=adolescence&region=putuo&day=sat",
        "region=310000&sort=lecturer&part=morning&stage=junior&checked=no",
    ):
        page = await shown(boss, f"/admin/pool?{query}")
        assert "林老师" in page, query
        assert "赵师傅" not in page, query
    for query in ("q=青春期 普陀 周日", "topic=adolescence&day=sun", "region=320402&topic=adolescence", "stage=senior"):
        assert "林老师" not in await shown(boss, f"/admin/pool?{query}"), query


async def test_somebody_is_kept_as_they_were_typed(house: House, boss: Browser) -> None:
    page = await shown(boss, await lin(boss))
    for words in ("林老师", "讲师团讲师", PUTUO, "亲子沟通、青春期", "初中", "周六上午", "会带教具", "资质还没核对"):
        assert words in page
    assert await acts(house, "pool:changed") == ["pool:1"]


async def test_how_to_reach_somebody_stands_on_their_page_alone_and_reading_it_in_the_trail(
    house: House, boss: Browser
) -> None:
    page = await lin(boss)
    assert await acts(house, "read:pool") == []
    for path in ("/admin/pool", "/admin/pool?q=5555", "/admin/pool/month", "/admin/training/people"):
        assert "0101" not in await shown(boss, path)
    assert "林老师" not in await shown(boss, "/admin/pool?q=5555")
    assert "021-5555" in await shown(boss, page)
    await shown(boss, page)
    assert await acts(house, "read:pool") == ["pool:1"]  # once for a reading
    told = await shown(boss, "/admin/trail")
    assert "看了联系方式" in told
    assert '<a href="/admin/pool/1">师资名单第 1 位</a>' in told
    assert "0101" not in told
    assert "林老师" not in told


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_contacts_are_taken_along_only_where_that_is_ticked(house: House, boss: Browser, form: str) -> None:
    await lin(boss)
    for tick, there in (("", False), ("&contacts=1", True)):
        answer = await boss.get(f"/admin/pool/export?format={form}{tick}")
        body = await answer.read()
        if form == "csv":
            table = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
            assert ("联系方式" in table[1]) == there
            assert (table[2][-1] == "021-5555 0101") == there
            assert table[2][0] == "林老师"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="pool.{form}"'
    found = [row.detail["what"] for row in await rows(house.database_url, audit) if row.act == "read:export"]
    assert found == ["不带联系方式", "连联系方式"]
    assert (await boss.get("/admin/pool/export?format=pdf")).status == 404


async def test_what_a_spreadsheet_would_run_stays_text(boss: Browser) -> None:
    await add(boss, **LIN | {"name": "=cmd()", "contact": "+86 21"})
    body = await (await boss.get("/admin/pool/export?format=csv&contacts=1")).read()
    row = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))[2]
    assert (row[0], row[-1]) == ("'=cmd()", "'+86 21")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": " "}, "请写姓名"),
        ({"name": "长" * 31}, "最多 30 个字"),
        ({"sort": "king"}, "请选一种身份"),
        ({"region": "没有这个地方"}, "没有找到这个地方"),
        ({"contact": "1" * 101}, "最多 100 个字"),
        ({"note": "长" * 501}, "最多 500 个字"),
    ],
)
async def test_what_cannot_be_kept_is_said_and_what_was_typed_stays(
    house: House, boss: Browser, wrong: dict[str, str], sentence: str
) -> None:
    status, page = await post(boss, "/admin/pool/new", **LIN | LIN_CAN | wrong)
    assert status == 422
    assert sentence in page
    assert 'name="topic-adolescence" value="1" checked' in page
    assert 'name="time-sat-morning" value="1" checked' in page
    assert_usable(page)
    async with house.app_engine.connect() as conn:
        assert await pool.listed(conn, None) == []


async def test_somebody_of_the_same_name_and_place_is_not_added_twice(boss: Browser) -> None:
    await lin(boss)
    status, page = await post(boss, "/admin/pool/new", **LIN)
    assert status == 422
    assert "已经有一位同名的" in page


async def test_who_saves_late_is_told_and_keeps_what_they_typed(boss: Browser) -> None:
    page = await lin(boss)
    assert (await post(boss, page, **LIN, seen="0"))[0] == 303
    status, late = await post(boss, page, **LIN | {"note": "另一句"}, seen="0")
    assert status == 409
    assert "刚刚有同事改过这一页" in late
    assert "另一句" in late
    assert "会带教具" in late
    for seen in ("x", "-1", "9" * 11, ""):
        assert (await post(boss, page, **LIN, seen=seen))[0] == 409, seen


async def test_papers_are_checked_by_somebody_and_the_check_can_be_taken_back(boss: Browser) -> None:
    page = await lin(boss)
    assert (await post(boss, f"{page}/check", seen="0"))[0] == 303
    assert "2026 年 5 月 12 日，顾主任核对" in await shown(boss, page)
    assert "林老师" in await shown(boss, "/admin/pool?checked=yes")
    assert (await post(boss, f"{page}/check", seen="0"))[0] == 409
    assert (await post(boss, f"{page}/uncheck", seen="1"))[0] == 303
    assert "资质还没核对" in await shown(boss, page)


@pytest.mark.parametrize("other", [{"name": "周老师"}, {"sort": "jurist"}])
async def test_papers_of_another_name_or_role_are_checked_anew(
    house: House, boss: Browser, other: dict[str, str]
) -> None:
    page = await lin(boss)
    await post(boss, f"{page}/check", seen="0")
    assert (await post(boss, page, **LIN | {"note": "另一句"}, seen="1"))[0] == 303
    assert "顾主任核对" in await shown(boss, page)
    assert (await post(boss, page, **LIN | other, seen="2"))[0] == 303
    assert "资质还没核对" in await shown(boss, page)
    assert "资质要重新核对" in await shown(boss, f"{page}?said=again")
    did = [row.detail["what"] for row in await rows(house.database_url, audit) if row.act == "pool:changed"]
    assert did == ["新加", "核对资质", "改资料", "改资料，资质要重新核对"]


async def test_a_check_of_more_than_a_year_ago_is_to_be_done_again(house: House, boss: Browser) -> None:
    page = await lin(boss)
    await post(boss, f"{page}/check", seen="0")
    house.clock.set(house.clock().replace(year=2027, month=6))
    again = await house.staff("gu", "顾主任", Role.ADMIN)
    assert "2026 年 5 月核对，该再核对了" in await shown(again, "/admin/pool")


async def test_somebody_is_closed_forgotten_and_asked_again(boss: Browser) -> None:
    page = await lin(boss)
    assert (await post(boss, f"{page}/close", seen="0", erase="1"))[0] == 303
    assert "林老师" not in await shown(boss, "/admin/pool")
    assert "林老师" in await shown(boss, "/admin/pool?state=closed")
    closed = await shown(boss, page)
    assert "021-5555" not in closed
    assert "请 林老师" not in closed
    assert (await post(boss, f"{page}/reopen", seen="1"))[0] == 303
    assert "林老师" in await shown(boss, "/admin/pool")


async def test_closing_keeps_how_to_reach_somebody_unless_that_is_ticked(boss: Browser) -> None:
    page = await lin(boss)
    await post(boss, f"{page}/close", seen="0")
    assert "021-5555" in await shown(boss, page)


async def test_a_supervisor_sees_and_changes_their_region_alone(house: House, boss: Browser) -> None:
    theirs, other = await lin(boss), await add(boss, **OTHER)
    lu = await of_region(house, "putuo")
    page = await shown(lu, "/admin/pool")
    assert "林老师" in page
    assert "赵师傅" not in page
    assert "天宁" not in page
    assert "赵师傅" not in html.unescape(await (await lu.get("/admin/pool/export?format=csv")).text())
    assert (await lu.get("/admin/pool?region=320402")).status == 404
    assert (await lu.get("/admin/pool/month?region=320402")).status == 404
    assert (await lu.get(theirs)).status == 200
    assert (await lu.get(other)).status == 404
    fields = OTHER | {"seen": "0", "on_day": "2026-05-16", "part": "morning", "place": "厅", "topic": "题"}
    for path in (other, f"{other}/check", f"{other}/close", f"{other}/engagements", f"{other}/engagements/1"):
        assert (await post(lu, path, **fields | {"region": PUTUO}))[0] == 404, path
    assert (await post(lu, "/admin/pool/new", **OTHER))[0] == 422  # a place that is not theirs
    assert (await post(lu, theirs, **LIN | {"region": TIANNING}, seen="0"))[0] == 422
    assert (await post(lu, theirs, **LIN | {"region": "上海市普陀区长寿路街道"}, seen="0"))[0] == 303


async def test_only_those_who_look_after_numbers_see_any_of_it(house: House, boss: Browser) -> None:
    page = await lin(boss)
    for role in Role:
        browser = await house.staff(f"one-{role}", "某老师", role)
        for path in ("/admin/pool", page, "/admin/pool/export", "/admin/pool/month", "/admin/pool/figures"):
            expected = 200 if role in MAY["numbers"] else 403
            assert (await browser.get(path)).status == expected, (role, path)


async def test_nothing_of_it_reaches_a_parent(house: House, boss: Browser) -> None:
    await lin(boss)
    for words in ("林老师的电话是多少", "我想找讲师团的林老师", "普陀区周六有青春期讲座吗"):
        said = await house.say(words)
        assert "0101" not in said
        assert "林老师" not in said.replace(words, "")


def test_no_part_that_speaks_with_parents_knows_the_list() -> None:
    root = Path(pool.__file__).parents[1]
    reading = re.compile(r"bot\.store\.(?:pool|engagements)|from bot\.store import [^\n]*\b(?:pool|engagements)\b")
    found = {path.relative_to(root) for path in root.rglob("*.py") if reading.search(path.read_text())}
    outside = {str(path) for path in found if not path.is_relative_to("web/admin/pool")}
    assert outside == {"store/engagements.py", "store/training.py"}


async def test_a_number_that_nobody_has_is_not_found(boss: Browser) -> None:
    for number in ("7", "9" * 18):
        assert (await boss.get(f"/admin/pool/{number}")).status == 404
        assert (await post(boss, f"/admin/pool/{number}/check", seen="0"))[0] == 404
