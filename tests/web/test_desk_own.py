"""我的设置: one's password, the places where one is signed in, the keys, and what was done."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from desk_browser import OURS, PAGE, Browser, post, text

from bot.store.sessions import SEEN_EVERY
from bot.store.tables import staff, staff_sessions
from bot.web.accounts import TRIES
from bot.web.browsers import named
from bot.web.passwords import weakness
from tests.house import PASSWORD, House, rows

NEW = "梅花 竹子 兰花 菊花 四君子"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.49"
)


async def signs_in(house: House, agent: str = "", password: str = PASSWORD) -> Browser:
    browser = house.browser()
    answer = await browser.post(
        "/desk/login",
        data={"name": "zhou", "password": password},
        headers=OURS | {"User-Agent": agent},
        allow_redirects=False,
    )
    assert answer.status == 303
    return browser


async def is_in(browser: Browser) -> bool:
    return (await browser.get("/desk/own", headers=PAGE, allow_redirects=False)).status == 200


async def test_a_new_password_ends_all_other_sessions_and_keeps_this_browser_in(house: House) -> None:
    other, here = await house.staff(), await signs_in(house)
    assert await post(here, "/desk/own/password", old=PASSWORD, new=NEW, again=NEW) == (303, "")
    assert await is_in(here)
    assert not await is_in(other)
    assert "密码换好了" in await text(here, "/desk/own?done=password")
    assert await is_in(await signs_in(house, password=NEW))


@pytest.mark.parametrize(
    ("old", "new", "again", "why"),
    [
        ("not my password", NEW, NEW, "现在的密码不对"),
        (PASSWORD, NEW, NEW + "x", "两次写的新密码不一样"),
        (PASSWORD, "short", "short", "至少 12 个字符"),
        (PASSWORD, "zhou likes tea", "zhou likes tea", "不要有您的账号"),
        (PASSWORD, "password123456", "password123456", "太常见"),
    ],
)
async def test_a_password_is_not_changed_and_the_page_says_why(
    house: House, old: str, new: str, again: str, why: str
) -> None:
    browser = await house.staff()
    status, page = await post(browser, "/desk/own/password", old=old, new=new, again=again)
    assert status == 400
    assert why in page
    assert await is_in(await signs_in(house))


async def test_guessing_the_old_password_from_an_open_page_is_stopped(house: House) -> None:
    browser = await house.staff()
    for _ in range(TRIES):
        assert (await post(browser, "/desk/own/password", old="guess", new=NEW, again=NEW))[0] == 400
    assert (await post(browser, "/desk/own/password", old=PASSWORD, new=NEW, again=NEW))[0] == 429


@pytest.mark.parametrize(
    "password",
    ["aaaaaaaaaaaa", "123456789012", "210987654321", "qwertyuiop12", "Password1234!", "woaini1314520", "1qaz2wsx3edc"],
)
def test_the_commonest_passwords_are_refused(password: str) -> None:
    assert "太常见" in weakness(password)


@pytest.mark.parametrize("password", [PASSWORD, NEW, "correct horse battery", "lantern-paper-73-Rice"])
def test_unrelated_words_are_good_passwords(password: str) -> None:
    assert weakness(password, "zhou") == ""


async def test_the_page_shows_where_one_is_signed_in_and_ends_one(house: House) -> None:
    here, phone = await house.staff(), await signs_in(house, PHONE)
    page = await text(here, "/desk/own")
    assert "微信 · iPhone" in page
    assert page.count("就是这里") == 1
    [other] = re.findall(r"/desk/own/sessions/(\d+)/end", page)
    assert (await post(here, f"/desk/own/sessions/{other}/end"))[0] == 303
    assert not await is_in(phone)
    assert await is_in(here)
    assert (await post(here, f"/desk/own/sessions/{other}/end"))[0] == 404


async def test_one_ends_nobody_elses_session(house: House) -> None:
    zhou, shen = await house.staff(), await house.staff("shen", "沈老师")
    for row in await rows(house.database_url, staff_sessions):
        await post(shen, f"/desk/own/sessions/{row.id}/end")
    assert await is_in(zhou)


async def test_all_others_end_at_once(house: House) -> None:
    others = [await house.staff(), await signs_in(house), await signs_in(house)]
    here = others.pop()
    assert (await post(here, "/desk/own/sessions/end"))[0] == 303
    assert await is_in(here)
    assert [await is_in(other) for other in others] == [False, False]


async def test_last_seen_is_written_once_a_minute_at_most(house: House) -> None:
    browser = await house.staff()
    [first] = await rows(house.database_url, staff_sessions)
    house.clock.forward(SEEN_EVERY / 2)
    await is_in(browser)
    assert (await rows(house.database_url, staff_sessions))[0].seen_at == first.seen_at
    house.clock.forward(SEEN_EVERY / 2 + timedelta(seconds=1))
    await is_in(browser)
    seen = (await rows(house.database_url, staff_sessions))[0].seen_at
    assert seen - first.seen_at >= SEEN_EVERY


async def test_single_letters_are_switched_off_and_on(house: House) -> None:
    browser = await house.staff()
    assert "data-shortcuts" not in await text(browser, "/desk/own")
    assert (await post(browser, "/desk/own/likes"))[0] == 303
    assert 'data-shortcuts="off"' in await text(browser, "/desk")
    assert (await post(browser, "/desk/own/likes", shortcuts="1"))[0] == 303
    assert "data-shortcuts" not in await text(browser, "/desk/own")
    [row] = await rows(house.database_url, staff)
    assert row.likes == {"shortcuts": True}


async def test_the_page_tells_what_was_done_and_nothing_of_others(house: House) -> None:
    shen = await house.staff("shen", "沈老师")
    await post(shen, "/desk/own/password", old=PASSWORD, new=NEW, again=NEW)
    browser = await house.staff()
    page = await text(browser, "/desk/own")
    assert "登录 <span" in page
    assert "换了密码" not in page
    assert "换了密码" in await text(shen, "/desk/own")


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (PHONE, "微信 · iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/125.0 Safari/537.36 Edg/125.0", "Edge · Windows"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/125.0 Mobile Safari/537.36", "Chrome · 安卓"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Version/17.5 Safari/605.1.15", "Safari · Mac"),
        ("", "不认识的浏览器"),
        ("<script>alert(1)</script>", "不认识的浏览器"),
    ],
)
def test_a_browser_is_named_in_a_few_words(agent: str, words: str) -> None:
    assert named(agent) == words


@pytest.mark.parametrize(("role", "there"), [("counsellor", True), ("supervisor", True), ("editor", False)])
async def test_reviews_of_ones_own_talks_are_one_tap_away(house: House, role: str, there: bool) -> None:
    browser = await house.staff(role=role)
    assert ('href="/desk/quality/mine"' in await text(browser, "/desk/own")) is there
    assert ((await browser.get("/desk/quality/mine", headers=PAGE)).status == 200) is there
