"""Everything that the stand-in remembers: followers, media, calls, deliveries, limits."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from bot.demo.wechat.account import Account, Bubble, Follower
from bot.demo.wechat.faults import Faults
from bot.demo.wechat.tokens import Tokens

MEDIA_LIFE = timedelta(days=3)
# Real ids exceed what a double holds exactly: whoever reads them as floats mixes them up.
FIRST_MESSAGE_ID = 7250021412600020993
DAILY = {
    "message/custom/send": 500_000,
    "message/template/send": 100_000,  # of an account with fewer than 100,000 followers
    "menu/create": 1000,
    "media/get": 200_000,
    "qrcode/create": 100_000,
}
DAILY_SANDBOX = {**DAILY, "message/custom/send": 50_000, "menu/create": 100}


@dataclass(frozen=True, slots=True)
class Medium:
    """A file that somebody sent, and until when it can be fetched."""

    content: bytes
    type: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API, as it came."""

    path: str
    body: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to hand an act to the webhook and what became of it: silent, passive, native, late or bad: ..."""

    openid: str
    message_id: str
    attempt: int
    outcome: str


@dataclass(slots=True)
class World:
    """The memory of the stand-in; time and chance are given to it."""

    account: Account
    clock: Callable[[], datetime]
    rng: random.Random
    followers: dict[str, Follower] = field(default_factory=dict)
    media: dict[str, Medium] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    menu: dict[str, Any] = field(default_factory=dict)
    noticed: dict[tuple[str, str], tuple[datetime, int]] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)
    used: Counter[tuple[date, str]] = field(default_factory=Counter)
    cleared: int = 0
    tokens: Tokens = field(init=False)
    _messages: int = FIRST_MESSAGE_ID

    def __post_init__(self) -> None:
        self.tokens = Tokens(self.account, self.clock, self.rng)
        self.limits = self.limits or dict(DAILY if self.account.certified else DAILY_SANDBOX)

    def follower(self, openid: str) -> Follower:
        """Give a person, met now if never before."""
        return self.followers.setdefault(openid, Follower(openid))

    def message_id(self) -> int:
        """Give the next MsgId."""
        self._messages += 1
        return self._messages

    def digits(self, count: int) -> str:
        """Give a random number as text, for nonces and ids."""
        return "".join(self.rng.choices("0123456789", k=count))

    def show(self, follower: Follower, bubble: Bubble) -> None:
        """Put a bubble into a person's thread."""
        follower.thread.append(bubble)

    def keep_medium(self, content: bytes, kind: str) -> str:
        """Keep a file for three days and give its id."""
        media_id = f"media-{self.digits(16)}"
        self.media[media_id] = Medium(content, kind, self.clock() + MEDIA_LIFE)
        return media_id

    def spend(self, path: str) -> bool:
        """Count a call against the day's limit; False when it is used up."""
        key = (self.clock().date(), path)
        self.used[key] += 1
        return self.used[key] <= self.limits.get(path, 5_000_000)
