"""`demo`: the whole product on embedded defaults, with a simulated WeChat and an account for the desk and the admin."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import secrets
import socket
from pathlib import Path
from unicodedata import east_asian_width

from pydantic import SecretStr

from bot import clock
from bot.channels.base import ChannelError
from bot.commands import staff
from bot.commands.database import database
from bot.commands.serve import serve
from bot.commands.wechat import put_menu, saved_menu
from bot.demo.wechat import Account, run
from bot.settings import Settings, SettingsError
from bot.store.people import Role

LOGIN, NAME = "admin", "周老师"
DUTY = "all 00:00-00:00"  # in a demonstration somebody is always at the desk: the one who tries it


def demo(settings: Settings) -> None:
    """Run until Ctrl-C. What is kept (var/) is used again at the next start."""
    if settings.port == 0:  # the simulated WeChat must know the address before the system would choose one
        settings = settings.model_copy(update={"port": _any(settings.host)})
    _free(settings.host, settings.port)
    fake_port = _choose(settings.host, settings.port + 1)
    settings = _with_wechat(settings, fake_port)
    print("家有方 is starting (the first start makes a private database and trains a model: about a minute in all,")
    print("answers come from the first seconds on)", flush=True)
    with database(settings) as url:  # held through the start, so that the server is not stopped and started again
        password = _account(settings)
        background: list[asyncio.Task[None]] = []

        async def ready(address: str) -> None:
            account = Account(f"{address}/wechat")
            background.append(
                asyncio.create_task(
                    run(fake_port, account, clock=clock.now, rng=random.Random(), host=settings.host)  # noqa: S311  (chance in a simulation)
                )
            )
            await _menu(settings, url)
            _print(address, f"http://{settings.host}:{fake_port}", password)

        serve(settings, ready=ready)
    print("stopped; everything is kept in", settings.data_dir)


def _print(address: str, fake: str, password: str) -> None:
    rows = (
        ("家长 · 网页对话", "web chat", f"{address}/chat"),
        ("家长 · 模拟微信", "simulated WeChat", f"{fake}/_fake/"),
        ("老师 · 工作台", "desk", f"{address}/desk"),
        ("编辑 · 知识库", "admin", f"{address}/admin"),
        ("账号 / 密码", "account / password", f"{LOGIN} / {password}"),
    )
    print()
    for chinese, english, where in rows:
        columns = sum(2 if east_asian_width(sign) in "WF" else 1 for sign in chinese)  # a terminal shows them wide
        print(f"  {chinese}{' ' * (18 - columns)}{english:<21}{where}")
    print("\n  Ctrl-C stops.", flush=True)


async def _menu(settings: Settings, url: str) -> None:
    """Give the simulated account its menu; it may need a moment to listen."""
    for _ in range(20):
        await asyncio.sleep(0.1)
        with contextlib.suppress(ChannelError):
            await put_menu(settings, await saved_menu(url))
            return


def _account(settings: Settings) -> str:
    """Make sure that one can sign in with what is printed; the password is made once and kept beside the database.

    A kept one may not be right any more: another database, another password given since.
    """
    path = settings.data_dir / "demo_password"
    password = path.read_text(encoding="utf-8") if path.is_file() else secrets.token_urlsafe(12)
    if not staff.may_sign_in(settings, LOGIN, password):
        staff.add(settings, login=LOGIN, name=NAME, role=Role.ADMIN, password=password)
        _keep(path, password)
    return password


def _keep(path: Path, password: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(password)


def _with_wechat(settings: Settings, fake_port: int) -> Settings:
    account = Account("")
    changes = {
        "wechat_token": SecretStr(account.token),
        "wechat_app_id": account.app_id,
        "wechat_app_secret": SecretStr(account.app_secret),
        "wechat_aes_key": SecretStr(account.aes_key),
        "wechat_api_base": f"http://{settings.host}:{fake_port}",
        "public_url": settings.public_url or f"http://{settings.host}:{settings.port}",
        "duty_hours": settings.duty_hours or DUTY,
        "workers": 1,
        "second_factor": "offered",  # trying the product needs no phone
    }
    return settings.model_copy(update=changes)


def _bindable(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _any(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def _free(host: str, port: int) -> None:
    """Stop before anything is started when the port is taken; several processes would share it unseen otherwise."""
    if not _bindable(host, port):
        message = f"port {port} is in use: set BOT_PORT to another one"
        raise SettingsError(message)


def _choose(host: str, wanted: int) -> int:
    return next(port for port in range(wanted, wanted + 100) if _bindable(host, port))
