"""Services and hotlines in the admin: found, changed with a colleague's reading, taken out and brought back."""

from __future__ import annotations

import html
from typing import Any

import pytest
from desk_browser import OURS, Browser, post, text
from test_pages_render import assert_usable

from bot.app import SERVICES
from bot.store.tables import audit, changes, versions
from tests.house import House, rows

LINE = "/admin/services/listing/changzhou-96111"
# The form of a line as the page gives it, with working hours.
FORM = {
    "name": "常州市未成年人心理服务热线",
    "kind": "hotline",
    "region": "changzhou",
    "phone": "96111",
    "about": "常州的未成年人公益心理热线，孩子和家长都可以打。",
    "hours": "spans",
    **{f"span-0-{day}": "1" for day in ("mon", "tue", "wed", "thu", "fri")},
    "span-0-from": "8:30",
    "span-0-to": "17:30",
    "span-0-tier": "咨询老师接听",
    "span-0-on": "workday",
    "source": "常州市未成年人成长指导工作文件",
    "source_date": "2024-06-04",
    "fallback-0": "全国统一心理援助热线",
    "audience-parents": "1",
    "topics-mental-health": "1",
    "seen": "0",
}


@pytest.fixture
async def editor(house: House) -> Browser:
    return await house.staff("xu", "许老师", "editor")


@pytest.fixture
async def other(house: House) -> Browser:
    return await house.staff("gu", "顾老师", "editor")


def form(house: House, **changed: str) -> dict[str, str]:
    """The form with the names that the library has for what it points at."""
    library = house_library(house)
    line = library.listings["changzhou-96111"]
    named = {"source": library.sources[line.source].title, "fallback-0": library.listings[line.fallback[0]].name}
    return {**FORM, **named, **changed}


def house_library(house: House) -> Any:
    engine = house.app[SERVICES].live.engine
    assert engine is not None
    return engine.release.library


async def seen(browser: Browser, path: str) -> str:
    page = await text(browser, path)
    assert_usable(page)
    return html.unescape(page)


async def test_listings_are_found_by_place_kind_number_and_words(editor: Browser) -> None:
    page = await seen(editor, "/admin/services")
    assert "172 处" in page
    assert "常州市未成年人心理服务热线" in await seen(editor, "/admin/services?q=96111")
    local = await seen(editor, "/admin/services?region=changzhou&number=yes")
    assert "常州市未成年人心理服务热线" in local
    assert "普陀区教育系统" not in local
    above = await seen(editor, "/admin/services?region=320000&number=yes")
    assert "常州市未成年人心理服务热线" in above
    assert "没有找到" in await seen(editor, "/admin/services?kind=hotline&fresh=hidden")
    assert "没有找到" in await seen(editor, "/admin/services?q=%00&region=nowhere&page=99999")


@pytest.mark.parametrize(
    ("tab", "words"),
    [("activity", "最近的一次"), ("duty", "归谁"), ("source", "中华人民共和国家庭教育促进法"), ("nonsense", "现在")],
)
async def test_the_other_sorts_have_their_lists(editor: Browser, tab: str, words: str) -> None:
    assert words in await seen(editor, f"/admin/services?tab={tab}")


async def test_every_thing_of_the_library_opens_and_needs_no_mending(house: House, editor: Browser) -> None:
    library = house_library(house)
    for sort, held in (
        ("listing", list(library.listings)[::40]),
        ("activity", list(library.activities)[::25]),
        ("duty", list(library.duties)[::50]),
        ("source", list(library.sources)[::30]),
    ):
        for key in held:
            page = await seen(editor, f"/admin/services/{sort}/{key}")
            assert "没有要改的" in page, (sort, key)
        assert "没有要改的" not in await seen(editor, f"/admin/services/{sort}/new")


async def test_hours_are_shown_as_parents_will_read_them_before_they_are_saved(house: House, editor: Browser) -> None:
    status, page = await post(editor, LINE, **form(house, step="look"))
    page = html.unescape(page)
    assert status == 200
    assert "现在休息，下次明天 8:30" in page  # it is Tuesday, 20:41
    assert "8:30 到 17:30，咨询老师接听" in page
    assert await rows(house.database_url, changes) == []
    closed = form(house, **{"shut-0-from": "2026-05-11", "shut-0-until": "2026-05-14", "shut-0-note": "站里搬家"})
    page = html.unescape((await post(editor, LINE, **closed, step="look"))[1])
    assert "现在休息（站里搬家），下次周五 8:30" in page
    assert "休息（站里搬家）" in page


