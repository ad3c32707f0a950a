"""The made-up service account: what its console would say, and the followers it has."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

Mode = Literal["plaintext", "compatible", "safe"]
Who = Literal["parent", "account", "agent", "system"]

FAULT = "该公众号提供的服务出现故障，请稍后再试"
AI_NOTE = "内容由第三方AI生成"


@dataclass(slots=True)
class Account:
    """One account's console. `certified` False is the sandbox: no menus in messages, no typing, smaller quotas."""

    webhook: str
    token: str = "demo-token"  # noqa: S105 - of a made-up account
    app_id: str = "wx0000000000demo01"
    app_secret: str = "demo-secret"  # noqa: S105 - of a made-up account
    aes_key: str = "jiayoufangjiayoufangjiayoufangjiayoufang000"
    name: str = "gh_demo00000001"
    title: str = "家有方"
    mode: Mode = "safe"
    json: bool = False
    certified: bool = True
    templates: set[str] = field(default_factory=lambda: {"demo-template"})
    agents: dict[str, str] = field(default_factory=lambda: {"teacher@demo": "值班老师"})  # kf_account -> nickname


@dataclass(frozen=True, slots=True)
class Bubble:
    """What a follower sees: who said it, what, and how it came (passive, api, or their own act)."""

    at: datetime
    who: Who
    kind: str
    text: str
    via: str = ""
    note: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Bucket:
    """So many messages until then."""

    until: datetime | None = None
    left: int = 0

    def fill(self, until: datetime, count: int) -> None:
        """Start anew."""
        self.until, self.left = until, count

    def open(self, now: datetime) -> bool:
        """Whether its time has not passed."""
        return self.until is not None and now < self.until

    def take(self, now: datetime) -> bool:
        """Take one out, if there is one."""
        if not self.open(now) or not self.left:
            return False
        self.left -= 1
        return True


@dataclass(slots=True)
class Follower:
    """One person and all that WeChat knows of them."""

    openid: str
    following: bool = False
    blocked: bool = False  # put on the account's blacklist
    refuses: bool = False  # switched 接收消息 off
    thread: list[Bubble] = field(default_factory=list)
    talk: Bucket = field(default_factory=Bucket)
    minute: Bucket = field(default_factory=Bucket)
    last_act: datetime | None = None
    typing_until: datetime | None = None
    native_until: datetime | None = None  # a session of the native customer-service tool
    native_agent: str = ""

    def acted(self, trigger: str, now: datetime) -> None:
        """Open what an act opens: words two days for five, everything else a minute for three."""
        self.last_act = now
        if trigger == "message":
            self.talk.fill(now + timedelta(hours=48), 5)
        elif trigger == "minute":
            self.minute.fill(now + timedelta(minutes=1), 3)

    def sending_fault(self, now: datetime) -> int:
        """Take one message out of what is allowed; 0, or the error that WeChat answers."""
        if self.minute.take(now) or self.talk.take(now):
            return 0
        return 45047 if self.minute.open(now) or self.talk.open(now) else 45015

    def in_native_session(self, now: datetime) -> bool:
        """Whether words go to the native tool and not to the webhook."""
        return self.native_until is not None and now < self.native_until
