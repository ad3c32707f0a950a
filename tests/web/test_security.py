"""What every response carries, who may post, and what people read when something goes wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from chat_memory import Clock, MemoryThread, build

from bot.web import pages
from bot.web.security import CONTENT_SECURITY_POLICY


class Taken(Exception):  # noqa: N818 - as the rooms name theirs
    """A colleague was quicker."""


async def boom(_: web.Request) -> web.Response:
    message = "secret detail"
    raise ZeroDivisionError(message)


@pytest.fixture
async def client(thread: MemoryThread, clock: Clock) -> AsyncIterator[TestClient]:
    app = build(thread, clock, public_url="https://bot.example.cn")
    app.router.add_get("/boom", boom)
    app.router.add_post("/wechat", boom_for_machines)
    async with TestClient(TestServer(app)) as opened:
        yield opened


async def boom_for_machines(_: web.Request) -> web.Response:
    return web.Response(text="success")


@pytest.mark.parametrize(
    "path",
    [
        "/chat",
        "/chat?t=x",
        "/chat/say",
        "/chat/stream",
        "/privacy",
        "/e/screens-junior-slams-door",
        "/e/nothing",
        "/nothing",
        "/boom",
        "/static/app.css",
        "/static/chat.js",
        "/static/nothing.css",
    ],
)
async def test_every_response_carries_the_policy(client: TestClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'")
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("path", ["/chat", "/privacy", "/e/screens-junior-slams-door", "/nothing"])
async def test_no_page_has_script_or_style_in_it(client: TestClient, path: str) -> None:
    page = await (await client.get(path)).text()
    assert "<style" not in page
    assert "style=" not in page
    assert "<script>" not in page
    assert " onclick=" not in page


REFUSED = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://bot.example.cn"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "https://bot.example.cn.evil.example"},
    {},
]


@pytest.mark.parametrize("headers", REFUSED)
async def test_a_post_from_elsewhere_is_refused(
    client: TestClient, thread: MemoryThread, headers: dict[str, str]
) -> None:
    await client.get("/chat")
    answer = await client.post("/chat/say", data={"text": "不是我写的"}, headers=headers)
    assert answer.status == 403
    assert "不是从我们的页面发来的" in await answer.text()
    assert not any(thread.lines_of.values())


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "https://bot.example.cn"}]
)
async def test_a_post_of_our_own_page_is_taken(client: TestClient, headers: dict[str, str]) -> None:
    answer = await client.post("/chat/settings", data={"large": "1"}, headers=headers, allow_redirects=False)
    assert answer.status == 303


async def test_an_old_browser_that_sends_only_origin_is_believed_by_host(client: TestClient) -> None:
    origin = str(client.make_url("/")).rstrip("/")
    answer = await client.post("/chat/settings", data={"large": "1"}, headers={"Origin": origin}, allow_redirects=False)
    assert answer.status == 303


async def test_wechat_posts_without_a_browser_s_headers(client: TestClient) -> None:
    assert (await client.post("/wechat", data=b"<xml/>")).status == 200


async def test_a_fault_of_ours_is_a_page_that_says_whom_to_call_and_hides_the_detail(client: TestClient) -> None:
    answer = await client.get("/boom")
    page = await answer.text()
    assert answer.status == 500
    assert "secret detail" not in page
    assert 'href="tel:110"' in page


async def test_script_gets_a_sentence_instead_of_a_page(
    thread: MemoryThread, clock: Clock, ours: dict[str, str]
) -> None:
    async with TestClient(TestServer(build(thread, clock))) as browser:
        await browser.get("/chat")
        thread.broken = True
        answer = await browser.post("/chat/say", json={"text": "在吗"}, headers=ours)
        assert answer.status == 500
        assert await answer.json() == {"error": "我们这边出了点问题，已经记下来了。"}


async def test_a_room_s_own_exception_is_shown_by_its_sentence(clock: Clock) -> None:
    app = web.Application()
    pages.install(app, clock=clock, known={Taken: 409})

    async def claim(_: web.Request) -> web.Response:
        message = "沈老师 3 秒前接了这一件。"
        raise Taken(message)

    app.router.add_get("/claim", claim)
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/claim")
        assert answer.status == 409
        assert "沈老师 3 秒前接了这一件。" in await answer.text()


async def test_pages_are_not_kept_and_files_with_their_digest_are(client: TestClient) -> None:
    page = await client.get("/chat")
    assert page.headers["Cache-Control"] == "no-store"
    text = await page.text()
    address = text[text.index("/static/app.css") :].split('"')[0]
    assert "immutable" in (await client.get(address)).headers["Cache-Control"]
    assert (await client.get("/static/live.js")).headers["Cache-Control"] == "no-cache"
