"""The application: the services with all that listens and all that runs beside it, closed in reverse."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import secrets
from collections.abc import AsyncIterator, Callable
from datetime import datetime

import aiohttp
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import clock as clocks
from bot import observe
from bot.channels.web import routes as web_routes
from bot.channels.web.visitor import Identity
from bot.channels.wechat import account
from bot.channels.wechat.client import WeChatClient
from bot.handoff.desk import UnknownCaseError
from bot.handoff.duty.again import Duty
from bot.jobs import escalate, imports, publish, reassign, recover, remind, remind_bookings, retain, trials, watch
from bot.jobs import vitals as telling
from bot.jobs.digest import Drafts, Mailing
from bot.jobs.fetch import Fetcher
from bot.jobs.learning import Learner
from bot.jobs.lookups import LookUps
from bot.jobs.publishing import Publisher
from bot.jobs.runner import Pulses, Runner
from bot.jobs.send import Sender
from bot.jobs.serving import keep_telling
from bot.safety import assess
from bot.safety.classifier import trained
from bot.services import Services, chat_url, services
from bot.settings import Settings
from bot.store import schema
from bot.web import pages
from bot.web.accounts import Accounts, Rules
from bot.web.admin.findings import Findings
from bot.web.admin.given import Given as AdminGiven
from bot.web.admin.listings.todo import unsure
from bot.web.conversation import StoredThread
from bot.web.desk.pages import Given, desk_pages
from bot.web.health import Health
from bot.web.routes import routes
from bot.web.shelf import LiveShelf
from bot.web.station_codes import StationCodes
from indexes.live import Live

FOLLOW_SECONDS = 0.2  # how soon a process goes along with a published index
HEAD_START = 2.0  # seconds in which a new process answers from the lexical leg alone
RETRY_SECONDS = 2.0
TIDY_SECONDS = 3600.0

_log = observe.logger("app")


SERVICES: web.AppKey[Services] = web.AppKey("services", Services)


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
        _pages(app, made, health, lambda: sessions[0])
    app.cleanup_ctx.append(_running(sessions, only))
    return app


def _pages(app: web.Application, made: Services, health: Health, session: Callable[[], aiohttp.ClientSession]) -> None:
    """Add everything that listens: the parent's pages, the staff's, WeChat's."""
    settings, secret = made.settings, made.settings.secret()
    secure = settings.public_url.startswith("https://")
    pages.install(
        app,
        clock=made.clock,
        public_url=settings.public_url,
        operator=settings.operator,
        retention_days=settings.retention_days,
        known={UnknownCaseError: 404},
        to_verify=lambda: unsure(made.bearings.tools().library, made.clock()),
    )
    identity = Identity(secret, secure, lambda: secrets.token_urlsafe(18))
    thread = StoredThread(made.engine, made.turns, made.wakes, made.clock)
    shelf = LiveShelf(made.engine, made.bearings.tools, made.clock)
    table, stream = web_routes.routes(thread, shelf, identity, made.clock, public_url=settings.public_url)
    app.add_routes(table)
    app.on_shutdown.append(stream.stop)

    rules = Rules(secure, settings.second_factor, settings.public_url, settings.duty_hours)
    accounts = Accounts(made.engine, made.clock, made.bearings.tools, secret, rules)
    desk = desk_pages(_desk_given(made, session))
    app.on_shutdown.append(desk.stream.stop)
    app.add_routes(routes(accounts, desk, _admin_given(made, session), health))
    if settings.wechat_on:
        table, pending = account.webhook(settings, made.engine, made.turns, made.clock)
        app.add_routes(table)
        app.on_shutdown.append(lambda _app: pending.settle())


def _desk_given(made: Services, session: Callable[[], aiohttp.ClientSession]) -> Given:
    settings = made.settings
    return Given(
        engine=made.engine,
        clock=made.clock,
        tools=made.bearings.tools,
        secret=settings.secret(),
        wakes=made.wakes,
        live=made.live,
        public_url=settings.public_url,
        show_typing=account.typist(settings, made.engine, session, made.clock),
        coder=account.coder(settings, made.engine, session, made.clock),
        duty_hours=settings.duty_hours,
        alert=made.alerts.send,
    )


def _admin_given(made: Services, session: Callable[[], aiohttp.ClientSession]) -> AdminGiven:
    return AdminGiven(
        engine=made.engine,
        live=made.live,
        tools=made.bearings.tools,
        turns=made.turns,
        clock=made.clock,
        settings=made.settings,
        look=made.edits.look,
        findings=Findings(),
        codes=StationCodes(account.coder(made.settings, made.engine, session, made.clock), made.settings.public_url),
        wechat=account.opener(made.settings, made.engine, session, made.clock),
    )


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
            made.background.start(_tidy())
            made.background.start(_follow(made))
            made.background.start(keep_telling(made.engine, made.live, made.clock))
            made.background.start(made.edits.follow())
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
    gc.freeze()
    if trained() is None:
        observe.FAILURES.labels("classifier").inc()
        _log.error("the classifier could not be read: the patterns decide alone")


async def _tidy() -> None:
    """Once an hour let the collector see what was kept from it, too: most of what was open then has ended since."""
    while True:
        await asyncio.sleep(TIDY_SECONDS)
        gc.unfreeze()
        gc.collect()
        gc.freeze()


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
    notice = account.notices(settings, channels.get("wechat"), made.clock, chat_url(settings, made.clock))
    said = account.saving(settings, chat_url(settings, made.clock))
    model = settings.embedding_model or None
    lookups = LookUps(settings.default_region or None)
    publisher = Publisher(made.engine, made.live, settings.indexes_dir, made.clock, lookups)
    pulses: Pulses = {}
    return Runner(
        (
            Sender(made.engine, channels, made.clock, notice).job(),
            *(Fetcher(made.engine, library, made.clock).job() for library in channels.values()),
            recover.job(made.engine, made.turns, made.clock),
            retain.job(made.engine, settings.retention_days, made.clock),
            publisher.job(),
            Learner(made.engine, made.live, settings.indexes_dir, made.clock, model).job(),
            watch.job(made.engine),
            imports.job(made.engine, lambda: made.bearings.tools().library, made.clock),
            trials.job(made.engine, made.live, settings.indexes_dir, made.clock),
            remind.job(made.engine, made.clock),
            remind_bookings.job(made.engine, made.clock),
            Drafts(made.engine, made.bearings.tools, made.clock).job(),
            Mailing(made.engine, made.bearings.tools, said.parts, made.clock).job(),
            escalate.job(made.engine, made.alerts, settings.acknowledge_minutes, made.clock),
            reassign.job(made.engine, settings.reassign_minutes, made.clock, Duty.of(settings.duty_hours)),
            telling.job(made.engine, pulses, made.clock),
        ),
        pulses,
        made.clock,
    )
