"""The parts of a running bot, made in order and handed to each other, without anything that listens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import clock as clocks
from bot import observe
from bot.channels.web.visitor import sign_link
from bot.channels.wechat import account
from bot.dialogue.bearings import Bearings
from bot.dialogue.turn import Seams, Turns
from bot.handoff.duty.placing import Placing
from bot.jobs.alert import Alerts, Robots
from bot.jobs.edits import Following, take_limits, take_phrases, take_rules
from bot.settings import Settings, SettingsError
from bot.store.database import open_engine
from bot.store.edits import LIMITS, PHRASES, SAFETY
from bot.store.wake import Wakes
from indexes.embed import OWN
from indexes.engine import SearchEngine
from indexes.live import Live, read_pointer
from indexes.manifest import BadIndex
from knowledge.calendar import china
from knowledge.spans import parse as parse_hours

LINK_LASTS = timedelta(days=2)  # a link is passed on by mistake sooner or later

_log = observe.logger("services")


@dataclass(slots=True)
class Background:
    """Tasks that belong to the process and are kept from being forgotten."""

    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside the requests."""
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def stop(self) -> None:
        """Cancel what still runs and wait for it."""
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of a running bot."""

    settings: Settings
    engine: AsyncEngine
    live: Live
    bearings: Bearings
    turns: Turns
    wakes: Wakes
    alerts: Alerts
    edits: Following
    clock: Callable[[], datetime]
    background: Background = field(default_factory=Background)


def open_live(settings: Settings) -> Live:
    """Open the index that the pointer beside the builds names; none, or a broken one, leaves the place empty."""
    expected = settings.embedding_model or OWN
    live = Live(expect_model=expected, on_trouble=_index_trouble)
    name = read_pointer(settings.indexes_dir)
    if name is not None:
        try:
            live.swap(SearchEngine.open(settings.indexes_dir / name, expected))
        except BadIndex as error:
            _index_trouble(name, error)
    return live


def _index_trouble(name: str, error: Exception) -> None:
    observe.SWAPS.labels("refused").inc()
    _log.error("index not opened", index=name, error=type(error).__name__, code=getattr(error, "code", ""))


def services(
    settings: Settings,
    database_url: str,
    *,
    clock: Callable[[], datetime] = clocks.now,
    live: Live | None = None,
    session: Callable[[], aiohttp.ClientSession] | None = None,
) -> Services:
    """Make everything that answers, without anything that listens."""
    engine = open_engine(database_url)
    held = live if live is not None else open_live(settings)
    bearings = Bearings(held, settings.default_region or None)
    if settings.default_region and settings.default_region not in bearings.tools().library.regions:
        message = f"BOT_DEFAULT_REGION: there is no region {settings.default_region!r} in regions.csv"
        raise SettingsError(message)
    alerts = Alerts(engine, clock, Robots.of(settings), session)
    seams = Seams(
        tools=bearings.tools,
        desk=Placing(parse_hours(settings.duty_hours), china(), lambda: bearings.tools().tree),
        saving=account.saving(settings, chat_url(settings, clock)),
        clock=clock,
        alert=alerts.send,
    )
    turns = Turns(engine, seams)
    wakes = Wakes(database_url, lambda _error: observe.FAILURES.labels("wake").inc())
    following = Following(engine, {SAFETY: take_rules, PHRASES: take_phrases, LIMITS: take_limits(held)})
    return Services(settings, engine, held, bearings, turns, wakes, alerts, following, clock)


def chat_url(settings: Settings, clock: Callable[[], datetime]) -> Callable[[str], str]:
    """Make what gives a WeChat parent the address of their own conversation as a page."""
    secret = settings.secret()

    def address(sender: str) -> str:
        return f"{settings.public_url}/chat?t={sign_link(secret, 'wechat', sender, clock() + LINK_LASTS)}"

    return address
