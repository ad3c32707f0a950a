"""One HTTP exchange with WeChat's API: bounded in time and size, and silent about addresses, which carry the token.

Errors are raised `from None`: the libraries' own ones name the whole address.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.channels.wechat import errors

PATIENCE = 8.0  # seconds for a whole exchange; WeChat answers in a fraction of one
ANSWER_LIMIT = 1024 * 1024
MEDIA_LIMIT = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the media type and the bytes."""

    type: str
    content: bytes


async def request(
    session: aiohttp.ClientSession,
    url: str,
    body: Mapping[str, Any] | None = None,
    *,
    params: Mapping[str, str] | None = None,
    limit: int = ANSWER_LIMIT,
    patience: float = PATIENCE,
) -> Answer:
    """Post the body as raw UTF-8 JSON, or get when there is none; hanging and broken servers are transient errors."""
    # WeChat takes no \uXXXX escapes, and half a character cannot be written at all.
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace") if body is not None else None
    headers = {"Content-Type": "application/json; charset=utf-8"} if content is not None else {}
    method = "GET" if content is None else "POST"
    try:
        async with (
            asyncio.timeout(patience),
            session.request(
                method, url, data=content, params=params, headers=headers, allow_redirects=False
            ) as response,
        ):
            if response.status != 200:
                raise errors.unreachable(f"http-{response.status}")
            return Answer(response.content_type, await _read(response, limit))
    except TimeoutError:
        raise errors.unreachable("timeout") from None
    except aiohttp.ClientError as error:
        raise errors.unreachable(type(error).__name__) from None


async def request_json(
    session: aiohttp.ClientSession,
    url: str,
    body: Mapping[str, Any] | None = None,
    *,
    params: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
) -> dict[str, Any]:
    """Do the same and read the answer as a JSON object, whatever type its header claims."""
    return as_json((await request(session, url, body, params=params, patience=patience)).content)


def as_json(content: bytes) -> dict[str, Any]:
    """Read an answer as a JSON object; anything else is a transient error."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        raise errors.unreachable("not-json") from None
    if not isinstance(value, dict):
        raise errors.unreachable("not-json")
    return value


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        content += chunk
        if len(content) > limit:
            raise errors.unreachable("too-large")
    return bytes(content)
