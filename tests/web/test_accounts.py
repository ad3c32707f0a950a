"""Accounts: signing in, and all the ways in which a session ends. Who may open what: test_permissions.py."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta

import pytest
from aiohttp import ClientPayloadError, ClientResponse
from desk_browser import OURS, PAGE, Browser, a_case, events, post, text

from bot.store import people, stations
from bot.web.accounts import LIFE, TRIES, TRIES_SECONDS, hash_password, verify
from tests.house import PASSWORD, House


@pytest.fixture
async def waiting(house: House) -> House:
    """A house with one case, number 1, that nobody has taken."""
    assert await a_case(house) == 1
    return house


async def test_an_outsider_changes_nothing(waiting: House) -> None:
    await post(waiting.browser(), "/desk/cases/1/claim")
    assert "还没有人接" in await text(await waiting.staff(), "/desk/cases/1")


async def test_a_stream_without_a_session_is_refused_and_not_redirected(waiting: House) -> None:
    answer = await waiting.browser().get("/desk/stream", headers={"Accept": "text/event-stream"})
    assert answer.status == 401


async def test_words_written_after_the_session_ended_are_given_back(waiting: House) -> None:
    browser = await waiting.staff()
    waiting.clock.forward(LIFE + timedelta(seconds=1))
    status, page = await post(browser, "/desk/cases/1/messages", text="写了很久的一段话", key="key-1")
    assert status == 401
    assert "登录已经过期" in page
    assert "写了很久的一段话" in page


async def is_in(browser: Browser) -> bool:
    """Whether the desk opens; otherwise it leads to the login."""
    answer = await browser.get("/desk", headers=PAGE, allow_redirects=False)
    assert answer.status in (200, 303)
    return answer.status == 200


async def login(house: House, name: str, password: str, next_path: str = "") -> tuple[int, str, str]:
    """Try to sign in: status, where it leads, what it says."""
    answer = await house.browser().post(
        "/desk/login",
        data={"name": name, "password": password, "next": next_path},
        headers=OURS,
        allow_redirects=False,
    )
    return answer.status, answer.headers.get("Location", ""), await answer.text()


@pytest.mark.parametrize(
    ("role", "next_path", "leads"),
    [
        ("counsellor", "", "/desk"),
        ("editor", "", "/admin"),
        ("admin", "", "/desk"),
        ("counsellor", "/desk/cases/7", "/desk/cases/7"),
        ("counsellor", "https://evil.example/desk", "/desk"),
        ("counsellor", "//evil.example", "/desk"),
        ("counsellor", "/desk\\evil", "/desk"),
    ],
)
async def test_signing_in_leads_to_ones_own_pages_and_never_elsewhere(
    house: House, role: str, next_path: str, leads: str
) -> None:
    await house.staff("someone", "某老师", role)
    assert (await login(house, "someone", PASSWORD, next_path))[:2] == (303, leads)


async def test_the_cookie_is_out_of_reach_of_script_and_of_other_sites(house: House) -> None:
    browser = await house.staff()
    answer = await browser.post(
        "/desk/login", data={"name": "zhou", "password": PASSWORD}, headers=OURS, allow_redirects=False
    )
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert PASSWORD not in cookie


@pytest.mark.parametrize(("name", "password"), [("zhou", "not the password"), ("nobody", PASSWORD), ("", "")])
async def test_a_wrong_name_and_a_wrong_password_read_the_same(house: House, name: str, password: str) -> None:
    await house.staff()
    status, _, page = await login(house, name, password)
    assert status == 401
    assert "账号或密码不对" in page
    assert password not in page or not password


async def test_trying_too_often_is_stopped_also_with_the_right_password(house: House) -> None:
    await house.staff("shen", "沈老师")
    await house.staff()
    for _ in range(TRIES):
        assert (await login(house, "zhou", "guess"))[0] == 401
    status, _, page = await login(house, "zhou", PASSWORD)
    assert status == 429
    assert "试得太多次了" in page
    assert (await login(house, "shen", PASSWORD))[0] == 303  # somebody else's account is not locked
    house.clock.forward(timedelta(seconds=TRIES_SECONDS + 1))
    assert (await login(house, "zhou", PASSWORD))[0] == 303


async def test_a_login_form_of_another_site_is_refused(house: House) -> None:
    await house.staff()
    answer = await house.browser().post(
        "/desk/login", data={"name": "zhou", "password": PASSWORD}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status == 403


async def test_logging_out_ends_the_session_and_not_only_the_cookie(house: House) -> None:
    browser = await house.staff()
    token = browser.session.cookie_jar.filter_cookies(browser.make_url("/desk"))["staff"].value
    assert await post(browser, "/desk/logout") == (303, "")
    answer = await house.browser().get("/desk", headers=PAGE | {"Cookie": f"staff={token}"}, allow_redirects=False)
    assert answer.status == 303


async def test_a_session_ends_by_itself(house: House) -> None:
    browser = await house.staff()
    house.clock.forward(LIFE - timedelta(minutes=1))
    assert await is_in(browser)
    house.clock.forward(timedelta(minutes=1))
    assert not await is_in(browser)


async def test_a_new_password_ends_the_sessions_of_the_old_one(house: House) -> None:
    browser = await house.staff()
    async with house.app_engine.begin() as conn:
        hashed = hash_password("another long password")
        await people.add(conn, login="zhou", name="周老师", role="counsellor", password_hash=hashed)
    assert not await is_in(browser)
    assert (await login(house, "zhou", PASSWORD))[0] == 401
    assert (await login(house, "zhou", "another long password"))[0] == 303


async def disable(house: House, name: str) -> None:
    async with house.app_engine.begin() as conn:
        assert await people.disable(conn, name)


async def test_a_disabled_account_is_out_at_once_and_does_not_come_back(house: House) -> None:
    browser = await house.staff()
    await disable(house, "zhou")
    assert not await is_in(browser)
    assert (await login(house, "zhou", PASSWORD))[0] == 401


async def to_its_end(stream: ClientResponse) -> None:
    """Read on until the connection is ended or cut; one that goes on fails the test."""
    with contextlib.suppress(ClientPayloadError):
        await asyncio.wait_for(stream.content.read(), 30)


@pytest.mark.parametrize("path", ["/desk/stream", "/desk/cases/1/stream"])
async def test_an_open_stream_ends_with_its_session(waiting: House, path: str) -> None:
    browser = await waiting.staff()
    async with browser.get(path) as stream:
        await events(stream, "event: ")
        await disable(waiting, "zhou")
        await to_its_end(stream)


@pytest.mark.parametrize("path", ["/desk/stream", "/desk/cases/1/stream"])
async def test_an_open_stream_ends_when_somebody_moves_to_another_station(waiting: House, path: str) -> None:
    browser = await waiting.staff()
    async with browser.get(path) as stream:
        await events(stream, "event: ")
        async with waiting.app_engine.begin() as conn:
            station = await stations.add(conn, slug="far", name="钟楼站")
            zhou = await people.named(conn, "zhou")
            assert zhou is not None
            await people.change(conn, zhou.id, station_id=station)
        await to_its_end(stream)
    assert await is_in(browser)


async def test_open_streams_end_when_the_product_stops(waiting: House) -> None:
    browser = await waiting.staff()
    async with browser.get("/desk/stream") as stream:
        await events(stream, "event: queue")
        await waiting.app.shutdown()
        await to_its_end(stream)


def test_a_password_is_kept_as_a_slow_hash_and_never_as_itself() -> None:
    kept = hash_password(PASSWORD)
    assert PASSWORD not in kept
    assert kept.startswith("$argon2id$")
    assert kept != hash_password(PASSWORD)
    assert verify(kept, PASSWORD)
    assert not verify(kept, PASSWORD + " ")
    assert not verify("no hash at all", PASSWORD)


def test_a_short_password_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="至少 12 个字符"):
        hash_password("eleven char")
