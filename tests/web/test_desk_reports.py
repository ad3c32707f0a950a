"""Mandatory reports over HTTP: the form, the alert at once, the sealed page, the sheet, and who may not know."""

from __future__ import annotations

from typing import Any

import pytest
from desk_browser import OURS, PAGE, Browser, post, text

from bot.store import audit
from bot.store.tables import audit as trail
from bot.store.tables import cases, staff
from tests.house import House, rows

FORM: dict[str, Any] = {
    "triggers": ["abandoned", "injured"],
    "danger": "no",
    "police": "not-yet",
    "seen": "孩子一个人在家三天，手臂上有伤。",
    "when": "今天上午",
    "place": "常州天宁",
    "who": "没有大人",
    "done": "",
    "key": "key-of-form-1",
}


async def sends(browser: Browser, **changes: Any) -> tuple[int, str, str]:
    answer = await browser.post("/desk/report", data={**FORM, **changes}, headers=OURS, allow_redirects=False)
    return answer.status, answer.headers.get("Location", ""), await answer.text()


@pytest.fixture
async def zhou(house: House) -> Browser:
    return await house.staff()


@pytest.fixture
async def reported(house: House, zhou: Browser) -> House:
    """A house with report number 1, made by 周老师."""
    assert (await sends(zhou))[:2] == (303, "/desk/cases/1")
    return house


async def does(browser: Browser, step: str, **fields: str) -> tuple[int, str]:
    return await post(browser, f"/desk/reports/1/{step}", **fields)


async def test_the_first_line_is_to_call_110(zhou: Browser) -> None:
    page = await text(zhou, "/desk/report")
    main = page[page.index("<main") :]
    assert main.index("有现实危险，先打 110") < main.index("<h1>")
    assert main.index('href="tel:110"') < main.index("<form")
    assert main.count('name="triggers"') == 9
    assert "您的名字保密" in main


async def test_a_report_is_sealed_alerted_and_named_to_nobody(reported: House, zhou: Browser) -> None:
    [case] = await rows(reported.database_url, cases)
    assert (case.kind, case.level, case.sealed, case.conversation_id) == ("report", "urgent", True, None)
    mine = await text(zhou, "/desk/cases/1")
    assert "周老师" in mine[mine.index("<main") :]
    assert "还没有报警" in mine
    lead = await reported.staff("liu", "刘站长", "lead")
    page = await text(lead, "/desk/cases/1")
    assert "孩子一个人在家三天" in page
    assert "保密" in page
    assert "周老师" not in page
    assert "内容和送出时一样" in page
    admin = await reported.staff("sun", "孙管理", "admin")
    assert "周老师" in await text(admin, "/desk/cases/1")
    assert "周老师" not in str([row for row in await rows(reported.database_url, trail) if row.subject == "case:1"])


async def test_the_alert_goes_out_at_once(reported: House) -> None:
    lead = await reported.staff("liu", "刘站长", "lead")
    for _ in range(50):
        page = await text(lead, "/desk/cases/1")
        if "提醒值班老师" in page:
            break
    assert "提醒值班老师" in page
    assert "周老师" not in page
    assert "周老师" not in await text(lead, "/desk")


async def test_a_form_that_is_not_whole_says_what_is_missing_and_keeps_the_words(zhou: Browser) -> None:
    status, _, page = await sends(zhou, triggers=[], danger="", who="")
    assert status == 422
    assert "还差 3 处" in page
    assert "孩子一个人在家三天，手臂上有伤。" in page
    assert "还没有选是哪一种情形" in page
    assert 'value="not-yet" required checked' in page


async def test_the_form_sent_twice_is_one_report(reported: House, zhou: Browser) -> None:
    assert (await sends(zhou))[1] == "/desk/cases/1"
    assert len(await rows(reported.database_url, cases)) == 1


async def test_a_colleague_who_does_not_lead_finds_nothing(reported: House) -> None:
    shen = await reported.staff("shen", "沈老师")
    for path in ("/desk/cases/1", "/desk/reports/1/print", "/desk/cases/1/stream"):
        assert (await shen.get(path)).status == 404, path
    for step in ("acknowledge", "claim", "add", "close"):
        assert (await does(shen, step, text="x"))[0] == 404, step
    assert "/desk/cases/1" not in await text(shen, "/desk")


async def test_a_lead_takes_care_of_it_and_nothing_written_changes(reported: House, zhou: Browser) -> None:
    [before] = await rows(reported.database_url, cases)
    lead = await reported.staff("liu", "刘站长", "lead")
    assert (await does(zhou, "claim"))[0] == 409
    assert (await does(lead, "close", outcome="公安已立案"))[0] == 409
    assert (await post(lead, "/desk/cases/1/claim"))[0] == 303
    assert (await does(zhou, "add", text="11 点打了 110，民警已到。"))[0] == 303
    assert (await does(lead, "add", text=""))[0] == 409
    assert (await does(lead, "close", outcome="公安已立案", text="移交常州公安"))[0] == 303
    page = await text(lead, "/desk/cases/1")
    for words in ("已结案：公安已立案：移交常州公安", "报告人", "11 点打了 110", "报告送出并封存"):
        assert words in page
    assert "周老师" not in page
    [after] = await rows(reported.database_url, cases)
    assert after.detail == before.detail


@pytest.mark.parametrize("step", ["messages", "return"])
async def test_steps_of_talks_are_none_of_a_report(reported: House, step: str) -> None:
    lead = await reported.staff("liu", "刘站长", "lead")
    assert (await post(lead, f"/desk/cases/1/{step}", text="x", key="key-00001"))[0] == 409


async def test_the_sheet_is_written_down_and_names_nobody_to_a_lead(reported: House, zhou: Browser) -> None:
    lead = await reported.staff("liu", "刘站长", "lead")
    page = await text(lead, "/desk/reports/1/print")
    assert "侵害未成年人案件线索报告" in page
    assert "周老师" not in page
    assert "由刘站长打印" in page
    own = await text(zhou, "/desk/reports/1/print")
    assert "由报告人打印" in own
    acts = [(row.act, row.name) for row in await rows(reported.database_url, trail) if row.subject == "case:1"]
    assert (audit.Act.PRINTED, "刘站长") in acts
    assert not [name for _, name in acts if name == "周老师"]
    page = await text(lead, "/desk/cases/1")
    assert "打印" in page
    assert "周老师" not in page


async def test_outsiders_and_editors_do_not_come_in(house: House, zhou: Browser) -> None:
    outsider = house.browser()
    assert (await outsider.get("/desk/report", headers=PAGE, allow_redirects=False)).status == 303
    assert (await sends(outsider))[0] == 401
    editor = await house.staff("wang", "王编辑", "editor")
    assert (await editor.get("/desk/report")).status == 403
    assert (await sends(editor))[0] == 403
    assert (await editor.get("/desk/reports/1/print")).status == 403
    assert await rows(house.database_url, cases) == []
    assert len(await rows(house.database_url, staff)) == 2


async def test_a_report_that_is_none_is_not_found(zhou: Browser) -> None:
    assert (await zhou.get("/desk/reports/9/print")).status == 404
    assert (await does(zhou, "add", text="x"))[0] == 404
