"""`/admin/health`: how WeChat, the index, the jobs and the database are; the day's quotas when somebody asks.

The page opens with what can be told in a moment: WeChat is not called for it, and each reading of the database has its
own time, so that one that hangs costs its own lines alone.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.base import ChannelError
from bot.channels.wechat.advice import sentence
from bot.store import health, releases, schema, vitals
from bot.store.database import DOWN, SQLAlchemyError, undone
from bot.store.health import Database, Waiting
from bot.store.releases import Publishing
from bot.store.vitals import Vital
from bot.web import words
from bot.web.accounts import face
from bot.web.admin.account import conditions
from bot.web.admin.account.conditions import Condition
from bot.web.admin.given import Given
from bot.web.admin.publish.pages import HEARD
from bot.web.admin.views import standing

READING = 2.0  # seconds for one reading of the database
QUOTA = 5.0  # seconds for WeChat to tell all quotas
ASKED = ("message/custom/send", "message/template/send", "menu/create", "qrcode/create")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Read:
    """What the database told; None is what it did not tell in time."""

    told: dict[str, Vital] | None
    waiting: Waiting | None
    token: tuple[tuple[datetime, datetime] | None] | None
    received: tuple[int, ...] | None
    served: dict[str, str] | None
    listed: list[Publishing] | None
    database: Database | None


@dataclass(frozen=True, slots=True)
class HealthPages:
    """The handlers."""

    given: Given

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/health`: how everything is."""
        return await self._page(request)

    async def quota(self, request: web.Request) -> web.Response:
        """`POST /admin/health/quota`: ask WeChat how much of the day's quotas is used."""
        if self.given.wechat is None:
            return await self._page(request, quota=[Condition("warn", "额度", "没有配置公众号密钥，问不了。")])
        client = self.given.wechat()
        try:
            async with asyncio.timeout(QUOTA):
                found = await asyncio.gather(*map(client.daily_quota, ASKED), return_exceptions=True)
        except TimeoutError:
            return await self._page(
                request, quota=[Condition("warn", "额度", "等了几秒，微信没有答复。过一会儿再问。")]
            )
        return await self._page(request, quota=[_quota(path, one) for path, one in zip(ASKED, found, strict=True)])

    async def _page(self, request: web.Request, *, quota: Sequence[Condition] = ()) -> web.Response:
        now = self.given.clock()
        read = await self._reading(now)
        jobs = [conditions.unreadable("后台任务")] if read.told is None else conditions.jobs(read.told.values(), now)
        sections = [
            ("微信", self._wechat(read, now)),
            ("索引", await self._index(read, now)),
            ("后台任务", jobs),
            ("数据库", _database(read.database)),
        ]
        state, line = conditions.summary([*(one for _, listed in sections for one in listed), *quota])
        context = {
            "staff": face(request),
            "here": "health",
            "state": state,
            "line": line,
            "sections": sections,
            "settings": standing(self.given.settings),
            "quota": quota,
            "account": self.given.wechat is not None,
            "at": now,
        }
        return render_template("admin/health.html", request, context)

    async def _reading(self, now: datetime) -> _Read:
        """Read everything at once, so that the page takes no longer than the slowest of it may."""
        app_id = self.given.settings.wechat_app_id
        async with asyncio.TaskGroup() as group:
            told = group.create_task(self._read(vitals.every))
            waiting = group.create_task(self._read(lambda conn: health.waiting(conn, now - DAY)))
            token = group.create_task(self._read(lambda conn: _one(health.token(conn, app_id))))
            moments = (now - HOUR, now - DAY)
            received = group.create_task(self._read(lambda conn: health.received(conn, "wechat", moments)))
            served = group.create_task(self._read(lambda conn: releases.served(conn, now - HEARD)))
            listed = group.create_task(self._read(lambda conn: releases.listed(conn, 20)))
            database = group.create_task(self._read(health.database))
        return _Read(
            told=told.result(),
            waiting=waiting.result(),
            token=token.result(),
            received=received.result(),
            served=served.result(),
            listed=listed.result(),
            database=database.result(),
        )

    def _wechat(self, read: _Read, now: datetime) -> list[Condition]:
        settings, waiting = self.given.settings, read.waiting
        sent = [conditions.unreadable("等着送出的")] if waiting is None else list(conditions.lines(waiting, now))
        if not settings.wechat_on:
            return [Condition("none", "公众号", "没有配置，只有网页对话。"), *sent]
        secret = bool(settings.wechat_app_secret.get_secret_value())
        made = list(conditions.account(secret=secret, template=bool(settings.wechat_template_id)))
        if secret:
            token, told, name = read.token, read.told, "和微信的往来"
            made.append(conditions.unreadable("微信凭证") if token is None else conditions.token(token[0], now))
            made.append(conditions.unreadable(name) if told is None else conditions.calls(told.get(vitals.WECHAT), now))
        came = read.received
        return [*made, *sent, conditions.unreadable("收到微信消息") if came is None else conditions.received(*came)]

    async def _index(self, read: _Read, now: datetime) -> list[Condition]:
        engine = self.given.live.engine
        if engine is None:
            todo = "请运行 python -m bot index build，或者在“发布”里发布一次。"
            return [Condition("bad", "索引", "没有索引，只能回答危机和固定的话。", todo)]
        size = await asyncio.to_thread(_size, engine.path)
        detail = f"{engine.manifest.documents} 份内容 · {conditions.size(size)}"
        made = [Condition("good", "在用的", f"第 {engine.release.number} 版。", detail)]
        ready = engine.dense_ready
        legs = "按字和按意思都能找。" if ready else "按字能找，按意思的还在载入，把握不大时先给几个题目选。"
        made.append(Condition("good" if ready else "warn", "查找", legs))
        served, listed = read.served, read.listed
        if served is None or listed is None:
            return [*made, conditions.unreadable("各处"), conditions.unreadable("最近一次建成")]
        return [*made, _along(served, engine.path.name, listed), _built(listed, now)]

    async def _read(self, reading: Callable[[AsyncConnection], Awaitable[T]]) -> T | None:
        """Read something of the database in its own time; None when that was not possible."""
        try:
            async with asyncio.timeout(READING), undone(self.given.engine) as conn:
                return await reading(conn)
        except (*DOWN, SQLAlchemyError):
            return None


