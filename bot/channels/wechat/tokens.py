"""The access token: one for all processes, fetched by one at a time, ahead of its end, never in a loop.

`stable_token` is used: asking again gives the same token, so a race between processes costs a call and breaks nothing.
The token is kept in a `TokenStore`; this module knows no database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeGuard

import aiohttp

from bot.channels.wechat import errors
from bot.channels.wechat.config import WeChatConfig
from bot.channels.wechat.wire import PATIENCE, request_json

# In its last five minutes WeChat hands out the next token; four leaves a margin for clocks.
AHEAD = timedelta(minutes=4)
FORCED_APART = timedelta(seconds=30)  # WeChat's rule for force_refresh, beside 20 a day


@dataclass(frozen=True, slots=True)
class Token:
    """A token, until when it is good and when it was fetched. Its value stays out of its representation."""

    value: str = field(repr=False)
    expires_at: datetime
    fetched_at: datetime


class TokenStore(Protocol):
    """Where processes share the token."""

    async def load(self) -> Token | None:
        """Give the last token saved."""

    async def save(self, token: Token) -> None:
        """Keep a token for everybody."""

    def lock(self) -> AbstractAsyncContextManager[Any]:
        """Give a lock that only one process holds at a time; `load` and `save` happen inside it."""


class MemoryTokenStore:
    """A store for one process: a command line, or tests."""

    def __init__(self) -> None:
        self._token: Token | None = None
        self._lock = asyncio.Lock()

    async def load(self) -> Token | None:
        """Give the last token saved."""
        return self._token

    async def save(self, token: Token) -> None:
        """Keep a token."""
        self._token = token

    def lock(self) -> asyncio.Lock:
        """Give the lock."""
        return self._lock


class Tokens:
    """Gives a token that is good, and another one when WeChat no longer takes it."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        config: WeChatConfig,
        store: TokenStore,
        clock: Callable[[], datetime],
        patience: float = PATIENCE,
    ) -> None:
        self._session = session
        self._config = config
        self._store = store
        self._clock = clock
        self._patience = patience
        self._turn = asyncio.Lock()  # within the process, so that waiting tasks don't each hold a database lock
        self._token: Token | None = None

    async def get(self) -> str:
        """Give a good token: from memory, from the store, or from WeChat."""
        if self._good(self._token):
            return self._token.value
        async with self._turn, self._store.lock():
            token = self._token if self._good(self._token) else await self._store.load()
            self._token = token if self._good(token) else await self._keep(await self._fetch(force=False))
            return self._token.value

    async def renew(self, bad: str) -> str:
        """Give another token than one that WeChat refused: what a neighbour fetched meanwhile, else a forced one."""
        async with self._turn, self._store.lock():
            stored = await self._store.load()
            if self._good(stored) and stored.value != bad:
                self._token = stored
            else:
                self._token = await self._another(bad, stored)
            return self._token.value

    async def _another(self, bad: str, stored: Token | None) -> Token:
        token = await self._fetch(force=False)
        if token.value != bad:
            return await self._keep(token)
        if stored and self._clock() - stored.fetched_at < FORCED_APART:
            raise errors.from_code(40001)
        return await self._keep(await self._fetch(force=True))

    async def _fetch(self, *, force: bool) -> Token:
        now = self._clock()
        body = {
            "grant_type": "client_credential",
            "appid": self._config.app_id,
            "secret": self._config.app_secret,
            "force_refresh": force,
        }
        url = f"{self._config.api_base}/cgi-bin/stable_token"
        answer = await request_json(self._session, url, body, patience=self._patience)
        if code := answer.get("errcode"):
            raise errors.from_code(int(code), str(answer.get("errmsg", "")))
        value, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(value, str) or not value or not isinstance(seconds, int):
            raise errors.unreachable("bad-token-answer")
        return Token(value, now + timedelta(seconds=seconds), now)

    async def _keep(self, token: Token) -> Token:
        await self._store.save(token)
        return token

    def _good(self, token: Token | None) -> TypeGuard[Token]:
        return token is not None and token.expires_at - self._clock() > AHEAD
