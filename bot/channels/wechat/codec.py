"""From an HTTP request to an authentic payload, and from an answer to the envelope that goes back.

Nothing is parsed before its proof is checked. `Refused` is the only error that leaves this module.
wechatpy's own codec is not used: it parses first, checks neither padding nor time, and answers hostile input with
half a dozen kinds of exception.
"""

from __future__ import annotations

import hashlib
import json as jsonlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.channels.wechat.body import find_encrypt, is_json, read
from bot.channels.wechat.cipher import Refused, decrypt, encrypt, same, sign
from bot.channels.wechat.config import BODY_LIMIT, WeChatConfig

__all__ = ["Push", "Refused", "open_push", "seal", "verify_url"]

_QUERY_LIMIT = 128  # longer than any signature, timestamp or nonce that WeChat sends


@dataclass(frozen=True, slots=True)
class Push:
    """One authentic push.

    `proof` names the signed request and `digest` what it carried: the same proof with another digest is a replay.
    `encrypted` and `json` say how the answer must be dressed, `nonce` is echoed in it.
    """

    payload: dict[str, Any]
    encrypted: bool
    json: bool
    proof: str
    digest: str
    nonce: str


def verify_url(config: WeChatConfig, query: Mapping[str, str], now: datetime) -> str:
    """Answer the console's check of our address: the echo, when the signature is right. Never encrypted here."""
    timestamp, nonce = _fresh(config.freshness, query, now)
    _prove(query.get("signature", ""), config.token, timestamp, nonce)
    echo = query.get("echostr", "")
    if not echo or len(echo) > _QUERY_LIMIT or not echo.isascii() or not echo.isprintable():
        raise Refused("malformed")
    return echo


def open_push(config: WeChatConfig, query: Mapping[str, str], body: bytes, now: datetime) -> Push:
    """Check, decrypt and read a push in plaintext, compatible or safe mode, XML or JSON."""
    if len(body) > BODY_LIMIT:
        raise Refused("too-large")
    push = _open_encrypted(config, query, body, now) if config.aes_key else _open_plain(config, query, body, now)
    if config.account and push.payload.get("ToUserName") != config.account:
        raise Refused("account")
    return push


def seal(config: WeChatConfig, message: str, *, nonce: str, now: datetime, salt: bytes, json: bool = False) -> bytes:
    """Encrypt an answer and dress it as the push was: an XML or a JSON envelope."""
    if config.key is None:
        raise Refused("no-key")
    encrypted = encrypt(config.key, message.encode(), config.app_id, salt)
    timestamp = int(now.timestamp())
    proof = sign(config.token, str(timestamp), nonce, encrypted)
    if json:
        envelope = {"Encrypt": encrypted, "MsgSignature": proof, "TimeStamp": timestamp, "Nonce": nonce}
        return jsonlib.dumps(envelope).encode()
    return (
        f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt><MsgSignature><![CDATA[{proof}]]></MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
    ).encode()


def _open_encrypted(config: WeChatConfig, query: Mapping[str, str], body: bytes, now: datetime) -> Push:
    timestamp, nonce = _fresh(config.sealed_freshness, query, now)
    encrypted = find_encrypt(body)
    if encrypted is None:
        raise Refused("plaintext" if query.get("encrypt_type", "raw") == "raw" else "no-encrypt")
    if not encrypted:
        raise Refused("no-encrypt")
    # In safe mode WeChat's `signature` is documented as not to be used, and its own example does not verify.
    given = query.get("msg_signature", "")
    _prove(given, config.token, timestamp, nonce, encrypted)
    # In compatible mode the plain fields stand beside the encrypted ones, unproven: they are never read.
    payload = read(decrypt(config.key or b"", encrypted, config.app_id))
    return Push(payload, True, is_json(body), _proof(timestamp, nonce, given), _digest(encrypted.encode()), nonce)


def _open_plain(config: WeChatConfig, query: Mapping[str, str], body: bytes, now: datetime) -> Push:
    timestamp, nonce = _fresh(config.freshness, query, now)
    given = query.get("signature", "")
    _prove(given, config.token, timestamp, nonce)
    payload = read(body)
    if "MsgType" not in payload and "Encrypt" in payload:
        raise Refused("no-key")
    return Push(payload, False, is_json(body), _proof(timestamp, nonce, given), _digest(body), nonce)


def _fresh(freshness: timedelta, query: Mapping[str, str], now: datetime) -> tuple[str, str]:
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    if not nonce or len(nonce) > _QUERY_LIMIT or not nonce.isascii() or not nonce.isalnum():
        raise Refused("no-proof")
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        raise Refused("no-proof")
    try:
        sent = datetime.fromtimestamp(int(timestamp), UTC)
    except (ValueError, OverflowError, OSError):
        raise Refused("stale") from None
    if abs(now - sent) > freshness:
        raise Refused("stale")
    return timestamp, nonce


def _prove(given: str, *parts: str) -> None:
    if not given or len(given) > _QUERY_LIMIT:
        raise Refused("no-proof")
    if not same(given, sign(*parts)):
        raise Refused("signature")


def _proof(timestamp: str, nonce: str, given: str) -> str:
    return f"{timestamp}:{nonce}:{given}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