async def _one(reading: Awaitable[T]) -> tuple[T]:
    """Tell apart what is not there from what could not be read."""
    return (await reading,)


def _quota(path: str, found: tuple[int, int] | BaseException) -> Condition:
    if isinstance(found, tuple):
        return conditions.quota(path, *found)
    told = sentence(found) if isinstance(found, ChannelError) else "没有问到。"
    return Condition("warn", conditions.PATHS[path], told)


def _database(found: Database | None) -> list[Condition]:
    return [conditions.unreadable("数据库")] if found is None else list(conditions.database(found, schema.HEAD))


def _along(served: dict[str, str], name: str, listed: Sequence[Publishing]) -> Condition:
    along = sum(one == name for one in served.values())
    if along == len(served):
        return Condition("good" if served else "none", "各处", f"{along} 处程序都在用这一版。")
    numbers = {one.directory: f"第 {one.number} 版" for one in listed}
    counted = Counter(numbers.get(one, "更早的一版") if one else "还没有索引" for one in served.values())
    detail = "；".join(f"{words_} {count} 处" for words_, count in counted.items())
    return Condition("warn", "各处", f"{len(served)} 处程序里有 {along} 处在用这一版，别的还没有跟上。", detail)


def _built(listed: Sequence[Publishing], now: datetime) -> Condition:
    last = next((one for one in listed if one.built_at), None)
    if last is None or last.built_at is None:
        return Condition("none", "最近一次建成", "没有记录，是随程序带来的。")
    took = f"，用了 {conditions.span(last.built_at - last.taken_at)}" if last.taken_at else ""
    return Condition("none", "最近一次建成", f"第 {last.number} 版，{words.when(last.built_at, now)}{took}。")


def _size(path: Path) -> int:
    try:
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    except OSError:
        return 0
