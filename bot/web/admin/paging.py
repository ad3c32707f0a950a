"""Turning the pages of a list: which one is asked for, and what its foot needs."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from aiohttp import web

PAGE = 30  # rows


def page_of(request: web.Request) -> int:
    """Give the number of the page that is asked for."""
    value = request.query.get("page", "1")
    return max(int(value), 1) if value.isascii() and value.isdecimal() and len(value) < 6 else 1


def pager(path: str, chosen: Mapping[str, str], page: int, shown: int, total: int) -> dict[str, object]:
    """Give what the foot of a list needs."""
    kept = {name: value for name, value in chosen.items() if value}
    first = (page - 1) * PAGE

    def address(number: int) -> str:
        return f"{path}?{urlencode({**kept, 'page': number})}"

    return {
        "first": first + 1,
        "last": first + shown,
        "total": total,
        "previous": address(page - 1) if page > 1 else "",
        "following": address(page + 1) if first + PAGE < total else "",
    }
