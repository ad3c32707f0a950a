"""The API client against the stand-in: one token for all, one retry, every error with its meaning."""

from __future__ import annotations

import asyncio
import json
import traceback

import pytest

from bot.channels.base import ChannelError
from bot.channels.wechat.client import WeChatClient
from bot.channels.wechat.config import WeChatConfig
from bot.channels.wechat.errors import from_code
from bot.channels.wechat.menu import KEYS, custom_menu
from bot.channels.wechat.tokens import MemoryTokenStore, Tokens
from bot.demo.wechat import Account
from bot.demo.wechat.account import AI_NOTE
from bot.demo.wechat.faults import Fault

SEND = "message/custom/send"


@pytest.fixture
async def client(world):
    await world.fake.control.act("o1", "say", {"text": "在吗"})
    return world.client(patience=1.0)


async def fails(awaitable) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        await awaitable
    return caught.value


def say(client: WeChatClient):
    return client.send_text("o1", "在的", automatic=True)


async def test_automatic_words_carry_the_platforms_mark_and_a_persons_carry_their_name(world, client):
    await client.send_text("o1", "这是自动回复 \\u4e2d “引号”", automatic=True)
    await client.send_text("o1", "我是值班老师", automatic=False, author="teacher@demo")
    machine, person = world.fake.world.follower("o1").thread[-2:]
    assert (machine.text, machine.note, machine.who) == ("这是自动回复 \\u4e2d “引号”", AI_NOTE, "account")
    assert (person.note, person.who) == ("值班老师", "agent")


async def test_words_of_somebody_without_an_account_there_go_all_the_same(world, client):
    await client.send_text("o1", "我是周老师", automatic=False, author="周老师")
    assert world.texts("o1")[-1] == "我是周老师"
    assert (await fails(client.send_text("o1", "在", automatic=False, author="nobody@demo"))).kind == "permanent"


async def test_what_cannot_be_sent_does_not_stop_the_rest(world, client):
    await client.send_text("o1", "半个\ud83d字\x0b\x00", automatic=True)
    assert world.texts("o1")[-1] == "半个字"


async def test_ten_sends_at_once_fetch_one_token(world):
    for number in range(10):
        await world.fake.control.act(f"o{number}", "say", {"text": "在吗"})
    client = world.client()
    await asyncio.gather(*(client.send_text(f"o{number}", "在的", automatic=True) for number in range(10)))
    assert (world.calls("stable_token"), world.calls(SEND)) == (1, 10)


async def test_two_processes_share_one_token(world, client):
    store = MemoryTokenStore()
    first, second = (Tokens(world.session, world.config, store, world.clock) for _ in range(2))
    tokens = await asyncio.gather(first.get(), second.get(), first.get())
    assert len(set(tokens)) == 1
    assert world.calls("stable_token") == 1


async def test_a_token_is_renewed_ahead_of_its_end(world, client):
    await say(client)
    world.clock.pass_(minutes=115)
    await say(client)
    assert world.calls("stable_token") == 1
    world.clock.pass_(minutes=1, seconds=1)
    await say(client)
    assert world.calls("stable_token") == 2


async def test_a_refused_token_is_renewed_once_and_the_words_go_once_more(world, client):
    await say(client)
    world.clock.pass_(minutes=1)
    world.fake.world.tokens.forget()
    await say(client)
    assert world.calls(SEND) == 3
    assert world.texts("o1").count("在的") == 2


async def test_ten_sends_with_a_refused_token_renew_it_once(world, client):
    for number in range(10):
        await world.fake.control.act(f"o{number}", "say", {"text": "在吗"})
    await say(client)
    world.clock.pass_(minutes=1)
    world.fake.world.tokens.forget()
    world.fake.world.tokens.stable = ""
    await asyncio.gather(*(client.send_text(f"o{number}", "在的", automatic=True) for number in range(10)))
    assert world.calls("stable_token") == 2


async def test_a_token_that_is_never_taken_ends_in_an_error_and_not_in_a_loop(world, client):
    world.fake.world.faults.order(SEND, Fault(errcode=40001, times=None))
    world.clock.pass_(minutes=1)
    error = await fails(say(client))
    assert (error.kind, error.code) == ("transient", "40001")
    # Within half a minute of the last token nothing is forced: one send, one normal fetch, and the end.
    assert (world.calls(SEND), world.calls("stable_token")) == (1, 2)
    world.clock.pass_(minutes=1)
    await fails(say(client))
    assert world.calls(SEND) == 3
    forced = [call.body["force_refresh"] for call in world.fake.world.calls if call.path == "stable_token"]
    assert forced == [False, False, False, True]


