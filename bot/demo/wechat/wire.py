"""The stand-in's own encryption and XML: written from WeChat's documents, sharing nothing with the bot's."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from bot.demo.wechat.account import Account


class BadAnswer(Exception):  # noqa: N818 - what WeChat makes of an answer, not a fault of the program
    """An answer that WeChat cannot read: the follower sees a fault."""


def proof(*parts: str) -> str:
    """SHA-1 over the sorted parts."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def lock(account: Account, message: str, salt: bytes) -> str:
    """Encrypt for the account."""
    content = message.encode()
    framed = salt + len(content).to_bytes(4, "big") + content + account.app_id.encode()
    padder = PKCS7(32 * 8).padder()
    padded = padder.update(framed) + padder.finalize()
    encryptor = _cipher(account).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def unlock(account: Account, encrypted: str) -> str:
    """Decrypt an answer and check that it is the account's."""
    try:
        raw = base64.b64decode(encrypted, validate=True)
        decryptor = _cipher(account).decryptor()
        unpadder = PKCS7(32 * 8).unpadder()
        framed = unpadder.update(decryptor.update(raw) + decryptor.finalize()) + unpadder.finalize()
    except ValueError as error:
        raise BadAnswer(f"cannot decrypt: {error}") from error
    end = 20 + int.from_bytes(framed[16:20], "big")
    if framed[end:] != account.app_id.encode():
        raise BadAnswer("the answer is not this account's")
    return framed[20:end].decode()


def write(fields: Mapping[str, Any], *, as_json: bool) -> str:
    """Write a push's fields: strings as CDATA, numbers bare, as WeChat does."""
    if as_json:
        return json.dumps(fields, ensure_ascii=False)
    return f"<xml>{''.join(_element(name, value) for name, value in fields.items())}</xml>"


def read(content: str, *, as_json: bool) -> dict[str, Any]:
    """Read an answer; whatever is not well formed is a bad one."""
    try:
        value = json.loads(content) if as_json else xmltodict.parse(content)["xml"]
    except (ValueError, KeyError, TypeError, ExpatError) as error:
        raise BadAnswer(f"not well formed: {error}") from error
    if not isinstance(value, dict):
        raise BadAnswer("not an object")
    return value


def _cipher(account: Account) -> Cipher[CBC]:
    key = base64.b64decode(account.aes_key + "=")
    return Cipher(AES(key), CBC(key[:16]))


def _element(name: str, value: object) -> str:
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(_element(child, inner) for child, inner in value.items())}</{name}>"
    if isinstance(value, list):
        return "".join(_element(name, each) for each in value)
    if isinstance(value, int | float):
        return f"<{name}>{value}</{name}>"
    safe = str(value).replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{safe}]]></{name}>"
