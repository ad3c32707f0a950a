"""WeChat's signature and AES envelope: proofs compared in constant time, padding and owner checked to the last byte.

wechatpy brings the cipher; the envelope around it is ours, because wechatpy's checks neither padding nor length.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from typing import Literal

from wechatpy.crypto.cryptography import WeChatCipher

_BLOCK = 32  # WeChat pads to 32 bytes although AES works on 16

Reason = Literal[
    "too-large",
    "encoding",
    "slow",
    "no-proof",
    "stale",
    "signature",
    "replay",
    "plaintext",
    "no-key",
    "no-encrypt",
    "base64",
    "cipher",
    "padding",
    "appid",
    "utf8",
    "doctype",
    "duplicate",
    "depth",
    "malformed",
    "account",
]


class Refused(Exception):  # noqa: N818 - it is a verdict on a request, named as the module speaks
    """A push that is not believed or not understood; `reason` is one of a few words, safe for logs and metrics."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


def sign(*parts: str) -> str:
    """Give WeChat's proof over the parts: SHA-1 over them in sorted order."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def same(given: str, expected: str) -> bool:
    """Whether two proofs are equal, without telling by the time how much of them is."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())


def encrypt(key: bytes, message: bytes, app_id: str, salt: bytes) -> str:
    """Wrap a message: 16 random bytes, its length, itself, the account; padded, AES-256-CBC, base64."""
    if len(salt) != 16:
        message_ = "the salt has 16 bytes"
        raise ValueError(message_)
    plain = salt + struct.pack(">I", len(message)) + message + app_id.encode()
    missing = _BLOCK - len(plain) % _BLOCK
    return base64.b64encode(WeChatCipher(key).encrypt(plain + bytes([missing]) * missing)).decode()


def decrypt(key: bytes, encrypted: str, app_id: str) -> bytes:
    """Unwrap a message; anything that is not exactly what `encrypt` makes is refused."""
    plain = _unpad(WeChatCipher(key).decrypt(_decode(encrypted)))
    if len(plain) < 20:
        raise Refused("cipher")
    (length,) = struct.unpack(">I", plain[16:20])
    message, owner = plain[20 : 20 + length], plain[20 + length :]
    if len(message) != length:
        raise Refused("cipher")
    if not hmac.compare_digest(owner, app_id.encode()):
        raise Refused("appid")
    return message


def _decode(encrypted: str) -> bytes:
    try:
        raw = base64.b64decode(encrypted, validate=True)
    except (binascii.Error, ValueError):
        raise Refused("base64") from None
    if not raw or len(raw) % 16:
        raise Refused("cipher")
    return raw


def _unpad(plain: bytes) -> bytes:
    count = plain[-1]
    if not 1 <= count <= _BLOCK or count > len(plain) or plain[-count:] != bytes([count]) * count:
        raise Refused("padding")
    return plain[:-count]
