"""The ledger of what WeChat lets us send: two buckets for each parent, kept by us because no call tells their level.

A message of the parent opens 48 hours for five messages. Following, scanning, a click in the custom menu or a tap on
a link in a message opens one minute for three. Each act refills its own bucket; nothing adds up. A tap on a message's
link arrives as text and still opens only the minute: somebody handed over by a tap cannot be answered an hour later.
Passive replies are not counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.messages import Inbound

Trigger = Literal["message", "follow", "scan", "menu-click", "menu-tap"]
Why = Literal["open", "window-closed", "quota-used"]

TALK = timedelta(hours=48)
TALK_MESSAGES = 5
MINUTE = timedelta(minutes=1)
MINUTE_MESSAGES = 3

_WORDS = frozenset({"text", "image", "voice", "video", "location", "link", "unsupported"})
_ACTS: Mapping[str, Trigger] = {"subscribe": "follow", "scan": "scan", "click": "menu-click"}


@dataclass(frozen=True, slots=True)
class Windows:
    """Both buckets: until when, and how many messages are left. The default is closed."""

    talk_until: datetime | None = None
    talk_left: int = 0
    minute_until: datetime | None = None
    minute_left: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a message may go now, why not, how many are left and until when the longest window stays open."""

    allowed: bool
    why: Why
    left: int
    until: datetime | None = None


def trigger_of(inbound: Inbound) -> Trigger | None:
    """Tell which bucket an act opens; None for acts that open none."""
    if inbound.kind in _WORDS:
        return "menu-tap" if inbound.menu_id else "message"
    return _ACTS.get(inbound.kind)


def opened(windows: Windows, trigger: Trigger, now: datetime) -> Windows:
    """Refill the bucket that an act opens."""
    if trigger == "message":
        return replace(windows, talk_until=now + TALK, talk_left=TALK_MESSAGES)
    return replace(windows, minute_until=now + MINUTE, minute_left=MINUTE_MESSAGES)


def may_send(windows: Windows, now: datetime) -> Verdict:
    """Say whether either bucket has room."""
    talk, minute = _open(windows.talk_until, now), _open(windows.minute_until, now)
    left = (windows.talk_left if talk else 0) + (windows.minute_left if minute else 0)
    until = windows.talk_until if talk else windows.minute_until if minute else None
    if left:
        return Verdict(True, "open", left, until)
    return Verdict(False, "quota-used" if talk or minute else "window-closed", 0, until)


def spent(windows: Windows, now: datetime) -> Windows:
    """Take one message out: of the minute first, which passes sooner."""
    if _open(windows.minute_until, now) and windows.minute_left:
        return replace(windows, minute_left=windows.minute_left - 1)
    if _open(windows.talk_until, now) and windows.talk_left:
        return replace(windows, talk_left=windows.talk_left - 1)
    return windows


def refused(windows: Windows, why: Why) -> Windows:
    """Believe WeChat when it counts otherwise: after 45047 nothing is left, after 45015 nothing is open."""
    return Windows() if why == "window-closed" else replace(windows, talk_left=0, minute_left=0)


def to_json(windows: Windows) -> dict[str, str | int | None]:
    """Give the ledger as a row keeps it."""
    return {
        "talk_until": windows.talk_until.isoformat() if windows.talk_until else None,
        "talk_left": windows.talk_left,
        "minute_until": windows.minute_until.isoformat() if windows.minute_until else None,
        "minute_left": windows.minute_left,
    }


def from_json(value: Mapping[str, str | int | None]) -> Windows:
    """Read the ledger that a row keeps; an empty one is closed."""
    return Windows(
        talk_until=_moment(value.get("talk_until")),
        talk_left=int(value.get("talk_left") or 0),
        minute_until=_moment(value.get("minute_until")),
        minute_left=int(value.get("minute_left") or 0),
    )


def _open(until: datetime | None, now: datetime) -> bool:
    return until is not None and now < until


def _moment(value: str | int | None) -> datetime | None:
    return datetime.fromisoformat(str(value)) if value else None
