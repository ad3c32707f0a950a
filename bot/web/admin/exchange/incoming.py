"""A file as a browser sends it: taken piece by piece and counted, so that no more than its limit is ever held."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import BodyPartReader, web

from bot.channels.web.forms import clean
from bot.channels.web.refused import Refused
from knowledge.imports.base import MOST_BYTES

PATIENCE = 120.0  # seconds for 10 MB over a bad line
LONGEST_NAME = 120
_AROUND = 64 * 1024  # what a form adds around its file
TOO_LONG = f"文件超过 {MOST_BYTES // 1024 // 1024} MB，没有收下。请分成几个文件。"
UNREADABLE = "文件没有收完整，请再选一次。"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file with the name it had."""

    name: str
    data: bytes


async def incoming(request: web.Request) -> Incoming:
    """Take the file of a form.

    Raises:
        Refused: there is none, it is too long, too slow or broken off.
    """
    if (request.content_length or 0) > MOST_BYTES + _AROUND:
        raise Refused(413, TOO_LONG, "file-too-long")
    if not request.content_type.startswith("multipart/"):
        raise Refused(422, "请先选一个文件。", "no-file")
    try:
        async with asyncio.timeout(PATIENCE):
            return await _file(request)
    except TimeoutError:
        raise Refused(408, "网络太慢，文件没有收完整，请再试一次。", "too-slow") from None
    except (ValueError, LookupError, RuntimeError, AssertionError, OSError, web.RequestPayloadError):
        raise Refused(400, UNREADABLE, "unreadable") from None


async def _file(request: web.Request) -> Incoming:
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if isinstance(part, BodyPartReader) and part.filename:
            name = clean(part.filename).replace("\\", "/").rpartition("/")[2][-LONGEST_NAME:]
            return Incoming(name, await _bytes(part))
    raise Refused(422, "请先选一个文件。", "no-file")


async def _bytes(part: BodyPartReader) -> bytes:
    held = bytearray()
    while piece := await part.read_chunk(64 * 1024):
        held += piece
        if len(held) > MOST_BYTES:
            raise Refused(413, TOO_LONG, "file-too-long")
    return bytes(held)
