"""The ledger of what may be sent, as a table and against the stand-in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import ChannelError
from bot.channels.wechat.client import WeChatClient
from bot.channels.wechat.quota import (
    Verdict,
    Windows,
    from_json,
    may_send,
    opened,
    refused,
    spent,
    to_json,
    trigger_of,
)
from bot.messages import Inbound

NOW = datetime(2026, 5, 12, 21, 0, tzinfo=UTC)
TRIGGERS = ["message", "follow", "scan", "menu-click", "menu-tap"]


def after(windows: Windows, count: int, now: datetime = NOW) -> Windows:
    for _ in range(count):
        windows = spent(windows, now)
    return windows


@pytest.mark.parametrize(
    ("trigger", "sent", "later", "expected"),
    [
        ("message", 0, timedelta(0), (True, "open", 5)),
        ("message", 4, timedelta(hours=47), (True, "open", 1)),
        ("message", 5, timedelta(hours=47), (False, "quota-used", 0)),
        ("message", 0, timedelta(hours=48), (False, "window-closed", 0)),
        *[(trigger, 0, timedelta(seconds=59), (True, "open", 3)) for trigger in TRIGGERS[1:]],
        *[(trigger, 3, timedelta(seconds=59), (False, "quota-used", 0)) for trigger in TRIGGERS[1:]],
        *[(trigger, 0, timedelta(seconds=60), (False, "window-closed", 0)) for trigger in TRIGGERS[1:]],
    ],
)
def test_each_trigger_opens_its_own_window(trigger, sent, later, expected):
    windows = after(opened(Windows(), trigger, NOW), sent)
    verdict = may_send(windows, NOW + later)
    assert (verdict.allowed, verdict.why, verdict.left) == expected


def test_nothing_is_open_before_anything_happened():
    assert may_send(Windows(), NOW) == Verdict(False, "window-closed", 0)


def test_the_minute_is_used_up_first_and_the_two_add_up():
    windows = opened(opened(Windows(), "message", NOW), "menu-tap", NOW)
    assert may_send(windows, NOW).left == 8
    windows = after(windows, 3)
    assert (windows.talk_left, windows.minute_left) == (5, 0)
    assert after(windows, 9).talk_left == 0


def test_speaking_again_starts_the_five_anew_and_adds_nothing():
    windows = after(opened(Windows(), "message", NOW), 2)
    later = NOW + timedelta(hours=1)
    again = opened(windows, "message", later)
    assert (again.talk_left, again.talk_until) == (5, later + timedelta(hours=48))


def test_a_tap_after_the_five_are_gone_opens_three_for_a_minute_only():
    windows = opened(after(opened(Windows(), "message", NOW), 5), "menu-tap", NOW)
    assert may_send(windows, NOW).left == 3
    assert may_send(windows, NOW + timedelta(minutes=1)).why == "quota-used"


def test_wechats_own_count_is_believed():
    windows = opened(Windows(), "message", NOW)
    assert may_send(refused(windows, "quota-used"), NOW).why == "quota-used"
    assert may_send(refused(windows, "window-closed"), NOW).why == "window-closed"


@pytest.mark.parametrize(
    ("kind", "menu_id", "expected"),
    [
        ("text", None, "message"),
        ("text", "101", "menu-tap"),
        ("voice", None, "message"),
        ("unsupported", None, "message"),
        ("subscribe", None, "follow"),
        ("scan", None, "scan"),
        ("click", None, "menu-click"),
        ("view", None, None),
        ("position", None, None),
        ("unsubscribe", None, None),
        ("other-event", None, None),
    ],
)
def test_only_what_a_person_does_opens_a_window(kind, menu_id, expected):
    assert trigger_of(Inbound("wechat", "o1", "m:1", kind, "", NOW, menu_id=menu_id)) == expected


@given(st.lists(st.sampled_from([*TRIGGERS, "send", "wait"]), max_size=40))
def test_the_ledger_never_goes_below_nothing_and_survives_its_row(acts):
    windows, now = Windows(), NOW
    for act in acts:
        if act == "send":
            before = may_send(windows, now)
            windows = spent(windows, now)
            assert may_send(windows, now).left == max(before.left - 1, 0)
        elif act == "wait":
            now += timedelta(seconds=31)
        else:
            windows = opened(windows, act, now)
        assert windows.talk_left >= 0
        assert windows.minute_left >= 0
        assert from_json(json.loads(json.dumps(to_json(windows)))) == windows
    assert from_json({}) == Windows()


async def test_the_ledger_and_wechat_agree_message_by_message(world):
    client, windows = world.client(), Windows()
    script = ["say", *["send"] * 6, "tap", *["send"] * 4, "wait", "send", "say", *["send"] * 2]
    for step in script:
        if step == "say":
            await world.fake.control.act("o1", "say", {"text": "在吗"})
            windows = opened(windows, "message", world.clock())
        elif step == "tap":
            await world.fake.control.act("o1", "tap", {"content": "继续看", "id": "100"})
            windows = opened(windows, "menu-tap", world.clock())
        elif step == "wait":
            world.clock.pass_(hours=49)
        else:
            verdict = may_send(windows, world.clock())
            windows = spent(windows, world.clock())
            assert await what_wechat_says(client) == verdict.why


async def what_wechat_says(client: WeChatClient) -> str:
    try:
        await client.send_text("o1", "在的", automatic=True)
    except ChannelError as error:
        return error.kind
    return "open"
