"""How often somebody may act, and who somebody is behind a proxy.

Counted in this process and forgotten at a restart: inexact across processes, for the sake of simplicity.
"""

from __future__ import annotations

import ipaddress
from collections import deque
from datetime import datetime, timedelta

from aiohttp import web


def address(request: web.Request) -> str:
    """Give the address a request came from; the word of a proxy beside us counts, a stranger's own does not.

    Of several addresses the last is the one that our proxy saw; those before it may be made up.
    """
    peer, told = request.remote or "", request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        return str(ipaddress.ip_address(told)) if ipaddress.ip_address(peer).is_private else peer
    except ValueError:
        return peer


class Limiter:
    """At most `count` acts of one key within `seconds`; of more than `keys` the longest known are forgotten."""

    def __init__(self, count: int, seconds: float, *, keys: int = 20_000) -> None:
        self._count, self._span, self._keys = count, timedelta(seconds=seconds), keys
        self._acts: dict[str, deque[datetime]] = {}

    def allow(self, key: str, now: datetime) -> bool:
        """Count one act of `key` and say whether it is within the limit; a refused act is not counted."""
        acts = self._acts.setdefault(key, deque())
        while acts and acts[0] <= now - self._span:
            acts.popleft()
        if len(acts) >= self._count:
            return False
        acts.append(now)
        if len(self._acts) > self._keys:
            self._forget(now)
        return True

    def take_back(self, key: str) -> None:
        """Uncount the newest act of `key`."""
        if acts := self._acts.get(key):
            acts.pop()

    def _forget(self, now: datetime) -> None:
        """Drop the keys without a recent act, then the oldest, so that memory does not grow with a day's visitors."""
        recent = [(key, acts) for key, acts in self._acts.items() if acts and acts[-1] > now - self._span]
        self._acts = dict(recent[-self._keys // 2 :])
