"""A danger at the desk over HTTP: what nobody has acknowledged, the one tap, its steps."""

from __future__ import annotations

from datetime import timedelta

from desk_browser import DANGER, OURS, Browser, a_case, post, text, until

from tests.house import House


async def test_the_queue_says_what_nobody_has_acknowledged_and_one_tap_does(house: House) -> None:
    case = await a_case(house, words=DANGER)
    zhou = await house.staff()
    house.clock.forward(timedelta(minutes=3))
    page = await text(zhou, "/desk")
    assert "未确认 3 分" in page
    assert "我看到了" in page
    status, _ = await post(zhou, f"/desk/cases/{case}/acknowledge", back="queue")
    assert status == 303
    page = await text(zhou, "/desk")
    assert "未确认" not in page
    assert "周老师看到了，还没有人接" in page
    shen = await house.staff("shen", "沈老师")
    page = await text(shen, f"/desk/cases/{case}")
    assert "周老师看到了" in page
    assert "接手" in page


async def test_acknowledging_leads_back_to_where_one_was(house: House) -> None:
    case = await a_case(house, words=DANGER)
    zhou = await house.staff()
    for fields, back in (({"back": "queue"}, "/desk"), ({}, f"/desk/cases/{case}#reply")):
        answer = await zhou.post(f"/desk/cases/{case}/acknowledge", data=fields, headers=OURS, allow_redirects=False)
        assert answer.headers["Location"] == back


async def test_an_ordinary_case_asks_for_no_acknowledgement(waiting: House) -> None:
    page = await text(await waiting.staff(), "/desk")
    assert "data-unseen" not in page
    assert "我看到了" not in page


async def test_the_case_of_a_danger_shows_its_steps_in_chinese(house: House) -> None:
    case = await a_case(house, words=DANGER)
    page = await until(await house.staff(), "提醒值班老师", f"/desk/cases/{case}")
    assert "经过" in page
    assert "级别：紧急" in page
    assert "没有配置企业微信提醒" in page
    assert "case:" not in page


async def test_a_case_that_is_not_quiet_has_no_word_of_it(zhou: Browser) -> None:
    page = await text(zhou, "/desk/cases/1")
    assert "安静模式" not in page
    assert 'name="safe"' not in page


async def test_an_editor_cannot_acknowledge(waiting: House) -> None:
    editor = await waiting.staff("wang", "王编辑", "editor")
    assert (await post(editor, "/desk/cases/1/acknowledge"))[0] == 403