@pytest.mark.parametrize("code", [-1, 45011])
async def test_a_busy_server_is_worth_another_try_later(world, client, code):
    world.fake.world.faults.order(SEND, Fault(errcode=code))
    error = await fails(say(client))
    assert (error.kind, error.permanent) == ("transient", False)
    assert world.calls(SEND) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(hang=3),
        Fault(raw="<html>502 Bad Gateway</html>"),
        Fault(raw="[]"),
        Fault(status=500),
        Fault(raw="[" * 99999),
    ],
)
async def test_a_server_that_hangs_or_talks_nonsense_is_a_transient_error_in_time(world, client, fault):
    world.fake.world.faults.order(SEND, fault)
    started = asyncio.get_running_loop().time()
    error = await fails(say(client))
    assert error.kind == "transient"
    assert asyncio.get_running_loop().time() - started < 2


@pytest.mark.parametrize("fault", [Fault(hang=3), Fault(raw="nonsense"), Fault(raw='{"expires_in": "soon"}')])
async def test_the_same_holds_for_the_token(world, client, fault):
    world.fake.world.faults.order("stable_token", fault)
    assert (await fails(say(client))).kind == "transient"
    await say(client)


async def test_a_server_that_is_not_there_is_a_transient_error(world):
    config = WeChatConfig("t", "wx", "s", api_base="http://127.0.0.1:9")
    client = WeChatClient(world.session, config, Tokens(world.session, config, MemoryTokenStore(), world.clock))
    assert (await fails(say(client))).kind == "transient"


async def test_neither_token_nor_secret_is_in_any_error_or_representation(world, client):
    await say(client)
    secrets = [world.fake.world.tokens.stable, world.config.app_secret, world.config.aes_key]
    for fault in (Fault(status=500), Fault(raw="x"), Fault(errcode=40001, times=2), Fault(hang=3)):
        world.fake.world.faults.order(SEND, fault)
        error = await fails(say(client))
        told = "".join(traceback.format_exception(error)) + str(vars(error)) + repr(world.config)
        assert not any(secret in told for secret in secrets)
        world.fake.world.faults.clear()


async def test_the_fifth_message_goes_and_the_sixth_waits_for_the_parent(world, client):
    for _ in range(5):
        await say(client)
    error = await fails(say(client))
    assert (error.kind, error.code, error.permanent) == ("quota-used", "45047", False)


async def test_after_two_days_the_window_is_closed(world, client):
    world.clock.pass_(hours=48)
    error = await fails(say(client))
    assert (error.kind, error.code, error.permanent) == ("window-closed", "45015", False)
    assert error.rid


async def test_2048_bytes_go_and_one_more_does_not(world, client):
    await client.send_text("o1", "好" * 682 + "ab", automatic=True)
    error = await fails(client.send_text("o1", "好" * 682 + "abc", automatic=True))
    assert (error.code, error.permanent) == ("45002", True)


async def test_who_left_and_who_never_came_are_permanent(world, client):
    await world.fake.control.act("o1", "event", {"event": "unsubscribe"})
    assert [(await fails(say(client))).code, (await fails(client.send_text("nobody", "在", automatic=True))).code] == [
        "43004",
        "40003",
    ]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (40003, "permanent"), (43004, "permanent"), (43019, "permanent"), (48002, "permanent"), (45008, "permanent"),
        (40164, "misconfigured"), (40243, "misconfigured"), (48001, "misconfigured"), (45009, "misconfigured"),
        (45015, "window-closed"), (45047, "quota-used"), (99999, "transient"),
    ],
)  # fmt: skip
def test_every_code_says_what_to_do_in_words_for_people(code, kind):
    error = from_code(code, "something rid: 6412-abc-def")
    assert (error.kind, error.permanent, error.code, error.rid) == (
        kind,
        kind == "permanent",
        str(code),
        "6412-abc-def",
    )
    assert not str(error).isascii()


async def test_choices_go_as_a_menu_and_a_tap_on_one_opens_only_the_minute(world, client):
    await client.send_menu("o1", "有帮助吗", [("201", "有"), ("202", "没有")])
    bubble = world.fake.world.follower("o1").thread[-1]
    assert bubble.kind == "msgmenu"


async def test_typing_never_fails_for_what_does_not_matter(world, client):
    await client.typing("o1", True)
    assert world.fake.world.follower("o1").typing_until
    await client.typing("o1", True)  # 45081
    await client.typing("o1", False)
    world.clock.pass_(minutes=1)
    await client.typing("o1", True)  # 45080
    assert world.fake.world.follower("o1").typing_until is None


