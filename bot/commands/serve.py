"""`serve`: the product as processes. One process does everything; with more, a supervisor keeps them running.

The private database belongs to the supervisor. Ctrl-C stops all in order; after kill -9 the next start finds the
database still running or recovers it, and goes on with what was written down.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from aiohttp import web

from bot import observe
from bot.commands.database import database
from bot.settings import PREFIX, Settings

if TYPE_CHECKING:
    from indexes.live import Live

SHUTDOWN_SECONDS = 5.0
RESTART_SECONDS = 1.0
BUILD_AFTER = 3.0  # the first answers come before any building
URL_VARIABLE = f"{PREFIX}DATABASE_URL"

_log = observe.logger("serve")

Ready = Callable[[str], Awaitable[None]]


async def _nothing(_address: str) -> None:
    """Do nothing when the site is up."""


def serve(settings: Settings, *, only: str | None = None, ready: Ready = _nothing) -> None:
    """Run until a signal comes; `ready` is called with the address when the site listens.

    The database starts in a thread while this one imports the rest: the first answer comes the sooner.
    """
    with contextlib.ExitStack() as stack, ThreadPoolExecutor(1) as starter, contextlib.suppress(KeyboardInterrupt):
        starting = starter.submit(stack.enter_context, database(settings))
        from bot.commands import index  # noqa: PLC0415  (imported here for the second that it takes)

        live = index.first_live(settings)
        url = starting.result()
        if settings.workers > 1 and only is None:
            asyncio.run(_supervise(settings, url, ready))
        else:
            asyncio.run(_process(settings, url, only, ready, live))


async def _process(settings: Settings, url: str, only: str | None, ready: Ready, live: Live) -> None:
    """Serve in this process until SIGINT or SIGTERM."""
    from bot.app import build  # noqa: PLC0415  (see `serve`)

    runner = web.AppRunner(
        build(settings, url, only=only, live=live),
        access_log=None,
        shutdown_timeout=SHUTDOWN_SECONDS,
        handle_signals=False,
    )
    await runner.setup()
    stop = _signals()
    try:
        site = web.TCPSite(runner, settings.host, settings.port, reuse_port=True)
        await site.start()
        address = _address(runner, settings)
        _log.info("listening", address=address)
        builder = asyncio.create_task(_rebuild(settings, url)) if only != "web" else None
        await ready(address)
        await stop.wait()
        if builder is not None:
            builder.cancel()
            await asyncio.gather(builder, return_exceptions=True)
    finally:
        await runner.cleanup()


def _address(runner: web.AppRunner, settings: Settings) -> str:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104  (named, not bound)
    port = next((address[1] for address in runner.addresses if isinstance(address, tuple)), settings.port)
    return f"http://{host}:{port}"


def _signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


async def _rebuild(settings: Settings, url: str) -> None:
    """Build and publish when the library on disk is not the live one, in a process of its own, which frees memory."""
    from bot.commands import index  # noqa: PLC0415  (see `serve`)

    await asyncio.sleep(BUILD_AFTER)
    if not await asyncio.to_thread(index.stale, settings):
        return
    _log.info("the library is new: building its index beside, answers go on meanwhile")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "index", "build", env=_environment(settings, url), stdin=asyncio.subprocess.DEVNULL
    )
    try:
        if await process.wait() != 0:
            observe.SWAPS.labels("not built").inc()
            _log.error("the index was not built; the old one answers on", code=process.returncode)
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
        raise


def _environment(settings: Settings, url: str) -> dict[str, str]:
    """Give a child process the settings of this one, and the database that this one started."""
    own = {name: value for name, value in os.environ.items() if name != f"{URL_VARIABLE}_FILE"}
    changed = {"DATA_DIR": settings.data_dir, "HOST": settings.host, "PORT": settings.port, "WORKERS": 1}
    return {**own, **{PREFIX + name: str(value) for name, value in changed.items()}, URL_VARIABLE: url}


async def _supervise(settings: Settings, url: str, ready: Ready) -> None:
    """Keep the web processes and the jobs process running until a signal comes."""
    stop = _signals()
    kinds = ["web"] * settings.workers + ["jobs"]
    keepers = [asyncio.create_task(_keep(settings, url, kind, stop)) for kind in kinds]
    await ready(f"http://{settings.host}:{settings.port}")
    await stop.wait()
    await asyncio.gather(*keepers)


async def _keep(settings: Settings, url: str, kind: str, stop: asyncio.Event) -> None:
    """Run one process again and again; a crash costs a second, not the service."""
    environment = _environment(settings, url)
    if kind == "jobs":
        environment[f"{PREFIX}PORT"] = "0"
    while not stop.is_set():
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve", "--only", kind, env=environment, stdin=asyncio.subprocess.DEVNULL
        )
        ended, stopped = asyncio.create_task(process.wait()), asyncio.create_task(stop.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            process.send_signal(signal.SIGTERM)
            await ended
        stopped.cancel()
        if not stop.is_set():
            _log.error("a process ended by itself", kind=kind, code=process.returncode)
            await asyncio.sleep(RESTART_SECONDS)
