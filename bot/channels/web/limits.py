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

    Of several addresses the last is the one that our proxy saw; those before it may be made up. Of IPv6 it is the
    network of 64 bits: whoever has one address there has all of them.
    """
    peer, told = request.remote or "", request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    seen = _network(peer)
    return (_network(told) or seen or peer) if seen and ipaddress.ip_address(peer).is_private else seen or peer


def _network(written: str) -> str:
    """Give whose address it is, as the limits count; "" when it is none."""
    try:
        found = ipaddress.ip_address(written)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), 64), strict=False))


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


class Brake:
    """Lets the acts of one key follow each other ever more slowly: after `free` of them within `seconds`.

    The pause begins at `first` seconds, doubles with each act and is `longest` at most: nobody is shut out for good.
    Of more than `keys` those that have been still the longest are forgotten.
    """

    def __init__(self, free: int, seconds: float, *, first: float, longest: float, keys: int = 20_000) -> None:
        self._free, self._span, self._keys = free, timedelta(seconds=seconds), keys
        self._first, self._longest = first, longest
        self._acts: dict[str, deque[datetime]] = {}

    def allow(self, key: str, now: datetime) -> bool:
        """Count one act of `key` and say whether its pause is over; a refused act is not counted."""
        acts = self._acts.pop(key, deque())  # put back as the newest
        self._acts[key] = acts
        while acts and acts[0] <= now - self._span:
            acts.popleft()
        if acts and now - acts[-1] < self._pause(len(acts)):
            return False
        acts.append(now)
        if len(self._acts) > self._keys:
            del self._acts[next(iter(self._acts))]
        return True

    def take_back(self, key: str) -> None:
        """Uncount the newest act of `key`."""
        if acts := self._acts.get(key):
            acts.pop()

    def _pause(self, count: int) -> timedelta:
        if count < self._free:
            return timedelta(0)
        # No power of what a stranger can make large: the pause is at its longest long before.
        doubled = self._first * 2.0 ** min(count - self._free, 16)
        return timedelta(seconds=min(doubled, self._longest))