async def test_a_notice_is_sent_once_however_often_it_is_tried_and_reports_back(world, client):
    world.clock.pass_(hours=72)
    sent = [
        await client.send_template("o1", "demo-template", {"thing1": "老师已回复"}, client_msg_id="m-1")
        for _ in range(2)
    ]
    await world.fake.api.settle()
    assert sent[0] == sent[1]
    reports = [inbound for inbound in world.bot.received if inbound.kind == "sent-report"]
    assert [report.detail for report in reports] == [{"msgid": str(sent[0]), "status": "success"}]
    assert (await fails(client.send_template("o1", "other", {"thing1": "x"}, client_msg_id="m"))).code == "40037"
    too_long = {"thing1": "二十一个字" * 5}
    assert (await fails(client.send_template("o1", "demo-template", too_long, client_msg_id="m"))).code == "47003"


async def test_a_code_carries_its_scene_and_the_menu_is_taken(world, client):
    assert (await client.create_qr("school_12")).startswith("http://weixin.qq.com/q/")
    assert await client.create_qr("class_7", seconds=604_800)
    with pytest.raises(ValueError, match="scene"):
        await client.create_qr("")
    await client.create_menu(custom_menu(privacy_url="https://bot.example.cn/privacy"))
    await client.create_menu(custom_menu())
    keys = [button.get("key") for top in world.fake.world.menu["button"] for button in top.get("sub_button", [top])]
    assert set(keys) < KEYS
    assert (await fails(client.create_menu({"button": []}))).code == "40016"


async def test_media_is_fetched_within_three_days_and_gone_after(world, client):
    await world.fake.control.act("o1", "send", {"type": "voice", "content": "IyFBTVIK"})
    media_id = world.bot.received[-1].detail["media_id_16k"]
    medium = await client.download_media(media_id)
    assert (medium.content, medium.type) == (b"#!AMR\n", "audio/amr")
    world.clock.pass_(days=3)
    assert (await fails(client.download_media(media_id))).permanent


async def test_articles_and_mini_programs_go(world, client):
    await client.send_news("o1", title="怎么陪写作业", description="", url="https://example.com")
    await client.send_miniprogram("o1", title="预约", app_id="wx1", path="pages/index", thumb_media_id="t")
    assert world.texts("o1")[-2:] == ["怎么陪写作业", "预约"]


class TestInTheSandbox:
    @pytest.fixture
    def account(self) -> Account:
        return Account(webhook="", certified=False)

    async def test_a_menu_becomes_links_in_a_text(self, world, client):
        await client.send_menu("o1", "有帮助吗", [("201", "有"), ("202", "没有")], "谢谢")
        bubble = world.fake.world.follower("o1").thread[-1]
        assert bubble.kind == "text"
        assert bubble.text.count("<a href=") == 2

    async def test_typing_is_let_go_and_a_template_needs_an_operator(self, world, client):
        await client.typing("o1", True)
        error = await fails(client.send_template("o1", "demo-template", {"thing1": "x"}, client_msg_id="m"))
        assert error.kind == "misconfigured"


class TestTheStandInsTokens:
    async def get(self, world, **change: str) -> dict[str, object]:
        account = world.fake.world.account
        query = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.app_secret, **change}
        async with world.session.get(f"{world.api_base}/cgi-bin/token", params=query) as answer:
            return json.loads(await answer.text())

    async def test_a_new_classic_token_ends_the_one_before_after_five_minutes(self, world):
        first, second = [str((await self.get(world))["access_token"]) for _ in range(2)]
        assert first != second
        tokens = world.fake.world.tokens
        world.clock.pass_(minutes=4)
        assert (tokens.fault(first), tokens.fault(second)) == (0, 0)
        world.clock.pass_(minutes=2)
        assert (tokens.fault(first), tokens.fault(second)) == (42001, 0)

    async def test_strangers_and_the_greedy_get_none(self, world):
        assert (await self.get(world, secret="guess"))["errcode"] == 40125
        assert (await self.get(world, appid="wx"))["errcode"] == 40013
        world.fake.world.tokens.fetched[world.clock().date(), "classic"] = 2000
        assert (await self.get(world))["errcode"] == 45009

    async def test_escaped_characters_and_missing_tokens_are_refused(self, world, client):
        await say(client)
        url = f"{world.api_base}/cgi-bin/message/custom/send"
        body = json.dumps({"touser": "o1", "msgtype": "text", "text": {"content": "中文"}})
        token = world.fake.world.tokens.stable
        async with world.session.post(url, params={"access_token": token}, data=body) as answer:
            assert json.loads(await answer.text())["errcode"] == 40033
        async with world.session.post(url, data="{}") as answer:
            assert json.loads(await answer.text())["errcode"] == 41001

    async def test_the_days_limit_holds_until_it_is_cleared(self, world, client):
        world.fake.world.limits[SEND] = 1
        await say(client)
        error = await fails(say(client))
        assert (error.code, error.kind) == ("45009", "misconfigured")
