"""The composition root: makes the parts in order, hands each what it needs, closes them in reverse."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import clock as clocks
from bot import observe
from bot.channels.web import routes as web_routes
from bot.channels.web.visitor import Identity, sign_link
from bot.channels.wechat import account
from bot.channels.wechat.client import WeChatClient
from bot.dialogue.bearings import Bearings
from bot.dialogue.turn import Seams, Turns
from bot.handoff import duty
from bot.jobs import escalate, publish, recover, retain, watch
from bot.jobs.alert import Alerts, Robots
from bot.jobs.rules import Following
from bot.jobs.runner import Runner
from bot.jobs.send import Sender
from bot.safety import assess
from bot.safety.classifier import trained
from bot.settings import Settings, SettingsError
from bot.store import schema
from bot.store.database import open_engine
from bot.store.wake import Wakes
from bot.web import pages
from bot.web.accounts import Accounts
from bot.web.admin.safety import Safety
from bot.web.admin.safety_findings import Findings
from bot.web.admin.safety_rules import RulePages
from bot.web.admin.views import Admin
from bot.web.conversation import StoredThread
from bot.web.desk.stream import DeskStream
from bot.web.desk.views import Desk
from bot.web.health import Health
from bot.web.routes import routes
from bot.web.shelf import LiveShelf
from indexes.embed import OWN
from indexes.engine import SearchEngine
from indexes.live import Live, read_pointer
from indexes.manifest import BadIndex
from knowledge.calendar import china
from knowledge.spans import parse as parse_hours

FOLLOW_SECONDS = 0.2  # how soon a process goes along with a published index
HEAD_START = 2.0  # seconds in which a new process answers from the lexical leg alone
RETRY_SECONDS = 2.0
LINK_LASTS = timedelta(days=2)  # a link is passed on by mistake sooner or later

_log = observe.logger("app")


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
    rules: Following
    clock: Callable[[], datetime]
    background: Background = field(default_factory=Background)


SERVICES: web.AppKey[Services] = web.AppKey("services", Services)


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
        desk=_desk(settings),
        saving=account.saving(settings, _chat_url(settings, clock)),
        clock=clock,
        alert=alerts.send,
    )
    turns = Turns(engine, held, seams)
    wakes = Wakes(database_url, lambda _error: observe.FAILURES.labels("wake").inc())
    return Services(settings, engine, held, bearings, turns, wakes, alerts, Following(engine), clock)


def _desk(settings: Settings) -> Callable[[datetime, int], duty.Desk]:
    """Make what tells how the desk stands at a moment, from the duty hours."""
    spans, calendar = parse_hours(settings.duty_hours), china()
    return lambda now, waiting: duty.desk(spans, now, calendar, waiting=waiting)


def _chat_url(settings: Settings, clock: Callable[[], datetime]) -> Callable[[str], str]:
    """Make what gives a WeChat parent the address of their own conversation as a page."""
    secret = settings.secret()

    def address(sender: str) -> str:
        return f"{settings.public_url}/chat?t={sign_link(secret, 'wechat', sender, clock() + LINK_LASTS)}"

    return address


def build(
    settings: Settings,
    database_url: str,
    *,
    only: str | None = None,
    clock: Callable[[], datetime] = clocks.now,
    live: Live | None = None,
) -> web.Application:
    """Make the application. `only` web or jobs leaves the other half to another process."""
    app = web.Application(client_max_size=64 * 1024)
    sessions: list[aiohttp.ClientSession] = []
    made = services(settings, database_url, clock=clock, live=live, session=lambda: sessions[0])
    app[SERVICES] = made
    health = Health(made.engine, made.live)
    if only == "jobs":
        app.add_routes([web.get("/health/live", health.alive), web.get("/health/ready", health.ready)])
        app.add_routes([web.get("/metrics", health.metrics)])
    else:
        _pages(app, made, health)
    app.cleanup_ctx.append(_running(sessions, only))
    return app


def _pages(app: web.Application, made: Services, health: Health) -> None:
    """Add everything that listens: the parent's pages, the staff's, WeChat's."""
    settings, secret = made.settings, made.settings.secret()
    secure = settings.public_url.startswith("https://")
    pages.install(
        app,
        clock=made.clock,
        public_url=settings.public_url,
        operator=settings.operator,
        retention_days=settings.retention_days,
    )
    identity = Identity(secret, secure, lambda: secrets.token_urlsafe(18))
    thread = StoredThread(made.engine, made.turns, made.wakes, made.clock)
    shelf = LiveShelf(made.engine, made.bearings.tools, made.clock)
    table, stream = web_routes.routes(thread, shelf, identity, made.clock, public_url=settings.public_url)
    app.add_routes(table)
    app.on_shutdown.append(stream.stop)
    accounts = Accounts(made.engine, made.clock, secure=secure)
    desk = Desk(made.engine, made.clock, made.bearings.tools, secret)
    admin = Admin(made.engine, made.live, made.bearings.tools, made.clock, settings)
    desk_stream = DeskStream(desk, made.wakes)
    app.on_shutdown.append(desk_stream.stop)
    safety = Safety(
        made.engine,
        made.clock,
        Findings(made.engine, made.clock),
        RulePages(made.engine, made.clock, made.rules.look),
    )
    app.add_routes(routes(accounts, desk, desk_stream, admin, safety, health))
    if settings.wechat_on:
        table, pending = account.webhook(settings, made.engine, made.turns, made.clock)
        app.add_routes(table)
        app.on_shutdown.append(lambda _app: pending.settle())


