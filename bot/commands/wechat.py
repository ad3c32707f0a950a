"""`wechat menu`: gives the service account its custom menu; followers see it within minutes."""

from __future__ import annotations

import asyncio

import aiohttp

from bot import clock
from bot.channels.base import ChannelError
from bot.channels.wechat import account, menu
from bot.channels.wechat.client import WeChatClient
from bot.channels.wechat.menu import PACKAGED, Menu
from bot.channels.wechat.tokens import MemoryTokenStore, Tokens
from bot.commands.database import database
from bot.settings import Settings, SettingsError
from bot.store import edits, schema
from bot.store.database import DOWN, open_engine
from bot.store.edits import MENU


def create_menu(settings: Settings) -> None:
    """Create the menu: the one that administrators saved, where there is a database; else the packaged one.

    Raises:
        SettingsError: the account is not configured, the database cannot be read, or WeChat refused; the message says
            what to do.
    """
    if not settings.wechat_app_secret.get_secret_value():
        message = "BOT_WECHAT_APP_SECRET is needed to create the menu"
        raise SettingsError(message)
    chosen = _chosen(settings)
    try:
        asyncio.run(put_menu(settings, chosen))
    except ChannelError as error:
        message = f"{error}（{error.code}）"
        raise SettingsError(message) from error


def _chosen(settings: Settings) -> Menu:
    if not settings.database_url and not (settings.data_dir / "postgres").exists():
        return PACKAGED
    try:
        with database(settings) as url:
            return asyncio.run(saved_menu(url))
    except DOWN as error:  # the packaged menu in place of the saved one would be worse than none
        message = f"the saved menu cannot be read, so none was sent: {type(error).__name__} (BOT_DATABASE_URL)"
        raise SettingsError(message) from error


async def saved_menu(url: str) -> Menu:
    """Give the menu that was saved last; the packaged one where none was, or where that was brought back.

    Raises:
        SettingsError: this version cannot read what was saved.
    """
    engine = open_engine(url)
    try:
        if await schema.current(engine) != schema.HEAD:
            return PACKAGED  # older than the page where menus are saved
        async with engine.connect() as conn:
            history = await edits.history(conn, MENU[0], "menu", limit=1)
        return menu.load(history[0].body) if history and history[0].body is not None else PACKAGED
    except ValueError as error:
        message = "the saved menu cannot be read, so none was sent: save it again at /admin/menu"
        raise SettingsError(message) from error
    finally:
        await engine.dispose()


async def put_menu(settings: Settings, chosen: Menu = PACKAGED) -> None:
    """Send the menu to WeChat."""
    config = account.config(settings)
    async with aiohttp.ClientSession() as session:
        client = WeChatClient(session, config, Tokens(session, config, MemoryTokenStore(), clock.now))
        await client.create_menu(menu.body(chosen, settings.public_url))
