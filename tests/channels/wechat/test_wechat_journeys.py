"""Acts of a follower through the stand-in to the webhook and back, in every mode and format."""

from __future__ import annotations

import asyncio
from datetime import UTC

import aiohttp
import pytest

from bot.demo.wechat import Account
from bot.demo.wechat.account import FAULT
from bot.messages import Inbound


class TestInEveryMode:
    @pytest.fixture(params=["plaintext", "compatible", "safe"])
    def mode(self, request: pytest.FixtureRequest) -> str:
        return request.param

    @pytest.fixture(params=[False, True], ids=["xml", "json"])
    def account(self, mode: str, request: pytest.FixtureRequest) -> Account:
        return Account(webhook="", mode=mode, json=request.param)

    async def test_words_are_answered(self, world):
        assert await world.fake.control.act("o1", "say", {"text": "孩子不写作业 <b>&"}) == "passive"
        assert world.texts("o1") == ["孩子不写作业 <b>&", "收到：孩子不写作业 <b>&"]

    async def test_an_id_above_what_a_double_holds_arrives_exactly(self, world):
        await world.fake.control.act("o1", "say", {"text": "一"})
        await world.fake.control.act("o1", "say", {"text": "二"})
        assert [inbound.key for inbound in world.bot.received] == ["m:7250021412600020994", "m:7250021412600020995"]

    async def test_the_console_can_verify_the_address(self, world):
        assert await world.fake.pusher.check_webhook(world.clock())

    async def test_an_event_is_told_apart_by_time_kind_and_key(self, world):
        await world.fake.control.act("o1", "event", {"event": "subscribe", "key": "school_12"})
        inbound = world.bot.received[0]
        assert (inbound.kind, inbound.detail["scene"]) == ("subscribe", "school_12")
        assert inbound.key == f"e:{int(world.clock().timestamp())}:subscribe:qrscene_school_12"
        assert inbound.at == world.clock().astimezone(UTC)


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("image", {}, "image"),
        ("voice", {}, "voice"),
        ("video", {"short": True}, "video"),
        ("location", {"label": "天宁区"}, "location"),
        ("link", {"title": "一篇文章", "url": "https://example.com"}, "link"),
        ("sticker", {}, "unsupported"),
    ],
)
async def test_whatever_a_parent_sends_has_a_kind(world, kind, given, expected):
    assert await world.fake.control.act("o1", "send", {"type": kind, **given}) == "passive"
    assert world.bot.received[0].kind == expected


async def test_a_tap_carries_its_id_and_typed_words_do_not(world):
    await world.fake.control.act("o1", "tap", {"content": "继续看", "id": "100"})
    await world.fake.control.act("o1", "say", {"text": "继续看"})
    assert [(inbound.text, inbound.menu_id) for inbound in world.bot.received] == [("继续看", "100"), ("继续看", None)]


async def test_words_after_an_act_that_takes_none_stay_unsaid(world):
    assert await world.fake.control.act("o1", "event", {"event": "unsubscribe"}) == "silent"
    assert await world.fake.control.act("o1", "event", {"event": "VIEW", "key": "https://example.com"}) == "silent"
    assert world.texts("o1") == []


async def test_hostile_words_cannot_break_the_answer(world):
    kept = "x]]></Content><MsgType><![CDATA[image]]></MsgType><!-- & < 👨\u200d👩\u200d👧"
    assert await world.fake.control.act("o1", "say", {"text": kept}) == "passive"
    world.bot.answer = lambda _inbound: asyncio.sleep(0, f"\x0b{kept}\ufffe\x00")
    assert await world.fake.control.act("o1", "say", {"text": "再来"}) == "passive"
    assert world.texts("o1")[-1] == kept


async def test_too_long_an_answer_is_cut_rather_than_shown_as_a_fault(world):
    world.bot.answer = lambda _inbound: asyncio.sleep(0, "慢慢来。" * 400)
    assert await world.fake.control.act("o1", "say", {"text": "长"}) == "passive"
    assert world.texts("o1")[-1].endswith("慢慢来。")


async def test_a_fault_of_ours_is_silence_and_not_a_fault_that_the_parent_sees(world):
    async def broken(_inbound: Inbound) -> str:
        raise RuntimeError

    world.bot.answer = broken
    assert await world.fake.control.act("o1", "say", {"text": "在吗"}) == "silent"
    assert FAULT not in world.texts("o1")


class TestWithAShortWindow:
    @pytest.fixture
    def window(self) -> float:
        return 0.1

    async def test_a_late_turn_is_answered_success_and_goes_on(self, world):
        finished = asyncio.Event()

        async def slow(_inbound: Inbound) -> None:
            await asyncio.sleep(0.5)
            finished.set()

        world.bot.answer = slow
        assert await world.fake.control.act("o1", "say", {"text": "慢"}) == "silent"
        assert not finished.is_set()
        await world.pending.settle()
        assert finished.is_set()

    async def test_shutdown_cancels_what_takes_too_long(self, world):
        world.bot.answer = lambda _inbound: asyncio.sleep(60, "晚了")
        assert await world.fake.control.act("o1", "say", {"text": "慢"}) == "silent"
        await asyncio.wait_for(world.pending.settle(0.05), 30)


