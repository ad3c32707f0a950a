"""What strangers and clumsy clients send to the pages of a running product: nothing breaks, leaks or opens."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, make_mocked_request
from yarl import URL

from bot.channels.web.limits import Limiter, address
from bot.channels.web.visitor import sign_link
from tests.house import PASSWORD, House

OURS = {"Sec-Fetch-Site": "same-origin"}
FORM = {**OURS, "Content-Type": "application/x-www-form-urlencoded"}
JSON = {**OURS, "Content-Type": "application/json"}


def multipart(part: str) -> tuple[str, bytes]:
    return "multipart/form-data; boundary=x", f"--x\r\n{part}\r\n\r\nhi\r\n--x--\r\n".encode()


UNREADABLE = {
    "json too deep": ("application/json", b"[" * 60_000),
    "json with a number beyond all bounds": ("application/json", b'{"text":"hi","after":' + b"9" * 5000 + b"}"),
    "json that is a list": ("application/json", b"[]"),
    "json that is not text": ("application/json", b'{"text":"\xff"}'),
    "json in an unknown character set": ("application/json; charset=nonsense", b"{}"),
    "form in an unknown character set": ("application/x-www-form-urlencoded; charset=nonsense", b"text=hi"),
    "form in a character set for bytes": ("application/x-www-form-urlencoded; charset=base64", b"text=hi"),
    "form without its boundary": ("multipart/form-data", b"garbage"),
    "form that never begins": ("multipart/form-data; boundary=x", b"garbage"),
    "form in form": multipart('Content-Disposition: form-data; name="a"\r\nContent-Type: multipart/mixed; boundary=y'),
    "form in an unknown coding": multipart(
        'Content-Disposition: form-data; name="text"\r\nContent-Transfer-Encoding: foo'
    ),
}


@pytest.fixture
async def parent(house: House) -> TestClient[Any, Any]:
    client = house.browser()
    assert (await client.get("/chat")).status == 200
    return client


async def say(client: TestClient[Any, Any], body: bytes, **headers: str) -> ClientResponse:
    return await client.post("/chat/say", data=body, headers={**JSON, **headers})


@pytest.mark.parametrize("name", UNREADABLE)
async def test_a_body_that_is_not_what_it_says_is_refused_in_words(parent: TestClient[Any, Any], name: str) -> None:
    kind, body = UNREADABLE[name]
    for path in ("/chat/say", "/desk/login"):
        answer = await parent.post(path, data=body, headers={**OURS, "Content-Type": kind})
        assert answer.status == 400, path
        assert "没有收完整" in ((await answer.json())["error"] if "json" in kind else await answer.text())


async def test_bytes_that_are_not_what_their_encoding_says_are_refused(parent: TestClient[Any, Any]) -> None:
    assert (await say(parent, b"not gzip", **{"Content-Encoding": "gzip"})).status == 400


@pytest.mark.parametrize("odd", ["\\u0000", "\\ud800", "\\u0007", "\\udfff\\u0000"])
async def test_characters_that_cannot_be_kept_do_not_cost_the_answer(parent: TestClient[Any, Any], odd: str) -> None:
    body = f'{{"text":"孩子{odd}不肯写作业","key":"key-of-mine","after":0}}'.encode()
    answer = await (await say(parent, body)).json()
    assert "unkept" not in answer
    assert "孩子不肯写作业" in answer["lines"][0]["html"]
    assert 'data-who="bot"' in answer["lines"][1]["html"]


@pytest.mark.parametrize("after", ["9" * 30, "-1", '"x"', "true", "1.5", "null", "[]", "{}"])
async def test_any_last_line_that_a_page_claims_is_survived(parent: TestClient[Any, Any], after: str) -> None:
    assert (await say(parent, f'{{"text":"在吗","after":{after}}}'.encode())).status == 200
    for header in (after, "9" * 18, "-1", "１"):
        stream = await parent.get("/chat/stream", headers={"Last-Event-ID": header})
        assert stream.status == 200
        stream.close()


@pytest.mark.parametrize("cookie", ["\udcff", "\udced\udca0", "x" * 4000, "W10.x", "..", ""])
async def test_any_cookie_is_survived_and_opens_nothing(house: House, cookie: str) -> None:
    client = house.browser()
    headers = {"Cookie": f"staff={cookie}; visitor={cookie}", "Accept": "text/html", **OURS}
    assert (await client.get("/desk", headers=headers, allow_redirects=False)).status == 303
    assert (await client.get("/admin", headers=headers, allow_redirects=False)).status == 303
    assert (await client.get("/chat/stream", headers=headers)).status == 403
    assert (await client.get("/chat", headers=headers)).status == 200
    assert (await client.post("/desk/logout", headers=headers, allow_redirects=False)).status == 303


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "/\\evil", "https://evil.example", "/desk\r\nSet-Cookie: a=b", "/desk\x00", "/desk.evil", "/x"],
)
async def test_signing_in_leads_only_into_the_staff_pages(house: House, address: str) -> None:
    await house.staff()
    fields = {"name": "zhou", "password": PASSWORD, "next": address}
    answer = await house.browser().post("/desk/login", data=fields, headers=OURS, allow_redirects=False)
    assert answer.status == 303
    assert answer.headers["Location"] == "/desk"
    assert "a=b" not in answer.headers.getall("Set-Cookie")
    looks = {"large": "1", "next": address}
    answer = await house.browser().post("/chat/settings", data=looks, headers=OURS, allow_redirects=False)
    assert answer.status == 303
    assert URL(answer.headers["Location"]).host is None


async def test_a_stranger_who_guesses_locks_nobody_else_out(house: House) -> None:
    await house.staff()
    client = house.browser()

    async def sign_in(name: str, password: str, come_from: str) -> int:
        headers = {**OURS, "X-Forwarded-For": f"203.0.113.1, {come_from}"}
        fields = {"name": name, "password": password}
        return (await client.post("/desk/login", data=fields, headers=headers, allow_redirects=False)).status

    wrong = [await sign_in(name, "wrong", "198.51.100.1") for name in ("zhou", " zhou", "zhou\u3000", "zhou\0") * 3]
    assert wrong == [401] * 8 + [429] * 4
    assert await sign_in("zhou", PASSWORD, "198.51.100.1") == 429
    assert await sign_in("zhou", PASSWORD, "198.51.100.2") == 303


async def test_guesses_at_one_account_from_everywhere_are_slowed_down(house: House) -> None:
    await house.staff()
    client = house.browser()

    async def sign_in(password: str, come_from: str) -> int:
        headers, fields = {**OURS, "X-Forwarded-For": come_from}, {"name": "zhou", "password": password}
        return (await client.post("/desk/login", data=fields, headers=headers, allow_redirects=False)).status

    assert await sign_in(PASSWORD, "198.51.100.2") == 303
    wrong = [await sign_in("wrong", f"2001:db8:0:{number:x}::1") for number in range(22)]
    assert wrong == [401] * 20 + [429] * 2
    assert await sign_in(PASSWORD, "2001:db8:0:ff::1") == 429
    assert await sign_in(PASSWORD, "198.51.100.2") == 303  # where they have been before
    house.clock.forward(timedelta(seconds=61))
    assert await sign_in(PASSWORD, "2001:db8:0:ff::1") == 303


async def test_many_guesses_at_once_are_many_guesses(house: House) -> None:
    client = house.browser()
    fields = {"name": "zhou", "password": "wrong"}
    answers = await asyncio.gather(*(client.post("/desk/login", data=fields, headers=OURS) for _ in range(12)))
    assert sorted(answer.status for answer in answers) == [401] * 8 + [429] * 4


async def test_signing_in_rightly_is_not_counted(house: House) -> None:
    await house.staff()
    client, fields = house.browser(), {"name": "zhou", "password": PASSWORD}
    for _ in range(10):
        answer = await client.post("/desk/login", data=fields, headers=OURS, allow_redirects=False)
        assert answer.status == 303


async def test_a_login_with_any_name_is_answered(house: House) -> None:
    for name in ("\0", "a\0b", "名" * 5000, "'; DROP TABLE staff --", ""):
        fields = {"name": name, "password": "\0"}
        assert (await house.browser().post("/desk/login", data=fields, headers=OURS)).status == 401


def test_only_a_proxy_beside_us_is_believed_about_where_a_request_comes_from() -> None:
    def seen(peer: str, told: str) -> str:
        request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": told})
        return address(request.clone(remote=peer))

    assert seen("172.18.0.2", "6.6.6.6, 198.51.100.7") == "198.51.100.7"
    assert seen("127.0.0.1", "") == "127.0.0.1"
    assert seen("127.0.0.1", "nonsense") == "127.0.0.1"
    assert seen("8.8.8.8", "198.51.100.7") == "8.8.8.8"
    assert seen("127.0.0.1", "2001:db8:1:2::7") == seen("2001:db8:1:2:3:4:5:6", "") == "2001:db8:1:2::/64"
    assert seen("127.0.0.1", "::ffff:198.51.100.7") == "198.51.100.7"


def test_a_flood_of_new_names_is_forgotten_before_it_fills_the_memory(house_clock: Any) -> None:
    limiter, now = Limiter(1, 60, keys=100), house_clock()
    assert all(limiter.allow(f"n{number}", now) for number in range(1000))
    assert limiter.allow("n0", now)  # long forgotten
    assert not limiter.allow("n999", now)
    assert limiter.allow("n999", now + timedelta(seconds=61))


async def test_what_is_written_is_shown_as_text_wherever_it_is_shown(house: House) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&"
    await house.say(f"我想找老师聊聊 {evil}")
    await house.say(evil)
    desk = await house.staff(name="<b>周</b>老师")
    await desk.post("/desk/cases/1/claim", headers=OURS)
    await desk.post("/desk/cases/1/messages", data={"text": evil, "key": "k1"}, headers=OURS)
    await desk.post("/desk/cases/1/messages", data={"text": evil, "key": "k2", "kind": "note"}, headers=OURS)
    link = sign_link(house.settings.secret(), "wechat", "o-mei", house.clock() + timedelta(hours=1))
    reader = house.browser()
    pages = [
        await (await reader.get(f"/chat?t={link}")).text(),
        await (await desk.get("/desk")).text(),
        await (await desk.get("/desk/cases/1")).text(),
        await (await desk.post("/desk/cases/1/messages", data={"text": evil * 30}, headers=OURS)).text(),
        await (await house.browser().post("/chat/say", data={"text": evil}, headers=OURS)).text(),
        await (await house.browser().post("/desk/login", data={"name": evil, "next": evil}, headers=OURS)).text(),
        await (await house.browser().get("/desk/login", params={"next": f"/desk?{evil}"})).text(),
    ]
    admin = await house.staff(login="li", role="admin")
    pages.append(await (await admin.get("/admin/entries", params={"q": evil, "topic": evil})).text())
    for number, page in enumerate(pages):
        assert "<script>alert" not in page, number
        assert "<img" not in page, number
        assert "<b>周" not in page, number
    assert all("&lt;script&gt;alert" in page for page in pages[:6])


async def test_a_link_works_for_nobody_after_its_time_and_only_as_a_link(house: House) -> None:
    await house.say("我们家的事不想让别人看到")
    token = sign_link(house.settings.secret(), "wechat", "o-mei", house.clock() + timedelta(hours=1))
    forged = sign_link(b"another secret", "wechat", "o-mei", house.clock() + timedelta(hours=1))
    assert "不想让别人看到" in await (await house.browser().get("/chat", params={"t": token})).text()
    assert (await house.browser().get("/chat", params={"t": forged})).status == 410
    as_cookie = await house.browser().get("/chat", headers={"Cookie": f"visitor={token}"})
    assert "不想让别人看到" not in await as_cookie.text()
    house.clock.forward(timedelta(hours=2))
    assert (await house.browser().get("/chat", params={"t": token})).status == 410


async def test_the_same_key_of_two_people_is_two_acts(house: House) -> None:
    texts = []
    for words in ("我家孩子的秘密", "另一家的话"):
        client = house.browser()
        await client.get("/chat")
        await client.post("/chat/say", json={"text": words, "key": "same-key", "after": 0}, headers=OURS)
        texts.append(await (await client.get("/chat")).text())
    assert "秘密" in texts[0]
    assert "秘密" not in texts[1]
    assert "另一家的话" in texts[1]
