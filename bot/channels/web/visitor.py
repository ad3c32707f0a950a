"""Who a browser is: a signed cookie, or a signed link that carries a WeChat conversation into the page.

Both are `base64(payload).base64(HMAC-SHA256)`; the purpose is part of what is signed, so that a link is never
taken for a cookie. Nothing in them is secret, only unforgeable.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from aiohttp import web

from bot.channels.web.ports import Visitor
from bot.messages import Channel

COOKIE = "visitor"
# A browser's own conversation stays with it; one opened from a link does not: links are passed on by mistake.
LIFE: dict[Channel, timedelta] = {"web": timedelta(days=365), "wechat": timedelta(days=7), "cli": timedelta(days=1)}

Purpose = Literal["cookie", "link"]


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _mac(secret: bytes, purpose: Purpose, payload: bytes) -> bytes:
    return hmac.new(secret, purpose.encode() + b"\0" + payload, hashlib.sha256).digest()


def _sign(secret: bytes, purpose: Purpose, visitor: Visitor, expires: datetime) -> str:
    payload = json.dumps([visitor.channel, visitor.sender, int(expires.timestamp())], ensure_ascii=False).encode()
    return f"{_encode(payload)}.{_encode(_mac(secret, purpose, payload))}"


def _read(secret: bytes, purpose: Purpose, token: str, now: datetime) -> Visitor | None:
    head, _, tail = token.partition(".")
    try:
        payload, mac = _decode(head), _decode(tail)
    except (binascii.Error, ValueError):
        return None
    if not hmac.compare_digest(mac, _mac(secret, purpose, payload)):
        return None
    # Only what we signed gets here, so the shape is ours.
    channel, sender, expires = json.loads(payload)
    if now >= datetime.fromtimestamp(expires, UTC):
        return None
    return Visitor(channel=channel, sender=sender)


def sign_link(secret: bytes, channel: Channel, sender: str, expires: datetime) -> str:
    """Make the token of `/chat?t=<token>`: whoever opens it before `expires` continues that conversation."""
    return _sign(secret, "link", Visitor(channel, sender), expires)


def read_link(secret: bytes, token: str, now: datetime) -> Visitor | None:
    """Give the visitor that a link stands for; None when it is forged, broken or expired."""
    return _read(secret, "link", token, now)


@dataclass(frozen=True, slots=True)
class Identity:
    """Reads and writes the visitor's cookie. `secure` where the pages are served over https."""

    secret: bytes
    secure: bool
    new_id: Callable[[], str]

    def of(self, request: web.Request, now: datetime) -> Visitor | None:
        """Give the visitor of a request, or None where the cookie is missing, forged or expired."""
        return _read(self.secret, "cookie", request.cookies.get(COOKIE, ""), now)

    def fresh(self) -> Visitor:
        """Make a visitor that nobody has been before."""
        return Visitor("web", self.new_id())

    def remember(self, response: web.StreamResponse, visitor: Visitor, now: datetime) -> None:
        """Set the cookie that makes the browser this visitor."""
        life = LIFE[visitor.channel]
        response.set_cookie(
            COOKIE,
            _sign(self.secret, "cookie", visitor, now + life),
            max_age=int(life.total_seconds()),
            httponly=True,
            secure=self.secure,
            samesite="Lax",
        )
