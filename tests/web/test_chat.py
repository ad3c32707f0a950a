"""The chat page: by form alone, by script, with limits, with a link from WeChat."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient, TestServer
from chat_memory import CRISIS, EVENING, SECRET, Clock, MemoryThread, build

from bot.channels.web.ports import Line, Unkept, Visitor
from bot.channels.web.visitor import sign_link

ME = Visitor("web", "visitor-00000001")
KEY = "key-of-the-form"


async def test_the_first_visit_says_who_answers_and_for_how_long_words_are_kept(client: TestClient) -> None:
    page = await (await client.get("/chat")).text()
    assert "自动助手" in page
    assert "180 天" in page
    assert 'href="/privacy"' in page


async def test_words_go_out_and_the_answer_is_on_the_page_without_script(
    client: TestClient, ours: dict[str, str]
) -> None:
    await client.get("/chat")
    answer = await client.post(
        "/chat/say", data={"text": "一收手机就砸门", "key": KEY}, headers=ours, allow_redirects=False
    )
    assert answer.status == 303
    assert answer.headers["Location"] == "/chat#end"
    page = await (await client.get("/chat")).text()
    assert page.index("一收手机就砸门") < page.index("被自己的孩子喊")


async def test_the_same_form_sent_twice_is_one_message(
    client: TestClient, thread: MemoryThread, ours: dict[str, str]
) -> None:
    await client.get("/chat")
    for _ in range(2):
        await client.post("/chat/say", data={"text": "孩子不写作业", "key": KEY}, headers=ours)
    assert [line.text for line in thread.lines_of[ME] if line.who == "parent"] == ["孩子不写作业"]


async def test_script_gets_the_new_lines_at_once(client: TestClient, ours: dict[str, str]) -> None:
    await client.get("/chat")
    answer = await client.post("/chat/say", json={"text": "现在有热线吗", "key": KEY, "after": 0}, headers=ours)
    lines = (await answer.json())["lines"]
    assert [line["id"] for line in lines] == [1, 2]
    assert f'data-key="{KEY}"' in lines[0]["html"]
    assert "96111" in lines[1]["html"]


class ForgetfulThread(MemoryThread):
    """Answers without keeping anything, as when the store is away."""

    erased = False

    async def say(self, visitor: Visitor, text: str, key: str, station: str = "") -> None:
        raise Unkept([CRISIS], erased=self.erased)

    async def lines(self, visitor: Visitor, after: int, limit: int) -> list[Line]:
        raise AssertionError


async def test_an_answer_that_could_not_be_kept_is_shown_all_the_same(clock: Clock, ours: dict[str, str]) -> None:
    thread = ForgetfulThread(clock)
    async with TestClient(TestServer(build(thread, clock))) as client:
        await client.get("/chat")
        by_form = await client.post("/chat/say", data={"text": "她把自己锁起来了"}, headers=ours)
        page = await by_form.text()
        assert page.index("她把自己锁起来了") < page.index("请现在就打")
        told = await (await client.post("/chat/say", json={"text": "她锁门了", "after": 0}, headers=ours)).json()
        assert "请现在就打" in told["unkept"][0]
        assert 'id="line-' not in told["unkept"][0]
        assert told["erased"] is False


async def test_script_learns_that_everything_was_deleted(clock: Clock, ours: dict[str, str]) -> None:
    thread = ForgetfulThread(clock)
    thread.erased = True
    async with TestClient(TestServer(build(thread, clock))) as client:
        await client.get("/chat")
        told = await (await client.post("/chat/say", json={"text": "删除我的数据", "after": 0}, headers=ours)).json()
        assert told["erased"] is True


async def test_nothing_is_said_for_empty_words(client: TestClient, thread: MemoryThread, ours: dict[str, str]) -> None:
    await client.get("/chat")
    await client.post("/chat/say", data={"text": "  \n"}, headers=ours)
    assert not thread.lines_of[ME]


async def test_words_too_long_are_given_back(client: TestClient, thread: MemoryThread, ours: dict[str, str]) -> None:
    await client.get("/chat")
    answer = await client.post("/chat/say", data={"text": "长" * 2001}, headers=ours)
    assert answer.status == 413
    assert "长" * 2001 in await answer.text()
    assert not thread.lines_of[ME]


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"x"', b"\xff\xfe"])
async def test_broken_json_is_refused_with_a_sentence(client: TestClient, ours: dict[str, str], body: bytes) -> None:
    await client.get("/chat")
    answer = await client.post("/chat/say", data=body, headers=ours | {"Content-Type": "application/json"})
    assert answer.status == 400
    assert "再发一次" in (await answer.json())["error"]


async def test_twenty_messages_a_minute_are_enough(client: TestClient, clock: Clock, ours: dict[str, str]) -> None:
    await client.get("/chat")

    async def say(n: int) -> int:
        return (await client.post("/chat/say", json={"text": f"第 {n} 句", "key": f"number-{n}"}, headers=ours)).status

    assert {await say(n) for n in range(20)} == {200}
    refused = await client.post("/chat/say", data={"text": "还有一句"}, headers=ours)
    page = await refused.text()
    assert refused.status == 429
    assert "110" in page
    assert "还有一句" in page
    clock.pass_(seconds=60)
    assert await say(21) == 200


async def test_two_browsers_don_t_see_each_other(
    client: TestClient, thread: MemoryThread, clock: Clock, ours: dict[str, str]
) -> None:
    await client.get("/chat")
    await client.post("/chat/say", data={"text": "只给我看", "key": KEY}, headers=ours)
    async with TestClient(TestServer(client.server.app)) as other:  # the same application, no cookie
        assert "只给我看" not in await (await other.get("/chat")).text()


async def test_a_forged_cookie_is_nobody(client: TestClient, thread: MemoryThread, ours: dict[str, str]) -> None:
    await thread.add(ME, who="bot", text="别人的话")
    forged = ours | {"Cookie": "visitor=WyJ3ZWIiLCJ2aXNpdG9yLTAwMDAwMDAxIiw5OTk5OTk5OTk5XQ.AAAA"}
    answer = await client.post("/chat/say", data={"text": "我是她"}, headers=forged)
    assert answer.status == 403
    assert "我是她" in await answer.text()
    assert len(thread.lines_of[ME]) == 1


async def test_a_note_of_colleagues_never_reaches_the_parent(
    client: TestClient, thread: MemoryThread, ours: dict[str, str]
) -> None:
    await client.get("/chat")
    await thread.add(ME, who="note", text="请站长联系", author="周老师")
    await thread.add(ME, who="person", text="我在", author="周老师")
    assert "请站长联系" not in await (await client.get("/chat")).text()
    answer = await client.post("/chat/say", json={"text": "好", "key": KEY, "after": 0}, headers=ours)
    assert "请站长联系" not in await answer.text()


async def test_a_link_from_wechat_continues_that_conversation(client: TestClient, thread: MemoryThread) -> None:
    await thread.add(Visitor("wechat", "o-parent"), who="parent", text="在微信里说的话")
    token = sign_link(SECRET, "wechat", "o-parent", EVENING + timedelta(hours=1))
    entered = await client.get("/chat", params={"t": token}, allow_redirects=False)
    assert entered.status == 303
    assert entered.headers["Location"] == "/chat"
    assert "在微信里说的话" in await (await client.get("/chat")).text()


async def test_a_linked_conversation_is_left_after_a_week(
    client: TestClient, thread: MemoryThread, clock: Clock
) -> None:
    await thread.add(Visitor("wechat", "o-parent"), who="parent", text="在微信里说的话")
    await client.get("/chat", params={"t": sign_link(SECRET, "wechat", "o-parent", EVENING + timedelta(hours=1))})
    clock.pass_(days=7)
    assert "在微信里说的话" not in await (await client.get("/chat")).text()


async def test_an_old_link_says_what_to_do(client: TestClient) -> None:
    answer = await client.get("/chat", params={"t": sign_link(SECRET, "wechat", "o-parent", EVENING)})
    assert answer.status == 410
    assert "回到公众号" in await answer.text()


async def test_older_lines_are_a_page_away(client: TestClient, thread: MemoryThread) -> None:
    await client.get("/chat")
    for n in range(60):
        await thread.add(ME, who="parent", text=f"第 {n} 句话")
    page = await (await client.get("/chat")).text()
    assert "第 9 句话" not in page
    assert 'href="/chat?before=11"' in page
    older = await (await client.get("/chat", params={"before": "11"})).text()
    assert "第 9 句话" in older
    assert "chat.js" not in older


async def test_large_letters_and_theme_are_kept_and_rendered_by_the_server(
    client: TestClient, ours: dict[str, str]
) -> None:
    for field in ({"large": "1"}, {"theme": "dark"}):
        await client.post("/chat/settings", data=field | {"next": "/privacy"}, headers=ours)
    page = await (await client.get("/chat")).text()
    assert '<html lang="zh-CN" class=" large" data-theme="dark">' in page


@pytest.mark.parametrize("away", ["https://evil.example", "//evil.example", "/\\evil.example", "", "chat"])
async def test_settings_never_lead_away(client: TestClient, ours: dict[str, str], away: str) -> None:
    answer = await client.post("/chat/settings", data={"next": away}, headers=ours, allow_redirects=False)
    assert answer.headers["Location"] == "/chat"


async def test_a_setting_that_does_not_exist_is_not_kept(client: TestClient, ours: dict[str, str]) -> None:
    answer = await client.post(
        "/chat/settings", data={"theme": "x; Path=/", "next": "/chat"}, headers=ours, allow_redirects=False
    )
    assert "Set-Cookie" not in answer.headers


async def test_the_cookie_is_for_the_server_only(thread: MemoryThread, clock: Clock) -> None:
    app = build(thread, clock, public_url="https://bot.example.cn")
    async with TestClient(TestServer(app)) as client:
        cookie = (await client.get("/chat")).headers["Set-Cookie"]
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