async def test_unknown_the_whole_day_and_spans_are_kept_apart(house: House, editor: Browser) -> None:
    for mode, words in (("unknown", "时段以当地为准"), ("whole", "现在有人接"), ("spans", "现在休息")):
        _, page = await post(editor, LINE, **form(house, hours=mode, step="look"))
        assert words in page, mode


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "还没有写名称。"),
        ({"span-0-from": "早上"}, "每一行都要选星期几"),
        ({"source_date": "去年"}, "日期写成 2026-01-31 的样子。"),
        ({"shut-0-from": "2026-05-01", "shut-0-until": "2026-06-01"}, "临时停开要写明从哪天、到哪天，为什么。"),
        ({"kind": "nonsense"}, "种类不对"),
    ],
)
async def test_what_makes_no_listing_is_told_beside_its_field_and_nothing_is_lost(
    house: House, editor: Browser, wrong: dict[str, str], words: str
) -> None:
    status, page = await post(editor, LINE, **form(house, **wrong, hours_note="写了很久的话", step="save"))
    page = html.unescape(page)
    assert status == 422
    assert words in page
    assert "写了很久的话" in page
    assert await rows(house.database_url, changes) == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"fallback-0": "没有这家"}, "没有叫“没有这家”的服务"),
        ({"phone": "021-12355"}, "不是 常州市 的"),
        ({"span-0-mon": "", "region": "", "elsewhere": "上海市普陀区", "hours": "unknown"}, "别的地区的服务"),
        ({"source": "没有登记的文件"}, "没有登记过，请从列表里选"),
    ],
)
async def test_what_breaks_a_rule_is_kept_as_a_draft_but_not_sent_on(
    house: House, editor: Browser, wrong: dict[str, str], words: str
) -> None:
    given = {name: value for name, value in form(house, **wrong).items() if value}
    if "phone" not in wrong and "elsewhere" in wrong:
        given["fallback-0"] = "常州市未成年人成长指导中心"
    status, _ = await post(editor, LINE, **given, step="submit")
    assert status == 303
    (change,) = await rows(house.database_url, changes)
    assert change.state == "draft"
    assert words in await seen(editor, LINE)


async def test_a_listing_is_changed_read_by_a_colleague_and_approved(
    house: House, editor: Browser, other: Browser
) -> None:
    assert (await post(editor, LINE, **form(house, step="submit")))[0] == 303
    (change,) = await rows(house.database_url, changes)
    assert (change.state, change.sort, change.key) == ("in-review", "listing", "changzhou-96111")
    status, page = await post(editor, f"{LINE}/approve", seen=str(1))
    assert status == 409
    assert "自己写的要请另一位同事来看。" in page
    page = await seen(other, LINE)
    assert "和在用的比" in page
    assert "<ins>" in page
    assert 'id="entry"' not in page
    (version,) = await rows(house.database_url, versions)
    assert (await post(other, f"{LINE}/return", seen=str(version.id), words=""))[0] == 409
    assert (await post(other, f"{LINE}/remark", seen=str(version.id), words="周六呢"))[0] == 303
    assert "周六呢" in await seen(editor, LINE)
    assert (await post(other, f"{LINE}/approve", seen=str(version.id)))[0] == 303
    (change,) = await rows(house.database_url, changes)
    assert change.state == "approved"
    assert "已批准" in await seen(editor, "/admin/services?state=approved")
    assert {one.subject for one in await rows(house.database_url, audit) if one.act == "knowledge:changed"} == {
        "listing:changzhou-96111"
    }


async def test_who_saves_second_is_told_who_saved_and_keeps_their_words(
    house: House, editor: Browser, other: Browser
) -> None:
    await post(editor, LINE, **form(house, step="save"))
    status, page = await post(other, LINE, **form(house, hours_note="我写的", step="save"))
    assert status == 409
    assert "许老师刚刚存过" in page
    assert "我写的" in page
    assert len(await rows(house.database_url, versions)) == 1


async def test_what_is_typed_while_a_colleague_sends_it_on_is_not_lost(
    house: House, editor: Browser, other: Browser
) -> None:
    await post(editor, LINE, **form(house, step="submit"))
    status, page = await post(other, LINE, **form(house, hours_note="我写的", step="save"))
    assert status == 409
    assert "这一条现在是“待审”，不能再存" in page
    assert "我写的" in page


