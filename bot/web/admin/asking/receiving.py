"""Taking in a form with a file: part by part and counted, so that what is too large never stands in memory whole."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from bot.channels.web.forms import clean, fields, text_of
from bot.channels.web.refused import Refused
from bot.web.admin.asking.lines import BYTES

PATIENCE = 20.0  # seconds for all of it to come in
_PARTS, _CHUNK = 12, 16 * 1024
_UNREADABLE = (ValueError, LookupError, RuntimeError, AssertionError, web.RequestPayloadError)


async def received(request: web.Request) -> tuple[dict[str, str], bytes]:
    """Give the texts of a form, and the bytes of its file, if it has one.

    Raises:
        Refused: it is too large, too slow, or not what it says.
    """
    if not request.content_type.startswith("multipart/"):
        given = await fields(request)
        return {name: text_of(given, name) for name in given}, b""
    try:
        async with asyncio.timeout(PATIENCE):
            return await _parts(request)
    except TimeoutError:
        raise Refused(408, "网络太慢，没有收完整，请再传一次。", "too-slow") from None
    except _UNREADABLE:
        raise Refused(400, "这一份没有收完整，请再传一次。", "unreadable") from None


async def _parts(request: web.Request) -> tuple[dict[str, str], bytes]:
    held: dict[str, str] = {}
    data, left = b"", BYTES
    reader = await request.multipart()
    for _ in range(_PARTS):
        part: Any = await reader.next()
        if part is None:
            break
        taken = await _counted(part, left)
        left -= len(taken)
        if part.filename is not None:
            data = taken
        else:
            held[str(part.name)] = clean(taken.decode("utf-8", "replace"))
    return held, data


async def _counted(part: Any, left: int) -> bytes:
    taken = bytearray()
    while chunk := await part.read_chunk(_CHUNK):
        taken += chunk
        if len(taken) > left:
            raise Refused(413, "文件太大了，没有收下。一次最多 500 句，请分成几次。", "too-long")
    return bytes(taken)