async def test_copies_of_one_act_all_arrive_under_one_key(world):
    await world.fake.control.act("o1", "say", {"text": "一次", "copies": 3})
    assert [inbound.key for inbound in world.bot.received] == ["m:7250021412600020994"] * 3


class TestNativeSession:
    @pytest.fixture
    def account(self) -> Account:
        return Account(webhook="", mode="plaintext", json=True)

    async def test_it_takes_words_away_from_the_webhook_and_gives_them_back_after_half_an_hour(self, world):
        received: list[dict[str, object]] = []

        async def hand_over(request: aiohttp.web.Request) -> aiohttp.web.Response:
            push = await request.json()
            received.append(push)
            if push.get("Content") != "找老师":
                return aiohttp.web.Response(text="success")
            swapped = {"ToUserName": push["FromUserName"], "FromUserName": push["ToUserName"], "CreateTime": 1}
            return aiohttp.web.json_response({**swapped, "MsgType": "transfer_customer_service"})

        app = aiohttp.web.Application()
        app.router.add_post("/", hand_over)
        async with aiohttp.test_utils.TestServer(app, host="127.0.0.1") as server:
            world.fake.world.account.webhook = str(server.make_url("/"))
            assert await world.fake.control.act("o1", "say", {"text": "找老师"}) == "passive"
            assert await world.fake.control.act("o1", "say", {"text": "您好"}) == "native"
            world.clock.pass_(minutes=31)
            assert await world.fake.control.act("o1", "say", {"text": "还在吗"}) == "silent"
        seen = [(push.get("Event", ""), push.get("Content", "")) for push in received]
        assert seen == [("", "找老师"), ("kf_create_session", ""), ("kf_close_session", ""), ("", "还在吗")]


async def test_the_control_page_and_its_calls_work_over_http(world):
    base = world.api_base
    async with world.session.get(f"{base}/_fake/") as page:
        assert page.status == 200
        assert "微信替身" in await page.text()
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    for name in ("page.js", "page.css"):
        async with world.session.get(f"{base}/_fake/{name}") as part:
            assert part.status == 200
    acts = {"order": "together", "acts": [{"act": "say", "text": f"第 {n} 句"} for n in range(3)]}
    async with world.session.post(f"{base}/_fake/followers/o2/batch", json=acts) as answer:
        assert await answer.json() == {"outcomes": ["passive"] * 3}
    async with world.session.get(f"{base}/_fake/followers/o2/thread") as answer:
        thread = await answer.json()
    assert len(thread["thread"]) == 6
    assert thread["left"] == {"talk": 5, "minute": 0}
    async with world.session.post(f"{base}/_fake/followers/o2/say", data=b"{") as answer:
        assert answer.status == 400


class TestTheStandInIsStrict:
    async def outcome(self, world, body: bytes | str, status: int = 200) -> str:
        async def answer(_request: aiohttp.web.Request) -> aiohttp.web.Response:
            return aiohttp.web.Response(body=body, status=status)

        app = aiohttp.web.Application()
        app.router.add_post("/", answer)
        async with aiohttp.test_utils.TestServer(app, host="127.0.0.1") as server:
            world.fake.world.account.webhook = str(server.make_url("/"))
            return await world.fake.control.act("o1", "say", {"text": "在吗"})

    @pytest.mark.parametrize("body", ["", "success"])
    async def test_nothing_and_success_are_taken_without_encryption(self, world, body):
        assert await self.outcome(world, body) == "silent"
        assert FAULT not in world.texts("o1")

    @pytest.mark.parametrize(
        "body", ["好的", "{}", "<xml><MsgType>text</MsgType></xml>", "<xml><a></xml>", b"\xff\xfe", "SUCCESS"]
    )
    async def test_anything_else_is_a_fault_that_the_parent_sees(self, world, body):
        assert (await self.outcome(world, body)).startswith("bad")
        assert world.texts("o1")[-1] == FAULT

    async def test_an_error_status_is_a_fault(self, world):
        assert await self.outcome(world, "success", 500) == "bad: status 500"

    async def test_silence_is_tried_three_times_with_the_same_id(self, world):
        async def hang(_request: aiohttp.web.Request) -> aiohttp.web.Response:
            await asyncio.sleep(2)
            return aiohttp.web.Response()

        app = aiohttp.web.Application()
        app.router.add_post("/", hang)
        world.fake.pusher._patience = 0.1
        async with aiohttp.test_utils.TestServer(app, host="127.0.0.1") as server:
            world.fake.world.account.webhook = str(server.make_url("/"))
            assert await world.fake.control.act("o1", "say", {"text": "在吗"}) == "late"
        attempts = [(each.attempt, each.message_id) for each in world.fake.world.deliveries]
        assert attempts == [(1, attempts[0][1]), (2, attempts[0][1]), (3, attempts[0][1])]
        assert world.texts("o1")[-1] == FAULT
