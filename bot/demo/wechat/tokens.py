"""Both ways to an access token, with WeChat's rules for each."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from bot.demo.wechat.account import Account

LIFE = timedelta(seconds=7200)
OVERLAP = timedelta(minutes=5)  # how long the one before stays good, and how early the next is handed out
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"


@dataclass(slots=True)
class Tokens:
    """Every token handed out and until when it is good."""

    account: Account
    clock: Callable[[], datetime]
    rng: random.Random
    good_until: dict[str, datetime] = field(default_factory=dict)
    classic: str = ""
    stable: str = ""
    forced_at: datetime | None = None
    fetched: Counter[tuple[date, str]] = field(default_factory=Counter)

    def fault(self, token: str) -> int:
        """0 for a good token, or the error that WeChat answers."""
        if not token:
            return 41001
        until = self.good_until.get(token)
        if until is None:
            return 40001
        return 0 if self.clock() < until else 42001

    def give_classic(self, query: Mapping[str, str]) -> dict[str, Any] | int:
        """`cgi-bin/token`: always a new one; the one before has five more minutes."""
        if fault := self._stranger(query):
            return fault
        if not self._count("classic", 2000 if self.account.certified else 200):
            return 45009
        self._shorten(self.classic)
        self.classic = self._make()
        return self._answer(self.classic)

    def give_stable(self, body: Mapping[str, Any]) -> dict[str, Any] | int:
        """`cgi-bin/stable_token`: the same one until its last five minutes, unless forced."""
        if fault := self._stranger(body):
            return fault
        if body.get("force_refresh"):
            return self._force()
        if not self._count("stable", 500_000):
            return 45009
        if self.good_until.get(self.stable, self.clock()) - self.clock() <= OVERLAP:
            self.stable = self._make()
        return self._answer(self.stable)

    def forget(self) -> None:
        """Make every token handed out invalid, as a reset of the secret does."""
        self.good_until.clear()

    def _force(self) -> dict[str, Any] | int:
        now = self.clock()
        if self.forced_at and now - self.forced_at < timedelta(seconds=30):
            return 45009
        if not self._count("forced", 20):
            return 45009
        self.forced_at = now
        self.good_until.pop(self.stable, None)
        self.stable = self._make()
        return self._answer(self.stable)

    def _stranger(self, given: Mapping[str, Any]) -> int:
        if given.get("grant_type") != "client_credential":
            return 40002
        if given.get("appid") != self.account.app_id:
            return 40013
        return 0 if given.get("secret") == self.account.app_secret else 40125

    def _count(self, kind: str, limit: int) -> bool:
        key = (self.clock().date(), kind)
        self.fetched[key] += 1
        return self.fetched[key] <= limit

    def _shorten(self, token: str) -> None:
        if token in self.good_until:
            self.good_until[token] = min(self.good_until[token], self.clock() + OVERLAP)

    def _make(self) -> str:
        token = "".join(self.rng.choices(_ALPHABET, k=157))
        self.good_until[token] = self.clock() + LIFE
        return token

    def _answer(self, token: str) -> dict[str, Any]:
        return {"access_token": token, "expires_in": int((self.good_until[token] - self.clock()).total_seconds())}
