"""Reading what a form or script sent, whatever it is: texts that can be kept and shown, or a refusal in words."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping

from aiohttp import web

from bot.channels.web.refused import Refused

BODY = 64 * 1024  # bytes of one request
PATIENCE = 10.0  # seconds for a body to come in
HIGHEST = 2**63 - 1  # the largest id that a database column holds

# PostgreSQL keeps no NUL and no half of a surrogate pair, pages and workbooks show no other controls and no
# non-characters; tabs and line ends stay.
_UNKEEPABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_KEY = re.compile(r"[\w-]{8,64}", re.ASCII)
# What aiohttp and the JSON reader raise for bodies that are not what they say.
_UNREADABLE = (ValueError, LookupError, RuntimeError, AssertionError, RecursionError, web.RequestPayloadError)


def clean(text: str) -> str:
    """Take out what can be neither kept nor shown."""
    return _UNKEEPABLE.sub("", text)


async def fields(request: web.Request) -> Mapping[str, object]:
    """Read the fields of a form or of a JSON object; texts come clean.

    Raises:
        Refused: the body is too long, too slow or not what it says.
    """
    if (request.content_length or 0) > BODY:
        raise Refused(413, "内容太长了，没有收下。请分成几段再发。", "too-long")
    reading = request.json if request.content_type == "application/json" else request.post
    try:
        async with asyncio.timeout(PATIENCE):
            given = await reading()
    except TimeoutError:
        raise Refused(408, "网络太慢，这句话没有收完整，请再发一次。", "too-slow") from None
    except _UNREADABLE:
        given = None
    if not isinstance(given, Mapping):
        raise Refused(400, "这句话没有收完整，请再发一次。", "unreadable")
    return {name: clean(value) if isinstance(value, str) else value for name, value in given.items()}


def text_of(given: Mapping[str, object], name: str) -> str:
    """Give a field that is a text; what is missing or something else counts as empty."""
    value = given.get(name)
    return value if isinstance(value, str) else ""


def key_of(given: Mapping[str, object], new: Callable[[], str]) -> str:
    """Give the key that tells sendings apart, or a new one for what cannot be one."""
    key = text_of(given, "key")
    return key if _KEY.fullmatch(key) else new()


def id_of(given: Mapping[str, object], name: str) -> int | None:
    """Give a field that can be the id of a row."""
    value = given.get(name)
    return value if type(value) is int and 0 <= value <= HIGHEST else None  # True is an int, but no id