async def test_a_new_station_gets_an_id_of_its_own_and_stands_in_the_list(house: House, editor: Browser) -> None:
    given = form(house, name="天宁区成长指导站", kind="station", region="", elsewhere="常州市天宁区")
    del given["phone"]
    answer = await editor.post(
        "/admin/services/listing/new", data={**given, "step": "save"}, headers=OURS, allow_redirects=False
    )
    assert answer.status == 303
    path = answer.headers["Location"]
    assert path.startswith("/admin/services/listing/320402-tian-ning")
    assert "草稿存好了" in await seen(editor, path)
    assert "天宁区成长指导站" in await seen(editor, "/admin/services?state=draft")


async def test_a_listing_is_taken_out_with_a_reason_and_what_points_at_it_is_told(
    house: House, editor: Browser, other: Browser
) -> None:
    assert (await post(editor, f"{LINE}/retire", words="", seen="0"))[0] == 409
    assert (await post(editor, f"{LINE}/retire", words="热线合并了", seen="0"))[0] == 303
    page = await seen(other, LINE)
    assert "热线合并了" in page
    assert "《常州市未成年人成长指导中心》" in page
    assert (await post(other, f"{LINE}/drop", seen="1"))[0] == 409
    assert (await post(editor, f"{LINE}/drop", seen="1"))[0] == 303
    assert (await post(editor, f"{LINE}/revive"))[0] == 303


async def test_an_earlier_version_is_brought_back(house: House, editor: Browser) -> None:
    await post(editor, LINE, **form(house, step="save"))
    (first,) = await rows(house.database_url, versions)
    await post(editor, LINE, **form(house, hours_note="第二版", step="save", seen=str(first.id)))
    page = await seen(editor, f"{LINE}/history")
    assert "2 次保存" in page
    assert "第 2 次保存" in page
    latest = max(one.id for one in await rows(house.database_url, versions))
    assert (await post(editor, f"{LINE}/restore", version=str(first.id), seen=str(latest)))[0] == 303
    assert "第二版" not in await seen(editor, LINE)
    assert (await post(editor, f"{LINE}/restore", version="999", seen="0"))[0] == 400


async def test_an_activity_shows_its_next_dates_and_takes_only_what_its_rule_needs(
    house: House, editor: Browser
) -> None:
    path = "/admin/services/activity/chongqing-family-education-day"
    thing = house_library(house).activities["chongqing-family-education-day"]
    given = {
        "name": thing.name,
        "region": thing.region,
        "about": thing.about,
        "rule": "nth-weekday",
        "month": "5",
        "nth": "3",
        "weekday": "mon",
        "day": "29",
        "source": house_library(house).sources[thing.source.rsplit("-", 1)[0]].title,
        "place": thing.source.rsplit("-", 1)[1],
        "source_date": str(thing.source_date),
        "seen": "0",
    }
    _, page = await post(editor, path, **given, step="look")
    assert "5 月 18 日，周一" in page
    assert "2027 年 5 月 17 日，周一" in page
    _, page = await post(editor, path, **{**given, "rule": "once", "start": "2026-06-02"}, step="look")
    assert "还缺结束的日子" in page
    assert (await post(editor, path, **given, step="save"))[0] == 303
    (version,) = await rows(house.database_url, versions)
    assert version.body["recurrence"] == {"rule": "nth-weekday", "month": 5, "nth": 3, "weekday": "mon"}


async def test_a_source_tells_what_rests_on_it_and_a_duty_is_given_its_contacts(house: House, editor: Browser) -> None:
    page = await seen(editor, "/admin/services/source/family-education-law-2021")
    assert "/admin/entries/" in page
    assert "依据已更新</span>" not in page
    duty = next(iter(house_library(house).duties.values()))
    assert house_library(house).listings[duty.contacts[0]].name in await seen(editor, f"/admin/services/duty/{duty.id}")


@pytest.mark.parametrize("path", ["listing/nothing", "activity/nothing/history", "listing/nothing/verify"])
async def test_what_is_not_there_is_told(editor: Browser, path: str) -> None:
    if path.endswith("verify"):
        assert (await post(editor, f"/admin/services/{path}", outcome="right", answered="前台"))[0] == 404
    else:
        assert (await editor.get(f"/admin/services/{path}")).status == 404
