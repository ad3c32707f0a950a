"""Suggestions over HTTP: the list, one with its department and answer, and who may not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desk_browser import OURS, PAGE, Browser, a_case, post, text

from bot.store import cases, people
from bot.store.tables import stations
from tests.house import KEPT, PASSWORD, House

WORDS = "我想给你们提个建议，希望小区边上的网吧别让小学生进"


@pytest.fixture
async def suggested(house: House) -> House:
    """A house with one suggestion, number 1."""
    assert await a_case(house, words=WORDS) == 1
    return house


async def does(browser: Browser, step: str, **fields: str) -> tuple[int, str]:
    return await post(browser, f"/desk/suggestions/1/{step}", **fields)


async def placed(house: House, login: str, station: int | None) -> Browser:
    """Sign in somebody of a station."""
    async with house.app_engine.begin() as conn:
        await people.add(conn, login=login, name="陈老师", role="counsellor", password_hash=KEPT, station_id=station)
    browser = house.browser()
    data = {"name": login, "password": PASSWORD}
    answer = await browser.post("/desk/login", data=data, headers=OURS, allow_redirects=False)
    assert answer.status == 303
    return browser


async def test_a_suggestion_stands_in_the_list_with_its_day(suggested: House) -> None:
    page = await text(await suggested.staff(), "/desk/suggestions")
    assert "1 号" in page
    assert "5 月 19 日到期，还有 7 天" in page
    assert "还没有交办" in page
    suggested.clock.forward(timedelta(days=10))
    late = await text(await suggested.staff("shen", "沈老师"), "/desk/suggestions?view=late")
    assert "超 3 天" in late
    assert 'data-state="over"' in late


async def test_the_page_offers_the_department_of_the_duty_table(suggested: House) -> None:
    zhou = await suggested.staff()
    page = await text(zhou, "/desk/cases/1")
    assert "建议 1 号" in page
    assert "网吧别让小学生进" in page
    assert "答复并办结" not in page
    assert (await does(zhou, "claim"))[0] == 303
    page = await text(zhou, "/desk/cases/1")
    assert "按职责表，这件事归" in page
    assert "答复并办结" in page


async def test_department_progress_note_and_answer_go_their_way(suggested: House) -> None:
    zhou = await suggested.staff()
    await does(zhou, "claim")
    assert (await does(zhou, "department", department="文化和旅游局"))[0] == 303
    assert (await does(zhou, "note", text="已打电话"))[0] == 303
    assert (await does(zhou, "progress", text="正在查", key="key-p-01"))[0] == 303
    assert (await does(zhou, "answer", text="已经查处。", result="已采纳", key="key-a-01"))[0] == 303
    page = await text(zhou, "/desk/cases/1")
    for words in ("已办结：已采纳", "交给部门", "文化和旅游局", "已打电话", "告诉家长进展", "答复家长"):
        assert words in page
    assert "case:" not in page
    listed = await text(zhou, "/desk/suggestions?view=answered")
    assert "已答复" in listed
    assert "按期 1 件，100%" in listed


async def test_a_refused_step_keeps_what_was_typed(suggested: House) -> None:
    zhou = await suggested.staff()
    await does(zhou, "claim")
    status, page = await does(zhou, "answer", text="写了一半的答复", key="key-a-02")
    assert status == 409
    assert "请选一个办理结果" in page
    assert "写了一半的答复" in page
    status, page = await does(await suggested.staff("shen", "沈老师"), "answer", text="我也想答", result="已采纳")
    assert (status, "周老师" in page, "我也想答" in page) == (409, True, True)


async def test_without_an_answer_it_can_be_closed_with_a_reason_that_the_parent_does_not_read(
    suggested: House,
) -> None:
    zhou = await suggested.staff()
    await does(zhou, "claim")
    assert (await does(zhou, "close", text="和 3 号重复"))[0] == 303
    said = await suggested.say("我的建议")
    assert "已结束" in said
    assert "重复" not in said


async def test_somebody_of_another_station_finds_nothing(suggested: House) -> None:
    async with suggested.app_engine.begin() as conn:
        made = stations.insert().returning(stations.c.id)
        near = (await conn.execute(made.values(slug="tn", name="天宁站"))).scalar_one()
        far = (await conn.execute(made.values(slug="zl", name="钟楼站"))).scalar_one()
        await cases.change(conn, 1, expect=("open",), station_id=near)
    chen = await placed(suggested, "chen", far)
    assert (await chen.get("/desk/cases/1")).status == 404
    assert "1 号" not in await text(chen, "/desk/suggestions")
    for step in ("claim", "department", "progress", "answer", "note", "close"):
        assert (await does(chen, step, text="x", department="x"))[0] == 404, step


async def test_outsiders_and_editors_do_not_come_in(suggested: House) -> None:
    outsider = suggested.browser()
    answer = await outsider.get("/desk/suggestions", headers=PAGE, allow_redirects=False)
    assert (answer.status, answer.headers["Location"][:11]) == (303, "/desk/login")
    assert (await does(outsider, "claim"))[0] == 401
    editor = await suggested.staff("wang", "王编辑", "editor")
    assert (await editor.get("/desk/suggestions")).status == 403
    assert (await does(editor, "claim"))[0] == 403


async def test_a_talk_is_no_suggestion(house: House) -> None:
    assert await a_case(house) == 1
    zhou = await house.staff()
    assert (await does(zhou, "answer", text="x", result="已采纳"))[0] == 404


async def test_odd_addresses_are_answered(suggested: House) -> None:
    zhou = await suggested.staff()
    for query in ("?view=nonsense", "?page=x", "?page=99999", "?page=-1"):
        assert (await zhou.get(f"/desk/suggestions{query}")).status == 200
    assert (await post(zhou, "/desk/suggestions/1/steal"))[0] in (404, 405)


async def test_bare_words_are_no_answer_and_do_not_close(suggested: House) -> None:
    zhou = await suggested.staff()
    assert (await post(zhou, "/desk/cases/1/claim"))[0] == 303
    for step, fields in (("messages", {"text": "知道了", "key": "key-m-01"}), ("close", {"outcome": "已解决"})):
        status, page = await post(zhou, f"/desk/cases/1/{step}", **fields)
        assert (status, "选办理结果" in page) == (409, True), step
    assert "还有 7 天" in await text(zhou, "/desk/suggestions")
    assert "已答复" not in await suggested.say("我的建议")


async def test_what_is_opened_again_waits_for_an_answer_and_is_asked_about_anew(suggested: House) -> None:
    zhou = await suggested.staff()
    await does(zhou, "claim")
    await does(zhou, "answer", text="收到。", result="留作参考", key="key-a-03")
    await suggested.say("1 号不满意")
    assert (await post(zhou, "/desk/cases/1/reopen"))[0] == 303
    assert "1 号" in await text(zhou, "/desk/suggestions")
    said = await suggested.say("我的建议")
    assert ("在办" in said, "已评价" in said, "不满意" in said) == (True, False, False)
    assert (await does(zhou, "answer", text="下月就办。", result="已采纳", key="key-a-04"))[0] == 303
    assert "已答复" in await suggested.say("我的建议")
    async with suggested.app_engine.connect() as conn:
        case = await cases.find(conn, 1)
    assert case is not None
    assert (case.satisfaction, "rating_asked" in case.detail) == (None, True)
