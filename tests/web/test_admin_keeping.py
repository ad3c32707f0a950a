"""The trail, and what is kept of a family: found, given out, deleted, and that it was."""

from __future__ import annotations

import csv
import io
import json

import pytest
from desk_browser import CALL, DANGER, PAGE, Browser, a_case, post, says, text

from bot.store import tables
from bot.store.people import Role
from bot.store.tables import audit, cases, conversations, messages, parents
from tests.house import House, rows

STORY = "我儿子初二，三天没去学校了"


@pytest.fixture
async def admin(house: House) -> Browser:
    return await house.staff("gu", "顾主任", Role.ADMIN)


async def family(house: House, who: str = "o-mei") -> int:
    """Let a parent tell something and call for a person; the number of the conversation."""
    await house.say(STORY, who)
    case = await a_case(house, who)
    return next(row.conversation_id for row in await rows(house.database_url, cases) if row.id == case)


async def erase(admin: Browser, number: int, **fields: str) -> tuple[int, str]:
    return await post(admin, f"/admin/families/{number}/erase", **fields)


@pytest.mark.parametrize("wanted", ["1", "第 1 件", " o-mei "])
async def test_a_family_is_found_by_a_case_or_by_its_id_and_the_look_is_kept(
    house: House, admin: Browser, wanted: str
) -> None:
    number = await family(house)
    assert (await post(admin, "/admin/families", wanted=wanted))[0] == 303
    page = await text(admin, f"/admin/families/{number}")
    assert "1 件没有办完" in page
    assert STORY not in page
    assert "查了一家的资料" in page


@pytest.mark.parametrize("wanted", ["2", "9" * 30, "o-nobody", "王丽", "", "'; drop table parents --"])
async def test_who_is_not_there_is_said_and_what_was_typed_stays(house: House, admin: Browser, wanted: str) -> None:
    await family(house)
    status, page = await post(admin, "/admin/families", wanted=wanted)
    assert status == 404
    assert "没有找到" in page


async def test_all_of_a_family_is_given_out_and_nothing_of_another(house: House, admin: Browser) -> None:
    number = await family(house)
    await family(house, "o-lan")
    desk = await house.staff("zhou", "周老师")
    await post(desk, "/desk/cases/1/claim")
    await says(desk, "我是天宁站的，我在。")
    await post(desk, "/desk/cases/1/messages", text="妈妈说话很急", key="n1", kind="note")
    answer = await admin.post(
        f"/admin/families/{number}/export", data={"way": "visit"}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert answer.headers["Content-Disposition"] == f'attachment; filename="family-{number}.json"'
    held = json.loads(await answer.text())
    words = [line["text"] for line in held["对话"]]
    assert STORY in words
    assert "我是天宁站的，我在。" in words
    assert words.count(STORY) == 1  # the other family said the same
    assert [case["kind"] for case in held["事项"]] == ["chat"]
    assert "妈妈说话很急" not in str(held)  # a note among colleagues
    assert "导出了一家的资料（当面来说的）" in await text(admin, f"/admin/families/{number}")


async def test_a_family_is_deleted_once_it_is_sure_and_the_trail_says_that_it_was(house: House, admin: Browser) -> None:
    number = await family(house)
    await family(house, "o-lan")
    for given in ({"way": "phone"}, {"way": "phone", "sure": "好"}, {"sure": "删除"}):
        status, page = await erase(admin, number, **given)
        assert status == 422
        assert "请" in page
    assert len(await rows(house.database_url, parents)) == 2
    assert (await erase(admin, number, way="phone", sure="删除"))[0] == 303
    assert "已经删除" in await text(admin, "/admin/families?done=erased")
    assert [row.sender for row in await rows(house.database_url, parents)] == ["o-lan"]
    left = {row.conversation_id for row in await rows(house.database_url, messages)}
    assert number not in left | {row.id for row in await rows(house.database_url, conversations)}
    [case] = [row for row in await rows(house.database_url, cases) if row.id == 1]
    assert (case.state, case.outcome, case.detail, case.reason) == ("closed", "erased", {}, "")
    [kept] = [row for row in await rows(house.database_url, audit) if row.act == "family:erased"]
    assert (kept.name, kept.subject, kept.detail["way"], kept.detail["cases"]) == (
        "顾主任",
        f"family:{number}",
        "phone",
        1,
    )
    assert (await erase(admin, number, way="phone", sure="删除"))[0] == 404
    assert "删除了一家的资料" in await text(admin, "/admin/trail")


async def test_nowhere_in_the_database_is_a_word_of_a_deleted_family(house: House, admin: Browser) -> None:
    await house.say(STORY)
    await house.say(DANGER)
    await post(admin, "/desk/cases/1/claim")
    await says(admin, "我在，您说。")
    await erase(admin, 1, way="letter", sure="删除")
    everything = str([await rows(house.database_url, table) for table in tables.metadata.sorted_tables])
    for words in ("三天没去学校", "栏杆", "我在，您说", "o-mei"):
        assert words not in everything


async def test_the_trail_is_searched_by_person_act_case_and_day(house: House, admin: Browser) -> None:
    desk = await house.staff("zhou", "周老师")
    await a_case(house, words=CALL)
    await desk.get("/desk/cases/1")
    page = await text(admin, "/admin/trail?name=周老师")
    assert "看了这一件" in page
    assert "顾主任登录" not in page.replace("</td>", "").replace("\n", "")
    assert "第 1 件" in await text(admin, "/admin/trail?case=1")
    assert "这段时间没有" in await text(admin, "/admin/trail?case=2")
    assert "看了这一件</td>" not in await text(admin, "/admin/trail?act=account:signed-in")
    assert "这段时间没有" in await text(admin, "/admin/trail?from=2020-01-01&to=2020-02-01")
    assert "写反了" in await text(admin, "/admin/trail?from=2026-05-20&to=2026-05-01")
    assert "没有看懂" in await text(admin, "/admin/trail?from=昨天")
    assert "要写数字" in await text(admin, "/admin/trail?case=abc")


async def test_the_trail_is_taken_along_as_a_table_and_that_is_in_it(house: House, admin: Browser) -> None:
    await house.staff("zhou", "=周老师")
    answer = await admin.get("/admin/trail/export", headers=PAGE)
    table = list(csv.reader(io.StringIO((await answer.text()).removeprefix("\ufeff"))))
    assert table[0] == ["时间", "谁", "做了什么", "对什么", "细节"]
    assert ["顾主任", "导出数据"] in [row[1:3] for row in table]
    assert ["'=周老师", "登录"] in [row[1:3] for row in table]  # no formula for whoever opens it


@pytest.mark.parametrize("role", [Role.CHIEF_EDITOR, Role.SUPERVISOR, Role.COUNSELLOR])
async def test_only_administrators_come_here(house: House, role: Role) -> None:
    await family(house)
    other = await house.staff("xu", "许老师", role)
    for path in ("/admin/trail", "/admin/families", "/admin/families/1"):
        assert (await other.get(path)).status == 403
    assert (await erase(other, 1, way="phone", sure="删除"))[0] == 403
    assert len(await rows(house.database_url, parents)) == 1
