"""One service account put together: its client, its webhook and what a turn must know of it, from the settings."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import aiohttp
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.wechat import quota
from bot.channels.wechat.client import WeChatClient
from bot.channels.wechat.config import WeChatConfig
from bot.channels.wechat.render import text_parts
from bot.channels.wechat.telling import Telling
from bot.channels.wechat.tokens import Token, Tokens
from bot.channels.wechat.webhook import Pending, routes
from bot.channels.wechat.wire import PATIENCE
from bot.dialogue.saving import Channel
from bot.dialogue.turn import Turns
from bot.messages import Inbound, Reply
from bot.settings import Settings, fields_of
from bot.store import proofs, tokens
from knowledge.calendar import CHINA

PAGE_PATIENCE = 5.0  # seconds for a call that somebody waits for at a page


def config(settings: Settings) -> WeChatConfig:
    """Read the account from the settings."""
    return WeChatConfig(
        token=settings.wechat_token.get_secret_value(),
        app_id=settings.wechat_app_id,
        app_secret=settings.wechat_app_secret.get_secret_value(),
        aes_key=settings.wechat_aes_key.get_secret_value() or None,
        api_base=settings.wechat_api_base,
    )


@dataclass(frozen=True, slots=True)
class SharedTokens:
    """The token in the database: one for all processes."""

    engine: AsyncEngine
    app_id: str

    async def load(self) -> Token | None:
        """Give the last token saved."""
        async with self.engine.connect() as conn:
            found = await tokens.load(conn, self.app_id)
        return Token(*found) if found else None

    async def save(self, token: Token) -> None:
        """Keep a token for everybody."""
        async with self.engine.begin() as conn:
            await tokens.save(conn, self.app_id, token.value, token.expires_at, token.fetched_at)

    def lock(self) -> AbstractAsyncContextManager[None]:
        """Give the lock that only one process holds at a time."""
        return tokens.refreshing(self.engine)


def client(
    settings: Settings,
    engine: AsyncEngine,
    session: aiohttp.ClientSession,
    clock: Callable[[], datetime],
    patience: float = PATIENCE,
) -> WeChatClient:
    """Make the account's client, whose token all processes share, and which tells how its calls end."""
    account = config(settings)
    shared = Tokens(session, account, SharedTokens(engine, account.app_id), clock, patience)
    return WeChatClient(session, account, shared, patience, Telling(engine, clock))


def opener(
    settings: Settings,
    engine: AsyncEngine,
    session: Callable[[], aiohttp.ClientSession],
    clock: Callable[[], datetime],
) -> Callable[[], WeChatClient] | None:
    """Make what gives the client to a page, where somebody waits; None without the account's secret."""
    if not (settings.wechat_on and settings.wechat_app_secret.get_secret_value()):
        return None
    made: list[WeChatClient] = []

    def give() -> WeChatClient:
        if not made:
            made.append(client(settings, engine, session(), clock, PAGE_PATIENCE))
        return made[0]

    return give


def typist(
    settings: Settings,
    engine: AsyncEngine,
    session: Callable[[], aiohttp.ClientSession],
    clock: Callable[[], datetime],
) -> Callable[[str], Awaitable[None]] | None:
    """Make what shows 对方正在输入 to somebody; None without the account's secret. The session is there when used."""
    if not (settings.wechat_on and settings.wechat_app_secret.get_secret_value()):
        return None
    made: list[WeChatClient] = []

    async def show(sender: str) -> None:
        if not made:
            made.append(client(settings, engine, session(), clock))
        await made[0].typing(sender, on=True)

    return show


def coder(
    settings: Settings,
    engine: AsyncEngine,
    session: Callable[[], aiohttp.ClientSession],
    clock: Callable[[], datetime],
) -> Callable[[str], Awaitable[str]] | None:
    """Make what gives the address of a permanent code for a scene; None without the account's secret.

    WeChat keeps such codes for good and has room for a hundred thousand: each scene is asked for once a process.
    """
    if not (settings.wechat_on and settings.wechat_app_secret.get_secret_value()):
        return None
    known: dict[str, str] = {}

    async def code(scene: str) -> str:
        if scene not in known:
            known[scene] = await client(settings, engine, session(), clock).create_qr(scene)
        return known[scene]

    return code


def notices(
    settings: Settings, sending: WeChatClient | None, clock: Callable[[], datetime], chat_url: Callable[[str], str]
) -> Callable[[str, str, str], Awaitable[None]] | None:
    """Make what tells a parent by a template notice that a person's answer waits; None where none is configured.

    No word of the answer stands in the notice: it may be read on a locked screen.
    """
    if sending is None or not settings.wechat_template_id:
        return None

    async def tell(recipient: str, author: str, mark: str) -> None:
        known = {"老师": author, "时间": f"{clock().astimezone(CHINA):%Y-%m-%d %H:%M}"}
        values = {
            name: re.sub(r"\{(.+?)\}", lambda match: known.get(match[1], match[0]), words)
            for name, words in fields_of(settings.wechat_template_fields).items()
        }
        url = chat_url(recipient) if settings.public_url else ""
        await sending.send_template(recipient, settings.wechat_template_id, values, url=url, client_msg_id=mark)

    return tell


def saving(settings: Settings, chat_url: Callable[[str], str]) -> Channel:
    """Tell a turn how replies become WeChat texts and what each act lets us send. Without a public address no links.

    `chat_url` gives the address under which a person reads their own conversation as a page.
    """
    public_url = settings.public_url
    page_url = partial("{}/e/{}".format, public_url) if public_url else None

    def parts(reply: Reply, sender: str) -> tuple[str, ...]:
        return text_parts(reply, page_url=page_url, chat_url=chat_url(sender) if public_url else None)

    return Channel(parts=parts, contact=contact, api=bool(settings.wechat_app_secret.get_secret_value()))


def contact(windows: dict[str, Any], inbound: Inbound, now: datetime) -> dict[str, Any]:
    """Open the send windows that this act opens."""
    trigger = quota.trigger_of(inbound)
    if trigger is None:
        return windows
    return dict(quota.to_json(quota.opened(quota.from_json(windows), trigger, now)))


def webhook(
    settings: Settings, engine: AsyncEngine, turns: Turns, clock: Callable[[], datetime]
) -> tuple[list[web.RouteDef], Pending]:
    """Make the webhook's table over the turns."""

    async def handle(inbound: Inbound, deadline: float) -> str | None:
        left = deadline - asyncio.get_running_loop().time()
        return (await turns.handle(inbound, max(left, 0.1))).text

    async def seen(proof: str, digest: str, now: datetime) -> bool:
        async with engine.begin() as conn:
            return await proofs.remember(conn, proof, digest, now)

    pending = Pending()
    return routes(config(settings), handle, seen, clock=clock, pending=pending), pending
