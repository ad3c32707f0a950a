"""What machines ask: is the process alive, what has it loaded, and the counters."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.schema import usable
from indexes.live import Live


@dataclass(frozen=True, slots=True)
class Health:
    """The handlers of `/health/*` and `/metrics`."""

    engine: AsyncEngine
    live: Live

    async def alive(self, _request: web.Request) -> web.Response:
        """`GET /health/live`: the loop turns."""
        return web.json_response({"live": True})

    async def ready(self, _request: web.Request) -> web.Response:
        """`GET /health/ready`: what is loaded. 503 without database or index, though a crisis is answered even then."""
        database = await usable(self.engine)
        engine = self.live.engine
        index = None
        if engine is not None:
            index = {
                "release": engine.release.number,
                "digest": engine.release.digest[:8],
                "entries": len(engine.release.library.entries),
                "lexical": True,
                "dense": engine.dense_ready,
            }
        ready = database and index is not None
        return web.json_response({"ready": ready, "database": database, "index": index}, status=200 if ready else 503)

    async def metrics(self, _request: web.Request) -> web.Response:
        """`GET /metrics`: for Prometheus."""
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
