"""`wechat menu`: gives the service account its custom menu; followers see it within minutes."""

from __future__ import annotations

import asyncio

import aiohttp

from bot import clock
from bot.channels.base import ChannelError
from bot.channels.wechat import account
from bot.channels.wechat.client import WeChatClient
from bot.channels.wechat.menu import custom_menu
from bot.channels.wechat.tokens import MemoryTokenStore, Tokens
from bot.settings import Settings, SettingsError


def create_menu(settings: Settings) -> None:
    """Create the menu.

    Raises:
        SettingsError: the account is not configured, or WeChat refused; the message says what to do.
    """
    if not settings.wechat_app_secret.get_secret_value():
        message = "BOT_WECHAT_APP_SECRET is needed to create the menu"
        raise SettingsError(message)
    try:
        asyncio.run(put_menu(settings))
    except ChannelError as error:
        message = f"{error}（{error.code}）"
        raise SettingsError(message) from error


async def put_menu(settings: Settings) -> None:
    """Send the menu to WeChat."""
    config = account.config(settings)
    privacy = f"{settings.public_url}/privacy" if settings.public_url else None
    async with aiohttp.ClientSession() as session:
        client = WeChatClient(session, config, Tokens(session, config, MemoryTokenStore(), clock.now))
        await client.create_menu(custom_menu(privacy_url=privacy))
