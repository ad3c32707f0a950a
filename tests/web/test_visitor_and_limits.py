"""Signed links and cookies, the limiter: pure."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from chat_memory import EVENING, SECRET

from bot.channels.web.limits import Brake, Limiter
from bot.channels.web.ports import Visitor
from bot.channels.web.visitor import _sign, read_link, sign_link

LATER = EVENING + timedelta(hours=1)
TOKEN = sign_link(SECRET, "wechat", "o-parent", LATER)


def test_a_link_stands_for_its_conversation_until_it_expires() -> None:
    assert read_link(SECRET, TOKEN, LATER - timedelta(seconds=1)) == Visitor("wechat", "o-parent")
    assert read_link(SECRET, TOKEN, LATER) is None


def test_another_key_does_not_open_it() -> None:
    assert read_link(b"another key", TOKEN, EVENING) is None


def test_a_changed_payload_does_not_open_it() -> None:
    payload = json.dumps(["wechat", "o-someone-else", int(LATER.timestamp())]).encode()
    forged = base64.urlsafe_b64encode(payload).decode().rstrip("=") + "." + TOKEN.split(".")[1]
    assert read_link(SECRET, forged, EVENING) is None


def test_a_cookie_is_not_a_link() -> None:
    cookie = _sign(SECRET, "cookie", Visitor("wechat", "o-parent"), LATER)
    assert read_link(SECRET, cookie, EVENING) is None


@pytest.mark.parametrize(
    "token", ["", ".", "x", "x.y.z", "é.é", TOKEN[:-1], TOKEN + "A", TOKEN.split(".")[0], "A" * 9999]
)
def test_a_broken_token_opens_nothing(token: str) -> None:
    assert read_link(SECRET, token, EVENING) is None


def test_the_limit_is_per_key_and_within_its_span() -> None:
    limiter = Limiter(2, 60)
    assert [limiter.allow("a", EVENING) for _ in range(3)] == [True, True, False]
    assert limiter.allow("b", EVENING)
    assert not limiter.allow("a", EVENING + timedelta(seconds=59))
    assert limiter.allow("a", EVENING + timedelta(seconds=60))


def test_the_limiter_forgets_who_has_gone() -> None:
    limiter = Limiter(1, 60, keys=10)
    for n in range(100):
        assert limiter.allow(f"visitor {n}", EVENING + timedelta(minutes=n))
    assert len(limiter._acts) <= 11


def test_the_brake_lets_acts_follow_each_other_ever_more_slowly() -> None:
    brake, now = Brake(2, 900, first=5, longest=60), EVENING
    assert [brake.allow("a", now) for _ in range(3)] == [True, True, False]
    assert brake.allow("b", now)
    for pause in (5, 10, 20, 40, 60, 60):
        assert not brake.allow("a", now + timedelta(seconds=pause - 1))
        now += timedelta(seconds=pause)
        assert brake.allow("a", now)
    assert brake.allow("a", now + timedelta(seconds=900))
    assert brake.allow("a", now + timedelta(seconds=900))


def test_the_brake_forgets_who_was_still_the_longest() -> None:
    brake = Brake(1, 900, first=5, longest=60, keys=2)
    assert [brake.allow(key, EVENING) for key in ("a", "b", "a", "c", "a")] == [True, True, False, True, False]
    assert brake.allow("b", EVENING)
