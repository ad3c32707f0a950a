"""Trainings over HTTP: written down, ticked by two at once, hours of each, who has none, one's own record."""

from __future__ import annotations

import csv
import html
import io

import pytest
from desk_browser import Browser, post, text
from test_pages_render import assert_usable
from test_pool_pages import OTHER, PUTUO, TIANNING, add, lin, of_region

from bot.store import people
from bot.store.people import Role
from bot.store.tables import audit, trained, trainings
from bot.web.permissions import MAY
from tests.house import KEPT, House, rows

DAY = {
    "title": "家庭教育指导师研修",
    "on_day": "2026-03-14",
    "hours": "3.5",
    "region": PUTUO,
    "by_whom": "区教育学院",
    "link": "https://example.org/a.pdf",
    "note": "带笔记本",
}


@pytest.fixture
async def boss(house: House) -> Browser:
    return await house.staff("gu", "顾主任", Role.ADMIN)


async def hold(browser: Browser, **more: str) -> str:
    """Write a training down; the address of its page."""
    sent = {"Sec-Fetch-Site": "same-origin"}
    answer = await browser.post("/admin/training/new", data=DAY | more, headers=sent, allow_redirects=False)
    assert answer.status == 303, await answer.text()
    return answer.headers["Location"].partition("?")[0]


async def shown(browser: Browser, path: str) -> str:
    page = await text(browser, path)
    assert_usable(page)
    return html.unescape(page)


async def who_was_there(house: House) -> set[tuple[int | None, int | None]]:
    return {(row.staff_id, row.pool_id) for row in await rows(house.database_url, trained)}


async def a_counsellor(house: House, login: str = "zhou", region: str = "putuo") -> int:
    async with house.app_engine.begin() as conn:
        kept = {"name": f"{login}老师", "role": "counsellor", "password_hash": KEPT, "region": region}
        return await people.add(conn, login=login, **kept)


async def test_a_training_is_written_down_and_who_was_there_is_ticked(house: House, boss: Browser) -> None:
    await lin(boss)
    zhou, page = await a_counsellor(house), await hold(boss)
    assert (await post(boss, f"{page}/there", was="", **{f"who-staff-{zhou}": "1", "who-pool-1": "1"}))[0] == 303
    told = await shown(boss, page)
    for words in (
        "家庭教育指导师研修",
        "3.5 学时",
        "区教育学院",
        'href="https://example.org/a.pdf"',
        "2 位",
        "带笔记本",
    ):
        assert words in told
    assert told.count('value="1" checked') == 2
    assert await who_was_there(house) == {(zhou, None), (None, 1)}
    assert "2026 年 1 次，2 人次，一共 7 学时" in await shown(boss, "/admin/training?year=2026")
    assert "还没有记下的" in await shown(boss, "/admin/training?year=2025")
    assert "家庭教育指导师研修" in await shown(boss, "/admin/pool/1")
    trail = await shown(boss, "/admin/trail")
    assert '<a href="/admin/training/1">第 1 次培训</a>' in trail
    assert "来了加 2 位，去掉 0 位" in trail


async def test_two_who_tick_at_once_lose_nothing_of_each_other(house: House, boss: Browser) -> None:
    one, other, page = await a_counsellor(house, "one"), await a_counsellor(house, "other"), await hold(boss)
    await post(boss, f"{page}/there", was="", **{f"who-staff-{one}": "1"})
    await post(boss, f"{page}/there", was="", **{f"who-staff-{other}": "1"})  # of a page drawn before
    assert await who_was_there(house) == {(one, None), (other, None)}
    await post(boss, f"{page}/there", was=f"staff-{one}")  # the tick is taken away
    assert await who_was_there(house) == {(other, None)}
    await post(boss, f"{page}/there", was="", **{f"who-staff-{other}": "1"})  # twice is once
    assert await who_was_there(house) == {(other, None)}


async def test_whom_a_form_names_without_reason_is_left_out(house: House, boss: Browser) -> None:
    page = await hold(boss)
    strange = {"who-staff-999": "1", "who-pool-7": "1", "who-parents-1": "1", "who-": "1", "who-staff-x": "1"}
    assert (await post(boss, f"{page}/there", was="staff-5 nobody", **strange, **{f"who-pool-{'9' * 30}": "1"}))[
        0
    ] == 303
    assert await who_was_there(house) == set()