def _running(
    sessions: list[aiohttp.ClientSession], only: str | None
) -> Callable[[web.Application], AsyncIterator[None]]:
    """Make what starts with the process and is closed in reverse."""

    async def run(app: web.Application) -> AsyncIterator[None]:
        made = app[SERVICES]
        async with contextlib.AsyncExitStack() as stack:
            sessions.append(await stack.enter_async_context(aiohttp.ClientSession()))
            stack.push_async_callback(made.engine.dispose)
            stack.push_async_callback(made.turns.settle)
            stack.push_async_callback(made.alerts.stop)
            stack.push_async_callback(made.background.stop)
            made.background.start(_warm())
            made.background.start(_follow(made))
            made.background.start(made.rules.follow())
            if only != "jobs":
                made.background.start(made.wakes.listen())
            runner = _jobs(made, sessions[0]) if only != "web" else None
            if runner is not None:
                stack.push_async_callback(runner.stop)
            made.background.start(_upgrade(made.engine, runner))
            yield

    return run


async def _warm() -> None:
    """Load what safety needs, so that the first message does not wait half a second for it."""
    await asyncio.to_thread(assess, "")
    if trained() is None:
        observe.FAILURES.labels("classifier").inc()
        _log.error("the classifier could not be read: the patterns decide alone")


async def _upgrade(engine: AsyncEngine, runner: Runner | None) -> None:
    """Bring the schema up to date, then start the jobs; a database that is away is tried again until it is there."""
    while True:
        try:
            await schema.upgrade(engine)
        except Exception as error:  # noqa: BLE001  (a loop's edge: the bot answers crises meanwhile)
            observe.FAILURES.labels("schema").inc()
            _log.error("schema not upgraded yet", error=type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)
        else:
            break
    if runner is not None:
        runner.start()


async def _follow(made: Services) -> None:
    """Go along with the published index. Loading a model takes the processor for seconds: first answers go first."""
    if made.live.engine is not None:
        await asyncio.sleep(HEAD_START)
    root = made.settings.indexes_dir
    await made.live.follow(root, lambda: publish.pointer(made.engine, root), FOLLOW_SECONDS)


def _jobs(made: Services, session: aiohttp.ClientSession) -> Runner:
    settings = made.settings
    channels: dict[str, WeChatClient] = {}
    if settings.wechat_on and settings.wechat_app_secret.get_secret_value():
        channels["wechat"] = account.client(settings, made.engine, session, made.clock)
    return Runner(
        (
            Sender(made.engine, channels, made.clock).job(),
            recover.job(made.engine, made.turns, made.clock),
            retain.job(made.engine, settings.retention_days, made.clock),
            watch.job(made.engine),
            escalate.job(made.engine, made.alerts, settings.acknowledge_minutes, made.clock),
        )
    )
