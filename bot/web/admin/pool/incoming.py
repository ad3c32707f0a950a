"""A form as texts, the number in an address, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from aiohttp import web

from bot.channels.web.forms import fields, text_of
from bot.web.admin.pool.words import MOST_SAVED, number


async def typed(request: web.Request) -> dict[str, str]:
    """Read a form: the texts of all its fields."""
    given = await fields(request)
    return {name: text_of(given, name) for name in given}


def seen(given: Mapping[str, str]) -> int:
    """Give which saving was before the person who saves; what is none fits none."""
    found = number(given.get("seen", ""), MOST_SAVED - 1)
    return -1 if found is None else found


def back(path: str, **query: str) -> web.Response:
    """Lead on to a page."""
    return web.Response(status=303, headers={"Location": f"{path}?{urlencode(query)}" if query else path})


def id_of(request: web.Request, name: str = "id") -> int:
    """Give the number that stands in an address."""
    return int(request.match_info[name])