async def test_hours_of_each_are_added_up_and_who_has_none_is_found(house: House, boss: Browser) -> None:
    await lin(boss)
    zhou = await a_counsellor(house)
    await a_counsellor(house, "wu")
    for title, hours, day in (("一", "3.5", "2026-03-14"), ("二", "2", "2026-04-01"), ("去年", "9", "2025-12-31")):
        page = await hold(boss, title=title, hours=hours, on_day=day)
        await post(boss, f"{page}/there", was="", **{f"who-staff-{zhou}": "1"})
    told = await shown(boss, "/admin/training/people?year=2026&q=zhou")
    assert '<td data-label="次数" class="num">2</td><td data-label="学时" class="num">5.5</td>' in told
    none = await shown(boss, "/admin/training/people?none=1")
    assert "zhou老师" not in none
    for name in ("wu老师", "林老师", "顾主任"):
        assert name in none
    assert "4 位里 3 位今年还没有培训" in none
    body = await (await boss.get("/admin/training/export?year=2026&format=csv")).read()
    lines = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert ["2026-03-14", "一", PUTUO, "3.5", "区教育学院", "1"] in lines
    assert ["zhou老师", "老师", PUTUO, "2", "5.5"] in lines
    assert not [cell for line in lines for cell in line if "0101" in cell]
    assert (await boss.get("/admin/training/export?format=xlsx")).status == 200
    assert [row.subject for row in await rows(house.database_url, audit) if row.act == "read:export"] == [
        "training"
    ] * 2


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": ""}, "请写培训的名称"),
        ({"on_day": "2026-02-30"}, "请选一个日子"),
        ({"hours": "0"}, "请写学时"),
        ({"hours": "-1"}, "请写学时"),
        ({"hours": "1.25"}, "请写学时"),
        ({"hours": "NaN"}, "请写学时"),
        ({"hours": "1e9"}, "请写学时"),
        ({"hours": "三"}, "请写学时"),
        ({"region": "没有这里"}, "没有找到这个地方"),
        ({"link": "http://example.org"}, "网址要以 https:// 开头"),
        ({"link": "javascript:alert(1)"}, "网址要以 https:// 开头"),
        ({"link": "https://"}, "网址要以 https:// 开头"),
        ({"link": "https://a b"}, "网址要以 https:// 开头"),
        ({"link": "https://me:secret@example.org"}, "网址要以 https:// 开头"),
        ({"link": "https://[::1"}, "网址要以 https:// 开头"),
    ],
)
async def test_what_cannot_be_kept_is_said_beside_it(
    house: House, boss: Browser, wrong: dict[str, str], sentence: str
) -> None:
    status, page = await post(boss, "/admin/training/new", **DAY | wrong)
    assert status == 422
    assert sentence in page
    assert "带笔记本" in page
    assert_usable(page)
    assert await rows(house.database_url, trainings) == []


async def test_it_is_put_right_and_who_saves_late_is_told(boss: Browser) -> None:
    page = await hold(boss)
    assert (await post(boss, page, **DAY | {"hours": "4"}, seen="0"))[0] == 303
    assert "4 学时" in await shown(boss, page)
    status, late = await post(boss, page, **DAY | {"title": "另一个名称"}, seen="0")
    assert status == 409
    assert "刚刚有同事改过这一页" in late
    assert "另一个名称" in late
    status, told = await post(boss, page, **DAY | {"hours": ""}, seen="1")
    assert status == 422
    assert "请写学时" in told


async def test_one_written_down_by_mistake_goes_while_nobody_was_there(house: House, boss: Browser) -> None:
    page, zhou = await hold(boss), await a_counsellor(house)
    await post(boss, f"{page}/there", was="", **{f"who-staff-{zhou}": "1"})
    status, told = await post(boss, f"{page}/drop")
    assert status == 409
    assert "有人来过的培训不能删" in told
    await post(boss, f"{page}/there", was=f"staff-{zhou}")
    assert (await post(boss, f"{page}/drop"))[0] == 303
    assert (await boss.get(page)).status == 404


async def test_a_supervisor_sees_trainings_and_people_of_their_region_alone(house: House, boss: Browser) -> None:
    await lin(boss)
    await add(boss, **OTHER)
    near, far = await a_counsellor(house, "near"), await a_counsellor(house, "far", "320402")
    ours, theirs = await hold(boss), await hold(boss, title="天宁的培训", region=TIANNING)
    await post(boss, f"{ours}/there", was="", **{f"who-staff-{far}": "1"})
    await post(boss, f"{theirs}/there", was="", **{f"who-staff-{near}": "1"})
    lu = await of_region(house, "putuo")
    listed = await shown(lu, "/admin/training?year=2026")
    assert "家庭教育指导师研修" in listed
    assert "天宁" not in listed
    page = await shown(lu, ours)
    assert "其中 1 位不在您管的地方" in page
    for name, there in (("near老师", True), ("林老师", True), ("far老师", False), ("赵师傅", False)):
        assert (name in page) == there
    await post(lu, f"{ours}/there", was=f"staff-{far}", **{"who-pool-2": "1", f"who-staff-{near}": "1"})
    assert await who_was_there(house) == {(far, None), (near, None)}
    assert len(await rows(house.database_url, trained)) == 3
    hours = await shown(lu, "/admin/training/people?year=2026&q=near")
    assert 'class="num">7</td>' in hours  # also what they were at elsewhere
    assert "far老师" not in await shown(lu, "/admin/training/people")
    for path in (theirs, f"{theirs}/there", f"{theirs}/drop"):
        assert (await post(lu, path, **DAY, seen="0"))[0] == 404, path
    assert (await lu.get(theirs)).status == 404
    assert (await post(lu, "/admin/training/new", **DAY | {"region": TIANNING}))[0] == 422


async def test_only_those_who_look_after_numbers_see_any_of_it(house: House, boss: Browser) -> None:
    page = await hold(boss)
    for role in Role:
        browser = await house.staff(f"one-{role}", "某老师", role)
        for path in ("/admin/training", page, "/admin/training/people", "/admin/training/export"):
            assert (await browser.get(path)).status == (200 if role in MAY["numbers"] else 403), (role, path)


async def test_a_counsellor_reads_their_own_record(house: House, boss: Browser) -> None:
    zhou, page = await house.staff(), await hold(boss)
    assert "我的培训" not in await shown(zhou, "/desk/own")
    async with house.app_engine.connect() as conn:
        found = await people.named(conn, "zhou")
        assert found is not None
    await post(boss, f"{page}/there", was="", **{f"who-staff-{found.id}": "1"})
    own = await shown(zhou, "/desk/own")
    for words in ("我的培训", "家庭教育指导师研修", "3.5 学时", "2026 年 3 月 14 日", "https://example.org/a.pdf"):
        assert words in own
